#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "server/clock/clock_memory.h"

namespace tokimori {

/// What the state file holds: what the clock remembers, and by what to judge how much of that still counts.
struct KeptState {
    ClockMemory memory;
    std::string boot_id;      ///< of the kernel that counted; empty: not known
    Duration asleep{};        ///< how long the host had slept since its boot: the counter stood still meanwhile
    bool laboratory = false;  ///< from a laboratory, whose dates may be made up
    std::string machine;      ///< whose crystal it was: a `machine_identity`; empty: not known
};

/// What tells one machine from another without telling which it is: 16 hexadecimal digits for `text`, which is the
/// serial number of a board or the id of an installation. Empty for a text with nothing but zeros in it.
std::string machine_identity(std::string_view text);

/// Files larger than this are no state of ours.
inline constexpr std::size_t kLargestState = 4096;

/// Lines of `key value` between a first line with the version and a last one with a checksum.
std::string state_text(const KeptState& state);

/// `body` with the line that proves it whole: the last step of `state_text`, for tests.
std::string sealed(std::string_view body);

/// A state, or a sentence about why the text is none: damaged, of a newer version, not ours, or impossible.
struct StateResult {
    std::optional<KeptState> state;
    std::string error;
};

/// The inverse of `state_text`; takes nothing that it, or an older one that knew less, would not have written.
/// Never throws, whatever the text.
StateResult parse_state(std::string_view text);

}  // namespace tokimori
