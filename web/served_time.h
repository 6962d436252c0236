#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "web/request.h"

/// The time that the daemon serves, as an NTP client on this host hears it. Pure: the counter comes in.
namespace tokimori::web {

/// Nanoseconds since 1970 as the NTP server counts them: UTC, or its smeared view of it.
using UnixNanoseconds = std::int64_t;

/// A request of NTP version 4 that tells nothing but a random number (RFC 5905, section 7.3).
std::array<std::uint8_t, 48> ntp_request(std::uint64_t random);

/// What a reply to it says.
struct NtpAnswer {
    UnixNanoseconds received = 0;
    UnixNanoseconds sent = 0;
    bool synchronised = false;
};

/// Reads a reply; nullopt where it is none to that number.
std::optional<NtpAnswer> read_ntp_answer(std::span<const std::uint8_t> octets, std::uint64_t random);

/// Carries the time of an answer on by the counter, for a few seconds.
class ServedTime {
public:
    /// An answer to a request that left at `asked` and came back at `heard`.
    void hear(const NtpAnswer& answer, Instant asked, Instant heard);

    /// The time served at `now`; nullopt where nothing was heard within the last five seconds, or only that the clock
    /// is not synchronised.
    std::optional<UnixNanoseconds> at(Instant now) const;

private:
    struct Anchor {
        Instant at;
        UnixNanoseconds time = 0;
        std::chrono::nanoseconds doubt{};  ///< half the way there and back
    };
    static std::chrono::nanoseconds doubt_at(const Anchor& anchor, Instant now);

    std::optional<Anchor> anchor_;
};

}  // namespace tokimori::web
