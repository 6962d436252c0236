#pragma once

#include <functional>
#include <memory>

#include "leap/instant.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// One timer on an event loop; a pending action dies with it.
class DeviceTimer {
public:
    explicit DeviceTimer(boost::asio::io_context& io);
    ~DeviceTimer();
    DeviceTimer(const DeviceTimer&) = delete;
    DeviceTimer& operator=(const DeviceTimer&) = delete;

    /// Calls `action` after `span`, unless it is set anew or cancelled before.
    void set(Duration span, std::function<void()> action);
    void cancel();

private:
    struct Timer;
    std::unique_ptr<Timer> timer_;
};

}  // namespace tokimori
