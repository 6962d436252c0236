#include "server/daemon/watchdog.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace tokimori {
namespace {

constexpr int kLooksWithinPatience = 4;

}  // namespace

struct Watchdog::Ticker {
    explicit Ticker(boost::asio::io_context& io) : timer{io} {}

    boost::asio::steady_timer timer;
};

Watchdog::Watchdog(boost::asio::io_context& io, Log& log, const ServiceManager& manager, Sight sight)
    : log_{log}, manager_{manager}, sight_{std::move(sight)}, ticker_{std::make_unique<Ticker>(io)} {}

Watchdog::~Watchdog() = default;

void Watchdog::start() {
    const auto patience = manager_.patience();
    if (!patience) {
        return;
    }
    ticker_->timer.expires_after(*patience / kLooksWithinPatience);
    ticker_->timer.async_wait([this](const boost::system::error_code& error) {
        if (!error) {
            look();
            start();
        }
    });
}

void Watchdog::look() {
    const std::string trouble = sight_.trouble();
    if (trouble.empty()) {
        manager_.tell("WATCHDOG=1");
    } else {
        log_.write(sight_.now(), LogLevel::kWarning, "watchdog", {{"what", trouble}});
    }
}

void Watchdog::stop() {
    ticker_->timer.cancel();
}

}  // namespace tokimori
