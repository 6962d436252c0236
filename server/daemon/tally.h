#pragma once

#include <string_view>

namespace tokimori {

struct ClockFacts;
struct NamedSource;

/// The mark of chronyc and ntpq in front of a source: `*` followed, `o` followed by its pulses (never a server), `+`
/// combined with it, `-` believed but not used, `x` tells another time than others or than ours, `~` too unsteady, `?`
/// not usable.
char tally_of(const NamedSource& source, const ClockFacts& facts);

/// The same by the reason's code alone; `?` for one that is not known here. Never `o`.
char tally_of(std::string_view reason_code);

}  // namespace tokimori
