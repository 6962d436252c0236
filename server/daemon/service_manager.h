#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "leap/instant.h"

namespace tokimori {

/// systemd, where it started this process as a service that tells how it is doing (sd_notify(3), Type=notify). Where
/// nobody listens everything here does nothing. Any thread; never waits.
class ServiceManager {
public:
    /// What the environment of a service says of it; empty where it is not set.
    struct Environment {
        std::string notify_socket;  ///< NOTIFY_SOCKET
        std::string watchdog_usec;  ///< WATCHDOG_USEC
        std::string watchdog_pid;   ///< WATCHDOG_PID: whose watchdog it is; empty: ours
    };
    static Environment environment();

    explicit ServiceManager(const Environment& environment);

    /// Sends assignments, one a line, such as "READY=1". False where nobody heard it.
    bool tell(std::string_view assignments) const;

    /// How long it waits for a "WATCHDOG=1" before it kills us; nullopt: for ever.
    std::optional<Duration> patience() const { return patience_; }

private:
    std::string socket_;
    std::optional<Duration> patience_;
};

}  // namespace tokimori
