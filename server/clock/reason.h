#pragma once

#include <cstdint>
#include <string_view>

namespace tokimori {

/// Why a source is, or is not, followed. Codes are stable: people and monitors match on them.
enum class Reason : std::uint8_t {
    kSilent,               ///< nothing heard of it lately
    kLaboratoryOnly,       ///< a simulated source, and this is not a laboratory
    kNoselect,             ///< the operator only wants to watch it
    kWaitingForAgreement,  ///< its last reports do not yet agree with each other
    kWrongWeek,            ///< its date lies before this product was built
    kBeforeLastTime,       ///< its date lies before the last time that an earlier run trusted
    kWrongSecond,          ///< its second is not ours
    kWrongLeapSeconds,     ///< its GPS − UTC is not the leap table's
    kNoSuchSecond,         ///< it names a second that UTC did not have
    kUnlabelled,           ///< pulses, but nobody trustworthy says which seconds they begin
    kAmbiguousDelay,       ///< the sentence delay fits two seconds; `delay` would tell
    kWaitingForPulses,     ///< would do, but a pulse is expected to be better
    kDistant,              ///< its pulses lie off the line they drew themselves
    kTooFar,               ///< its root distance is too large to set a clock by
    kFalseticker,          ///< a majority of the sources says otherwise
    kDisputed,             ///< it contradicts another, and nobody can tell who is right
    kNotEnough,            ///< it would do, but fewer sources agree than the operator demands
    kPanic,                ///< it is further away than a clock that once was right can be
    kObjects,              ///< the operator trusts it, and it names another second than ours: nobody is served
    kWithheld,             ///< it would do, but one that the operator trusts objects to the second that it bears out
    kOutlier,              ///< agrees, but lies too far off the others to be combined with them
    kSelectable,           ///< believed, but another is better
    kCombined,             ///< the clock follows it together with the selected one
    kSelected,             ///< the clock follows it
    kLastResort,           ///< the free counter: served only where nobody else is heard
};

/// A stable code in words: "wrong_second".
std::string_view reason_code(Reason reason);

}  // namespace tokimori
