#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "refclocks/observation.h"
#include "server/clock/cadence.h"
#include "server/clock/label_track.h"
#include "server/clock/outlier_count.h"
#include "server/clock/source_line.h"
#include "server/clock/source_news.h"
#include "server/clock/source_settings.h"

namespace tokimori {

/// What is known of one source: its labels, its pulses, and the line from the counter to TAI that each of them shows.
class SourceTrack {
public:
    SourceTrack(const SourceSettings& settings, std::optional<DateFloor> floor);

    const SourceSettings& settings() const { return settings_; }
    LabelTrack& labels() { return labels_; }
    const LabelTrack& labels() const { return labels_; }

    /// A pulse that nobody could number yet; the last few are kept.
    void hold(const Pulse& pulse);
    /// The held pulses, oldest first; forgotten here.
    std::vector<Pulse> take_held();

    /// A numbered pulse, or a sample that came complete. One that lies off this source's own line is left out, unless
    /// others follow it there.
    void add_pulse_sample(const Sample& sample);
    /// Whose labels number the pulses of this source: its own, or those of one other source.
    void set_numbered_by(SourceId voice) { numbered_by_ = voice; }
    /// Who is heard through this source.
    SourceId voice() const { return numbered_by_.value_or(settings_.id); }
    /// What it says is complete in itself; of another server, what that says of itself.
    void set_shares_samples(const std::optional<ServerFacts>& server);
    bool shares_samples() const { return shares_samples_; }
    /// Its line began anew because it stepped aside: no crystal does that, so it speaks against nobody …
    bool stepped() const { return step_ != Duration::zero(); }
    /// … until it agrees again, by a claim of `distance` that is narrower than the step was.
    void settle(Duration distance);
    void note_told(LocalInstant at) { accepted_.note(at); }  ///< it told something that is no sample
    /// A pulse of it was not believed.
    void note_rejection() { ++rejected_; }
    /// A believed label as it was heard, without any sentence delay.
    void add_label_sample(const HeardSecond& heard);

    /// The line this source shows, pulses before labels, with the operator's offset and the sentence delay added;
    /// nullopt where nothing consistent was heard in the last seconds.
    std::optional<ShownLine> line(LocalInstant now) const;

    void set_pulse_reason(Reason reason) { pulse_reason_ = reason; }
    Reason pulse_reason() const { return pulse_reason_; }  ///< what keeps the pulses from being used, if anything
    /// What keeps this source from being followed at `now`; `kSelectable` where nothing does.
    Reason reason(LocalInstant now) const;

    /// True if a pulse, or a label, was heard in the last seconds, whatever came of it.
    bool pulses_heard(LocalInstant now) const;
    bool labels_heard(LocalInstant now) const;
    /// True if this believed label names another second than the labels before it. Only where their line is good for
    /// that.
    bool contradicts_own_labels(const HeardSecond& heard) const;
    std::optional<LocalInstant> last_heard() const;
    /// How often it gave a sample; labels count only where no pulses do.
    const Cadence& accepted() const { return accepted_; }
    /// How old the newest point of its line may become while it is heard as usual.
    Duration patience() const;
    std::uint64_t samples() const { return samples_; }
    /// Reports that its driver or we did not believe.
    std::uint64_t rejected() const { return rejected_ + news_.rejected + labels_.refused(); }
    /// The newest sample alone, with the operator's offset; a believed label, with the sentence delay, where there
    /// never was one.
    std::optional<Sample> newest(LocalInstant now) const;

    /// What it says beside the time.
    SourceNews& news() { return news_; }
    const SourceNews& news() const { return news_; }

    /// Forgets every sample and all trust, keeps what was learned about the sentence delay.
    void restart();

private:
    /// How far `sample` lies off this source's own line, beyond what may be; 0 within.
    Duration excess(const Sample& sample) const;
    /// How far it may lie off; only where there is a line.
    Duration allowance(const Sample& sample) const;
    bool moves(const Sample& outlier);
    void begin_anew_after_silence(const Sample& sample);
    bool is_spike(const Sample& sample);
    void take(const Sample& sample);
    LineEstimate label_line(LocalInstant now) const;

    SourceSettings settings_;
    LabelTrack labels_;
    SourceLine pulse_line_;
    LineFit label_fit_;
    std::deque<Pulse> held_;
    std::optional<Sample> last_sample_;  ///< the newest that counts
    std::optional<Sample> last_label_;   ///< the newest believed, without any sentence delay
    Cadence pulses_;                     ///< heard, numbered or not
    Cadence line_samples_;               ///< samples that count for the pulse line
    Cadence accepted_;                   ///< the same, and believed labels where there are none
    Duration usual_dispersion_{};
    Duration step_{};  ///< by which it stepped aside; 0: it did not
    std::optional<SourceId> numbered_by_;
    bool shares_samples_ = false;
    std::uint64_t samples_ = 0;
    std::uint64_t rejected_ = 0;
    SourceNews news_;
    Reason pulse_reason_ = Reason::kUnlabelled;
    OutlierCount outliers_;
};

}  // namespace tokimori
