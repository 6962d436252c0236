#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/daemon/clock_service.h"
#include "server/daemon/control_socket.h"
#include "server/daemon/front_panel.h"
#include "server/daemon/keys_file.h"
#include "server/daemon/listeners.h"
#include "server/daemon/published_state.h"
#include "server/daemon/query_teller.h"
#include "server/daemon/service_manager.h"
#include "server/daemon/statistics.h"
#include "server/daemon/unlisted_report.h"
#include "server/daemon/watchdog.h"
#include "server/daemon/worker_threads.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// Everything that works for the daemon, put together: who asks whom is said here and nowhere else. Clock thread only.
class Crew {
public:
    /// `io` and `log` must outlive the object. Opens no port and starts nothing.
    Crew(boost::asio::io_context& io, const Configuration& configuration, Log& log);

    ClockService& clock() { return clock_; }
    Listeners& listeners() { return listeners_; }
    WorkerThreads& workers() { return workers_; }
    const ServiceManager& manager() const { return manager_; }
    Watchdog& watchdog() { return watchdog_; }

    /// Who knows whether changed settings could be written.
    void ask_of_settings(std::function<std::string()> fault) { settings_fault_ = std::move(fault); }
    /// What is asked of leap second lists on the control socket, one at a time.
    std::vector<ControlHandler> leap_list_requests();
    /// What more than the facts is answered on the control socket.
    void answer(std::vector<ControlHandler> handlers);

    /// Whether a leap second is being announced or smeared.
    bool leap_second_under_way() const;
    /// What is configured beside ports, sources and threads.
    void configure(const Configuration& configuration);
    /// The keys of clients, from the next `distribute` on. Keys that cannot be read leave the old ones in force.
    void take_keys(const KeysFileResult& read, Log& log);
    /// Hands out the rules, the keys and the ports; each worker takes them over on its own thread.
    void distribute(const Configuration& configuration);
    /// Nobody is answered or told anything any more but clients of the ports.
    void stop_telling();

private:
    void tidy();
    std::string trouble();
    QueryView query_view() const;
    std::string storage_fault() const;
    ControlFacts facts() const;

    boost::asio::io_context& io_;
    PublishedState published_{PublishedClock{}};
    ServiceManager manager_{ServiceManager::environment()};
    Listeners listeners_;
    std::shared_ptr<const KeyRing> keys_;
    ClockService clock_;
    LocalInstant started_;
    UnlistedReport unlisted_;
    Beat unlisted_beat_;
    QueryTeller queries_;
    WorkerThreads workers_;
    bool lab_mode_;
    std::function<std::string()> settings_fault_ = [] { return std::string{}; };
    std::vector<ControlHandler> control_handlers_;
    ControlSocket control_;
    Statistics statistics_;
    FrontPanel panel_;
    Watchdog watchdog_;
    Beat tidying_;
    bool start_is_over_ = false;
};

}  // namespace tokimori
