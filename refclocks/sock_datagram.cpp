#include "refclocks/sock_datagram.h"

#include <cmath>
#include <cstring>

#include "refclocks/posix_utc.h"

namespace tokimori {
namespace {

using Reason = Rejection::Reason;

constexpr std::size_t kNarrowBytes = 32;
constexpr std::int32_t kMagic = 0x534f434b;  // "SOCK"
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
// What 64 bits hold in nanoseconds, with a second to spare.
constexpr std::int64_t kStampEnd = 9'223'372'035;
// A host whose clock shows 1970 is this far off at most.
constexpr double kLargestOffset = 1e10;

/// The fields, of whatever width.
struct Fields {
    std::int64_t seconds = 0;
    std::int64_t microseconds = 0;
    double offset = 0;
    std::int32_t pulse = 0;
    std::int32_t leap = 0;
    std::int32_t magic = 0;
};

template <typename Value>
Value value_at(std::span<const std::uint8_t> datagram, std::size_t place) {
    Value value{};
    std::memcpy(&value, datagram.subspan(place, sizeof value).data(), sizeof value);
    return value;
}

// Both ends are programs of one host, so that numbers come in its own byte order.
std::optional<Fields> fields_of(std::span<const std::uint8_t> datagram) {
    Fields fields;
    if (datagram.size() == kSockBytes) {
        fields.seconds = value_at<std::int64_t>(datagram, 0);
        fields.microseconds = value_at<std::int64_t>(datagram, 8);
    } else if (datagram.size() == kNarrowBytes) {
        fields.seconds = value_at<std::uint32_t>(datagram, 0);
        fields.microseconds = value_at<std::int32_t>(datagram, 4);
    } else {
        return std::nullopt;
    }
    const std::size_t rest = datagram.size() - 24;
    fields.offset = value_at<double>(datagram, rest);
    fields.pulse = value_at<std::int32_t>(datagram, rest + 8);
    fields.leap = value_at<std::int32_t>(datagram, rest + 12);
    fields.magic = value_at<std::int32_t>(datagram, rest + 20);
    return fields;
}

bool is_readable(const Fields& fields) {
    return fields.magic == kMagic && fields.seconds >= 0 && fields.seconds < kStampEnd && fields.microseconds >= 0 &&
           fields.microseconds < 1'000'000 && fields.leap >= 0 && fields.leap <= 3 &&
           std::abs(fields.offset) <= kLargestOffset;
}

}  // namespace

std::variant<Reason, SockSample, SockPulse> read_sock_datagram(std::span<const std::uint8_t> datagram) {
    const std::optional<Fields> fields = fields_of(datagram);
    if (!fields || !is_readable(*fields)) {
        return Reason::kUnreadable;
    }
    if (fields->leap == 3) {
        return Reason::kNoFix;
    }
    const std::int64_t stamp = fields->seconds * kNanosecondsPerSecond + fields->microseconds * 1000;
    if (fields->pulse != 0) {
        return SockPulse{stamp};
    }
    // Apart, because a double of today's seconds would be a quarter of a microsecond coarse.
    const double whole = std::floor(fields->offset);
    const std::int64_t fraction = std::llround((fields->offset - whole) * 1e9);
    const std::optional<UtcTime> time =
        utc_from_posix(fields->seconds + static_cast<std::int64_t>(whole), fields->microseconds * 1000 + fraction);
    if (!time) {
        return Reason::kImpossibleDate;
    }
    SockSample sample{.stamp = stamp, .time = *time};
    if (fields->leap != 0) {
        sample.leap_at_month_end = fields->leap == 1 ? LeapKind::kInsert : LeapKind::kDelete;
    }
    return sample;
}

}  // namespace tokimori
