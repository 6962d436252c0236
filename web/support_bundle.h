#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "web/account_store.h"
#include "web/control_request.h"
#include "web/history_row.h"

namespace tokimori::web {

/// What whoever helps from afar wants to see.
struct SupportFacts {
    std::int64_t time = 0;  ///< Unix time
    DaemonReply status{};
    DaemonReply settings{};
    std::span<const AuditEvent> events{};
    std::span<const HistoryRow> history{};
};

/// All of it as one JSON document; what the daemon did not tell is null. Of settings, values whose names are those of
/// secrets are left out, and the table, which is part of the product. Pure.
std::string support_bundle(const SupportFacts& facts);

/// The list of events as the page gets it.
std::string events_json(std::span<const AuditEvent> events);

}  // namespace tokimori::web
