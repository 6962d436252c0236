#include "refclocks/gpsd_receiver.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

namespace tokimori {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A user process reads a serial port this late at worst.
constexpr Duration kOffsetUncertainty = milliseconds{10};
// What passes between gpsd's decision to report and our reading of the socket, on one host or across a LAN.
constexpr Duration kArrivalUncertainty = milliseconds{100};
// TPV prints milliseconds, TOFF nanoseconds; the fastest receivers report every 40 ms.
constexpr Duration kSameTime = milliseconds{15};
constexpr Duration kOneSecond = milliseconds{970};
constexpr Duration kSatellitesHold = seconds{30};
constexpr std::size_t kMostDevices = 16;
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

}  // namespace

GpsdReceiver::GpsdReceiver(Counter& counter, DeviceWatch& watch, ObservationSink& sink, SourceId source, bool pps)
    : counter_{counter}, watch_{watch}, sink_{sink}, source_{source}, pps_{pps} {}

void GpsdReceiver::take(const FixReport& report) {
    Device* const from = device(report.device);
    if (from == nullptr) {
        return;
    }
    if (!vouched(report, *from)) {
        watch_.reject(Rejection::Reason::kNoFix);
        return;
    }
    if (!report.time || (from->last && same_second(report, *from->last))) {
        return;
    }
    if (const std::optional<Label> made = label(report, *from)) {
        from->last = report;
        sink_.observe(*made);
    }
}

void GpsdReceiver::take(const TimeOffsetReport& report) {
    Device* const from = device(report.device);
    if (from == nullptr || !local_) {
        return;
    }
    const std::optional<LocalInstant> at = counter_.from_realtime(report.clock);
    if (!at) {
        watch_.reject(Rejection::Reason::kClockStepped);
        return;
    }
    from->offset = Hearing{report.real, *at};
}

void GpsdReceiver::take(const PulseReport& report) {
    // A serial port and the PPS device beside it tell of the same edge.
    if (!pps_ || !local_ || last_pulse_ == report.real) {
        return;
    }
    const std::optional<LocalInstant> at = counter_.from_realtime(report.clock);
    if (!at) {
        watch_.reject(Rejection::Reason::kClockStepped);
        return;
    }
    last_pulse_ = report.real;
    sink_.observe(Pulse{.source = source_, .at = *at, .uncertainty = report.uncertainty});
}

// Some receivers tell of their satellites in several incomplete reports a second; the fullest counts, and is passed on
// when the next second's begin.
void GpsdReceiver::take(const SkyReport& report) {
    Device* const from = device(report.device);
    if (from == nullptr) {
        return;
    }
    const LocalInstant now = counter_.now();
    hear_sky(report, now, *from);
    if (from->current && now - from->current->at < kOneSecond) {
        from->current->visible = std::max(from->current->visible, report.visible);
        from->current->used = std::max(from->current->used, report.used);
        return;
    }
    publish(*from);
    from->current = Satellites{source_, now, report.visible, report.used};
    if (!from->sent) {
        publish(*from);
    }
}

// A second is heard when it is named first; named again a second later, it is the next one counted alike (a leap
// second).
void GpsdReceiver::hear_sky(const SkyReport& report, LocalInstant now, Device& device) {
    if (!report.time) {
        return;
    }
    if (!device.sky || apart(*report.time, device.sky->time) > kSameTime || now - device.sky->at >= kOneSecond) {
        device.sky = Hearing{*report.time, now};
    }
}

GpsdReceiver::Device* GpsdReceiver::device(const std::string& path) {
    if (devices_.size() >= kMostDevices && !devices_.contains(path)) {
        return nullptr;
    }
    return &devices_[path];
}

// A surveyed-in timing receiver computes no position and has mode 0 for ever.
bool GpsdReceiver::vouched(const FixReport& report, const Device& device) const {
    if (report.status == kStatusSimulated || report.mode == 1) {
        return false;
    }
    return report.mode >= 2 || !report.time || report.status == kStatusTimeOnly || sees_satellites(device);
}

bool GpsdReceiver::sees_satellites(const Device& device) const {
    return device.current && device.current->used > 0 && counter_.now() - device.current->at < kSatellitesHold;
}

// TOFF, where there is one, is the earliest and best stamp; gpsd sends it just before the TPV of its second. Without
// it, a TPV of mode 0 may be a whole second late (it is sent when the next second's data begin), so that the SKY which
// named the second in time must speak for it, or nobody does.
std::optional<Label> GpsdReceiver::label(const FixReport& report, Device& device) const {
    Label made{.source = source_,
               .heard = counter_.now(),
               .time = *report.time,
               .uncertainty = kArrivalUncertainty,
               .gps_minus_utc = report.gps_minus_utc};
    // Used once: the count of the second before may come back at a leap second.
    const std::optional<Hearing> offset = std::exchange(device.offset, std::nullopt);
    if (offset && apart(offset->time, *report.time) <= kSameTime) {
        made.heard = offset->at;
        made.uncertainty = kOffsetUncertainty;
        return made;
    }
    if (report.mode < 2 && report.status != kStatusTimeOnly) {
        if (!device.sky || apart(device.sky->time, *report.time) > kSameTime) {
            return std::nullopt;
        }
        made.heard = device.sky->at;
    }
    return made;
}

void GpsdReceiver::publish(Device& device) {
    const std::optional<Satellites>& now = device.current;
    if (!now || (device.sent && device.sent->visible == now->visible && device.sent->used == now->used)) {
        return;
    }
    device.sent = now;
    sink_.observe(*now);
}

}  // namespace tokimori
