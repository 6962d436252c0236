#include "server/daemon/worker_threads.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <future>
#include <set>
#include <thread>

namespace tokimori {
namespace {

using ::testing::HasSubstr;

struct Told {
    PublishedState state{PublishedClock{}};
    PublishedQueryView view{QueryView{}};
    Worker::Sources sources() const { return {state, view}; }
};

/// A port of the loopback in which one datagram lies.
std::shared_ptr<UdpPort> port_with_a_request() {
    auto port = std::make_shared<UdpPort>(ListenAddress{"127.0.0.1", 0}, UdpPort::Options{});
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(port->descriptor(), reinterpret_cast<sockaddr*>(&address), &size);
    const int client = ::socket(AF_INET, SOCK_DGRAM, 0);
    EXPECT_EQ(::sendto(client, "x", 1, 0, reinterpret_cast<const sockaddr*>(&address), size), 1);
    ::close(client);
    return port;
}

/// Workers on so many threads, with 1024 clients each.
struct Crew {
    explicit Crew(unsigned threads) : workers{io, told.sources(), {.threads = threads, .clients = 1024}} {}

    boost::asio::io_context io;
    const Told told;
    WorkerThreads workers;
};

/// Has every worker answer what it was asked last, and whatever came before.
void turn_around(WorkerThreads& workers) {
    std::vector<std::future<void>> turned;
    workers.each([&turned](std::size_t) -> WorkerThreads::Task {
        const auto turn = std::make_shared<std::promise<void>>();
        turned.push_back(turn->get_future());
        return [turn](Worker&) { turn->set_value(); };
    });
    for (std::future<void>& turn : turned) {
        turn.wait();
    }
}

TEST(WorkerThreads, EachWorkerDoesItsTaskOnAThreadOfItsOwn) {
    Crew crew{3};
    WorkerThreads& workers = crew.workers;
    workers.start();
    std::vector<std::future<std::thread::id>> worked;
    workers.each([&worked](std::size_t number) -> WorkerThreads::Task {
        EXPECT_EQ(number, worked.size());
        const auto where = std::make_shared<std::promise<std::thread::id>>();
        worked.push_back(where->get_future());
        return [where](Worker&) { where->set_value(std::this_thread::get_id()); };
    });
    std::set<std::thread::id> threads;
    for (auto& one : worked) {
        threads.insert(one.get());
    }
    EXPECT_EQ(threads.size(), 3U);
    EXPECT_FALSE(threads.contains(std::this_thread::get_id()));
    workers.stop();
}

TEST(WorkerThreads, NoTroubleIsSeenWhereAllTurnAround) {
    Crew crew{2};
    WorkerThreads& workers = crew.workers;
    workers.start();
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(workers.trouble(), "");
        turn_around(workers);
    }
    workers.stop();
}

TEST(WorkerThreads, AWorkerThatIsStuckIsSeen) {
    Crew crew{2};
    WorkerThreads& workers = crew.workers;
    workers.start();
    std::promise<void> release;
    workers.each([held = release.get_future().share()](std::size_t number) -> WorkerThreads::Task {
        return [held, number](Worker&) {
            if (number == 1) {
                held.wait();
            }
        };
    });
    EXPECT_EQ(workers.trouble(), "") << "it was well until now";
    EXPECT_THAT(workers.trouble(), HasSubstr("1"));
    release.set_value();
    turn_around(workers);
    EXPECT_EQ(workers.trouble(), "");
    workers.stop();
}

TEST(WorkerThreads, RequestsThatLieUnansweredAreSeen) {
    Crew crew{0};
    WorkerThreads& workers = crew.workers;
    workers.each([](std::size_t) -> WorkerThreads::Task {
        return [port = port_with_a_request()](Worker& worker) { worker.serve({port}); };
    });
    EXPECT_EQ(workers.trouble(), "requests lie unanswered") << "nobody runs the loop";
    crew.io.run_one();
    EXPECT_EQ(workers.trouble(), "");
    EXPECT_EQ(workers.counts().received(), 1U);
    EXPECT_EQ(workers.trouble(), "") << "none is there any more";
    workers.stop();
    crew.io.run();
}

}  // namespace
}  // namespace tokimori
