#include "leap/leap_vote.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace tokimori {
namespace {

constexpr int kQuorum = 2;

/// How many voices say what.
struct Tally {
    int inserting = 0;
    int deleting = 0;
    int denying = 0;

    int all() const { return inserting + deleting + denying; }
    int of(LeapKind kind) const {
        return kind == LeapKind::kInsert ? inserting : kind == LeapKind::kDelete ? deleting : denying;
    }
    void add(LeapKind kind, int voices) {
        (kind == LeapKind::kInsert ? inserting : kind == LeapKind::kDelete ? deleting : denying) += voices;
    }
    LeapKind majority() const {
        const auto carries = [this](int voices) { return voices >= kQuorum && 2 * voices > all(); };
        return carries(inserting) ? LeapKind::kInsert : carries(deleting) ? LeapKind::kDelete : LeapKind::kNone;
    }
    // nullopt: they contradict each other, or there is none.
    std::optional<LeapKind> unanimous() const {
        for (const LeapKind kind : {LeapKind::kInsert, LeapKind::kDelete, LeapKind::kNone}) {
            if (all() > 0 && of(kind) == all()) {
                return kind;
            }
        }
        return std::nullopt;
    }
};

// Outside these months no leap second ever fell: there a misheard bit is likelier than a decision. ITU-R TF.460-6 makes
// March and September a second choice, which was never taken.
std::optional<LeapStanding> out_of_season(UtcDay today) {
    if (!in_month_of_leap_seconds(today)) {
        return LeapStanding::kWrongMonth;
    }
    const int month = civil_from_second({today, 0}).month;
    return month % 6 == 0 || is_last_day_of_month(today) ? std::nullopt : std::optional{LeapStanding::kTooEarly};
}

/// The votes on one day, sorted by what they are worth.
class Ballot {
public:
    Ballot(std::span<const LeapVote> votes, UtcDay day) {
        std::map<std::uint16_t, LeapKind> voices;
        for (const LeapVote& vote : votes) {
            if (vote.event.day != day) {
                continue;
            }
            if (vote.weight != LeapWeight::kVoice || vote.voice == 0) {
                tally(vote.weight).add(vote.event.kind, 1);
                continue;
            }
            // Who speaks with one voice and contradicts himself vouches for nothing.
            const auto [known, first] = voices.emplace(vote.voice, vote.event.kind);
            if (!first && known->second != vote.event.kind) {
                known->second = LeapKind::kNone;
            }
        }
        for (const auto& [voice, kind] : voices) {
            tally(LeapWeight::kVoice).add(kind, 1);
        }
    }

    Tally& tally(LeapWeight weight) { return tallies_[static_cast<std::size_t>(weight)]; }
    const Tally& tally(LeapWeight weight) const { return tallies_[static_cast<std::size_t>(weight)]; }

private:
    std::array<Tally, 4> tallies_{};
};

/// A ground, and what happens by it.
struct Outcome {
    LeapKind kind = LeapKind::kNone;
    LeapGround ground = LeapGround::kNobody;
};

// Those who armed it and have not been heard since still count.
Outcome by_voices(const Tally& heard, const ArmedLeap& remembered) {
    const LeapKind kind = heard.majority();
    if (kind != LeapKind::kNone) {
        return {kind, LeapGround::kMajority};
    }
    const int silent = std::max(0, remembered.voices - heard.all());
    const int missing = std::max(0, remembered.voices_for - heard.of(remembered.event.kind));
    Tally all = heard;
    all.add(remembered.event.kind, std::min(silent, missing));
    const LeapKind kept = all.majority();
    return {kept, kept == LeapKind::kNone ? LeapGround::kNobody : LeapGround::kRemembered};
}

Outcome by_sources(const Ballot& ballot, const ArmedLeap& remembered) {
    const Tally& trusted = ballot.tally(LeapWeight::kTrusted);
    if (trusted.all() > 0) {
        const std::optional<LeapKind> kind = trusted.unanimous();
        return kind ? Outcome{*kind, LeapGround::kTrusted} : Outcome{};
    }
    if (remembered.trusted) {
        return {remembered.event.kind, LeapGround::kRemembered};
    }
    return by_voices(ballot.tally(LeapWeight::kVoice), remembered);
}

Outcome decide(const LeapQuestion& question, const Ballot& ballot) {
    const UtcDay day = last_day_of_month(question.today);
    const LeapKind known = question.table.kind_on(day);
    if (question.manual_only) {
        return {known, LeapGround::kManual};
    }
    if (known != LeapKind::kNone) {
        return {known, LeapGround::kTable};
    }
    if (const auto kind = ballot.tally(LeapWeight::kLaboratory).unanimous()) {
        return {*kind, LeapGround::kLaboratory};
    }
    if (day < question.table.expires()) {
        return {LeapKind::kNone, LeapGround::kTable};
    }
    if (const auto kind = ballot.tally(LeapWeight::kManual).unanimous()) {
        return {*kind, LeapGround::kManual};
    }
    const ArmedLeap& remembered = question.remembered;
    return out_of_season(question.today) ? Outcome{}
                                         : by_sources(ballot, remembered.event.day == day ? remembered : ArmedLeap{});
}

// The ground on which a vote would have decided.
LeapGround ground_of(LeapWeight weight) {
    static constexpr std::array kGrounds{LeapGround::kMajority, LeapGround::kTrusted, LeapGround::kManual,
                                         LeapGround::kLaboratory};
    return kGrounds[static_cast<std::size_t>(weight)];
}

LeapStanding standing_of(const LeapVote& vote, const LeapDecision& decision, const LeapQuestion& question,
                         const Ballot& ballot) {
    if (vote.event.day != decision.event.day) {
        return LeapStanding::kAnotherMonth;
    }
    if (vote.event.kind == decision.event.kind) {
        return ground_of(vote.weight) == decision.ground ? LeapStanding::kDecides : LeapStanding::kConcurs;
    }
    if (question.manual_only) {
        return LeapStanding::kNotAsked;
    }
    const Tally& peers = ballot.tally(vote.weight);
    const bool decided = decision.ground != LeapGround::kNobody;
    if (decided && decision.ground != LeapGround::kMajority && decision.ground != LeapGround::kRemembered) {
        return LeapStanding::kOutranked;
    }
    if (vote.weight != LeapWeight::kVoice && !peers.unanimous()) {
        return LeapStanding::kContradicted;
    }
    if (const auto unfit = out_of_season(question.today)) {
        return *unfit;
    }
    const bool alone = !decided && peers.all() < kQuorum;
    return alone ? LeapStanding::kAlone : LeapStanding::kOutvoted;
}

bool goes_unheard(LeapStanding standing) {
    return standing == LeapStanding::kAlone || standing == LeapStanding::kWrongMonth ||
           standing == LeapStanding::kTooEarly || standing == LeapStanding::kNotAsked;
}

bool contradicts(LeapStanding standing) {
    return standing == LeapStanding::kOutranked || standing == LeapStanding::kContradicted ||
           standing == LeapStanding::kOutvoted;
}

ArmedLeap armed_by(const LeapDecision& decision, const LeapQuestion& question, const Ballot& ballot) {
    if (decision.event.kind == LeapKind::kNone || decision.ground < LeapGround::kTrusted) {
        return {};
    }
    if (decision.ground == LeapGround::kRemembered) {
        return question.remembered;
    }
    const Tally& voices = ballot.tally(LeapWeight::kVoice);
    return {.event = decision.event,
            .voices_for = static_cast<std::uint16_t>(voices.of(decision.event.kind)),
            .voices = static_cast<std::uint16_t>(voices.all()),
            .trusted = decision.ground == LeapGround::kTrusted};
}

}  // namespace

LeapDecision weigh_leap_votes(const LeapQuestion& question, std::span<const LeapVote> votes) {
    const UtcDay day = last_day_of_month(question.today);
    const Ballot ballot{votes, day};
    const auto [kind, ground] = decide(question, ballot);
    LeapDecision decision;
    decision.event = {day, kind};
    decision.ground = ground;
    decision.armed = armed_by(decision, question, ballot);
    for (const LeapVote& vote : votes) {
        const LeapStanding standing = standing_of(vote, decision, question, ballot);
        const bool announces = vote.event.kind != LeapKind::kNone && vote.event.kind != kind;
        decision.votes.push_back({vote, standing});
        decision.disagreement |= contradicts(standing);
        decision.unconfirmed |= announces && goes_unheard(standing);
    }
    return decision;
}

std::string_view leap_standing_code(LeapStanding standing) {
    static constexpr std::array<std::string_view, 10> kCodes{"decides",       "concurs",  "outranked",   "contradicted",
                                                             "outvoted",      "alone",    "wrong_month", "too_early",
                                                             "another_month", "not_asked"};
    return kCodes[static_cast<std::size_t>(standing)];
}

std::string_view leap_ground_code(LeapGround ground) {
    static constexpr std::array<std::string_view, 7> kCodes{"nobody",  "table",    "laboratory", "manual",
                                                            "trusted", "majority", "remembered"};
    return kCodes[static_cast<std::size_t>(ground)];
}

std::string_view leap_weight_code(LeapWeight weight) {
    static constexpr std::array<std::string_view, 4> kCodes{"voice", "trusted", "manual", "laboratory"};
    return kCodes[static_cast<std::size_t>(weight)];
}

std::string_view leap_kind_code(LeapKind kind) {
    return kind == LeapKind::kInsert ? "insert" : kind == LeapKind::kDelete ? "delete" : "none";
}

}  // namespace tokimori
