#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <optional>

#include "leap/instant.h"
#include "refclocks/jjy_frame.h"

namespace tokimori {

/// How badly what was heard in one second fits each symbol: 0 (as well as the best) … 1 (surely not). All are 0 where
/// nothing can be said.
struct JjySoftSymbol {
    std::array<double, 3> penalty{};  ///< of `kZero`, `kOne`, `kMarker`

    double penalty_of(JjySymbol symbol) const { return penalty[static_cast<std::size_t>(symbol)]; }
    /// 0 … 1: what an error in this second would weigh.
    double certainty() const { return *std::max_element(penalty.begin(), penalty.end()); }
    /// The symbol that fits, if no other does half as well.
    JjySymbol hard() const;
};

/// One second as it was heard.
struct JjySecond {
    LocalInstant begins;                              ///< by the beat, averaged over about half a minute
    std::optional<LocalInstant> edge = std::nullopt;  ///< its own leading edge, where there is a clear one
    JjySoftSymbol symbol = {};
    bool first = false;  ///< of a new beat: it does not follow the second before
};

/// Finds the seconds in the edges of a long-wave receiver. The line is folded over the last half minute: where it rises
/// most sharply the seconds begin, and if it falls more sharply than it rises, it is inverted. Each second is then
/// compared with the three pulses as a whole, so that spikes weigh what they last; pulses that are all longer or
/// shorter are allowed for up to 120 ms. Another beat is followed when it was clearer for ten seconds. Pure.
class JjyBeat {
public:
    /// `inverted`: the line is low while the carrier is strong; nullopt: found out.
    explicit JjyBeat(std::optional<bool> inverted);

    /// The line changed to `high`. Edges in their order.
    void edge(LocalInstant at, bool high);
    /// No edge comes any more from before `now`.
    void advance(LocalInstant now);
    /// The next second that is over, one by one. `keyed`: it is known to have a pulse; false: Morse, its edges do not
    /// count.
    std::optional<JjySecond> next(bool keyed);

    /// True while a beat is heard.
    bool audible() const;
    /// Whether the line is inverted, once that is known.
    std::optional<bool> inverted() const { return found_ ? std::optional{inverted_} : std::nullopt; }

private:
    static constexpr std::size_t kBins = 100;

    struct Edge {
        LocalInstant at;
        bool high = false;
    };
    struct Step {
        std::size_t bin = 0;
        bool inverted = false;
        double contrast = 0;
    };

    void fold(LocalInstant until);
    void end_second();
    void look_for_beat();
    double contrast_at(std::size_t bin) const;
    double full_contrast() const;
    double contrast_of_beat() const;
    Step clearest_step() const;
    bool is_elsewhere(const Step& step) const;
    void follow(const Step& step);
    Duration strong(LocalInstant from, LocalInstant to) const;
    JjySoftSymbol symbol_at(LocalInstant begins, LocalInstant rises) const;
    std::optional<LocalInstant> leading_edge(LocalInstant begins) const;
    void learn(const JjySecond& second);
    void forget_edges_before(LocalInstant instant);

    std::optional<bool> wanted_inverted_;
    std::deque<Edge> edges_;
    bool level_before_ = false;  ///< of the line before the first of `edges_`
    bool level_ = false;
    std::optional<LocalInstant> folded_;   ///< until here
    std::array<double, kBins> profile_{};  ///< seconds that the line was high, fading
    double seconds_folded_ = 0;            ///< likewise
    int age_ = 0;                          ///< seconds since the first edge
    bool found_ = false;
    bool inverted_ = false;
    bool first_ = false;
    LocalInstant next_;  ///< beginning of the next second to be told
    int averaged_ = 0;
    Duration stretch_{};  ///< by which all pulses are longer
    int rival_seconds_ = 0;
};

}  // namespace tokimori
