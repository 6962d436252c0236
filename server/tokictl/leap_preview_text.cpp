#include "server/tokictl/leap_preview_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "leap/leap_phase.h"
#include "leap/leap_vote.h"
#include "server/tokictl/leap_words.h"
#include "server/tokictl/text_table.h"

namespace tokimori {
namespace {

double seconds_of(Duration span) {
    return static_cast<double>(span.count()) * 1e-9;
}

double milliseconds_of(Duration span) {
    return static_cast<double>(span.count()) * 1e-6;
}

// "2016-12-31 23:59:60.5 UTC".
std::string shown_utc(const UtcTime& time, int digits) {
    std::string text = format_utc(time, digits);
    std::ranges::replace(text, 'T', ' ');
    text.pop_back();
    return text;
}

std::string served_of(const LeapPreviewRow& row) {
    return shown_utc(row.served, 3);
}

std::string heading(const LeapPreview& preview, Language language) {
    const UtcTime utc = leap_second_of(preview.event);
    const std::string when = shown_utc(utc, 0) + " UTC (" + format_jst(utc) + ")";
    if (preview.policy.mode == LeapMode::kSmear) {
        return say(language, "{} of a leap second at {}: smear over {} min, {:+.1f} ppm, LI stays 0\n\n",
                   "うるう秒の{}: {}、{} 分間の smear ({:+.1f} ppm)、LI は 0 のまま\n\n",
                   leap_kind_text(leap_kind_code(preview.event.kind), language), when, preview.policy.smear.count(),
                   preview.scale.rate_ppm_at(preview.scale.smear()->begins));
    }
    return say(language, "{} of a leap second at {}, announced {:g} h before\n\n",
               "うるう秒の{}: {}、{:g} 時間前から予告\n\n",
               leap_kind_text(leap_kind_code(preview.event.kind), language), when,
               std::chrono::duration<double, std::ratio<3600>>{preview.policy.lead}.count());
}

std::string rows_text(const LeapPreview& preview, Language language) {
    TextTable table{{{"UTC"},
                     {"JST"},
                     {say(language, "Served (UTC)", "配信時刻 (UTC)")},
                     {"LI", TextTable::Align::kRight},
                     {say(language, "From UTC (s)", "UTC との差 (秒)"), TextTable::Align::kRight},
                     {"ppm", TextTable::Align::kRight}}};
    for (const LeapPreviewRow& row : preview_highlights(preview)) {
        std::string jst = format_jst(row.utc, 1);
        jst.resize(jst.size() - 4);
        table.add({shown_utc(row.utc, 1), jst, served_of(row), std::to_string(static_cast<int>(row.leap)),
                   fmt::format("{:+.6f}", seconds_of(row.from_utc)), fmt::format("{:+.1f}", row.rate_ppm)});
    }
    return table.text();
}

std::string fate(const ClientForecast& client, const LeapPolicy& policy, Language language) {
    const bool smear = policy.mode == LeapMode::kSmear;
    switch (client.follows) {
        case Follows::kYes:
            return say(language, "follows", "追従できます");
        case Follows::kDoubtful:
            return smear
                       ? say(language, "may lose track: up to about {:.0f} ms off",
                             "追従できないおそれ: 最大約 {:.0f} ms のずれ", milliseconds_of(client.worst))
                       : say(language, "up to 1 s off until it asks again: it does not hear of, or know, leap seconds",
                             "次に問い合わせるまで最大 1 秒ずれます (予告を受け取れないか、うるう秒を扱えません)");
        case Follows::kNo:
            break;
    }
    return say(language, "CANNOT FOLLOW: time moves {:.0f} ms from one poll to the next (limit 128 ms)",
               "追従できません: 1 回の問い合わせ間隔で {:.0f} ms 動きます (限界 128 ms)",
               milliseconds_of(client.between_polls));
}

std::string clients_text(const LeapPreview& preview, Language language) {
    TextTable table{{{say(language, "Clients", "クライアント")}, {say(language, "Outlook", "見込み")}}};
    for (const ClientForecast& client : client_forecasts(preview.policy)) {
        table.add({client_text(client.code, language), fate(client, preview.policy, language)});
    }
    return table.text();
}

}  // namespace

std::string preview_text(const LeapPreview& preview, Language language) {
    return heading(preview, language) + rows_text(preview, language) + "\n" + clients_text(preview, language);
}

std::string preview_csv(const std::vector<LeapPreviewRow>& rows) {
    std::string text = "from_end_s,utc,jst,served,ntp_seconds,li,from_utc_s,rate_ppm\n";
    for (const LeapPreviewRow& row : rows) {
        const std::uint64_t nanoseconds = ((row.timestamp.bits & 0xffff'ffffU) * 1'000'000'000U) >> 32;
        text +=
            fmt::format("{:.3f},{},{},{},{}.{:09},{},{:.9f},{:.4f}\n", seconds_of(row.from_end), format_utc(row.utc, 3),
                        format_jst(row.utc, 3), format_utc(row.served, 9), row.timestamp.bits >> 32, nanoseconds,
                        static_cast<int>(row.leap), seconds_of(row.from_utc), row.rate_ppm);
    }
    return text;
}

}  // namespace tokimori
