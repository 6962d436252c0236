#include "server/daemon/beat.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

TEST(Beat, ComesAgainAndAgainAndNoMoreOnceItIsStopped) {
    boost::asio::io_context io;
    int beats = 0;
    std::optional<Beat> beat;
    beat.emplace(io, [&] {
        if (++beats == 5) {
            beat->stop();
        }
    });
    beat->start(2ms);
    io.run();
    EXPECT_EQ(beats, 5);
}

TEST(Beat, ComesNoSoonerThanTheSteadyClockShowsAWholeNumberOfPeriods) {
    boost::asio::io_context io;
    std::optional<Beat> beat;
    const auto period = 50ms;
    const auto began = steady_clock::now();
    auto came = began;
    beat.emplace(io, [&] {
        came = steady_clock::now();
        beat->stop();
    });
    beat->start(period);
    io.run();
    EXPECT_GT(came.time_since_epoch() / period, began.time_since_epoch() / period);
}

TEST(Beat, WakesTheThreadOnlyWhenOneOfAFinerPeriodDoesSoToo) {
    boost::asio::io_context io;
    int fine_beats = 0;
    int coarse_beats = 0;
    Beat fine{io, [&] { ++fine_beats; }};
    Beat coarse{io, [&] { ++coarse_beats; }};
    fine.start(10ms);
    coarse.start(20ms);
    while (coarse_beats < 5) {
        const int fine_before = fine_beats;
        const int coarse_before = coarse_beats;
        io.run_one();
        io.poll();
        EXPECT_TRUE(coarse_beats == coarse_before || fine_beats > fine_before);
    }
}

TEST(Beat, ThatIsStartedTwiceComesOnce) {
    boost::asio::io_context io;
    int beats = 0;
    std::optional<Beat> beat;
    beat.emplace(io, [&] {
        ++beats;
        beat->stop();
    });
    beat->start(1ms);
    beat->start(2ms);
    io.run();
    EXPECT_EQ(beats, 1);
}

// Its wait is over and cannot be cancelled any more.
TEST(Beat, ThatWasDueWhenItWasStoppedDoesNotCome) {
    boost::asio::io_context io;
    int beats = 0;
    Beat first{io, [&] { ++beats; }};
    Beat second{io, [&] { ++beats; }};
    first.start(1ms);
    second.start(1ms);
    std::this_thread::sleep_for(5ms);
    io.run_one();
    first.stop();
    second.stop();
    io.run();
    EXPECT_EQ(beats, 1);
}

TEST(Beat, MayDestroyItself) {
    boost::asio::io_context io;
    int beats = 0;
    auto beat = std::unique_ptr<Beat>{};
    beat = std::make_unique<Beat>(io, [&] {
        ++beats;
        beat.reset();
    });
    beat->start(1ms);
    io.run();
    EXPECT_EQ(beats, 1);
}

}  // namespace
}  // namespace tokimori
