#include "refclocks/nmea_receiver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/refclocks/kept.h"
#include "tests/refclocks/nmea_text.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using Reason = Rejection::Reason;

/// A receiver's bytes, each piece at its moment.
class NmeaReceiverTest : public ::testing::Test {
protected:
    int say(Duration at, std::string_view bytes) {
        now_ = LocalInstant{at};
        return receiver_.take(bytes, now_);
    }
    std::vector<Label> labels() const { return kept_.of<Label>(); }
    /// A burst that begins the count: what is heard first may be the middle of one.
    void join() { say(0ms, line("GPTXT,01,01,02,hello")); }

    LocalInstant now_;
    Counter counter_{[this] { return ClockReading{.raw = now_.time_since_epoch().count()}; }};
    Keeper kept_;
    DeviceWatch watch_{counter_, kept_, 7};
    NmeaReceiver receiver_{watch_, kept_, 7, 30ms};
};

TEST_F(NmeaReceiverTest, HearsASecondWithTheFirstByteOfItsCycle) {
    join();
    say(1150ms, line("GPGSA,A,3,04,,,,,,,,,,,,2.5,1.3,2.1"));
    say(1200ms, gga(38));
    say(1290ms, zda(38));
    ASSERT_EQ(labels().size(), 1U);
    EXPECT_EQ(labels()[0].source, 7);
    EXPECT_EQ(labels()[0].heard, LocalInstant{1150ms});
    EXPECT_EQ(format_utc(labels()[0].time), "2026-11-22T00:21:38Z");
    EXPECT_EQ(labels()[0].uncertainty, 30ms);
    EXPECT_FALSE(labels()[0].gps_minus_utc);
}

TEST_F(NmeaReceiverTest, TellsOneLabelASecondWhateverTheOrder) {
    join();
    say(1100ms, rmc(38) + gga(38) + zda(38));
    say(2100ms, zda(39) + rmc(39) + gga(39));
    say(3100ms, gga(40) + zda(40) + rmc(40));
    ASSERT_EQ(labels().size(), 3U);
    EXPECT_EQ(labels()[1].heard, LocalInstant{2100ms});
    EXPECT_EQ(format_utc(labels()[2].time), "2026-11-22T00:21:40Z");
    EXPECT_TRUE(kept_.of<Rejection>().empty());
}

TEST_F(NmeaReceiverTest, StampsAPieceOfASentenceWhenItCame) {
    join();
    const std::string whole = rmc(38);
    say(1120ms, whole.substr(0, 1));
    say(1180ms, whole.substr(1, 40));
    say(1240ms, whole.substr(41));
    ASSERT_EQ(labels().size(), 1U);
    EXPECT_EQ(labels()[0].heard, LocalInstant{1120ms});
}

TEST_F(NmeaReceiverTest, FindsTheCyclesOfAReceiverThatNeverPauses) {
    join();
    Duration at = 150ms;
    for (int second = 30; second < 34; ++second) {
        for (const std::string& one : {rmc(second), gga(second), line("GPGSV,1,1,04"), zda(second)}) {
            for (int piece = 0; piece < 5; ++piece, at += 50ms) {
                say(at, piece == 4 ? one : "");
            }
        }
    }
    ASSERT_GE(labels().size(), 3U);
    EXPECT_EQ(labels()[2].heard - labels()[1].heard, 1s);
}

TEST_F(NmeaReceiverTest, StampsASentenceThatBeginsInTheMiddleOfAPiece) {
    join();
    const std::string next = rmc(39);
    say(1100ms, rmc(38) + gga(38).substr(0, 10));
    say(1150ms, gga(38).substr(10) + next.substr(0, 20));
    say(1200ms, next.substr(20));
    ASSERT_EQ(labels().size(), 2U);
    EXPECT_EQ(labels()[1].heard, LocalInstant{1150ms});
}

TEST_F(NmeaReceiverTest, SaysNothingOfACycleThatItJoinedInTheMiddle) {
    say(0ms, gga(37) + zda(37));
    EXPECT_TRUE(labels().empty());
    say(1000ms, gga(38) + zda(38));
    EXPECT_EQ(labels().size(), 1U);
}

TEST_F(NmeaReceiverTest, DoesNotBelieveZdaWithoutSomebodyWhoVouches) {
    join();
    say(1100ms, zda(38));
    say(2100ms, zda(39) + line("GNGSA,A,1,,,,,,,,,,,,,,,"));
    say(3100ms, gga(40, 1));
    EXPECT_TRUE(labels().empty()) << "validity of another second";
    say(4100ms, gga(41, 0) + zda(41));
    say(5100ms, zda(42) + gga(42, 6));
    EXPECT_TRUE(labels().empty());
    EXPECT_THAT(kept_.reasons(), ElementsAre(Reason::kNoFix, Reason::kNoFix));
    say(6100ms, zda(43) + line("GNGSA,A,3,04,,,,,,,,,,,,2.5,1.3,2.1"));
    EXPECT_TRUE(labels().empty()) << "somebody said no a second ago";
    say(7100ms, zda(44) + line("GNGSA,A,3,04,,,,,,,,,,,,2.5,1.3,2.1"));
    EXPECT_EQ(labels().size(), 1U);
}

TEST_F(NmeaReceiverTest, BelievesNoReceiverThatSaysNoOnlyAfterItSaidYes) {
    join();
    say(1100ms, rmc(38) + gga(38));
    for (int second = 39; second < 50; ++second) {
        say((second - 37) * 1s + 100ms, rmc(second) + gga(second, 6) + zda(second));
    }
    EXPECT_EQ(labels().size(), 2U) << "the first no comes too late, no other does";
    EXPECT_EQ(kept_.of<Rejection>().size(), 11U);
    say(13100ms, rmc(50) + gga(50));
    EXPECT_EQ(labels().size(), 2U) << "a cycle without a no";
    say(14100ms, rmc(51) + gga(51));
    ASSERT_EQ(labels().size(), 3U);
    EXPECT_EQ(format_utc(labels()[2].time), "2026-11-22T00:21:51Z");
    EXPECT_EQ(labels()[2].heard, LocalInstant{14100ms}) << "at no cost in time";
}

TEST_F(NmeaReceiverTest, RemembersANoThroughACycleWithoutAWord) {
    join();
    for (int second = 38; second < 42; ++second) {
        say((second - 37) * 1s + 100ms, rmc(second));
        say((second - 37) * 1s + 300ms, gga(second, 6));
        say((second - 37) * 1s + 500ms, line("GPGSV,1,1,04"));
    }
    EXPECT_EQ(labels().size(), 1U);
}

TEST_F(NmeaReceiverTest, HearsTheNoOfTheCycleThatItJoined) {
    say(0ms, rmc(37) + gga(37, 6));
    say(1000ms, rmc(38) + gga(38, 6));
    EXPECT_TRUE(labels().empty());
}

TEST_F(NmeaReceiverTest, CountsACycleWithoutAFixOnce) {
    join();
    say(1100ms, rmc(38, 'V', 'N') + gga(38, 0) + zda(38) + line("GNGSA,A,3,04,,,,,,,,,,,,2.5,1.3,2.1"));
    EXPECT_TRUE(labels().empty()) << "one that says no is enough";
    EXPECT_THAT(kept_.reasons(), ElementsAre(Reason::kNoFix));
}

TEST_F(NmeaReceiverTest, TakesTheFirstOfSeveralInstantsOfOneSecond) {
    join();
    for (int tenth = 0; tenth < 10; tenth += 2) {
        say(1050ms + tenth * 100ms, line("GNRMC,002138." + std::to_string(tenth) + "0,A,,,,,,,221126,,,A"));
    }
    say(2050ms, line("GNRMC,002139.00,A,,,,,,,221126,,,A"));
    ASSERT_EQ(labels().size(), 2U);
    EXPECT_EQ(labels()[0].heard, LocalInstant{1050ms});
    EXPECT_EQ(labels()[0].time.nanosecond, 0);
    EXPECT_EQ(labels()[1].heard, LocalInstant{2050ms});
}

TEST_F(NmeaReceiverTest, PassesOnASecondThatIsCountedTwiceAtALeap) {
    join();
    for (int i = 0; i < 2; ++i) {
        say(1100ms + i * 1s, line("GNRMC,235959.00,A,,,,,,,311216,,,A"));
    }
    EXPECT_EQ(labels().size(), 2U);
}

TEST_F(NmeaReceiverTest, IsNotMisledByBinaryMessagesBetweenTheCycles) {
    join();
    say(1300ms, "\xb5\x62\x01\x21\x14 binary");
    say(2120ms, rmc(39));
    ASSERT_EQ(labels().size(), 1U);
    EXPECT_EQ(labels()[0].heard, LocalInstant{2120ms});
    EXPECT_TRUE(kept_.of<Rejection>().empty());
}

TEST_F(NmeaReceiverTest, CountsNoiseButDoesNotMakeAFloodOfIt) {
    join();
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(say(1000ms + i * 1ms, "noise\n$GPRMC,bad*00\r\n"), 0);
    }
    EXPECT_EQ(kept_.of<Rejection>().size(), 10U);
    say(3000ms, std::string(70'000, 'x'));
    EXPECT_EQ(kept_.of<Rejection>().size(), 11U) << "a line that does not end";
    say(4000ms, "\n" + rmc(38));
    EXPECT_EQ(labels().size(), 1U);
}

TEST_F(NmeaReceiverTest, SaysHowManySentencesCouldBeRead) {
    EXPECT_EQ(say(1100ms, rmc(38, 'V') + line("GPTXT,x") + "noise\r\n\r\n" + line("GPGGA,250000,,,,,1,07,,,,,,,")), 3);
}

TEST_F(NmeaReceiverTest, TellsItsSatellitesWhenTheirNumberChanges) {
    join();
    const std::string views =
        line("GPGSV,1,1,08,1,1,1,1") + line("GPGSV,1,1,06,1,1,1,1,8") + line("GLGSV,1,1,05,65,1,1,1");
    say(1100ms, rmc(38) + gga(38, 1, 9) + views);
    say(2100ms, rmc(39) + gga(39, 1, 9) + views);
    say(3100ms, rmc(40) + gga(40, 1, 7) + views);
    say(4100ms, rmc(41) + gga(41, 1, 7));
    say(5100ms, rmc(42));
    const auto satellites = kept_.of<Satellites>();
    ASSERT_EQ(satellites.size(), 3U);
    EXPECT_EQ(satellites[0].source, 7);
    EXPECT_EQ(satellites[0].used, 9);
    EXPECT_EQ(satellites[0].visible, 13);
    EXPECT_EQ(satellites[1].used, 7);
    EXPECT_EQ(satellites[1].visible, 13);
    EXPECT_EQ(satellites[2].visible, 7) << "no GSV at all";
}

TEST_F(NmeaReceiverTest, TellsNothingOfACycleInWhichItBeganAnew) {
    join();
    say(1100ms, rmc(38) + "$GPRMC,0021");
    receiver_.restart();
    say(1120ms, rmc(39));
    EXPECT_EQ(labels().size(), 1U);
    say(2100ms, rmc(40));
    EXPECT_EQ(labels().size(), 2U);
    EXPECT_TRUE(kept_.reasons().empty());
}

}  // namespace
}  // namespace tokimori
