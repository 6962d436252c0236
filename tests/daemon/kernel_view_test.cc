#include "server/daemon/kernel_view.h"

#include <gtest/gtest.h>
#include <sys/timex.h>

#include <cerrno>

namespace tokimori {
namespace {

/// A kernel that says something else of everything.
timex distinct() {
    timex told{};
    told.offset = -1'001;
    told.freq = -131'072;
    told.maxerror = 2'002;
    told.esterror = 3'003;
    told.status = STA_INS;
    told.constant = 4;
    told.precision = 5;
    told.tolerance = 32'768'000;
    told.ppsfreq = 65'536;
    told.jitter = 6'006;
    told.shift = 3;
    told.stabil = 32'768;
    told.jitcnt = 7;
    told.calcnt = 8;
    told.errcnt = 9;
    told.stbcnt = 10;
    return told;
}

KernelView view_of(const timex& told, int* modes = nullptr) {
    return read_kernel_view([&](timex& call) {
        if (modes != nullptr) {
            *modes = static_cast<int>(call.modes);
        }
        call = told;
        return TIME_INS;
    });
}

TEST(KernelViewOf, TellsEachValueInItsUnit) {
    int modes = -1;
    const KernelView view = view_of(distinct(), &modes);
    EXPECT_EQ(modes, 0) << "nothing is set";
    EXPECT_EQ(view.status, static_cast<std::uint32_t>(STA_INS));
    EXPECT_EQ(view.offset, Duration{-1'001'000});
    EXPECT_EQ(view.frequency, -2'000);
    EXPECT_EQ(view.max_error, Duration{2'002'000});
    EXPECT_EQ(view.estimated_error, Duration{3'003'000});
    EXPECT_EQ(view.time_constant, 4);
    EXPECT_EQ(view.precision, Duration{5'000});
    EXPECT_EQ(view.tolerance, 500'000);
    EXPECT_EQ(view.pulse_frequency, 1'000);
    EXPECT_EQ(view.pulse_stability, 500);
    EXPECT_EQ(view.pulse_jitter, Duration{6'006'000});
    EXPECT_EQ(view.calibration_time, 8);
    EXPECT_EQ(view.calibrations, 8);
    EXPECT_EQ(view.jitter_exceeded, 7);
    EXPECT_EQ(view.stability_exceeded, 10);
    EXPECT_EQ(view.calibration_errors, 9);
}

TEST(KernelViewOf, HeedsTheKernelsNanoseconds) {
    timex told = distinct();
    told.status |= STA_NANO;
    told.shift = 0;
    const KernelView view = view_of(told);
    EXPECT_EQ(view.offset, Duration{-1'001});
    EXPECT_EQ(view.pulse_jitter, Duration{6'006});
    EXPECT_EQ(view.max_error, Duration{2'002'000}) << "always in microseconds";
    EXPECT_EQ(view.calibration_time, 0) << "no pulses";
}

TEST(KernelViewOf, IsThatOfAClockNobodyHasSetWhereTheKernelSaysNothing) {
    const KernelView view = read_kernel_view([](timex&) { return -EPERM; });
    EXPECT_EQ(view.status, static_cast<std::uint32_t>(STA_UNSYNC));
    EXPECT_EQ(view.max_error, std::chrono::seconds{16});
}

}  // namespace
}  // namespace tokimori
