#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "leap/leap_table.h"
#include "refclocks/observation.h"
#include "server/clock/cadence.h"
#include "server/clock/reason.h"
#include "server/clock/sentence_delay.h"

namespace tokimori {

/// A label that was weighed and named an instant of TAI.
struct HeardSecond {
    LocalInstant heard;
    TaiInstant second;       ///< the instant the sentence names; it was then, plus the sentence delay, at `heard`
    Duration uncertainty{};  ///< of the stamping of `heard`
    bool complete = false;   ///< from a sample: there is no sentence delay
    Duration root_delay{};   ///< round trip to the root of the time; half of it is part of `uncertainty`
};

/// GPS time began with 19 s of TAI − UTC and has no leap seconds.
inline constexpr int kTaiMinusGps = 19;

/// What a receiver said that counts other leap seconds than the table.
struct OtherCount {
    HeardSecond heard;  ///< by its own count
    int tai_minus_utc = 0;
    int times = 1;        ///< so many in a row that agree with each other and with the counter
    bool proven = false;  ///< as many as labels that are believed
};

/// Dates that cannot be.
struct DateFloor {
    UtcDay built = 0;  ///< the day of the build: no date is before it, though a receiver may have lost 1024 weeks
    UtcDay last = 0;   ///< of the last trusted time, if that is later: no date is before it either
};

/// The labels of one source: are they consistent, plausible, and how late do they come? Believes nothing before three
/// reports in a row agree with each other and with the counter.
class LabelTrack {
public:
    struct Settings {
        std::optional<DateFloor> floor = std::nullopt;  ///< absent in a laboratory
        std::optional<Duration> delay = std::nullopt;   ///< see SentenceDelay
        bool counts_weeks = false;                      ///< from satellites, so that it may have lost 1024 weeks
    };
    explicit LabelTrack(const Settings& settings);

    /// Weighs one label against `table`. The heard second if it may be believed, else nullopt and `reason()` says why.
    std::optional<HeardSecond> weigh(const Label& label, const LeapTable& table);
    /// The same for a sample that is complete in itself.
    std::optional<HeardSecond> weigh(const OffsetSample& sample, const LeapTable& table);

    /// The delay to reckon with in what was heard: none where it was complete in itself.
    const SentenceDelay& delay_of(const HeardSecond& heard) const { return heard.complete ? no_delay_ : delay_; }

    /// The seconds that earned the trust when `weigh` believed for the first time in a row: all but the last, oldest
    /// first.
    const std::vector<HeardSecond>& proof() const { return proof_; }

    /// What the last label named, believed or not, where it can be at all.
    std::optional<HeardSecond> named() const { return last_; }
    /// So many in a row agree with each other and with the counter; 1: the last does not with the one before.
    int streak() const { return streak_; }

    /// Where the last label was refused because its receiver counts other leap seconds than the table: what it said.
    const std::optional<OtherCount>& other_count() const { return other_count_; }

    /// When the last label was heard, believed or not.
    std::optional<LocalInstant> last_heard() const { return cadence_.last(); }
    /// How often labels come, believed or not.
    const Cadence& cadence() const { return cadence_; }

    /// True in the first seconds in which labels are heard, while they are not believed yet.
    bool settling(LocalInstant now) const;

    /// The last believed second, if labels are still to be expected at `now`: a pulse per second means nothing without
    /// somebody who says that the receiver behind it is alive. Of a sample: the whole second before it.
    std::optional<HeardSecond> recent(LocalInstant now) const;

    /// What kept the last label from being believed; `kSelectable` if nothing did.
    Reason reason() const { return reason_; }

    /// True if the receiver's week count has rolled over (IS-GPS-200: 1024 weeks) and is being mended.
    bool week_mended() const { return week_mended_; }

    /// Forgets all trust: the next labels must prove themselves again.
    void distrust();
    /// The same, as if nothing had ever been heard.
    void restart();
    /// What the last label said is not to be relied upon after all; later ones may be.
    void refuse(Reason why);
    /// How many labels could not be believed, or were refused.
    std::uint64_t refused() const { return refused_; }

    SentenceDelay& delay() { return delay_; }
    const SentenceDelay& delay() const { return delay_; }

private:
    std::optional<HeardSecond> believe_or_not(const std::optional<HeardSecond>& next);
    void note_heard(LocalInstant at);
    std::optional<UtcTime> believable(UtcTime time);
    std::optional<HeardSecond> plausible(const Label& label, const LeapTable& table);
    Duration longest_gap() const;
    bool continues(const HeardSecond& last, const HeardSecond& next) const;
    OtherCount count(const std::optional<OtherCount>& before, const HeardSecond& heard, int tai_minus_utc) const;

    std::optional<DateFloor> floor_;
    bool counts_weeks_;
    SentenceDelay delay_;
    SentenceDelay no_delay_{Duration::zero()};
    std::optional<HeardSecond> last_;
    std::optional<HeardSecond> believed_;
    Cadence cadence_;
    std::optional<LocalInstant> first_heard_;  ///< since trust was lost for good
    std::optional<OtherCount> other_count_;
    std::vector<HeardSecond> proof_;
    int streak_ = 0;
    std::uint64_t refused_ = 0;
    Reason reason_ = Reason::kSilent;
    bool week_mended_ = false;
};

}  // namespace tokimori
