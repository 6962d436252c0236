#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "server/ntp/client_table.h"
#include "server/ntp/query_text.h"
#include "server/ntp/query_view.h"

namespace tokimori {

/// What the variables of a control message are taken from.
struct QueryScene {
    const QueryView& view;
    LocalInstant now;
    const PeerView* peer = nullptr;                ///< the association asked for; null: the system
    std::uint16_t association = 0;                 ///< its number, 1 …; 0: the system
    std::span<const ClientTable* const> tables{};  ///< of all workers
};

/// Whose variables.
enum class QuerySet : std::uint8_t { kSystem, kPeer, kClock };

/// Writes all variables that ntpd writes if none is named, in its order.
void write_all(QuerySet set, const QueryScene& scene, QueryText& text);

/// Writes one variable; false where the set has none of that name.
bool write_variable(QuerySet set, std::string_view name, const QueryScene& scene, QueryText& text);

/// Status words (RFC 9327 section 3): of the system, of an association, of the clock behind it.
std::uint16_t system_status(const QueryScene& scene);
std::uint16_t peer_status(const QueryScene& scene, const PeerView& peer);
std::uint16_t clock_status(const PeerView& peer);

}  // namespace tokimori
