#include "server/clock/second_watch.h"

#include <gtest/gtest.h>

#include <limits>

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using Speaker = SecondWatch::Speaker;

constexpr LocalInstant kBegin{1000s};
constexpr Speaker kGps{.source = 1, .kin = Kin::kSatellites};
constexpr Speaker kGlonass{.source = 2, .kin = Kin::kSatellites};
constexpr Speaker kServer{.source = 3, .kin = Kin::kNetwork};
constexpr Speaker kRadio{.source = 4, .kin = Kin::kLongWave};
constexpr Speaker kTrusted{.source = 5, .kin = Kin::kSatellites, .trusted = true};

class SecondWatchTest : public ::testing::Test {
protected:
    /// Each speaks once a second in [from, to).
    void say(int from, int to, std::int64_t off, const std::vector<Speaker>& speakers) {
        for (int second = from; second < to; ++second) {
            for (const Speaker& speaker : speakers) {
                watch_.note(speaker, off, at(second));
            }
        }
    }
    auto refuted(LocalInstant now, bool serving = true) const { return watch_.refuted({now, serving}); }
    auto refuted_after_a_leap_second(LocalInstant now) const { return watch_.refuted({now, true, true}); }
    static LocalInstant at(int second) { return kBegin + std::chrono::seconds{second}; }

    SecondWatch watch_;
};

TEST_F(SecondWatchTest, BelievesInOurSecondWhereNobodySpeaks) {
    EXPECT_FALSE(refuted(kBegin));
}

TEST_F(SecondWatchTest, BelievesTwoOfUnlikePhysics) {
    say(0, 10, 1, {kGps, kServer});
    EXPECT_TRUE(refuted(at(9)));
}

TEST_F(SecondWatchTest, DoesNotBelieveALoneSource) {
    say(0, 1000, 1, {kGps});
    EXPECT_FALSE(refuted(at(999)));
}

TEST_F(SecondWatchTest, DoesNotBelieveTwoOfOneKind) {
    say(0, 1000, 1, {kGps, kGlonass});
    EXPECT_FALSE(refuted(at(999)));
}

TEST_F(SecondWatchTest, DoesNotBelieveTwoThatNameDifferentSeconds) {
    say(0, 100, 1, {kGps});
    say(0, 100, 2, {kServer});
    EXPECT_FALSE(refuted(at(99)));
}

TEST_F(SecondWatchTest, BelievesThemOnlyAfterEightSeconds) {
    say(0, 8, -1, {kGps, kServer});
    EXPECT_FALSE(refuted(at(7)));
    say(8, 9, -1, {kGps, kServer});
    EXPECT_TRUE(refuted(at(8)));
}

TEST_F(SecondWatchTest, BelievesThemOnlyAfterFourReports) {
    for (int report = 0; report < 4; ++report) {
        EXPECT_FALSE(refuted(at(report * 64))) << report;
        watch_.note(kGps, 1, at(report * 64));
        watch_.note(kServer, 1, at(report * 64));
    }
    EXPECT_TRUE(refuted(at(192)));
}

TEST_F(SecondWatchTest, CountsReportsOfOneInstantAsNoTimeAtAll) {
    for (int report = 0; report < 100; ++report) {
        watch_.note(kGps, 1, kBegin);
        watch_.note(kServer, 1, kBegin);
    }
    EXPECT_FALSE(refuted(kBegin));
}

TEST_F(SecondWatchTest, TakesWhatComesLateForNoWordOfNow) {
    say(100, 101, 0, {kGps, kServer});
    say(50, 60, 1, {kGps, kServer});
    EXPECT_FALSE(refuted(at(101)));
}

TEST_F(SecondWatchTest, BelievesAsManyForUsRatherThanAgainstUs) {
    say(0, 10, 1, {kGps, kServer});
    say(0, 10, 0, {kRadio, {.source = 6, .kin = Kin::kUnknown}});
    EXPECT_FALSE(refuted(at(9)));
}

TEST_F(SecondWatchTest, BelievesMoreAgainstUsThanForUs) {
    say(0, 10, 1, {kGps, kServer});
    say(0, 10, 0, {kRadio});
    EXPECT_TRUE(refuted(at(9)));
}

TEST_F(SecondWatchTest, CountsManyOfOneKindForUsOnce) {
    say(0, 10, 1, {kGps, kServer});
    for (SourceId id = 10; id < 300; ++id) {
        say(0, 10, 0, {{.source = id, .kin = Kin::kLongWave}});
    }
    EXPECT_TRUE(refuted(at(9)));
}

TEST_F(SecondWatchTest, CountsServersThatNeverBoreUsOutOneByOne) {
    say(0, 10, 1, {{.source = 10, .kin = Kin::kNetwork}, {.source = 11, .kin = Kin::kNetwork}});
    say(0, 10, 0, {kGps});
    EXPECT_TRUE(refuted(at(9)));
}

TEST_F(SecondWatchTest, CountsServersThatDidNotMakeALeapSecondOnce) {
    const std::vector<Speaker> servers{{.source = 10, .kin = Kin::kNetwork}, {.source = 11, .kin = Kin::kNetwork}};
    say(0, 10, 0, servers);
    say(10, 30, 1, servers);
    EXPECT_FALSE(refuted(at(29)));
    EXPECT_TRUE(refuted(at(29), false)) << "nothing is lost where nobody is served";
}

TEST_F(SecondWatchTest, CountsServersThatAreOffByALeapSecondThatHasJustBeenOnce) {
    const std::vector<Speaker> servers{{.source = 10, .kin = Kin::kNetwork}, {.source = 11, .kin = Kin::kNetwork}};
    say(0, 10, 1, servers);
    EXPECT_FALSE(refuted_after_a_leap_second(at(9))) << "we may have been started anew, and do not know what they said";
    say(10, 20, 2, servers);
    EXPECT_TRUE(refuted_after_a_leap_second(at(19))) << "no leap second explains that";
}

TEST_F(SecondWatchTest, CountsProgramsThatShareSamplesAsReceivers) {
    const std::vector<Speaker> programs{{.source = 10, .kin = Kin::kUnknown}, {.source = 11, .kin = Kin::kUnknown}};
    say(0, 10, 2, programs);
    EXPECT_FALSE(refuted(at(9))) << "most likely two units of one receiver";
    say(0, 10, 2, {kGps});
    EXPECT_FALSE(refuted(at(9)));
    say(0, 10, 2, {kServer});
    EXPECT_TRUE(refuted(at(9)));
}

TEST_F(SecondWatchTest, CountsServersForUsOneByOne) {
    const std::vector<Speaker> servers{{.source = 10, .kin = Kin::kNetwork}, {.source = 11, .kin = Kin::kNetwork}};
    say(0, 10, 1, {kGps, kRadio});
    say(0, 10, 0, servers);
    EXPECT_FALSE(refuted(at(9)));
}

TEST_F(SecondWatchTest, HearsAtOnceWhoBearsUsOut) {
    say(0, 10, 1, {kGps, kServer});
    watch_.note(kRadio, 0, at(9));
    watch_.note({.source = 6, .kin = Kin::kUnknown}, 0, at(9));
    EXPECT_FALSE(refuted(at(9)));
}

TEST_F(SecondWatchTest, BeginsToCountAnewWhenASourceNamesAnotherSecond) {
    say(0, 6, 1, {kGps, kServer});
    say(6, 7, 2, {kGps});
    say(7, 12, 1, {kGps, kServer});
    EXPECT_FALSE(refuted(at(11)));
}

TEST_F(SecondWatchTest, ForgetsSourcesThatFellSilent) {
    say(0, 10, 1, {kGps, kServer});
    EXPECT_TRUE(refuted(at(9 + 8)));
    EXPECT_FALSE(refuted(at(9 + 9)));
}

TEST_F(SecondWatchTest, BelievesALoneSourceThatTheOperatorTrusts) {
    say(0, 10, 1, {kTrusted});
    EXPECT_TRUE(refuted(at(9)));
}

TEST_F(SecondWatchTest, DoesNotBelieveAnybodyWhereATrustedOneBearsUsOut) {
    say(0, 10, 1, {kGps, kServer, kRadio});
    say(0, 10, 0, {kTrusted});
    EXPECT_FALSE(refuted(at(9)));
}

TEST_F(SecondWatchTest, HoldsSecondsAtTheEndsOfTheirType) {
    say(0, 10, std::numeric_limits<std::int64_t>::min(), {kGps, kServer});
    say(0, 10, std::numeric_limits<std::int64_t>::max(), {kRadio});
    EXPECT_TRUE(refuted(at(9)));
}

TEST_F(SecondWatchTest, ForgetsWhatOneSourceSaid) {
    say(0, 10, 1, {kGps, kServer});
    watch_.forget(kServer.source);
    EXPECT_FALSE(refuted(at(9)));
}

TEST_F(SecondWatchTest, ForgetsAllThatWasSaid) {
    say(0, 10, 1, {kGps, kServer});
    watch_.forget();
    EXPECT_FALSE(refuted(at(9)));
}

}  // namespace
}  // namespace tokimori
