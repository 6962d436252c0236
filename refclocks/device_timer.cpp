#include "refclocks/device_timer.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace tokimori {

struct DeviceTimer::Timer {
    boost::asio::steady_timer timer;
};

DeviceTimer::DeviceTimer(boost::asio::io_context& io)
    : timer_{std::make_unique<Timer>(Timer{boost::asio::steady_timer{io}})} {}

DeviceTimer::~DeviceTimer() = default;

void DeviceTimer::set(Duration span, std::function<void()> action) {
    timer_->timer.expires_after(span);
    timer_->timer.async_wait([action = std::move(action)](const boost::system::error_code& error) {
        if (!error) {
            action();
        }
    });
}

void DeviceTimer::cancel() {
    timer_->timer.cancel();
}

}  // namespace tokimori
