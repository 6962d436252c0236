#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/daemon/configuration.h"
#include "server/daemon/log.h"
#include "server/daemon/settings_service.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

class Crew;

/// The whole time server: the clock thread (the one that calls `run`) and the workers. With `workers = 0` everything
/// happens on the calling thread and no other thread exists.
class Daemon {
public:
    /// Opens the ports; throws std::runtime_error with a sentence for the operator if one cannot be opened. `path` is
    /// where SIGHUP reads the configuration again; `settings`, which are good, what stood there.
    Daemon(std::string path, SettingsInForce settings, Log& log);
    ~Daemon();

    /// The exit code that asks for another start (sysexits.h: EX_TEMPFAIL). packaging/systemd knows it.
    static constexpr int kExitForRestart = 75;
    /// Of a failure that another start may not meet, such as a lack of memory (sysexits.h: EX_SOFTWARE).
    static constexpr int kExitForFailure = 70;

    /// Serves until SIGTERM or SIGINT, or until a restart is asked for. Returns the exit code; throws what nobody
    /// expects.
    int run();

private:
    struct Waits;

    void await_signal();
    void await_step_request();
    void reload();
    Configuration as_in_this_run(Configuration configuration) const;
    std::string take_effect(const Configuration& configuration, const NamedFiles* files);
    void restart();
    void stop_soon();
    SettingsService::Effects settings_effects();
    void stop();
    void log_start();

    std::string path_;
    Configuration configuration_;
    Log& log_;
    boost::asio::io_context& io_;
    std::unique_ptr<Waits> waits_;  ///< before all others: who ends us at once is heard
    std::unique_ptr<Crew> crew_;
    std::unique_ptr<SettingsService> settings_;
    unsigned reloads_wanted_ = 0;  ///< the first of them is under way
    bool told_to_end_ = false;     ///< by a signal
    bool stopped_ = false;
    int exit_code_ = 0;
};

}  // namespace tokimori
