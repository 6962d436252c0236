#pragma once

#include <functional>
#include <string>

#include "server/daemon/beat.h"
#include "server/daemon/log.h"
#include "server/daemon/service_manager.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// Tells the service manager again and again that time is served, as long as it is: about four times within its
/// patience. Once it is not, the service manager hears nothing more and ends the process. Everything on the thread of
/// `io`.
class Watchdog {
public:
    /// What it goes by: the time, and what is wrong, empty where nothing is. All must outlive the object.
    struct Sight {
        std::function<LocalInstant()> now;
        std::function<std::string()> trouble;
    };
    Watchdog(boost::asio::io_context& io, Log& log, const ServiceManager& manager, Sight sight);

    /// Begins, where the service manager waits for it.
    void start();
    void stop() { beat_.stop(); }

private:
    void look();

    Log& log_;
    const ServiceManager& manager_;
    Sight sight_;
    Beat beat_;
};

}  // namespace tokimori
