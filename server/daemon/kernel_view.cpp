#include "server/daemon/kernel_view.h"

#include <sys/timex.h>

namespace tokimori {
namespace {

// The kernel's are 2^-16 ppm.
std::int64_t thousandths(long frequency) {
    constexpr std::int64_t kOne = 65'536;
    const std::int64_t scaled = std::int64_t{frequency} * 1000;
    return (scaled + (scaled < 0 ? -kOne : kOne) / 2) / kOne;
}

}  // namespace

KernelView read_kernel_view(const AdjustKernelClock& adjust) {
    timex told{};
    if (adjust(told) < 0) {
        return {};
    }
    const bool in_nanoseconds = (told.status & STA_NANO) != 0;
    const auto fine = [in_nanoseconds](long count) {
        return in_nanoseconds ? Duration{count} : Duration{std::chrono::microseconds{count}};
    };
    const auto coarse = [](long count) { return Duration{std::chrono::microseconds{count}}; };
    return {.status = static_cast<std::uint32_t>(told.status),
            .offset = fine(told.offset),
            .frequency = thousandths(told.freq),
            .max_error = coarse(told.maxerror),
            .estimated_error = coarse(told.esterror),
            .time_constant = told.constant,
            .precision = coarse(told.precision),
            .tolerance = thousandths(told.tolerance),
            .pulse_frequency = thousandths(told.ppsfreq),
            .pulse_stability = thousandths(told.stabil),
            .pulse_jitter = fine(told.jitter),
            .calibration_time = told.shift > 0 ? std::int64_t{1} << told.shift : 0,
            .calibrations = told.calcnt,
            .jitter_exceeded = told.jitcnt,
            .stability_exceeded = told.stbcnt,
            .calibration_errors = told.errcnt};
}

}  // namespace tokimori
