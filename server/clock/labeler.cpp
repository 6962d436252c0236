#include "server/clock/labeler.h"

namespace tokimori {

using namespace std::chrono_literals;

std::optional<TaiInstant> second_by_label(LocalInstant pulse, const HeardSecond& label, const SentenceDelay& delay) {
    const Duration since_edge = label.heard - pulse;
    const auto whole = std::chrono::floor<std::chrono::seconds>(since_edge);
    std::optional<TaiInstant> found;
    for (const auto edges_later : {whole - 1s, whole, whole + 1s}) {
        if (delay.unmistakable(since_edge - edges_later)) {
            if (found) {
                return std::nullopt;
            }
            found = label.second - edges_later;
        }
    }
    // A label names a whole second for most receivers; a pulse begins one for all of them.
    if (found && found->time_since_epoch() % 1s != Duration::zero()) {
        return std::nullopt;
    }
    return found;
}

std::optional<TaiInstant> second_by_clock(LocalInstant pulse, const TimeModel& model) {
    const Duration bound = model.dispersion_at(pulse);
    if (bound > kNumberingLimit) {
        return std::nullopt;
    }
    const TaiInstant ours = model.tai_at(pulse);
    const TaiInstant nearest = std::chrono::round<std::chrono::seconds>(ours);
    return std::chrono::abs(ours - nearest) <= kNumberingLimit ? std::optional{nearest} : std::nullopt;
}

}  // namespace tokimori
