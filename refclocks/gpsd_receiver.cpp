#include "refclocks/gpsd_receiver.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "refclocks/stamp_uncertainty.h"

namespace tokimori {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What passes between gpsd's decision to report and our reading of the socket, on one host or across a LAN.
constexpr Duration kArrivalUncertainty = milliseconds{100};
// TPV prints milliseconds, TOFF nanoseconds; the fastest receivers report every 40 ms.
constexpr Duration kSameTime = milliseconds{15};
constexpr Duration kOneSecond = milliseconds{970};
constexpr Duration kSatellitesHold = seconds{30};
// Receivers tell of their antenna every few seconds at best.
constexpr Duration kFlagHolds = seconds{60};
// It is broadcast every 12.5 minutes, and its week is ambiguous after 128 weeks.
constexpr Duration kPageHolds = std::chrono::hours{24};
constexpr std::int64_t kMostJamming = 255;
constexpr int kJammingStep = 32;
constexpr int kStatusTimeOnly = 7;
constexpr int kStatusSimulated = 8;

// On gpsd's scale, where 23:59:60 and 00:00:00 are one.
Duration posix(const UtcTime& time) {
    return seconds{std::int64_t{time.second.day} * kSecondsPerDay + time.second.second} + Duration{time.nanosecond};
}

Duration apart(const UtcTime& a, const UtcTime& b) {
    return std::chrono::abs(posix(a) - posix(b));
}

bool is_leap_second(const UtcTime& time) {
    return time.second.second == kSecondsPerDay;
}

// Several lines name one second. The two seconds that gpsd counts alike at a leap second differ in name or in GPS −
// UTC.
bool same_second(const FixReport& a, const FixReport& b) {
    const bool leapt = a.gps_minus_utc && b.gps_minus_utc && *a.gps_minus_utc != *b.gps_minus_utc;
    return !leapt && is_leap_second(*a.time) == is_leap_second(*b.time) && apart(*a.time, *b.time) < kOneSecond;
}

ReceiverHealth::Antenna antenna_of(std::int64_t told) {
    using Antenna = ReceiverHealth::Antenna;
    return told == 2 ? Antenna::kOpen : told == 3 ? Antenna::kShort : Antenna::kUnknown;
}

bool differ(const ReceiverHealth& a, const ReceiverHealth& b) {
    return a.antenna != b.antenna || a.antenna_powered != b.antenna_powered ||
           std::abs(a.jamming - b.jamming) >= kJammingStep;
}

bool differ(const Satellites& a, const Satellites& b) {
    return a.visible != b.visible || a.used != b.used || a.list != b.list;
}

}  // namespace

GpsdReceiver::GpsdReceiver(Counter& counter, ObservationSink& sink, SourceId source)
    : counter_{counter}, sink_{sink}, source_{source} {
    health_.source = source;
}

void GpsdReceiver::take(const FixReport& report) {
    tell_health(report);
    if (!vouched(report)) {
        reject(Rejection::Reason::kNoFix);
        return;
    }
    if (!report.time || (last_ && same_second(report, *last_))) {
        return;
    }
    if (const std::optional<Label> made = label(report)) {
        last_ = report;
        sink_.observe(*made);
    }
}

void GpsdReceiver::take(const TimeOffsetReport& report) {
    const StampedInstant stamped = counter_.from_realtime(report.clock);
    if (!stamped.at) {
        reject(stamped.refusal);
        return;
    }
    offset_ = Hearing{report.real, *stamped.at};
}

// Some receivers tell of their satellites in several incomplete reports a second; the fullest counts, and is passed on
// when the next second's begin.
void GpsdReceiver::take(const SkyReport& report) {
    const LocalInstant now = counter_.now();
    hear_sky(report, now);
    if (current_ && now - current_->at < kOneSecond) {
        if (report.visible > current_->visible) {
            current_->list = report.list;
        }
        current_->visible = std::max(current_->visible, report.visible);
        current_->used = std::max(current_->used, report.used);
        return;
    }
    tell_satellites();
    current_ = Satellites{source_, now, report.visible, report.used, report.list};
    if (!sent_) {
        tell_satellites();
    }
}

// Receivers let a page with a wrong bit pass now and then. All satellites send the same one at the same time.
void GpsdReceiver::take(const LeapReport& report) {
    if (heard_page_ == report.page) {
        page_ = report.page;
        page_at_ = counter_.now();
    }
    heard_page_ = report.page;
}

// A second is heard when it is named first; named again a second later, it is the next one counted alike (a leap
// second).
void GpsdReceiver::hear_sky(const SkyReport& report, LocalInstant now) {
    if (!report.time) {
        return;
    }
    if (!sky_ || apart(*report.time, sky_->time) > kSameTime || now - sky_->at >= kOneSecond) {
        sky_ = Hearing{*report.time, now};
    }
}

void GpsdReceiver::reject(Rejection::Reason reason) {
    sink_.observe(Rejection{.source = source_, .at = counter_.now(), .reason = reason});
}

// A surveyed-in timing receiver computes no position and has mode 0 for ever.
bool GpsdReceiver::vouched(const FixReport& report) const {
    if (report.status == kStatusSimulated || report.mode == 1) {
        return false;
    }
    return report.mode >= 2 || !report.time || report.status == kStatusTimeOnly || sees_satellites();
}

bool GpsdReceiver::sees_satellites() const {
    return current_ && current_->used > 0 && counter_.now() - current_->at < kSatellitesHold;
}

// TOFF, where there is one, is the earliest and best stamp; gpsd sends it just before the TPV of its second. Without
// it, a TPV of mode 0 may be a whole second late (it is sent when the next second's data begin), so that the SKY which
// named the second in time must speak for it, or nobody does.
std::optional<Label> GpsdReceiver::label(const FixReport& report) {
    Label made{.source = source_,
               .heard = counter_.now(),
               .time = *report.time,
               .uncertainty = kArrivalUncertainty,
               .gps_minus_utc = report.gps_minus_utc};
    if (page_ && made.heard - page_at_ < kPageHolds) {
        made.leap_at_month_end = leap_at_month_end(*page_, report.time->second.day);
    }
    // Used once: the count of the second before may come back at a leap second.
    const std::optional<Hearing> offset = std::exchange(offset_, std::nullopt);
    if (offset && apart(offset->time, *report.time) <= kSameTime) {
        made.heard = offset->at;
        made.uncertainty = kSentenceStampUncertainty;
        return made;
    }
    if (report.mode < 2 && report.status != kStatusTimeOnly) {
        if (!sky_ || apart(sky_->time, *report.time) > kSameTime) {
            return std::nullopt;
        }
        made.heard = sky_->at;
    }
    return made;
}

void GpsdReceiver::tell_satellites() {
    if (current_ && (!sent_ || differ(*sent_, *current_))) {
        sent_ = current_;
        sink_.observe(*current_);
    }
}

void GpsdReceiver::repeat() {
    sent_.reset();
    tell_satellites();
    health_.at = counter_.now();
    sink_.observe(health_);
}

void GpsdReceiver::Flag::take(std::optional<std::int64_t> told, LocalInstant now) {
    if (told) {
        value = *told;
        at = now;
    } else if (now - at >= kFlagHolds) {
        value = 0;
    }
}

void GpsdReceiver::tell_health(const FixReport& report) {
    const LocalInstant now = counter_.now();
    antenna_.take(report.antenna, now);
    antenna_power_.take(report.antenna_power, now);
    jamming_.take(report.jamming, now);
    ReceiverHealth next{.source = source_, .at = now, .antenna = antenna_of(antenna_.value)};
    if (antenna_power_.value == 1 || antenna_power_.value == 2) {
        next.antenna_powered = antenna_power_.value == 2;
    }
    next.jamming = static_cast<int>(std::clamp<std::int64_t>(jamming_.value, 0, kMostJamming));
    if (differ(next, health_)) {
        health_ = next;
        sink_.observe(next);
    }
}

}  // namespace tokimori
