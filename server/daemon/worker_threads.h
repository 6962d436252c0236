#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/daemon/worker.h"

namespace tokimori {

/// The workers: one on each of N threads, or, with N = 0, a single one on the thread of an event loop that is there
/// already. All functions on that loop's thread.
class WorkerThreads {
public:
    struct Settings {
        unsigned threads = 0;
        std::size_t clients = 0;  ///< that each worker remembers
        int ipv6_prefix = 128;
    };
    /// `io` and `sources` must outlive the object.
    WorkerThreads(boost::asio::io_context& io, const Worker::Sources& sources, const Settings& settings);
    /// Whatever ends the daemon: no thread is left behind.
    ~WorkerThreads();

    unsigned threads() const { return threads_; }

    /// Throws std::runtime_error with a sentence where the host gives no thread.
    void start();

    using Task = std::function<void(Worker&)>;
    /// Asks for a task for each worker, which are numbered from 0. It is carried out on the worker's own thread, in its
    /// own time.
    void each(const std::function<Task(std::size_t)>& task_of);

    /// Closes the ports and waits for the threads.
    void stop();

    /// Summed over the workers; they may be at work.
    ServerCounts counts() const;
    /// Of each worker; good as long as the object.
    std::vector<const ClientTable*> client_tables() const;

    /// Which workers did not turn around, or left datagrams lying, since the last call; empty where all do their work.
    std::string trouble();

private:
    struct Hand;

    unsigned threads_;
    Worker own_;
    std::vector<std::unique_ptr<Hand>> hands_;
};

}  // namespace tokimori
