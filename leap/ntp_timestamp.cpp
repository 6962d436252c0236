#include "leap/ntp_timestamp.h"

#include <algorithm>
#include <limits>

namespace tokimori {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

// Units of 2^-32 s since 1900, not yet folded into an era.
Wide units_from_posix(PosixNanoseconds posix, NanosecondPart part = {}) {
    std::int64_t seconds = posix / kNanosecondsPerSecond;
    std::int64_t nanoseconds = posix % kNanosecondsPerSecond;
    if (nanoseconds < 0) {
        seconds -= 1;
        nanoseconds += kNanosecondsPerSecond;
    }
    const Wide whole = Wide{seconds + kNtpSecondsAtPosixEpoch} * (Wide{1} << 32);
    if (part.numerator == 0) {
        return whole + (nanoseconds << 32) / kNanosecondsPerSecond;
    }
    const Wide parts = Wide{nanoseconds} * part.denominator + part.numerator;
    return whole + (parts << 32) / (Wide{kNanosecondsPerSecond} * part.denominator);
}

// To the nearest nanosecond: an encoded fraction lies less than a quarter of one below its origin.
PosixNanoseconds posix_from_units(Wide units) {
    const Wide since_1900 = (units * kNanosecondsPerSecond + (Wide{1} << 31)) >> 32;
    const Wide posix = since_1900 - Wide{kNtpSecondsAtPosixEpoch} * kNanosecondsPerSecond;
    constexpr Wide kFirst = std::numeric_limits<PosixNanoseconds>::min();
    constexpr Wide kLast = std::numeric_limits<PosixNanoseconds>::max();
    return static_cast<PosixNanoseconds>(std::clamp(posix, kFirst, kLast));
}

}  // namespace

NtpTimestamp ntp_from_posix(PosixNanoseconds posix, NanosecondPart part) {
    const auto bits = static_cast<std::uint64_t>(units_from_posix(posix, part));
    return NtpTimestamp{bits == 0 ? 1 : bits};
}

PosixNanoseconds posix_from_ntp(NtpTimestamp timestamp, PosixNanoseconds pivot) {
    const Wide pivot_units = units_from_posix(pivot);
    const NtpTimestamp folded{static_cast<std::uint64_t>(pivot_units)};
    return posix_from_units(pivot_units + ntp_difference(timestamp, folded));
}

std::int64_t ntp_difference(NtpTimestamp a, NtpTimestamp b) {
    return static_cast<std::int64_t>(a.bits - b.bits);
}

std::uint32_t ntp_short_from(Duration span) {
    constexpr std::int64_t kLargest = std::numeric_limits<std::uint32_t>::max();
    constexpr std::int64_t kUnitsPerSecond = 1 << 16;
    if (span <= Duration::zero()) {
        return 0;
    }
    if (span >= std::chrono::seconds{kUnitsPerSecond}) {
        return static_cast<std::uint32_t>(kLargest);
    }
    const std::int64_t up = (span.count() * kUnitsPerSecond + kNanosecondsPerSecond - 1) / kNanosecondsPerSecond;
    return static_cast<std::uint32_t>(std::min(up, kLargest));
}

}  // namespace tokimori
