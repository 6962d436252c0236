#pragma once

#include <utility>

#include "leap/leap_phase.h"
#include "leap/leap_preview_basis.h"
#include "leap/leap_vote.h"

namespace tokimori {

/// A preview for programs: `event`, `policy`, `rows` (around what changes), `clients` and, by whose words it was
/// chosen, `basis`. Spans in ns. `Object` and `Array` are those of a JSON library (Boost.JSON's), which is its users'
/// and not this room's: an object is made of pairs of a name and a value.
template <typename Object, typename Array>
Object leap_preview_document(const LeapPreview& preview, const PreviewBasis& basis) {
    Array rows;
    for (const LeapPreviewRow& row : preview_highlights(preview)) {
        rows.push_back(Object{{"from_end_ns", row.from_end.count()},
                              {"utc", format_utc(row.utc, 9)},
                              {"jst", format_jst(row.utc, 9)},
                              {"served", format_utc(row.served, 9)},
                              {"li", static_cast<int>(row.leap)},
                              {"from_utc_ns", row.from_utc.count()},
                              {"rate_ppm", row.rate_ppm}});
    }
    Array clients;
    for (const ClientForecast& client : client_forecasts(preview.policy)) {
        clients.push_back(Object{{"client", client.code},
                                 {"poll_s", client.poll.count()},
                                 {"follows", follows_code(client.follows)},
                                 {"between_polls_ns", client.between_polls.count()},
                                 {"worst_ns", client.worst.count()}});
    }
    Array options;
    for (const std::string_view option : basis.options) {
        options.emplace_back(option);
    }
    return {
        {"event", {{"day", format_date(preview.event.day)}, {"kind", leap_kind_code(preview.event.kind)}}},
        {"policy", {{"mode", leap_mode_code(preview.policy.mode)}, {"smear_minutes", preview.policy.smear.count()}}},
        {"rows", std::move(rows)},
        {"clients", std::move(clients)},
        {"basis",
         {{"settings", basis.daemon ? "daemon" : "built_in"},
          {"options", std::move(options)},
          {"day", preview_day_code(basis.day_is)}}}};
}

}  // namespace tokimori
