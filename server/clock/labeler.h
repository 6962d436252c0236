#pragma once

#include <optional>

#include "server/clock/label_track.h"
#include "server/clock/time_model.h"

namespace tokimori {

/// How well our own clock must be known to number a pulse, or to judge a label: to clearly less than half a second.
inline constexpr Duration kNumberingLimit = std::chrono::milliseconds{400};

/// Which second does the edge at `pulse` begin? By what a label said within a few seconds of it: the label's second
/// began at an edge, and the sentence came later by the source's delay, which must be unmistakable. nullopt where two
/// seconds fit, or none.
std::optional<TaiInstant> second_by_label(LocalInstant pulse, const HeardSecond& label, const SentenceDelay& delay);

/// The same by our own clock; nullopt where `model` is not known well enough at `pulse`, or the edge lies farther than
/// that from any second.
std::optional<TaiInstant> second_by_clock(LocalInstant pulse, const TimeModel& model);

}  // namespace tokimori
