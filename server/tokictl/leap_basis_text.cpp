#include "server/tokictl/leap_basis_text.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "server/tokictl/reply_member.h"

namespace tokimori {
namespace {

namespace json = boost::json;

std::optional<LeapEvent> event_in(const json::object& leap, std::string_view name) {
    const json::object& event = object_in(leap, name);
    const std::optional<UtcTime> day = parse_utc(text_in(event, "day"));
    if (!day) {
        return std::nullopt;
    }
    return LeapEvent{day->second.day, text_in(event, "kind") == "delete" ? LeapKind::kDelete : LeapKind::kInsert};
}

LeapPolicy configured(const json::object& policy) {
    LeapPolicy found;
    found.mode = text_in(policy, "mode") == "smear" ? LeapMode::kSmear : LeapMode::kInsert;
    found.smear = std::chrono::minutes{integer_in(policy, "smear_minutes").value_or(found.smear.count())};
    found.lead = Duration{integer_in(policy, "announce_ns").value_or(found.lead.count())};
    return found;
}

}  // namespace

PreviewKnowledge preview_knowledge(const json::object& leap) {
    PreviewKnowledge known{.policy = configured(object_in(leap, "policy")), .next = event_in(leap, "next")};
    for (const auto& event : {event_in(leap, "last"), known.next}) {
        known.table = event ? known.table.with_event(*event) : known.table;
    }
    return known;
}

std::string basis_text(const PreviewBasis& basis, std::string_view asked, Language language) {
    std::string text;
    if (basis.daemon) {
        text = say(language, "Settings and leap seconds: as the daemon has them",
                   "設定とうるう秒の情報: デーモンの現在の値");
    } else if (asked.empty()) {
        text = say(language, "Settings: from the command line; leap seconds: the table built in",
                   "設定: コマンドラインの指定。うるう秒の情報: 内蔵の表");
    } else {
        text =
            say(language,
                "No daemon answers at {}. Settings: built in, which may not be how it is configured; leap seconds: the "
                "table built in",
                "{} でデーモンが応答しません。設定: 内蔵の既定値 "
                "(デーモンの設定とは異なることがあります)。うるう秒の情報: 内蔵の表",
                asked);
    }
    if (!basis.options.empty() && (basis.daemon || !asked.empty())) {
        std::string options;
        for (const std::string_view option : basis.options) {
            options += fmt::format("{}--{}", options.empty() ? "" : ", ", option);
        }
        text += say(language, "; but {} from the command line", "。ただし {} はコマンドラインの指定", options);
    }
    if (basis.day_is == PreviewBasis::Day::kNext) {
        text += say(language, ". It is the next one", "。次回のうるう秒です");
    } else if (basis.day_is == PreviewBasis::Day::kLast) {
        text += say(language, ". No next one is known, so it is the last", "。次回は未定のため、前回のうるう秒です");
    }
    return text + say(language, ".\n", "。\n");
}

}  // namespace tokimori
