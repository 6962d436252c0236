#include "refclocks/local.h"

#include <utility>

#include "refclocks/device_timer.h"
#include "refclocks/posix_utc.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr Duration kInterval = 16s;

}  // namespace

// Whoever hears it may stop us.
class LocalRefclock::Teller : public std::enable_shared_from_this<Teller> {
public:
    Teller(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source)
        : counter_{counter}, sink_{sink}, source_{source}, timer_{io} {}

    void start() {
        if (!std::exchange(running_, true)) {
            tell();
        }
    }

    void stop() {
        running_ = false;
        timer_.cancel();
    }

private:
    void tell() {
        if (!running_) {
            return;
        }
        timer_.set(kInterval, [self = shared_from_this()] { self->tell(); });
        const Counter::HostDate date = counter_.host_date();
        if (const auto utc = utc_from_posix(date.posix / 1'000'000'000, date.posix % 1'000'000'000)) {
            sink_.observe(HostTime{source_, date.local, *utc});
        }
    }

    Counter& counter_;
    ObservationSink& sink_;
    const SourceId source_;
    DeviceTimer timer_;
    bool running_ = false;
};

LocalRefclock::LocalRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source)
    : teller_{std::make_shared<Teller>(io, counter, sink, source)} {}

LocalRefclock::~LocalRefclock() {
    teller_->stop();
}

void LocalRefclock::start() {
    teller_->start();
}

void LocalRefclock::stop() {
    teller_->stop();
}

}  // namespace tokimori
