#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "refclocks/observation.h"
#include "server/clock/label_track.h"

namespace tokimori {

/// Which source that the operator trusts objects to the second that we serve? What each of them said last is held
/// against our clock as it is now, long before it is believed: to be silent for a moment costs little, to serve a wrong
/// second much. Of a source that speaks every few seconds the second word in a row counts, since one may come late; of
/// one that speaks seldom the first. Who contradicts itself three times in a row says nothing. An objection ends when
/// it is taken back, or answered: another trusted source bears us out after it began, or sources of unlike physics do;
/// or when it is as old as our clock may live on alone. Silence is no answer. Pure.
class Objections {
public:
    /// What a source said: which second it was, and how many leap seconds it counts where that is not what we count.
    struct Word {
        HeardSecond said;
        std::optional<int> tai_minus_utc = std::nullopt;
    };
    /// `follows`: it goes on from the word before; `seldom`: the next one will not come soon.
    void note(SourceId source, const Word& word, bool follows, bool seldom);

    struct Scene {
        LocalInstant now;
        Duration lasts{};  ///< an older word says nothing
        /// By how many seconds the word names a later one than ours; 0: it bears us out; nullopt: it says neither.
        std::function<std::optional<std::int64_t>(SourceId, const Word&)> off;
        /// Sources of unlike physics have borne us out since then, more than deny it.
        std::function<bool(LocalInstant)> borne_out_since;
    };
    struct Objector {
        SourceId source = 0;
        std::int64_t off = 0;  ///< by so many seconds it names a later one than ours
    };
    /// To be called when anything was said, and about once a second: who objects, if anybody does.
    std::optional<Objector> weigh(const Scene& scene);

    void forget() { words_.clear(); }
    void forget(SourceId source) { words_.erase(source); }

private:
    struct Standing {
        Word word;
        int breaks = 0;  ///< words in a row that did not go on from the one before
        bool counts = false;
        std::int64_t off = 0;  ///< the last that was told for sure
        LocalInstant since;    ///< when it became that
        bool bears_out = false;
        bool answered = false;
    };
    static std::int64_t told(const Standing& standing, const std::optional<std::int64_t>& off);
    void look_at_each(const Scene& scene);

    std::map<SourceId, Standing> words_;
};

}  // namespace tokimori
