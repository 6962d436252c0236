#include "server/clock/label_track.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

const LeapTable& table() {
    return LeapTable::built_in();
}

UtcTime utc(const char* text) {
    return parse_utc(text).value();
}

const TaiInstant kEvening = table().tai_at(utc("2026-11-22T09:00:00Z")).value();

const DateFloor kFloor{.built = utc("2026-01-01").second.day};
const LabelTrack::Settings kReceiver{.floor = kFloor, .counts_weeks = true};

// The label of the second that many seconds into the evening, heard 140 ms later.
Label label_at(std::chrono::seconds later, Duration jitter = 0ms) {
    return Label{.source = 1,
                 .heard = LocalInstant{1000s} + later + 140ms + jitter,
                 .time = table().utc_at(kEvening + later),
                 .uncertainty = 2ms};
}

LabelTrack believing(const LabelTrack::Settings& settings = {}) {
    LabelTrack track{settings};
    for (const auto later : {-3s, -2s, -1s}) {
        track.weigh(label_at(later), table());
    }
    return track;
}

TEST(LabelTrack, BelievesTheThirdThatAgrees) {
    LabelTrack track{{}};
    EXPECT_EQ(track.reason(), Reason::kSilent);
    EXPECT_FALSE(track.weigh(label_at(0s), table()));
    EXPECT_FALSE(track.weigh(label_at(1s), table()));
    EXPECT_EQ(track.reason(), Reason::kWaitingForAgreement);
    const auto heard = track.weigh(label_at(2s), table());
    ASSERT_TRUE(heard);
    EXPECT_EQ(heard->second, kEvening + 2s);
    EXPECT_EQ(heard->heard, label_at(2s).heard);
    EXPECT_EQ(heard->uncertainty, 2ms);
    EXPECT_EQ(track.reason(), Reason::kSelectable);
}

TEST(LabelTrack, LetsSentencesJitter) {
    LabelTrack track = believing();
    EXPECT_TRUE(track.weigh(label_at(0s, 390ms), table()));
    EXPECT_TRUE(track.weigh(label_at(1s), table()));
}

TEST(LabelTrack, BeginsAnewWhereASecondIsMissingDoubledOrFrozen) {
    for (const auto jump : {2s, 0s, -1s, 3600s}) {
        LabelTrack track = believing();
        Label odd = label_at(0s);
        odd.time = table().utc_at(kEvening - 1s + jump);
        EXPECT_FALSE(track.weigh(odd, table())) << jump.count();
        EXPECT_EQ(track.reason(), Reason::kWaitingForAgreement);
        EXPECT_FALSE(track.weigh(label_at(1s), table()));
        EXPECT_FALSE(track.weigh(label_at(2s), table()) && jump != 1s);
    }
}

TEST(LabelTrack, AllowsForMissedSentencesWhileTheCounterAgrees) {
    LabelTrack track = believing();
    EXPECT_TRUE(track.weigh(label_at(60s), table()));
    EXPECT_FALSE(track.weigh(label_at(60s + 64s), table()));
}

TEST(LabelTrack, DoesNotTakeSentencesOfOneSecondForSecondsThatAgree) {
    LabelTrack track{{}};
    for (const Duration later : {0ms, 50ms, 100ms, 150ms}) {
        EXPECT_FALSE(track.weigh(label_at(0s, later), table()));
    }
}

TEST(LabelTrack, TakesNoOffenceAtASecondThatIsSaidAgain) {
    LabelTrack track{{}};
    for (const auto later : {0s, 1s, 2s, 3s}) {
        EXPECT_EQ(track.weigh(label_at(later), table()).has_value(), later >= 2s);
        for (const Duration after : {20ms, 400ms, 759ms}) {
            EXPECT_FALSE(track.weigh(label_at(later, after), table())) << "it says nothing new";
        }
    }
    EXPECT_EQ(track.reason(), Reason::kSelectable);
    EXPECT_EQ(track.recent(label_at(3s).heard)->heard, label_at(3s).heard);
}

TEST(LabelTrack, TakesOffenceAtASecondThatIsStillSaidWhenTheNextIsDue) {
    LabelTrack track = believing();
    EXPECT_FALSE(track.weigh(label_at(-1s, 899ms), table()));
    EXPECT_EQ(track.reason(), Reason::kSelectable);
    EXPECT_FALSE(track.weigh(label_at(-1s, 900ms), table()));
    EXPECT_EQ(track.reason(), Reason::kWaitingForAgreement);
}

TEST(LabelTrack, IgnoresALabelThatComesAfterItsSuccessor) {
    LabelTrack track = believing();
    EXPECT_FALSE(track.weigh(label_at(-2s), table()));
    EXPECT_FALSE(track.weigh(label_at(-1s), table())) << "or twice";
    EXPECT_EQ(track.reason(), Reason::kSelectable);
    EXPECT_TRUE(track.weigh(label_at(0s), table()));
}

TEST(LabelTrack, KeepsTheSecondsThatEarnedItsFirstTrust) {
    LabelTrack track{{}};
    track.weigh(label_at(-7200s), table());
    EXPECT_FALSE(track.weigh(label_at(0s), table()));
    EXPECT_FALSE(track.weigh(label_at(1s), table()));
    ASSERT_TRUE(track.weigh(label_at(2s), table()));
    ASSERT_EQ(track.proof().size(), 2U);
    EXPECT_EQ(track.proof()[0].second, kEvening);
    EXPECT_EQ(track.proof()[0].heard, label_at(0s).heard);
    EXPECT_EQ(track.proof()[1].second, kEvening + 1s);
    track.weigh(label_at(3s), table());
    EXPECT_TRUE(track.proof().empty()) << "told once";
}

TEST(LabelTrack, HasNoProofAfterDistrust) {
    LabelTrack track{{}};
    track.weigh(label_at(0s), table());
    track.weigh(label_at(1s), table());
    track.distrust();
    EXPECT_TRUE(track.proof().empty());
}

TEST(LabelTrack, KnowsWhenItHeardTheLastLabelBelievedOrNot) {
    LabelTrack track{{}};
    EXPECT_FALSE(track.last_heard());
    track.weigh(label_at(5s), table());
    EXPECT_EQ(track.last_heard(), label_at(5s).heard);
    track.weigh(label_at(3s), table());
    EXPECT_EQ(track.last_heard(), label_at(5s).heard) << "what comes late is no news";
    Label impossible = label_at(6s);
    impossible.time = utc("2026-11-22T23:59:60Z");
    track.weigh(impossible, table());
    track.distrust();
    EXPECT_EQ(track.last_heard(), impossible.heard);
}

TEST(LabelTrack, CountsThroughALeapSecond) {
    LabelTrack track{{}};
    const TaiInstant leap = table().tai_at(utc("2016-12-31T23:59:60Z")).value();
    for (const auto later : {-2s, -1s, 0s, 1s, 2s}) {
        const Label label{.source = 1, .heard = LocalInstant{1000s} + later, .time = table().utc_at(leap + later)};
        const auto heard = track.weigh(label, table());
        EXPECT_EQ(heard.has_value(), later >= 0s);
        EXPECT_TRUE(!heard || heard->second == leap + later);
    }
}

TEST(LabelTrack, CountsThroughALeapSecondWhereGpsMinusUtcIsSaid) {
    const TaiInstant leap = table().tai_at(utc("2016-12-31T23:59:60Z")).value();
    LabelTrack track{{}};
    for (const auto later : {-2s, -1s, 0s, 1s, 2s}) {
        const Label label{.source = 1,
                          .heard = LocalInstant{1000s} + later,
                          .time = table().utc_at(leap + later),
                          .gps_minus_utc = later > 0s ? 18 : 17};
        const auto heard = track.weigh(label, table());
        EXPECT_EQ(heard.has_value(), later >= 0s) << later.count();
        EXPECT_TRUE(!heard || heard->second == leap + later) << later.count();
    }
}

TEST(LabelTrack, RefusesALeapSecondThatUtcDidNotHaveWhateverGpsMinusUtc) {
    for (const int gps_minus_utc : {17, 18}) {
        LabelTrack track = believing();
        Label label = label_at(0s);
        label.time = utc("2026-11-22T23:59:60Z");
        label.gps_minus_utc = gps_minus_utc;
        EXPECT_FALSE(track.weigh(label, table()));
        EXPECT_EQ(track.reason(), Reason::kNoSuchSecond);
    }
}

TEST(LabelTrack, TellsAMidnightThatIsSaidTwiceByGpsMinusUtc) {
    const TaiInstant leap = table().tai_at(utc("2016-12-31T23:59:60Z")).value();
    LabelTrack track{{}};
    for (const auto later : {-2s, -1s, 0s, 1s, 2s}) {
        const Label label{.source = 1,
                          .heard = LocalInstant{1000s} + later,
                          .time = later == 0s ? utc("2017-01-01T00:00:00Z") : table().utc_at(leap + later),
                          .gps_minus_utc = later > 0s ? 18 : 17};
        const auto heard = track.weigh(label, table());
        EXPECT_TRUE(!heard || heard->second == leap + later) << later.count();
        EXPECT_EQ(heard.has_value(), later >= 0s) << later.count();
    }
}

TEST(LabelTrack, RefusesASecondThatUtcDidNotHave) {
    LabelTrack track = believing();
    Label label = label_at(0s);
    label.time = utc("2026-11-22T23:59:60Z");
    EXPECT_FALSE(track.weigh(label, table()));
    EXPECT_EQ(track.reason(), Reason::kNoSuchSecond);
    EXPECT_FALSE(track.recent(label.heard)) << "nothing it said is believed any more";
}

TEST(LabelTrack, RefusesLeapSecondsThatAreNotTheTables) {
    for (const int gps_minus_utc : {15, 17, 19}) {
        LabelTrack track = believing();
        Label label = label_at(0s);
        label.gps_minus_utc = gps_minus_utc;
        EXPECT_FALSE(track.weigh(label, table()));
        EXPECT_EQ(track.reason(), Reason::kWrongLeapSeconds);
    }
    LabelTrack track = believing();
    Label label = label_at(0s);
    label.gps_minus_utc = 18;
    EXPECT_TRUE(track.weigh(label, table()));
}

TEST(LabelTrack, MendsAWeekCountThatRolledOver) {
    LabelTrack track{kReceiver};
    for (const auto later : {0s, 1s, 2s}) {
        Label label = label_at(later);
        label.time.second.day -= 1024 * 7;
        const auto heard = track.weigh(label, table());
        EXPECT_EQ(heard.has_value(), later == 2s);
        EXPECT_TRUE(!heard || heard->second == kEvening + later);
        EXPECT_TRUE(track.week_mended());
    }
    track.weigh(label_at(3s), table());
    EXPECT_FALSE(track.week_mended());
}

TEST(LabelTrack, DoesNotMendADateThatMayBeAnything) {
    const UtcDay floor = utc("2026-01-01").second.day;
    for (const UtcDay day : {floor - 1, floor - 512 * 7, floor - 1024 * 7 - 1, floor - 2048 * 7, UtcDay{0}}) {
        LabelTrack track{kReceiver};
        Label label = label_at(0s);
        label.time.second.day = day;
        EXPECT_FALSE(track.weigh(label, table()));
        EXPECT_EQ(track.reason(), Reason::kWrongWeek) << floor - day;
        EXPECT_FALSE(track.week_mended());
    }
}

TEST(LabelTrack, MendsFromTheFloorToTheMiddleOfTheNext1024Weeks) {
    const UtcDay floor = utc("2026-01-01").second.day;
    for (const UtcDay day : {floor - 1024 * 7, floor - 512 * 7 - 1}) {
        LabelTrack track{kReceiver};
        Label label = label_at(0s);
        label.time.second.day = day;
        track.weigh(label, table());
        EXPECT_TRUE(track.week_mended());
        EXPECT_EQ(track.reason(), Reason::kWaitingForAgreement);
    }
}

TEST(LabelTrack, DoesNotMendTheDateOfWhoCountsNoWeeks) {
    LabelTrack track{{.floor = kFloor}};
    Label label = label_at(0s);
    label.time.second.day -= 1024 * 7;
    EXPECT_FALSE(track.weigh(label, table()));
    EXPECT_EQ(track.reason(), Reason::kWrongWeek);
}

TEST(LabelTrack, DoesNotMendTheDateOfAServer) {
    LabelTrack track{{.floor = kFloor}};
    OffsetSample sample{.source = 1, .local = LocalInstant{1000s}, .time = table().utc_at(kEvening)};
    sample.time.second.day -= 1024 * 7;
    EXPECT_FALSE(track.weigh(sample, table()));
    EXPECT_EQ(track.reason(), Reason::kWrongWeek);
    EXPECT_FALSE(track.week_mended());
}

TEST(LabelTrack, RefusesButDoesNotMendADateBeforeTheLastTrustedOne) {
    LabelTrack track{
        {.floor = DateFloor{.built = kFloor.built, .last = utc("2040-01-01").second.day}, .counts_weeks = true}};
    EXPECT_FALSE(track.weigh(label_at(0s), table()));
    EXPECT_EQ(track.reason(), Reason::kBeforeLastTime);
    EXPECT_FALSE(track.week_mended());
}

TEST(LabelTrack, BelievesAnyDateInALaboratory) {
    LabelTrack track{{}};
    const TaiInstant past = table().tai_at(utc("2008-02-29T12:00:00Z")).value();
    for (const auto later : {0s, 1s, 2s}) {
        const Label label{.source = 1, .heard = LocalInstant{1000s} + later, .time = table().utc_at(past + later)};
        EXPECT_EQ(track.weigh(label, table()).has_value(), later == 2s);
    }
}

TEST(LabelTrack, RemembersTheLastBelievedSecondForAWhile) {
    LabelTrack track = believing();
    const LocalInstant heard = label_at(-1s).heard;
    ASSERT_TRUE(track.recent(heard + 8s));
    EXPECT_EQ(track.recent(heard + 8s)->second, kEvening - 1s);
    EXPECT_FALSE(track.recent(heard + 8s + 1ns));
}

TEST(LabelTrack, MustProveItselfAgainAfterDistrust) {
    LabelTrack track = believing();
    track.distrust();
    EXPECT_FALSE(track.recent(label_at(-1s).heard));
    EXPECT_FALSE(track.weigh(label_at(0s), table()));
    EXPECT_FALSE(track.weigh(label_at(1s), table()));
    EXPECT_TRUE(track.weigh(label_at(2s), table()));
}

TEST(LabelTrack, IsHeardAgainAtOnceAfterOneRefusal) {
    LabelTrack track = believing();
    track.refuse(Reason::kWrongSecond);
    EXPECT_EQ(track.reason(), Reason::kWrongSecond);
    EXPECT_FALSE(track.recent(label_at(-1s).heard));
    EXPECT_TRUE(track.weigh(label_at(0s), table()));
}

TEST(LabelTrack, TakesTheOperatorsDelay) {
    EXPECT_EQ((LabelTrack{{.delay = 250ms}}.delay().value(LocalInstant{}).delay), 250ms);
}

}  // namespace
}  // namespace tokimori
