#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/daemon/configuration.h"
#include "server/daemon/log.h"

namespace tokimori {

/// The whole time server: the clock thread (the one that calls `run`) and the workers. With `workers = 0` everything
/// happens on the calling thread and no other thread exists.
class Daemon {
public:
    /// Opens the ports; throws std::runtime_error with a sentence for the operator if one cannot be opened. `path` is
    /// where SIGHUP reads the configuration again.
    Daemon(std::string path, const Configuration& configuration, Log& log);
    ~Daemon();

    /// Serves until SIGTERM or SIGINT.
    void run();

private:
    class Crew;

    void await_signal();
    void await_step_request();
    void reload();
    void stop();
    void log_start();

    std::string path_;
    Configuration configuration_;
    Log& log_;
    std::unique_ptr<Crew> crew_;
};

}  // namespace tokimori
