#include "server/daemon/beat.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

#include "refclocks/counter.h"

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

TEST(Beat, ComesAfterFiveQuartersOfItsPeriodWhereNothingElseHappens) {
    boost::asio::io_context io;
    std::optional<Beat> beat;
    const auto began = steady_clock::now();
    beat.emplace(io, [&] { beat->stop(); });
    beat->start(40ms);
    io.run();
    EXPECT_GE(steady_clock::now() - began, 50ms);
}

TEST(Beat, ComesWithAnythingElseOnceThreeQuartersOfItsPeriodAreOver) {
    boost::asio::io_context io;
    int beats = 0;
    Beat beat{io, [&] { ++beats; }};
    beat.start(1h);
    beat.join();
    io.poll();
    EXPECT_EQ(beats, 0) << "not yet";

    beat.start(80ms);
    std::this_thread::sleep_for(62ms);
    beat.join();
    beat.join();
    EXPECT_EQ(beats, 0) << "who joins is not interrupted";
    io.poll();
    EXPECT_EQ(beats, 1);
}

TEST(Beat, ThatIsJoinedBringsAllOthersEvenWhereItDoesNotRunItself) {
    boost::asio::io_context io;
    int beats = 0;
    Beat beat{io, [&] { ++beats; }};
    Beat stopped{io, [&] { beats += 100; }};
    beat.start(80ms);
    std::this_thread::sleep_for(62ms);
    stopped.join();
    io.poll();
    EXPECT_EQ(beats, 1);
}

// So that a thread that hears something once a second is woken up once a second.
TEST(Beat, ComesOnceAPeriodWithWhatComesOnceAPeriod) {
    boost::asio::io_context io;
    int beats = 0;
    Beat beat{io, [&] { ++beats; }};
    beat.start(100ms);
    for (int heard = 1; heard <= 5; ++heard) {
        std::this_thread::sleep_for(100ms);
        beat.join();
        io.poll();
        EXPECT_EQ(beats, heard);
    }
}

TEST(Beat, ThatIsToBeExactJoinsNobody) {
    boost::asio::io_context io;
    int beats = 0;
    Beat beat{io, [&] { ++beats; }};
    // Of a period so long a quarter is over; a sixteenth before it ends it may come early.
    beat.start_exact(4 * read_host_counter().time_since_epoch());
    beat.join();
    io.poll();
    EXPECT_EQ(beats, 0);
}

TEST(Beat, ThatIsToBeExactDoesNotFallBehindByBeingLate) {
    boost::asio::io_context io;
    int beats = 0;
    Beat beat{io, [&] { ++beats; }};
    beat.start_exact(400ms);
    io.run_one();
    const auto first = steady_clock::now();
    EXPECT_EQ(beats, 1);
    std::this_thread::sleep_until(first + 500ms);
    io.poll();
    EXPECT_EQ(beats, 2);
    std::this_thread::sleep_until(first + 825ms);
    io.poll();
    EXPECT_EQ(beats, 3);
}

// Steps of a pattern are numbered by whole periods: a beat at their edges would show one twice, and one not at all.
TEST(Beat, ThatIsToBeExactComesInTheMiddleOfAWholePeriodOfTheCounter) {
    boost::asio::io_context io;
    std::optional<Beat> beat;
    LocalInstant came;
    beat.emplace(io, [&] {
        came = read_host_counter();
        beat->stop();
    });
    beat->start_exact(800ms);
    io.run();
    EXPECT_GE(came.time_since_epoch() % 800ms, 300ms);
    EXPECT_LE(came.time_since_epoch() % 800ms, 700ms);
}

TEST(Beat, LeavesOutWhatWasSleptThrough) {
    for (const bool exact : {false, true}) {
        boost::asio::io_context io;
        int beats = 0;
        Beat beat{io, [&] { ++beats; }};
        exact ? beat.start_exact(400ms) : beat.start(400ms);
        // Soon after the place of one that is exact, so that the next is far.
        std::this_thread::sleep_for(4 * 400ms - read_host_counter().time_since_epoch() % 400ms + 240ms);
        io.poll();
        beat.join();
        io.poll();
        EXPECT_EQ(beats, 1) << exact;
    }
}

TEST(Beat, WakesTheThreadOnlyWhenOneOfAFinerPeriodDoesSoToo) {
    boost::asio::io_context io;
    int fine_beats = 0;
    int coarse_beats = 0;
    Beat coarse{io, [&] { ++coarse_beats; }};
    Beat fine{io, [&] { ++fine_beats; }};
    coarse.start(30ms);
    fine.start(10ms);
    while (coarse_beats < 5) {
        const int fine_before = fine_beats;
        const int coarse_before = coarse_beats;
        io.run_one();
        EXPECT_TRUE(coarse_beats == coarse_before || fine_beats > fine_before);
    }
    EXPECT_GT(fine_beats, coarse_beats);
}

TEST(Beat, ThatThrowsEndsNoOther) {
    boost::asio::io_context io;
    int beats = 0;
    Beat thrower{io, [] { throw std::runtime_error{"no more room"}; }};
    std::optional<Beat> other;
    other.emplace(io, [&] {
        ++beats;
        other->stop();
        thrower.stop();
    });
    thrower.start(4ms);
    other->start(8ms);
    EXPECT_THROW(io.run(), std::runtime_error);
    while (beats == 0) {
        try {
            io.run();
        } catch (const std::runtime_error&) {
        }
    }
    EXPECT_EQ(beats, 1);
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

TEST(Beat, ThatRunsGoesOnWhereItIsStartedAgain) {
    boost::asio::io_context io;
    int beats = 0;
    Beat beat{io, [&] { ++beats; }};
    beat.start(100ms);
    std::this_thread::sleep_for(80ms);
    beat.start(100ms);
    beat.join();
    io.poll();
    EXPECT_EQ(beats, 1);
}

TEST(Beat, ThatWasDueWhenAnotherStoppedItDoesNotCome) {
    boost::asio::io_context io;
    int beats = 0;
    std::optional<Beat> second;
    Beat first{io, [&] {
                   ++beats;
                   second->stop();
               }};
    second.emplace(io, [&] { ++beats; });
    first.start(1ms);
    second->start(1ms);
    std::this_thread::sleep_for(5ms);
    io.run_one();
    first.stop();
    io.run();
    EXPECT_EQ(beats, 1);
}

// The wait is over and cannot be cancelled any more.
TEST(Beat, ThatWasDueWhenItWasStoppedDoesNotCome) {
    boost::asio::io_context io;
    int beats = 0;
    Beat beat{io, [&] { ++beats; }};
    beat.start(1ms);
    std::this_thread::sleep_for(5ms);
    boost::asio::post(io, [&] { beat.stop(); });
    io.run();
    EXPECT_EQ(beats, 0);
}

TEST(Beat, MayStartAnother) {
    boost::asio::io_context io;
    int beats = 0;
    std::optional<Beat> second;
    second.emplace(io, [&] {
        ++beats;
        second->stop();
    });
    std::optional<Beat> first;
    first.emplace(io, [&] {
        first->stop();
        second->start(1ms);
    });
    first->start(1ms);
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

TEST(Beat, ThatRunsWhenTheLoopIsDestroyedIsNoTrouble) {
    auto io = std::make_unique<boost::asio::io_context>();
    auto beat = std::make_shared<Beat>(*io, [] {});
    beat->start(1ms);
    boost::asio::post(*io, [beat] {});
    beat->join();
    beat.reset();
    io.reset();
}

}  // namespace
}  // namespace tokimori
