#pragma once

#include <deque>
#include <map>
#include <optional>
#include <span>

#include "server/clock/selection.h"
#include "server/clock/time_model.h"

namespace tokimori {

/// Who is believed now, and where else the truth may lie.
struct Judgement {
    bool agreed = false;    ///< the candidates standing as `kTruechimer`, or `kDisputed`, may be followed
    bool disputed = false;  ///< somebody contradicts somebody, and it is not known who is right
    Interval also{};        ///< where `disputed`: the truth may lie anywhere in here, too
};

/// Decides who tells the truth: more than half of the voices, and of the kins among them, since sources of one kin may
/// be wrong together. Where they are torn, our own clock of before the quarrel is a witness; where it bears out several
/// who contradict each other nobody guesses, and the bound is widened over all of them. A voice far more precise than
/// all others that leads our clock astray faster than a crystal may go shows against our own clock of a minute ago.
/// Told everything; clock thread only.
class Arbiter {
public:
    /// Marks the standing of each candidate as of `now`; all claims are against the counter itself. `ours`: the model
    /// that is served, null where none is.
    Judgement judge(std::span<Candidate> candidates, const TimeModel* ours, LocalInstant now);

    /// Nothing that was served before may be a witness any more.
    void forget();

private:
    struct Past {
        LocalInstant at;
        TimeModel model;
    };

    std::vector<Candidate> voters(std::span<const Candidate> candidates) const;
    std::optional<Agreement> settle(std::span<const Candidate> voters, const TimeModel* ours, LocalInstant now);
    Judgement dispute(std::span<Candidate> candidates, std::span<const Candidate> voters, const TimeModel* ours,
                      LocalInstant now);
    static Judgement against_other_kins(const Agreement& agreement, std::span<const Candidate> voters);
    Judgement against_prediction(std::span<const Candidate> voters, LocalInstant now);
    void mark(std::span<Candidate> candidates, std::span<const Interval> places, LocalInstant now);
    void remember(const TimeModel& ours, LocalInstant now);

    std::optional<TimeModel> undisputed_;  ///< what was served when all agreed
    std::deque<Past> past_;                ///< what was served in the last minute and a bit, undisputed
    std::map<SourceId, LocalInstant> last_false_;
};

}  // namespace tokimori
