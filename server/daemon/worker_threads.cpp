#include "server/daemon/worker_threads.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace tokimori {

// A worker with a thread and an event loop of its own.
struct WorkerThreads::Hand {
    Hand(const Worker::Sources& sources, const Settings& settings)
        : worker{io, sources, settings.clients, settings.ipv6_prefix} {}
    ~Hand() { end(); }
    void end() {
        io.stop();
        if (thread.joinable()) {
            thread.join();
        }
    }
    Hand(const Hand&) = delete;
    Hand& operator=(const Hand&) = delete;

    // Whether what was asked last has been answered, and well. Then it is asked anew.
    bool keeps_up() {
        if (!answered.exchange(false)) {
            return false;
        }
        const bool kept_up = well.load();
        boost::asio::post(io, [this] {
            well = worker.keeps_up();
            answered = true;
        });
        return kept_up;
    }

    boost::asio::io_context io{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy{io.get_executor()};
    Worker worker;
    std::atomic<bool> answered{true};
    std::atomic<bool> well{true};
    std::thread thread;
};

WorkerThreads::WorkerThreads(boost::asio::io_context& io, const Worker::Sources& sources, const Settings& settings)
    : threads_{settings.threads},
      own_{io, sources, settings.threads == 0 ? settings.clients : 0, settings.ipv6_prefix} {
    for (unsigned i = 0; i < threads_; ++i) {
        hands_.push_back(std::make_unique<Hand>(sources, settings));
    }
}

// A worker may look into the tables of the others: none goes before all have stopped.
WorkerThreads::~WorkerThreads() {
    for (const auto& hand : hands_) {
        hand->end();
    }
}

void WorkerThreads::start() {
    for (const auto& hand : hands_) {
        try {
            hand->thread = std::thread{[&io = hand->io] { io.run(); }};
        } catch (const std::system_error& failure) {
            throw std::runtime_error{
                fmt::format("this host gives no thread to {} workers ({}); set workers = 0, or raise the limit of "
                            "tasks of this user or service",
                            threads_, failure.what())};
        }
    }
}

void WorkerThreads::each(const std::function<Task(std::size_t)>& task_of) {
    if (threads_ == 0) {
        task_of(0)(own_);
        return;
    }
    for (std::size_t i = 0; i < hands_.size(); ++i) {
        boost::asio::post(hands_[i]->io, [task = task_of(i), &worker = hands_[i]->worker] { task(worker); });
    }
}

void WorkerThreads::stop() {
    own_.stop();
    for (const auto& hand : hands_) {
        boost::asio::post(hand->io, [&hand = *hand] {
            hand.worker.stop();
            hand.busy.reset();
        });
    }
    for (const auto& hand : hands_) {
        if (hand->thread.joinable()) {
            hand->thread.join();
        }
    }
}

ServerCounts WorkerThreads::counts() const {
    ServerCounts sum = own_.responder().counts();
    for (const auto& hand : hands_) {
        sum += hand->worker.responder().counts();
    }
    return sum;
}

std::vector<const ClientTable*> WorkerThreads::client_tables() const {
    std::vector<const ClientTable*> tables{&own_.responder().clients()};
    for (const auto& hand : hands_) {
        tables.push_back(&hand->worker.responder().clients());
    }
    return tables;
}

std::string WorkerThreads::trouble() {
    if (threads_ == 0) {
        return own_.keeps_up() ? "" : "requests lie unanswered";
    }
    std::string late;
    for (std::size_t i = 0; i < hands_.size(); ++i) {
        if (!hands_[i]->keeps_up()) {
            late += fmt::format("{}{}", late.empty() ? "" : ", ", i);
        }
    }
    return late.empty() ? "" : "workers that do not answer: " + late;
}

}  // namespace tokimori
