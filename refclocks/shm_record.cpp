#include "refclocks/shm_record.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "refclocks/posix_utc.h"
#include "refclocks/stamp_uncertainty.h"

namespace tokimori {
namespace {

using Reason = Rejection::Reason;

constexpr std::size_t kModeWord = 0;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
// What 64 bits hold in nanoseconds. The host's clock may show anything else: a host without a battery begins in 1970.
constexpr std::int64_t kReceiveEnd = 9'223'372'036;
constexpr int kFinest = -30;
constexpr int kCoarsest = 0;

/// Where the words of the two instants begin.
struct Place {
    std::size_t seconds;
    std::size_t microseconds;
    std::size_t nanoseconds;
    std::size_t upper_seconds;  // of the narrow layout
};

struct Map {
    Place clock;
    Place receive;
    std::size_t leap;
    std::size_t precision;
};

constexpr Map kWideMap{{2, 4, 13, 0}, {6, 8, 14, 0}, 9, 10};
constexpr Map kNarrowMap{{2, 3, 10, 12}, {4, 5, 11, 13}, 6, 7};

struct Instant {
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
};

// Where time_t has 32 bits, newer writers put the upper half of the seconds behind; older ones leave 0 there, which
// reads right until 2106.
std::int64_t seconds_at(const ShmWords& words, ShmLayout layout, const Place& place) {
    std::int64_t seconds = 0;
    if (layout == ShmLayout::kWide) {
        std::memcpy(&seconds, &words[place.seconds], sizeof seconds);
        return seconds;
    }
    const auto upper = static_cast<std::uint64_t>(static_cast<std::uint32_t>(words[place.upper_seconds]));
    return static_cast<std::int64_t>(upper << 32U | static_cast<std::uint32_t>(words[place.seconds]));
}

// Writers that know nothing of the nanoseconds leave there what was: they count only where they go with the
// microseconds.
std::optional<Instant> instant_at(const ShmWords& words, ShmLayout layout, const Place& place) {
    const std::int32_t microseconds = words[place.microseconds];
    const auto nanoseconds = static_cast<std::uint32_t>(words[place.nanoseconds]);
    if (microseconds < 0 || microseconds >= 1'000'000) {
        return std::nullopt;
    }
    const bool finer = nanoseconds / 1000 == static_cast<std::uint32_t>(microseconds);
    return Instant{seconds_at(words, layout, place),
                   finer ? std::int64_t{nanoseconds} : std::int64_t{microseconds} * 1000};
}

Duration uncertainty_of(std::int32_t precision) {
    const double seconds = std::ldexp(1.0, std::clamp(precision, kFinest, kCoarsest));
    return std::max(kProgramStampUncertainty, Duration{std::llround(seconds * 1e9)});
}

}  // namespace

std::variant<Reason, ShmRecord> read_shm_record(const ShmWords& words, ShmLayout layout) {
    const Map& map = layout == ShmLayout::kWide ? kWideMap : kNarrowMap;
    const std::optional<Instant> clock = instant_at(words, layout, map.clock);
    const std::optional<Instant> receive = instant_at(words, layout, map.receive);
    const std::int32_t mode = words[kModeWord];
    const std::int32_t leap = words[map.leap];
    if (!clock || !receive || mode < 0 || mode > 1 || leap < 0 || leap > 3) {
        return Reason::kUnreadable;
    }
    if (leap == 3) {
        return Reason::kNoFix;
    }
    const std::optional<UtcTime> time = utc_from_posix(clock->seconds, clock->nanoseconds);
    if (!time || receive->seconds < 0 || receive->seconds >= kReceiveEnd) {
        return Reason::kImpossibleDate;
    }
    ShmRecord record{.counted = mode == 1,
                     .count = words[kShmCountWord],
                     .time = *time,
                     .receive = receive->seconds * kNanosecondsPerSecond + receive->nanoseconds,
                     .uncertainty = uncertainty_of(words[map.precision])};
    if (leap != 0) {
        record.leap_at_month_end = leap == 1 ? LeapKind::kInsert : LeapKind::kDelete;
    }
    return record;
}

}  // namespace tokimori
