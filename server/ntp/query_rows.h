#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "server/ntp/query_variables.h"

/// What the files with the variables of control messages share; nobody else includes it.
namespace tokimori {

/// One variable: its name, and what writes it. A new one is a row.
struct QueryVariable {
    std::string_view name;
    void (*write)(std::string_view name, const QueryScene& scene, QueryText& text) = nullptr;
    bool by_default = false;  ///< is told if none is named
};

std::span<const QueryVariable> system_variables();
/// Likewise of the system: counters, of clients, datagrams and keys. None of them is told unless it is named.
std::span<const QueryVariable> counter_variables();
std::span<const QueryVariable> peer_variables();
std::span<const QueryVariable> clock_variables();

/// The source that is followed, or null.
inline const PeerView* system_peer(const QueryScene& scene) {
    return scene.view.system_peer < scene.view.peer_count ? &scene.view.peers[scene.view.system_peer] : nullptr;
}

inline bool is_synchronised(const QueryScene& scene) {
    return scene.view.state.synchronised_at(scene.now);
}

/// The leap indicator as it would be served.
LeapIndicator leap_of(const QueryScene& scene);

/// Served time at `at`; zero before the first synchronisation.
NtpTimestamp timestamp_of(const QueryScene& scene, LocalInstant at);

/// Seconds since the daemon began.
inline std::int64_t uptime_of(const QueryScene& scene) {
    return (scene.now - scene.view.started) / std::chrono::seconds{1};
}

/// How many datagrams came to that.
inline std::int64_t count_of(const QueryScene& scene, Verdict verdict) {
    return static_cast<std::int64_t>(scene.view.counts.of(verdict));
}

/// Whether it is another server, not a clock.
inline bool is_server(const PeerView& peer) {
    return peer.driver_number == 0;
}

/// 127.127.type.unit, as ntpd writes clocks; the address of a server.
ClientAddress address_of(const PeerView& peer);

/// What stands in `room` before its first zero.
template <std::size_t size>
std::string_view text_in(const std::array<char, size>& room) {
    return {room.data(), static_cast<std::size_t>(std::find(room.begin(), room.end(), '\0') - room.begin())};
}

/// A name, or the address it is; `above_one`: of a stratum at which it is an address whatever it looks like.
void write_refid(std::string_view name, const ReferenceId& refid, bool above_one, QueryText& text);
void write_zero(std::string_view name, const QueryScene& scene, QueryText& text);
void write_nothing(std::string_view name, const QueryScene& scene, QueryText& text);  ///< 0.000

}  // namespace tokimori
