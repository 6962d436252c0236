#pragma once

#include <cstdint>
#include <string>

#include "tests/sim/story.h"

namespace tokimori::sim {

/// A story that nobody wrote: one to four sources of any kind on some crystal, and faults within the fault model of
/// server/clock/README.md. Any number of sources fall silent, stutter, scatter or name other seconds than before; one
/// at a time lies about when seconds begin, where two others that are as good know better. In the last half hour
/// nothing happens, and at its end service is owed. The same seed gives the same story.
Story random_story(std::uint64_t seed);

/// A story as text: its crystal, its sources, its faults.
std::string words_of(const Story& story);

}  // namespace tokimori::sim
