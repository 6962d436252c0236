#include "server/clock/second_watch.h"

#include <algorithm>
#include <set>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr int kTimesToCount = 4;
constexpr Duration kTimeToCount = 8s;
constexpr std::size_t kUnlike = 2;

}  // namespace

void SecondWatch::note(const Speaker& speaker, std::int64_t off, LocalInstant at) {
    Said& said = said_[speaker.source];
    if (said.cadence.last() && at <= *said.cadence.last()) {
        return;
    }
    if (said.times == 0 || said.off != off) {
        said = {.speaker = speaker, .off = off, .since = at, .times = 0, .cadence = said.cadence};
    }
    said.cadence.note(at);
    ++said.times;
}

bool SecondWatch::persists(const Said& said, LocalInstant now) const {
    const bool long_enough = said.times >= kTimesToCount && *said.cadence.last() - said.since >= kTimeToCount;
    return said.cadence.alive(now) && (said.off == 0 || long_enough);
}

// Sources of one kind may be wrong together, so they count once.
std::size_t SecondWatch::weight_of(std::int64_t off, LocalInstant now) const {
    std::set<Kin> kinds;
    for (const auto& [id, said] : said_) {
        if (said.off == off && persists(said, now)) {
            kinds.insert(said.speaker.kin);
        }
    }
    return kinds.size();
}

bool SecondWatch::trusted(std::int64_t off, LocalInstant now) const {
    return std::any_of(said_.begin(), said_.end(), [&](const auto& each) {
        return each.second.off == off && each.second.speaker.trusted && persists(each.second, now);
    });
}

std::optional<std::int64_t> SecondWatch::refuted(LocalInstant now) const {
    const std::size_t for_us = weight_of(0, now);
    const bool trusted_for_us = trusted(0, now);
    const auto refutes = [&](const auto& each) {
        const std::int64_t off = each.second.off;
        if (off == 0 || trusted_for_us) {
            return false;
        }
        return trusted(off, now) || (weight_of(off, now) >= kUnlike && weight_of(off, now) > for_us);
    };
    const auto found = std::find_if(said_.begin(), said_.end(), refutes);
    return found != said_.end() ? std::optional{found->second.off} : std::nullopt;
}

}  // namespace tokimori
