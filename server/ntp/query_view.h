#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "server/clock/server_state.h"
#include "server/ntp/client_address.h"
#include "server/ntp/verdict.h"

namespace tokimori {

/// What a source hears, as the system status word of mode 6 names it (RFC 9327).
enum class SourceKind : std::uint8_t {
    kUnspecified = 0,
    kPps = 1,
    kLowFrequencyRadio = 2,
    kUltraHighFrequencyRadio = 4,
    kLocal = 5,
    kNtp = 6,
};

/// How a source stands in the selection, as the peer status word has it.
enum class SelectCode : std::uint8_t {
    kReject = 0,
    kFalseticker = 1,
    kExcess = 2,
    kOutlier = 3,
    kCandidate = 4,
    kBackup = 5,
    kSystemPeer = 6,
    kPpsPeer = 7,
};

/// A source as ntpq sees it. Strings end with a zero.
struct PeerView {
    std::array<char, 32> name{};     ///< of the configuration: visible ASCII without quotes and commas
    std::array<char, 8> driver{};    ///< ntpd's word: "PPS", "GPSD", …
    std::uint8_t driver_number = 0;  ///< ntpd's: 127.127.NUMBER.unit; 0: a server at `address`
    std::uint8_t unit = 0;
    ClientAddress address;  ///< of a server; these two where it was asked, once it has answered
    std::uint16_t port = 123;
    SourceKind kind = SourceKind::kUnspecified;
    SelectCode select = SelectCode::kReject;
    ReferenceId refid{};
    std::uint8_t stratum = 0;
    std::uint8_t reach = 0;
    std::int8_t poll = 4;  ///< log2 s
    bool heard = false;    ///< `last_heard` means something
    LocalInstant last_heard;
    Duration delay{};
    Duration offset{};
    Duration jitter{};
    Duration dispersion{};
    std::uint64_t accepted = 0;
    std::uint64_t rejected = 0;
};

/// What the kernel says of the clock of the host, whoever steers it (adjtimex(2)); before it is asked, what it says of
/// one that nobody has set. Frequencies in thousandths of a ppm.
struct KernelView {
    std::uint32_t status = 0x40;  ///< STA_…: "unsync"
    Duration offset{};            ///< that is left to its phase-locked loop
    std::int64_t frequency = 0;
    Duration max_error = std::chrono::seconds{16};
    Duration estimated_error = std::chrono::seconds{16};
    std::int64_t time_constant = 0;
    Duration precision{};
    std::int64_t tolerance = 0;  ///< of `frequency`
    std::int64_t pulse_frequency = 0;
    std::int64_t pulse_stability = 0;
    Duration pulse_jitter{};
    std::int64_t calibration_time = 0;  ///< s; 0: it hears no pulses
    std::int64_t calibrations = 0;
    std::int64_t jitter_exceeded = 0;
    std::int64_t stability_exceeded = 0;
    std::int64_t calibration_errors = 0;
};

/// All that is told by control messages beside what the worker knows itself. Published by the clock thread about once a
/// second while anybody asks, and every few seconds else.
struct QueryView {
    static constexpr std::size_t kMostPeers = 32;

    ServerState state;
    LocalInstant started;
    std::array<PeerView, kMostPeers> peers{};
    std::uint8_t peer_count = 0;
    std::uint8_t system_peer = kMostPeers;  ///< index; `kMostPeers`: none
    std::uint16_t tai_minus_utc = 0;
    std::int64_t leap_second = 0;  ///< POSIX s of the midnight after the next or the last one; 0: unknown
    std::int64_t leap_expiry = 0;  ///< POSIX s until which leap seconds are known
    std::int64_t frequency_ppb = 0;
    std::int64_t wander_ppb = 0;
    Duration offset{};
    Duration jitter{};
    KernelView kernel;
    ServerCounts counts;
    std::uint32_t keys = 0;          ///< of clients
    std::array<char, 32> version{};  ///< of the product
    std::array<char, 48> system{};   ///< "Linux/6.1.0"
    std::array<char, 16> processor{};
};
static_assert(std::is_trivially_copyable_v<QueryView>);

/// Copies as much of `text` as fits and may stand in a control message; the rest of `room` is zero.
template <std::size_t size>
void put_text(std::array<char, size>& room, std::string_view text) {
    room.fill('\0');
    for (std::size_t i = 0; i < text.size() && i + 1 < size; ++i) {
        const bool harmless = text[i] > ' ' && text[i] <= '~' && text[i] != '"' && text[i] != ',' && text[i] != '\\';
        room[i] = harmless ? text[i] : '_';
    }
}

}  // namespace tokimori
