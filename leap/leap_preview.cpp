#include "leap/leap_preview.h"

#include <algorithm>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kMostRows = 1'000'000;
// Beyond it clients step instead of slewing (RFC 5905: STEPT), or are of no use.
constexpr Duration kStep = 128ms;

/// What is known of a kind of client.
struct ClientKind {
    std::string_view code;
    std::chrono::seconds poll;
    int lag;           ///< worst error ÷ (poll × rate), as measured with real ones behind such smears
    bool knows_leaps;  ///< carries an announced leap second out
};

constexpr std::array kClients{
    ClientKind{"chrony_64s", 64s, 2, true},     ClientKind{"chrony_default", 1024s, 2, true},
    ClientKind{"ntpd_64s", 64s, 9, true},       ClientKind{"ntpd_default", 1024s, 9, true},
    ClientKind{"timesyncd", 2048s, 1, true},    ClientKind{"windows", 32768s, 1, false},
    ClientKind{"sntp_hourly", 3600s, 1, false}, ClientKind{"sntp_daily", 86400s, 1, false},
};

UtcTime name_of(PosixNanoseconds posix) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    const auto floor_div = [](std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); };
    const std::int64_t second = floor_div(posix, kSecond);
    const std::int64_t day = floor_div(second, kSecondsPerDay);
    return {{static_cast<UtcDay>(day), static_cast<std::int32_t>(second - day * kSecondsPerDay)},
            static_cast<std::int32_t>(posix - second * kSecond)};
}

void add_every(std::vector<TaiInstant>& instants, const TaiSpan& span, Duration step) {
    for (TaiInstant at = span.begins; at <= span.ends; at += step) {
        instants.push_back(at);
    }
}

ClientForecast forecast_smear(const ClientKind& client, const LeapPolicy& policy) {
    const std::chrono::seconds length = std::clamp(policy.smear, kShortestSmear, kLongestSmear);
    const Duration moved = std::min<Duration>(Duration{client.poll} / length.count(), 1s);
    const Duration worst = std::min<Duration>(moved * client.lag, 1s);
    const Follows follows = moved > kStep ? Follows::kNo : worst > kStep ? Follows::kDoubtful : Follows::kYes;
    return {client.code, client.poll, follows, moved, worst};
}

ClientForecast forecast_insertion(const ClientKind& client, const LeapPolicy& policy) {
    const bool hears = client.poll <= std::clamp(policy.lead, kShortestLead, kLongestLead);
    const bool ready = hears && client.knows_leaps;
    return {client.code, client.poll, ready ? Follows::kYes : Follows::kDoubtful, Duration::zero(),
            ready ? Duration::zero() : Duration{1s}};
}

}  // namespace

LeapPreview preview_of(const LeapTable& table, UtcDay day, LeapKind imagined, const LeapPolicy& policy) {
    const LeapTable extended = table.with_event({day, imagined});
    const LeapEvent event{day, extended.kind_on(day)};
    const TaiInstant end = extended.end_of(event);
    return {extended, event, policy, ServedScale::around(end, extended, policy), end};
}

LeapPreviewRow preview_at(const LeapPreview& preview, TaiInstant instant) {
    const ServedScale::Reading reading = preview.scale.at(instant);
    const Duration offset = preview.scale.offset_at(instant);
    return {.from_end = instant - preview.end,
            .utc = preview.table.utc_at(instant),
            .served = name_of((instant + offset).time_since_epoch().count()),
            .timestamp = reading.timestamp,
            .leap = reading.leap,
            .from_utc = preview.scale.offset_from_utc_at(instant),
            .rate_ppm = preview.scale.rate_ppm_at(instant)};
}

std::vector<LeapPreviewRow> preview_highlights(const LeapPreview& preview) {
    std::vector<TaiInstant> instants;
    if (const auto announced = preview.scale.announcement()) {
        add_every(instants, {announced->begins - 1s, announced->begins + 1s}, 1s);
    }
    if (const auto smear = preview.scale.smear()) {
        add_every(instants, {smear->begins - 1s, smear->begins + 1s}, 1s);
        const Duration length = smear->ends - smear->begins;
        add_every(instants, {smear->begins + length / 8, smear->ends - length / 8}, length / 8);
    }
    add_every(instants, {preview.end - 3s, preview.end + 2s}, 500ms);
    std::vector<LeapPreviewRow> rows;
    for (const TaiInstant instant : instants) {
        rows.push_back(preview_at(preview, instant));
    }
    return rows;
}

std::vector<LeapPreviewRow> preview_series(const LeapPreview& preview, Duration before, Duration after, Duration step) {
    const std::int64_t rows = std::min<std::int64_t>((before + after) / step + 1, kMostRows);
    std::vector<LeapPreviewRow> series;
    series.reserve(static_cast<std::size_t>(rows));
    for (std::int64_t row = 0; row < rows; ++row) {
        series.push_back(preview_at(preview, preview.end - before + row * step));
    }
    return series;
}

std::vector<ClientForecast> client_forecasts(const LeapPolicy& policy) {
    std::vector<ClientForecast> forecasts;
    for (const ClientKind& client : kClients) {
        forecasts.push_back(policy.mode == LeapMode::kSmear ? forecast_smear(client, policy)
                                                            : forecast_insertion(client, policy));
    }
    return forecasts;
}

std::string_view follows_code(Follows follows) {
    return follows == Follows::kYes ? "yes" : follows == Follows::kDoubtful ? "doubtful" : "no";
}

}  // namespace tokimori
