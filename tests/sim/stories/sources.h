#pragma once

#include "tests/sim/story.h"

namespace tokimori::sim {

/// GPS with pulses and sentences on one wire.
Receiver gps(SourceId id);
/// GPS without pulses: sentences 140 ms late, which nobody knows.
Receiver sentences(SourceId id);
/// Pulses alone: somebody else must say which seconds they begin.
Receiver pulses(SourceId id);
/// A program that shares what it measures every second, microseconds well.
Receiver program(SourceId id);
/// Long-wave JJY: pulses that scatter by 15 ms about 5 ms late, the time once a minute when the minute is over.
Receiver jjy(SourceId id);
/// Another NTP server some milliseconds away, asked every `poll` seconds.
Receiver server(SourceId id, int poll);
/// The host's own counter, which nobody sets: last resort.
Receiver counter(SourceId id);

/// The same receiver, with other settings.
Receiver preferred(Receiver receiver);
Receiver with_delay(Receiver receiver, Duration delay);
/// All it says, or its pulses alone, later by a constant.
Receiver off_by(Receiver receiver, Duration error);
Receiver pulses_off_by(Receiver receiver, Duration error);

/// What a source shows that nobody would follow.
inline const std::vector<Reason> kRefused = {
    Reason::kSilent,         Reason::kWaitingForAgreement, Reason::kWrongWeek,
    Reason::kBeforeLastTime, Reason::kWrongSecond,         Reason::kWrongLeapSeconds,
    Reason::kNoSuchSecond,   Reason::kUnlabelled,          Reason::kAmbiguousDelay,
    Reason::kDistant,        Reason::kFalseticker,         Reason::kDisputed,
    Reason::kTooFar};
inline const std::vector<Reason> kBelieved = {Reason::kSelectable, Reason::kOutlier, Reason::kCombined,
                                              Reason::kSelected};
inline const std::vector<ClockState> kFollowing = {ClockState::kSynchronised};
inline const std::vector<ClockState> kOnItsOwn = {ClockState::kHoldover};
inline const std::vector<ClockState> kGivenUp = {ClockState::kUnsynchronised};

/// Microseconds and seconds of a fault, in its unit.
constexpr double kMicroseconds = 1e-6;
constexpr double kMilliseconds = 1e-3;
constexpr double kNanosecondsPerSecond = 1e-9;

/// Each file of this folder tells some.
std::vector<Story> stories_of_beginnings();
std::vector<Story> stories_of_pulses();
std::vector<Story> stories_of_labels();
std::vector<Story> stories_of_falsetickers();
std::vector<Story> stories_of_equals();
std::vector<Story> stories_of_spoofing();
std::vector<Story> stories_of_loss();
std::vector<Story> stories_of_the_host();
std::vector<Story> stories_of_restarts();
std::vector<Story> stories_of_all_together();
std::vector<Story> all_stories();

}  // namespace tokimori::sim
