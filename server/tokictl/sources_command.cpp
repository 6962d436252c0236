#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>

#include "server/tokictl/asking.h"
#include "server/tokictl/reason_text.h"
#include "server/tokictl/reply_member.h"
#include "server/tokictl/reply_text.h"
#include "server/tokictl/text_table.h"
#include "server/tokictl/units.h"

namespace tokimori {
namespace {

namespace json = boost::json;
using Align = TextTable::Align;

// '#' is chronyc's mark of a reference clock.
constexpr const char* kReferenceClock = "#";

std::string poll_text(std::optional<std::int64_t> nanoseconds) {
    return nanoseconds && *nanoseconds > 0
               ? fmt::format("{}", std::lround(std::log2(static_cast<double>(*nanoseconds) * 1e-9)))
               : "-";
}

std::string reach_text(std::optional<std::int64_t> reach) {
    return reach ? fmt::format("{:o}", *reach) : "-";
}

std::string sample_text(const json::object& source) {
    const auto distance = integer_in(source, "distance_ns");
    if (!distance) {
        return "-";
    }
    return fmt::format("{:>7}[{:>7}] +/- {:>6}", short_span(integer_in(source, "offset_ns"), true),
                       short_span(integer_in(source, "last_offset_ns"), true), short_span(distance));
}

}  // namespace

std::string sources_text(const json::object& reply, Language language) {
    TextTable table{{{"MS"},
                     {say(language, "Name", "名前")},
                     {"Stratum", Align::kRight},
                     {"Poll", Align::kRight},
                     {"Reach", Align::kRight},
                     {"LastRx", Align::kRight},
                     {say(language, "Last sample", "最新のサンプル")},
                     {say(language, "Reason", "理由")}}};
    for (const json::value& each : list_in(reply, "sources")) {
        if (const json::object* const source = each.if_object()) {
            table.add({kReferenceClock + text_in(*source, "tally"), text_in(*source, "name"),
                       count(integer_in(*source, "stratum")), poll_text(integer_in(*source, "poll_ns")),
                       reach_text(integer_in(*source, "reach")), age(integer_in(*source, "last_heard_age_ns")),
                       sample_text(*source), reason_text(text_in(*source, "reason"), language)});
        }
    }
    return table.text();
}

Action prepare_sources(CLI::App& app, Language language) {
    return ask_for(app, language, {"sources", sources_text});
}

}  // namespace tokimori
