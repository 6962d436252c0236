#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "leap/instant.h"
#include "leap/leap_table.h"

namespace tokimori {

/// What somebody's word on leap seconds is worth, beside the table's.
enum class LeapWeight : std::uint8_t {
    kVoice,       ///< one among others: never enough alone
    kTrusted,     ///< a source that may arm a leap second alone, as the operator said
    kManual,      ///< an entry of the operator's own
    kLaboratory,  ///< a simulated sky, which makes up its leap seconds: even where the table knows of none
};

/// What one source says about the end of one UTC day. `LeapKind::kNone` says that nothing happens, which is not the
/// same as saying nothing.
struct LeapVote {
    LeapEvent event;
    LeapWeight weight = LeapWeight::kVoice;
    std::uint16_t source = 0;  ///< whose it is, by the caller's count; handed back
    std::uint16_t voice = 0;   ///< votes with the same one may be wrong together and count once; 0: like nobody else
    Duration age{};            ///< since it was last said
};

/// What became of a vote, and why.
enum class LeapStanding : std::uint8_t {
    kDecides,       ///< what it says is in force because of it
    kConcurs,       ///< what it says is in force anyway
    kOutranked,     ///< who outranks it says otherwise
    kContradicted,  ///< trusted sources contradict each other: none of them counts
    kOutvoted,      ///< as many voices or more say otherwise
    kAlone,         ///< one voice that nobody bears out
    kWrongMonth,    ///< no leap second ever fell at the end of that month
    kTooEarly,      ///< for March and September announcements count on the last day only
    kAnotherMonth,  ///< it is not about the end of the current month
    kNotAsked,      ///< leap seconds are entered by hand
};

/// By whose word the end of the current month is as it is.
enum class LeapGround : std::uint8_t {
    kNobody,      ///< nothing happens, since nobody who counts says that anything does
    kTable,       ///< the table has the event, or knows the day and has none
    kLaboratory,  ///< a simulated sky
    kManual,      ///< the operator's entry
    kTrusted,     ///< trusted sources, unanimously
    kMajority,    ///< at least two voices, and more than half of all
    kRemembered,  ///< those who armed it are not heard any more, and nobody took it back
};

/// A leap second that sources armed, and how many they were: it stays armed while they are silent, as after a restart,
/// but not against who is heard.
struct ArmedLeap {
    LeapEvent event;
    std::uint16_t voices_for = 0;
    std::uint16_t voices = 0;  ///< all that were heard
    bool trusted = false;

    friend bool operator==(const ArmedLeap&, const ArmedLeap&) = default;
};

struct JudgedVote {
    LeapVote vote;
    LeapStanding standing = LeapStanding::kAlone;
};

/// What happens at the end of the current UTC month, who says so, and who does not.
struct LeapDecision {
    LeapEvent event;  ///< the last day of the month, and what happens in its last minute
    LeapGround ground = LeapGround::kNobody;
    bool disagreement = false;      ///< somebody who could count says otherwise
    bool unconfirmed = false;       ///< somebody announces a leap second that is not in force
    ArmedLeap armed;                ///< to be handed back; `kNone` where there is nothing to remember
    std::vector<JudgedVote> votes;  ///< as they came
};

/// What the votes are weighed against.
struct LeapQuestion {
    const LeapTable& table;
    UtcDay today = 0;
    bool manual_only = false;  ///< the table holds the operator's entries, and nobody else is asked
    ArmedLeap remembered{};
};

/// Decides about the end of the current UTC month. In this order:
/// * the table, where it has an event on that day;
/// * a simulated sky;
/// * the table, where it knows the day (it has not expired by then) and has no event on it;
/// * the operator's entries, where they do not contradict each other;
/// * trusted sources, likewise; then at least two voices and more than half of all. Both only for June and December,
///   and, on the last day, for March and September.
LeapDecision weigh_leap_votes(const LeapQuestion& question, std::span<const LeapVote> votes);

/// "decides", "outranked", …: stable words.
std::string_view leap_standing_code(LeapStanding standing);
/// "table", "majority", …: likewise.
std::string_view leap_ground_code(LeapGround ground);
/// "voice", "trusted", …: likewise.
std::string_view leap_weight_code(LeapWeight weight);
/// "insert", "delete", "none".
std::string_view leap_kind_code(LeapKind kind);

}  // namespace tokimori
