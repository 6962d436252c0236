#include "server/daemon/worker_threads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <future>
#include <set>
#include <thread>

#include "tests/daemon/ntp_asker.h"

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
    Asker{INADDR_LOOPBACK, port_of(*port)}.send(Octets(1));
    return port;
}

/// Workers on so many threads, with 1024 clients each.
struct Crew {
    explicit Crew(unsigned threads) : workers{io, told.sources(), {.threads = threads, .clients = 1024}} {}

    /// Gives each worker a port of its own; their numbers.
    std::vector<std::uint16_t> open_ports() {
        std::vector<std::uint16_t> numbers;
        workers.each([&numbers](std::size_t) -> WorkerThreads::Task {
            const auto port = std::make_shared<UdpPort>(ListenAddress{"127.0.0.1", 0}, UdpPort::Options{});
            numbers.push_back(port_of(*port));
            return [port](Worker& worker) { worker.serve({port}); };
        });
        return numbers;
    }

    boost::asio::io_context io;
    Told told;
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

/// Asks once; what is heard is what is owed at that time.
void expect_truth(std::uint16_t port, LocalInstant valid_until) {
    const Asker asker{INADDR_LOOPBACK, port};
    const LocalInstant sent = read_host_counter();
    asker.send(client_request(1));
    const Heard heard = asker.hear();
    ASSERT_EQ(heard.octets.size(), kHeaderSize);
    if (heard.read < valid_until) {
        EXPECT_EQ(heard.header().leap, LeapIndicator::kNone);
        EXPECT_EQ(heard.header().stratum, 1);
    }
    if (sent >= valid_until) {
        EXPECT_EQ(heard.header().leap, LeapIndicator::kUnsynchronised);
        EXPECT_EQ(heard.header().stratum, 0);
    }
}

TEST(WorkerThreads, NoWorkerVouchesForTimeThatNobodyPublishesAnyMore) {
    Crew crew{2};
    const std::vector<std::uint16_t> ports = crew.open_ports();
    crew.workers.start();
    const LocalInstant now = read_host_counter();
    PublishedClock last{.state = synchronised_at(now), .asleep = Counter{}.asleep()};
    last.state.valid_until = now + std::chrono::milliseconds{300};
    crew.told.state.write(last);
    bool is_over = false;
    while (!is_over && !testing::Test::HasFailure()) {
        is_over = read_host_counter() >= last.state.valid_until;
        for (const std::uint16_t port : ports) {
            expect_truth(port, last.state.valid_until);
        }
    }
    crew.workers.stop();
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
