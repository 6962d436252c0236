#include "server/clock/objections.h"

#include <algorithm>

namespace tokimori {

void Objections::note(SourceId source, const Word& word, bool follows, bool seldom) {
    Standing& standing = words_[source];
    standing.breaks = follows ? 0 : standing.breaks + 1;
    standing.counts = follows || (seldom && standing.breaks <= 1);
    standing.word = word;
}

std::optional<SourceId> Objections::weigh(const Scene& scene) {
    std::optional<LocalInstant> borne_out;
    for (auto& [source, standing] : words_) {
        const bool fresh = scene.now - standing.word.said.heard <= scene.lasts;
        const auto off = standing.counts && fresh ? scene.off(source, standing.word) : std::nullopt;
        if (off.value_or(0) != standing.off) {
            standing.off = off.value_or(0);
            standing.since = scene.now;
            standing.answered = false;
        }
        if (off == 0) {
            borne_out = std::max(borne_out.value_or(standing.word.said.heard), standing.word.said.heard);
        }
    }
    std::optional<SourceId> objector;
    for (auto& [source, standing] : words_) {
        if (standing.off == 0) {
            continue;
        }
        standing.answered |= (borne_out && *borne_out > standing.since) || scene.borne_out_since(standing.since);
        if (!standing.answered && !objector) {
            objector = source;
        }
    }
    return objector;
}

}  // namespace tokimori
