#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "leap/served_scale.h"

namespace tokimori {

/// A leap second, past or imagined, as it would be served.
struct LeapPreview {
    LeapTable table;  ///< with the event
    LeapEvent event;
    LeapPolicy policy;
    ServedScale scale;
    TaiInstant end;  ///< of the leap second: 00:00:00 UTC after it
};

/// The preview of the end of `day`: of the event that `table` has there, or else of `imagined`. `day` ends a month.
LeapPreview preview_of(const LeapTable& table, UtcDay day, LeapKind imagined, const LeapPolicy& policy);

/// What is served at one instant.
struct LeapPreviewRow {
    Duration from_end{};  ///< less than 0: before the end of the leap second
    UtcTime utc;          ///< the true name of the instant
    UtcTime served;       ///< what a client makes of the timestamp, which has no name for 23:59:60
    NtpTimestamp timestamp;
    LeapIndicator leap = LeapIndicator::kNone;
    Duration from_utc{};  ///< served − UTC
    double rate_ppm = 0;  ///< of what is served, against UTC
};

LeapPreviewRow preview_at(const LeapPreview& preview, TaiInstant instant);

/// What people want to see: around the announcement or the beginning of the smear, some instants on the way, and every
/// half second around the leap second itself.
std::vector<LeapPreviewRow> preview_highlights(const LeapPreview& preview);

/// Every `step` from `before` ahead of the end of the leap second until `after`; each > 0. At most a million rows.
std::vector<LeapPreviewRow> preview_series(const LeapPreview& preview, Duration before, Duration after, Duration step);

/// Whether a kind of client gets over the leap second with us.
enum class Follows : std::uint8_t {
    kYes,
    kDoubtful,  ///< it may lose us, or show a wrong time until it asks again
    kNo,        ///< from one poll to the next served time moves away by more than it slews (128 ms)
};

/// A kind of client, and how it fares.
struct ClientForecast {
    std::string_view code;        ///< "ntpd_default", …: a stable word
    std::chrono::seconds poll{};  ///< the longest it lets pass between two requests
    Follows follows = Follows::kYes;
    Duration between_polls{};  ///< smear: how far served time moves away meanwhile
    Duration worst{};          ///< how far off it may be, about
};

/// Every kind of client that we know; the same order each time.
std::vector<ClientForecast> client_forecasts(const LeapPolicy& policy);

/// "yes", "doubtful", "no": stable words.
std::string_view follows_code(Follows follows);

}  // namespace tokimori
