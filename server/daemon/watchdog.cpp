#include "server/daemon/watchdog.h"

#include <utility>

namespace tokimori {
namespace {

constexpr int kLooksWithinPatience = 4;

}  // namespace

Watchdog::Watchdog(boost::asio::io_context& io, Log& log, const ServiceManager& manager, Sight sight)
    : log_{log}, manager_{manager}, sight_{std::move(sight)}, beat_{io, [this] { look(); }} {}

void Watchdog::start() {
    if (const auto patience = manager_.patience()) {
        beat_.start(*patience / kLooksWithinPatience);
    }
}

void Watchdog::look() {
    const std::string trouble = sight_.trouble();
    if (trouble.empty()) {
        manager_.tell("WATCHDOG=1");
    } else {
        log_.write(sight_.now(), LogLevel::kWarning, "watchdog", {{"what", trouble}});
    }
}

}  // namespace tokimori
