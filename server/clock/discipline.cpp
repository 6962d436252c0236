#include "server/clock/discipline.h"

#include <algorithm>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// Errors are taken back over a few samples, so that the noise of one is not served as a jump of frequency.
constexpr Duration kShortestSlew = 3s;

Rate quotient(Duration offset, Duration span) {
    __extension__ using Wide = __int128;
    return static_cast<Rate>((static_cast<Wide>(offset.count()) << kRateShift) / span.count());
}

}  // namespace

bool Discipline::follow(const LineEstimate& line, LocalInstant now) {
    const TaiInstant served = set_ ? model_.tai_at(now) : line.tai_at(now);
    const Duration offset = line.tai_at(now) - served;
    if (std::chrono::abs(offset) > settings_.step_threshold) {
        return false;
    }
    const auto at_limit = static_cast<double>(std::chrono::abs(offset).count()) / (settings_.slew_limit_ppm * 1e-6);
    const Duration span = std::max(kShortestSlew, Duration{static_cast<std::int64_t>(at_limit)});
    model_ = TimeModel{.anchor_local = now,
                       .anchor_tai = served,
                       .rate = line.rate,
                       .slew_rate = quotient(offset, span),
                       .slew_end = now + span,
                       .dispersion = line.bound_at(now),
                       .dispersion_rate = line.rate_bound};
    offset_ = offset;
    set_ = true;
    return true;
}

}  // namespace tokimori
