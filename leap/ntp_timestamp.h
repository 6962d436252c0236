#pragma once

#include <chrono>
#include <cstdint>

#include "leap/instant.h"

namespace tokimori {

/// UTC by the POSIX formula (RFC 5905 figure 4): nanoseconds since 1970-01-01T00:00:00 UTC without leap
/// seconds. A view for the wire, never a scale to calculate in: it repeats a second at every insertion.
using PosixNanoseconds = std::int64_t;

/// An NTP timestamp (RFC 5905 section 6): 32 bits of seconds since 1900 modulo 2^32, 32 bits of fraction.
/// There is no `<`: eras wrap (next 2036-02-07T06:28:16Z); subtract instead.
struct NtpTimestamp {
    std::uint64_t bits = 0;

    friend bool operator==(NtpTimestamp, NtpTimestamp) = default;
};

/// Seconds from 1900-01-01 (NTP) to 1970-01-01 (POSIX).
inline constexpr std::int64_t kNtpSecondsAtPosixEpoch = 2'208'988'800;

/// A part of a nanosecond: `numerator` / `denominator`, 0 ≤ numerator < denominator ≤ 2^31.
struct NanosecondPart {
    std::int64_t numerator = 0;
    std::int64_t denominator = 1;
};

/// The timestamp of a POSIX instant, and a part of a nanosecond more, in whatever era it lies. The fraction is
/// truncated to 2^-32 s. An instant that would encode as zero ("no timestamp") becomes one unit of 2^-32 s later.
NtpTimestamp ntp_from_posix(PosixNanoseconds posix, NanosecondPart part = {});

/// The POSIX instant of `timestamp` in the era that puts it within 2^31 s of `pivot` (RFC 5905 section 6).
/// `pivot` must be a date known to be near: the build, or the last trusted time. Rounded to the nearest nanosecond,
/// so that it inverts `ntp_from_posix` exactly; saturates at the ends of the count.
PosixNanoseconds posix_from_ntp(NtpTimestamp timestamp, PosixNanoseconds pivot);

/// a − b across an era boundary: right as long as both lie within 2^31 s of each other. Units of 2^-32 s.
std::int64_t ntp_difference(NtpTimestamp a, NtpTimestamp b);

/// The short format (RFC 5905 section 6): 16.16 seconds, for root delay and root dispersion. Rounded up, so
/// that an advertised bound never shrinks; saturates at 65535.99998 s; negative becomes 0.
std::uint32_t ntp_short_from(Duration span);

}  // namespace tokimori
