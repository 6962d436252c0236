#include "server/clock/objections.h"

#include <algorithm>

namespace tokimori {
namespace {

// So many words in a row that do not go on from the one before; one that is late makes two.
constexpr int kRestless = 3;

}  // namespace

void Objections::note(SourceId source, const Word& word, bool follows, bool seldom) {
    Standing& standing = words_[source];
    standing.breaks = follows ? 0 : standing.breaks + 1;
    standing.counts = follows || seldom;
    standing.word = word;
}

// What it takes back it may; what it comes to between two other words it may not mean.
std::int64_t Objections::told(const Standing& standing, const std::optional<std::int64_t>& off) {
    const bool means_it = standing.breaks < 2 || (off && *off == 0);
    return off && standing.counts && means_it ? *off : standing.off;
}

void Objections::look_at_each(const Scene& scene) {
    for (auto& [source, standing] : words_) {
        const bool stale = scene.now - standing.word.said.heard > scene.lasts || standing.breaks >= kRestless;
        const std::optional<std::int64_t> weighed = scene.off(source, standing.word);
        const std::int64_t off = stale ? 0 : told(standing, weighed);
        if (off != standing.off) {
            standing.off = off;
            standing.since = scene.now;
            standing.answered = false;
        }
        standing.bears_out = !stale && standing.counts && weighed == std::int64_t{0};
    }
}

std::optional<Objections::Objector> Objections::weigh(const Scene& scene) {
    look_at_each(scene);
    const auto borne_out_since = [this](LocalInstant since) {
        return std::any_of(words_.begin(), words_.end(), [since](const auto& each) {
            return each.second.bears_out && each.second.word.said.heard > since;
        });
    };
    std::optional<Objector> objector;
    for (auto& [source, standing] : words_) {
        if (standing.off == 0) {
            continue;
        }
        standing.answered |= borne_out_since(standing.since) || scene.borne_out_since(standing.since);
        if (!standing.answered && !objector) {
            objector = {source, standing.off};
        }
    }
    return objector;
}

}  // namespace tokimori
