#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/daemon/log.h"
#include "server/daemon/service_manager.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// Tells the service manager again and again that time is served, as long as it is: four times within its patience.
/// Once it is not, the service manager hears nothing more and ends the process. Everything on the thread of `io`.
class Watchdog {
public:
    /// What it goes by: the time, and what is wrong, empty where nothing is. All must outlive the object.
    struct Sight {
        std::function<LocalInstant()> now;
        std::function<std::string()> trouble;
    };
    Watchdog(boost::asio::io_context& io, Log& log, const ServiceManager& manager, Sight sight);
    ~Watchdog();

    /// Begins, where the service manager waits for it.
    void start();
    void stop();

private:
    struct Ticker;

    void look();

    Log& log_;
    const ServiceManager& manager_;
    Sight sight_;
    std::unique_ptr<Ticker> ticker_;
};

}  // namespace tokimori
