#include "server/daemon/address_round.h"

#include <algorithm>

#include "server/daemon/server_address.h"

namespace tokimori {
namespace {

constexpr Duration kLeftOut = std::chrono::hours{24};

}  // namespace

std::vector<ReachedAddress> reached_addresses(const std::vector<std::string>& texts) {
    std::vector<ReachedAddress> addresses;
    for (const std::string& text : texts) {
        if (const auto server = parse_server_address(text)) {
            addresses.push_back({server->address, server->zone.empty() ? 0 : interface_of(server->zone)});
        }
    }
    return addresses;
}

void AddressRound::begin(std::vector<ReachedAddress> found, LocalInstant now) {
    std::erase_if(left_out_, [now](const auto& each) { return now - each.second >= kLeftOut; });
    const auto is_left_out = [this](const ReachedAddress& address) {
        return std::any_of(left_out_.begin(), left_out_.end(), [&](const auto& each) { return each.first == address; });
    };
    at_ = 0;
    addresses_ = std::move(found);
    if (!std::all_of(addresses_.begin(), addresses_.end(), is_left_out)) {
        std::erase_if(addresses_, is_left_out);
    }
}

bool AddressRound::pass() {
    at_ = (at_ + 1) % addresses_.size();
    return at_ != 0;
}

bool AddressRound::leave_out(LocalInstant now) {
    if (addresses_.size() < 2) {
        return false;
    }
    left_out_.emplace_back(current(), now);
    addresses_.erase(addresses_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ %= addresses_.size();
    return true;
}

}  // namespace tokimori
