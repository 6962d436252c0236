#include "server/clock/objections.h"

#include <algorithm>

namespace tokimori {

void Objections::note(SourceId source, std::int64_t off, LocalInstant at, Duration patience) {
    const bool objects = off != 0;
    Word& word =
        words_.try_emplace(source, Word{.objects = objects, .since = at, .last = at, .until = at}).first->second;
    if (word.objects != objects) {
        word.since = at;
    }
    word = {.objects = objects, .since = word.since, .last = at, .until = at + patience};
}

bool Objections::stand(LocalInstant now) const {
    LocalInstant borne_out = LocalInstant::min();
    for (const auto& [source, word] : words_) {
        if (!word.objects && now <= word.until) {
            borne_out = std::max(borne_out, word.last);
        }
    }
    return std::any_of(words_.begin(), words_.end(), [&](const auto& each) {
        const Word& word = each.second;
        return word.objects && now <= word.until && word.since >= borne_out;
    });
}

}  // namespace tokimori
