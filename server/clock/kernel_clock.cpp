#include "server/clock/kernel_clock.h"

#include <algorithm>

namespace tokimori {
namespace {

constexpr std::int64_t kFrequencyPerTick =
    std::int64_t{100} * 65'536;  // one microsecond in a hundredth of a second is 100 ppm
constexpr std::int64_t kMostTicks = 1'000;

// `value` × `numerator` / `denominator`, to the nearest.
std::int64_t scaled_to(std::int64_t value, std::int64_t numerator, std::int64_t denominator) {
    __extension__ using Wide = __int128;
    const Wide product = static_cast<Wide>(value) * numerator;
    const Wide half = product < 0 ? -(denominator / 2) : denominator / 2;
    return static_cast<std::int64_t>((product + half) / denominator);
}

constexpr std::int64_t kOne = std::int64_t{1} << kRateShift;
constexpr std::int64_t kFrequencyOfOne = 65'536'000'000;

}  // namespace

KernelRate kernel_rate_from(Rate rate) {
    const std::int64_t wanted = scaled_to(std::clamp<Rate>(rate, -kOne / 10, kOne / 10), kFrequencyOfOne, kOne);
    const std::int64_t kept = std::clamp(wanted, -KernelRate::kMostFrequency, KernelRate::kMostFrequency);
    const std::int64_t beyond = wanted - kept;
    const std::int64_t whole =
        (beyond + (beyond < 0 ? 1 - kFrequencyPerTick : kFrequencyPerTick - 1)) / kFrequencyPerTick;
    const std::int64_t ticks = std::clamp(whole, -kMostTicks, kMostTicks);
    return {wanted - ticks * kFrequencyPerTick, KernelRate::kNominalTick + ticks};
}

Rate rate_from(const KernelRate& rate) {
    const std::int64_t ticks = rate.tick - KernelRate::kNominalTick;
    return scaled_to(rate.frequency + ticks * kFrequencyPerTick, kOne, kFrequencyOfOne);
}

}  // namespace tokimori
