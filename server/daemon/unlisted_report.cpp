#include "server/daemon/unlisted_report.h"

#include <fmt/format.h>

namespace tokimori {
namespace {

constexpr Duration kPause = std::chrono::hours{1};
constexpr int kUsualV4 = 24;
constexpr int kUsualV6 = 64;

// The network in which such an address usually is.
std::string usual_network(const ClientAddress& address) {
    const bool is_v4 = address.is_v4();
    const Prefix network{address, is_v4 ? Prefix::kV4Bits + kUsualV4 : kUsualV6};
    std::array<char, kAddressRoom> room{};
    return fmt::format("{}/{}", address_text(network.first(), room), is_v4 ? kUsualV4 : kUsualV6);
}

}  // namespace

void UnlistedReport::tell(const ServerCounts& counts, LocalInstant now, Log& log) {
    if (counts.unlisted == told_ || (last_ && now - *last_ < kPause)) {
        return;
    }
    const std::string network = usual_network(counts.last_unlisted);
    log.write(now, LogLevel::kWarning, "clients_unlisted",
              {{"count", counts.unlisted - told_},
               {"latest", network},
               {"what", fmt::format("clients that no network in [access] allow holds asked for the time and were "
                                    "refused; to serve them add {} to that list, and reload",
                                    network)}});
    told_ = counts.unlisted;
    last_ = now;
}

}  // namespace tokimori
