#include "server/clock/leap_counts.h"

#include <algorithm>

namespace tokimori {
namespace {

// A bit that is misheard is right again in the next sentence.
constexpr Duration kTimeToCount = std::chrono::seconds{8};

}  // namespace

void LeapCounts::note(const SourceSettings& speaker, int tai_minus_utc, LocalInstant at) {
    Said& said = said_[speaker.id];
    if (said.cadence.last() && at <= *said.cadence.last()) {
        return;
    }
    if (said.tai_minus_utc != tai_minus_utc || !said.cadence.alive(at)) {
        said.since = at;
    }
    said.trusted = speaker.trust;
    said.tai_minus_utc = tai_minus_utc;
    said.cadence.note(at);
}

std::optional<int> LeapCounts::agreed(LocalInstant now) const {
    const bool some_trusted = std::any_of(said_.begin(), said_.end(), [now](const auto& each) {
        return each.second.trusted && each.second.cadence.alive(now);
    });
    return agreed(now, some_trusted);
}

std::optional<int> LeapCounts::agreed(LocalInstant now, bool among_trusted) const {
    std::optional<int> count;
    bool steady = false;
    for (const auto& [source, said] : said_) {
        if (!said.cadence.alive(now) || said.trusted != among_trusted) {
            continue;
        }
        if (count && *count != said.tai_minus_utc) {
            return std::nullopt;
        }
        count = said.tai_minus_utc;
        steady |= *said.cadence.last() - said.since >= kTimeToCount;
    }
    return steady ? count : std::nullopt;
}

}  // namespace tokimori
