#include "server/clock/second_watch.h"

#include <algorithm>
#include <set>
#include <utility>

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
        said = {.speaker = speaker,
                .off = off,
                .since = at,
                .times = 0,
                .bore_us_out = said.bore_us_out || off == 0,
                .cadence = said.cadence};
    }
    said.cadence.note(at);
    ++said.times;
}

bool SecondWatch::persists(const Said& said, LocalInstant now) const {
    const bool long_enough = said.times >= kTimesToCount && *said.cadence.last() - said.since >= kTimeToCount;
    return said.cadence.alive(now) && (said.off == 0 || long_enough);
}

std::size_t SecondWatch::weight_of(std::int64_t off, const Circumstances& circumstances) const {
    const bool missed_it = circumstances.leapt && (off == 1 || off == -1);
    std::set<std::pair<Kin, std::optional<SourceId>>> voices;
    for (const auto& [id, said] : said_) {
        if (said.off == off && persists(said, circumstances.now)) {
            const bool turned = circumstances.serving && off != 0 && (said.bore_us_out || missed_it);
            const Kin kin = physics_of(said.speaker.kin);
            const bool alone = !turned && !errs_together(kin);
            voices.emplace(kin, alone ? std::optional{id} : std::nullopt);
        }
    }
    return voices.size();
}

bool SecondWatch::trusted(std::int64_t off, LocalInstant now) const {
    return std::any_of(said_.begin(), said_.end(), [&](const auto& each) {
        return each.second.off == off && each.second.speaker.trusted && persists(each.second, now);
    });
}

bool SecondWatch::borne_out_since(LocalInstant since, LocalInstant now) const {
    std::set<Kin> for_us;
    std::set<Kin> against_us;
    for (const auto& [id, said] : said_) {
        if (persists(said, now) && *said.cadence.last() > since) {
            (said.off == 0 ? for_us : against_us).insert(physics_of(said.speaker.kin));
        }
    }
    return for_us.size() >= kUnlike && for_us.size() > against_us.size();
}

std::optional<std::int64_t> SecondWatch::refuted(const Circumstances& circumstances) const {
    const std::size_t for_us = weight_of(0, circumstances);
    const bool trusted_for_us = trusted(0, circumstances.now);
    const auto refutes = [&](const auto& each) {
        const std::int64_t off = each.second.off;
        if (off == 0 || trusted_for_us) {
            return false;
        }
        const std::size_t against = weight_of(off, circumstances);
        return trusted(off, circumstances.now) || (against >= kUnlike && against > for_us);
    };
    const auto found = std::find_if(said_.begin(), said_.end(), refutes);
    return found != said_.end() ? std::optional{found->second.off} : std::nullopt;
}

}  // namespace tokimori
