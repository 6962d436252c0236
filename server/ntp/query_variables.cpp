#include "server/ntp/query_variables.h"

#include <algorithm>

#include "server/ntp/query_rows.h"

namespace tokimori {
namespace {

std::span<const QueryVariable> variables_of(QuerySet set) {
    switch (set) {
        case QuerySet::kSystem:
            return system_variables();
        case QuerySet::kPeer:
            return peer_variables();
        case QuerySet::kClock:
            return clock_variables();
    }
    return {};
}

constexpr std::uint16_t kOneEvent = 1U << 4;

}  // namespace

void write_all(QuerySet set, const QueryScene& scene, QueryText& text) {
    for (const QueryVariable& variable : variables_of(set)) {
        if (variable.by_default) {
            variable.write(variable.name, scene, text);
        }
    }
}

bool write_variable(QuerySet set, std::string_view name, const QueryScene& scene, QueryText& text) {
    // NTPsec's name_r is "since the last reset", which here is the start.
    const bool since_reset = set == QuerySet::kSystem && name.starts_with("ss_") && name.ends_with("_r");
    const std::string_view plain = since_reset ? name.substr(0, name.size() - 2) : name;
    const auto write_from = [&](std::span<const QueryVariable> variables) {
        const auto found = std::ranges::find(variables, plain, &QueryVariable::name);
        if (found == variables.end()) {
            return false;
        }
        found->write(name, scene, text);
        return true;
    };
    return write_from(variables_of(set)) || (set == QuerySet::kSystem && write_from(counter_variables()));
}

std::uint16_t system_status(const QueryScene& scene) {
    constexpr unsigned kClockSync = 5;
    constexpr unsigned kRestart = 6;
    constexpr unsigned kNoSystemPeer = 8;
    const PeerView* const peer = system_peer(scene);
    const unsigned event = !scene.view.state.ever_synchronised         ? kRestart
                           : peer != nullptr && is_synchronised(scene) ? kClockSync
                                                                       : kNoSystemPeer;
    const unsigned source = peer != nullptr ? static_cast<unsigned>(peer->kind) : 0U;
    return static_cast<std::uint16_t>(static_cast<unsigned>(leap_of(scene)) << 14 | source << 8 | kOneEvent | event);
}

std::uint16_t peer_status(const QueryScene&, const PeerView& peer) {
    constexpr unsigned kConfigured = 0x8000;
    constexpr unsigned kReachable = 0x1000;
    constexpr unsigned kEventUnreachable = 3;
    constexpr unsigned kEventReachable = 4;
    constexpr unsigned kEventSystemPeer = 10;
    const bool followed = peer.select >= SelectCode::kSystemPeer;
    const unsigned event = followed ? kEventSystemPeer : peer.reach != 0 ? kEventReachable : kEventUnreachable;
    return static_cast<std::uint16_t>(kConfigured | (peer.reach != 0 ? kReachable : 0U) |
                                      static_cast<unsigned>(peer.select) << 8 | kOneEvent | event);
}

std::uint16_t clock_status(const PeerView& peer) {
    constexpr std::uint16_t kNoReply = 0x0101;
    return peer.reach != 0 ? std::uint16_t{0} : kNoReply;
}

LeapIndicator leap_of(const QueryScene& scene) {
    const ServerState& state = scene.view.state;
    return is_synchronised(scene) ? state.scale.at(state.model.tai_at(scene.now)).leap : LeapIndicator::kUnsynchronised;
}

NtpTimestamp timestamp_of(const QueryScene& scene, LocalInstant at) {
    const ServerState& state = scene.view.state;
    return state.ever_synchronised ? state.scale.at(state.model.tai_at(at)).timestamp : NtpTimestamp{};
}

void write_refid(std::string_view name, const ReferenceId& refid, bool above_one, QueryText& text) {
    // Another server chooses its own, and shall not write other variables with it.
    const auto is_of_name = [](std::uint8_t octet) {
        return octet == 0 || (octet > ' ' && octet <= '~' && octet != ',' && octet != '"' && octet != '=');
    };
    if (above_one || !std::all_of(refid.begin(), refid.end(), is_of_name)) {
        std::uint32_t address = 0;
        for (const std::uint8_t octet : refid) {
            address = address << 8 | octet;
        }
        return text.address(name, ClientAddress::v4(address));
    }
    std::array<char, 5> room{};
    std::copy(refid.begin(), refid.end(), room.begin());
    text.bare(name, text_in(room));
}

void write_zero(std::string_view name, const QueryScene&, QueryText& text) {
    text.count(name, 0);
}

void write_nothing(std::string_view name, const QueryScene&, QueryText& text) {
    text.parts(name, 0);
}

}  // namespace tokimori
