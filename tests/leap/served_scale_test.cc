#include "leap/served_scale.h"

#include <gtest/gtest.h>

#include <ostream>
#include <random>
#include <string>

namespace tokimori {

void PrintTo(LeapIndicator leap, std::ostream* out) {
    *out << "LI=" << static_cast<int>(leap);
}

namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr Duration kNs{1};
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr PosixNanoseconds kToday = 1'795'305'600 * kSecond;  // 2026-11-22

// 2016-12-31, an insertion of history; T is the POSIX and NTP number of 2017-01-01T00:00:00.
constexpr LeapEvent kInsertion{17166, LeapKind::kInsert};
constexpr PosixNanoseconds kInsertionT = 1'483'228'800 * kSecond;
// 2029-12-31, a deletion that is assumed here.
constexpr LeapEvent kDeletion{21914, LeapKind::kDelete};
constexpr PosixNanoseconds kDeletionT = 1'893'456'000 * kSecond;

LeapTable with_deletion() {
    return LeapTable::built_in().with_event(kDeletion);
}

TaiInstant insertion_end() {
    return LeapTable::built_in().end_of(kInsertion);
}
TaiInstant deletion_end() {
    return with_deletion().end_of(kDeletion);
}

ServedScale around(TaiInstant now, Duration lead = hours{24}) {
    return ServedScale::around(now, with_deletion(), {.lead = lead});
}

PosixNanoseconds posix_at(const ServedScale& scale, TaiInstant instant) {
    return posix_from_ntp(scale.at(instant).timestamp, kToday);
}

LeapIndicator leap_at(const ServedScale& scale, TaiInstant instant) {
    return scale.at(instant).leap;
}

TEST(ServedScale, CountsWithout37SecondsByDefaultAndAnnouncesNothing) {
    const ServedScale scale;
    const TaiInstant now{Duration{kToday} + seconds{37}};
    EXPECT_EQ(posix_at(scale, now), kToday);
    EXPECT_EQ(scale.offset_at(now), seconds{-37});
    for (const TaiInstant instant : {now, TaiInstant{}, TaiInstant::min(), TaiInstant::max()}) {
        EXPECT_EQ(leap_at(scale, instant), LeapIndicator::kNone);
        EXPECT_EQ(scale.stamps(instant, instant, instant).leap, LeapIndicator::kNone);
    }
}

TEST(ServedScale, RepeatsSecond59AtAnInsertion) {
    const TaiInstant end = insertion_end();
    const ServedScale scale = around(end - hours{1});
    EXPECT_EQ(posix_at(scale, end - seconds{2}), kInsertionT - kSecond) << "23:59:59 begins";
    EXPECT_EQ(posix_at(scale, end - seconds{1} - kNs), kInsertionT - 1) << "and ends";
    EXPECT_EQ(posix_at(scale, end - seconds{1}), kInsertionT - kSecond) << "23:59:60 begins as 23:59:59";
    EXPECT_EQ(posix_at(scale, end - kNs), kInsertionT - 1);
    EXPECT_EQ(posix_at(scale, end), kInsertionT);
    EXPECT_EQ(posix_at(scale, end + kNs), kInsertionT + 1);
    EXPECT_EQ(scale.offset_at(end - seconds{1} - kNs), seconds{-36});
    EXPECT_EQ(scale.offset_at(end - seconds{1}), seconds{-37});
}

TEST(ServedScale, ShowsTheNtpSecondsOf2016AsEveryServerDid) {
    const ServedScale scale = around(insertion_end() - hours{1});
    const auto ntp_second = [&](int from_midnight) {
        return scale.at(insertion_end() + seconds{from_midnight}).timestamp.bits >> 32;
    };
    EXPECT_EQ(ntp_second(-3), 3692217598u);
    EXPECT_EQ(ntp_second(-2), 3692217599u);
    EXPECT_EQ(ntp_second(-1), 3692217599u);
    EXPECT_EQ(ntp_second(0), 3692217600u);
    EXPECT_EQ(ntp_second(1), 3692217601u);
}

TEST(ServedScale, LeavesOutSecond59AtADeletion) {
    const TaiInstant end = deletion_end();
    const ServedScale scale = around(end - hours{1});
    EXPECT_EQ(posix_at(scale, end - seconds{1}), kDeletionT - 2 * kSecond) << "23:59:58 begins";
    EXPECT_EQ(posix_at(scale, end - kNs), kDeletionT - kSecond - 1) << "and ends";
    EXPECT_EQ(posix_at(scale, end), kDeletionT);
    EXPECT_EQ(scale.offset_at(end - kNs), seconds{-37});
    EXPECT_EQ(scale.offset_at(end), seconds{-36});
}

TEST(ServedScale, AnnouncesAnInsertionOnTheWholeLastDay) {
    const TaiInstant end = insertion_end();
    const TaiInstant day_begins = *LeapTable::built_in().tai_at({{kInsertion.day, 0}, 0});
    const ServedScale scale = around(day_begins - hours{48});
    EXPECT_EQ(leap_at(scale, day_begins - kNs), LeapIndicator::kNone);
    EXPECT_EQ(posix_at(scale, day_begins), kInsertionT - 86400 * kSecond);
    EXPECT_EQ(leap_at(scale, day_begins), LeapIndicator::kInsert);
    EXPECT_EQ(leap_at(scale, end - seconds{1}), LeapIndicator::kInsert);
    EXPECT_EQ(leap_at(scale, end - kNs), LeapIndicator::kInsert) << "during 23:59:60";
    EXPECT_EQ(leap_at(scale, end), LeapIndicator::kNone);
    EXPECT_EQ(leap_at(scale, TaiInstant::max()), LeapIndicator::kNone);
}

TEST(ServedScale, AnnouncesADeletionOnTheWholeLastDay) {
    const TaiInstant end = deletion_end();
    const TaiInstant day_begins = *with_deletion().tai_at({{kDeletion.day, 0}, 0});
    const ServedScale scale = around(day_begins - hours{48});
    EXPECT_EQ(leap_at(scale, day_begins - kNs), LeapIndicator::kNone);
    EXPECT_EQ(posix_at(scale, day_begins), kDeletionT - 86400 * kSecond);
    EXPECT_EQ(leap_at(scale, day_begins), LeapIndicator::kDelete);
    EXPECT_EQ(leap_at(scale, end - kNs), LeapIndicator::kDelete);
    EXPECT_EQ(leap_at(scale, end), LeapIndicator::kNone);
}

TEST(ServedScale, AnnouncesFromTheLeadItIsGiven) {
    const TaiInstant end = insertion_end();
    const ServedScale scale = around(end - hours{48}, hours{2});
    EXPECT_EQ(leap_at(scale, end - seconds{1} - hours{2} - kNs), LeapIndicator::kNone);
    EXPECT_EQ(leap_at(scale, end - seconds{1} - hours{2}), LeapIndicator::kInsert);
}

TEST(ServedScale, HoldsTheLeadWithinOneHourAndOneDay) {
    const TaiInstant end = insertion_end();
    for (const Duration lead : {Duration::min(), Duration::zero(), Duration{hours{1}} - kNs}) {
        const ServedScale scale = around(end - hours{48}, lead);
        EXPECT_EQ(leap_at(scale, end - seconds{1} - hours{1} - kNs), LeapIndicator::kNone);
        EXPECT_EQ(leap_at(scale, end - seconds{1} - hours{1}), LeapIndicator::kInsert);
    }
    const ServedScale scale = around(end - hours{48}, Duration::max());
    EXPECT_EQ(leap_at(scale, end - seconds{1} - hours{24} - kNs), LeapIndicator::kNone);
    EXPECT_EQ(leap_at(scale, end - seconds{1} - hours{24}), LeapIndicator::kInsert);
}

TEST(ServedScale, IsTheSameMadeBeforeOrDuringItsEvent) {
    const LeapTable table = with_deletion();
    for (const LeapEvent& event : {kInsertion, kDeletion}) {
        const TaiInstant end = table.end_of(event);
        const ServedScale early = around(end - hours{24 * 90});
        for (const Duration age : {Duration{hours{24}}, Duration{seconds{2}}, Duration{seconds{1}}, kNs}) {
            const ServedScale late = around(end - age);
            for (int quarter = -12; quarter <= 12; ++quarter) {
                const TaiInstant instant = end + quarter * Duration{kSecond / 4};
                EXPECT_EQ(early.at(instant).timestamp, late.at(instant).timestamp);
                EXPECT_EQ(leap_at(early, instant), leap_at(late, instant));
            }
        }
    }
}

TEST(ServedScale, StaysRightAfterItsEventUntilTheNextIsPublished) {
    const ServedScale old_scale = around(insertion_end() - hours{1});
    const ServedScale new_scale = around(insertion_end());
    for (const hours later : {hours{0}, hours{1}, hours{24 * 365}}) {
        const TaiInstant instant = insertion_end() + later;
        EXPECT_EQ(old_scale.at(instant).timestamp, new_scale.at(instant).timestamp);
        EXPECT_EQ(leap_at(old_scale, instant), LeapIndicator::kNone);
        EXPECT_EQ(leap_at(new_scale, instant), LeapIndicator::kNone);
    }
}

TEST(ServedScale, StillKnowsTheLastEventForAReaderAHairBehind) {
    const ServedScale scale = around(deletion_end() + seconds{5});
    EXPECT_EQ(posix_at(scale, deletion_end() - kNs), kDeletionT - kSecond - 1);
    EXPECT_EQ(leap_at(scale, deletion_end() - kNs), LeapIndicator::kDelete);
    EXPECT_EQ(leap_at(scale, deletion_end() + seconds{5}), LeapIndicator::kNone);
}

TEST(ServedScale, AnnouncesNothingToday) {
    const TaiInstant now{Duration{kToday} + seconds{37}};
    const ServedScale scale = ServedScale::around(now, LeapTable::built_in(), {});
    EXPECT_EQ(posix_at(scale, now), kToday);
    for (int day = 0; day < 3650; ++day) {
        ASSERT_EQ(leap_at(scale, now + day * hours{24}), LeapIndicator::kNone);
    }
}

TEST(ServedScale, IsUtcAsPosixCountsItOnEveryDayOfHistory) {
    const LeapTable table = with_deletion();
    std::mt19937_64 random{1972};
    std::uniform_int_distribution<std::int64_t> any{63'072'010 * kSecond, 2'000'000'000 * kSecond};
    for (int i = 0; i < 20'000; ++i) {
        const TaiInstant now{Duration{any(random)}};
        const UtcTime utc = table.utc_at(now);
        const std::int64_t posix =
            (utc.second.day * std::int64_t{kSecondsPerDay} + utc.second.second) * kSecond + utc.nanosecond;
        const ServedScale scale = around(now);
        ASSERT_EQ(posix_at(scale, now), posix) << format_utc(utc, 9);
        ASSERT_EQ(leap_at(scale, now) != LeapIndicator::kNone, table.kind_on(utc.second.day) != LeapKind::kNone)
            << format_utc(utc, 9);
    }
}

TEST(ServedScale, StampsOneReplyOnTheSideOfItsTransmission) {
    const TaiInstant change = insertion_end() - seconds{1};
    const ServedScale scale = around(insertion_end() - hours{1});
    const ServedScale::Stamps before = scale.stamps(change - seconds{8}, change - 2 * kNs, change - kNs);
    EXPECT_EQ(posix_from_ntp(before.receive, kToday), kInsertionT - 2);
    EXPECT_EQ(posix_from_ntp(before.transmit, kToday), kInsertionT - 1);
    const ServedScale::Stamps across = scale.stamps(change - seconds{8}, change - kNs, change);
    EXPECT_EQ(posix_from_ntp(across.reference, kToday), kInsertionT - 9 * kSecond);
    EXPECT_EQ(posix_from_ntp(across.receive, kToday), kInsertionT - kSecond - 1);
    EXPECT_EQ(posix_from_ntp(across.transmit, kToday), kInsertionT - kSecond);
    EXPECT_EQ(across.leap, LeapIndicator::kInsert);
    EXPECT_EQ(scale.stamps(change, change, insertion_end()).leap, LeapIndicator::kNone);
}

TEST(ServedScale, StampsOneReplyAcrossADeletion) {
    const TaiInstant end = deletion_end();
    const ServedScale::Stamps across = around(end - hours{1}).stamps(end - seconds{8}, end - kNs, end);
    EXPECT_EQ(posix_from_ntp(across.reference, kToday), kDeletionT - 8 * kSecond);
    EXPECT_EQ(posix_from_ntp(across.receive, kToday), kDeletionT - 1) << "one nanosecond passed, and no second more";
    EXPECT_EQ(posix_from_ntp(across.transmit, kToday), kDeletionT);
    EXPECT_EQ(across.leap, LeapIndicator::kNone);
}

TEST(ServedScale, NeverPutsReceiveOrReferenceAfterTransmit) {
    std::mt19937_64 random{59};
    std::uniform_int_distribution<std::int64_t> near{-3 * kSecond, 3 * kSecond};
    std::uniform_int_distribution<std::int64_t> span{0, 2 * kSecond};
    for (const TaiInstant end : {insertion_end(), deletion_end()}) {
        const ServedScale scale = around(end - hours{1});
        for (int i = 0; i < 20'000; ++i) {
            const TaiInstant transmit = end + Duration{near(random)};
            const TaiInstant receive = transmit - Duration{span(random)};
            const auto stamps = scale.stamps(receive - Duration{span(random)}, receive, transmit);
            ASSERT_GE(ntp_difference(stamps.transmit, stamps.receive), 0);
            ASSERT_GE(ntp_difference(stamps.receive, stamps.reference), 0);
            ASSERT_EQ(stamps.transmit, scale.at(transmit).timestamp);
            ASSERT_EQ(stamps.leap, leap_at(scale, transmit));
        }
    }
}

TEST(ServedScale, IsEvenUntilBeforeItsNextChangeAndFromItOn) {
    for (const TaiInstant end : {insertion_end(), deletion_end()}) {
        const ServedScale scale = around(end - hours{1});
        const TaiInstant change = end - (end == insertion_end() ? seconds{1} : seconds{0});
        for (const TaiInstant turn : {scale.announcement()->begins, change, end}) {
            EXPECT_TRUE(scale.is_even(turn - seconds{2}, turn - kNs) || turn == end);
            EXPECT_FALSE(scale.is_even(turn - seconds{2}, turn));
            EXPECT_FALSE(scale.is_even(turn - kNs, turn));
            EXPECT_FALSE(scale.is_even(turn - kNs, turn + seconds{2}));
            EXPECT_TRUE(scale.is_even(turn, turn + kNs));
        }
    }
}

TEST(ServedScale, HoldsForInstantsAtTheEndsOfTai) {
    const ServedScale scale = around(insertion_end());
    const ServedScale::Stamps stamps = scale.stamps(TaiInstant::min(), TaiInstant::min(), TaiInstant::max());
    EXPECT_EQ(stamps.leap, LeapIndicator::kNone);
    EXPECT_EQ(stamps.reference, stamps.receive);
    EXPECT_EQ(scale.at(TaiInstant::min()).leap, LeapIndicator::kNone);
}

}  // namespace
}  // namespace tokimori
