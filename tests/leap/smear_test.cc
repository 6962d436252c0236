#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

#include "leap/served_scale.h"

namespace tokimori {
namespace {

__extension__ using Wide = __int128;

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kNs{1};
constexpr std::int64_t kSecond = 1'000'000'000;

LeapPolicy smeared(int length) {
    return {.mode = LeapMode::kSmear, .smear = minutes{length}};
}

struct Imagined {
    LeapTable table;
    LeapEvent event;
};

// The 27 of history, and one each way at the end of every quarter from 2026 to 2040, the change of the era among them.
std::vector<Imagined> all_events() {
    std::vector<Imagined> all;
    const LeapTable& history = LeapTable::built_in();
    for (std::size_t i = 1; i < history.rows().size(); ++i) {
        const UtcDay day = history.rows()[i].day - 1;
        all.push_back({history, {day, history.kind_on(day)}});
    }
    for (int quarter = 0; quarter < 4 * 15; ++quarter) {
        const UtcDay day = last_day_of_month(*day_from_date(2026 + quarter / 4, 3 + quarter % 4 * 3, 1));
        for (const LeapKind kind : {LeapKind::kInsert, LeapKind::kDelete}) {
            all.push_back({history.with_event({day, kind}), {day, kind}});
        }
    }
    return all;
}

// POSIX by UTC, of an instant that is none of a leap second.
std::int64_t posix_of(const LeapTable& table, TaiInstant instant) {
    const UtcTime utc = table.utc_at(instant);
    return (std::int64_t{utc.second.day} * kSecondsPerDay + utc.second.second) * kSecond + utc.nanosecond;
}

// By the definition: what a clock that knows of no leap second shows, less the part of the second that is absorbed.
NtpTimestamp defined(const LeapTable& table, const TaiSpan& span, LeapKind kind, TaiInstant instant) {
    const std::int64_t length = (span.ends - span.begins) / seconds{1};
    const std::int64_t elapsed = (instant - span.begins).count();
    const Wide since_1900 = Wide{posix_of(table, span.begins)} + kNtpSecondsAtPosixEpoch * Wide{kSecond} + elapsed;
    const Wide parts = since_1900 * length - static_cast<int>(kind) * Wide{elapsed};
    return NtpTimestamp{static_cast<std::uint64_t>((parts << 32) / (Wide{kSecond} * length))};
}

TEST(Smear, EndsExactlyAtTheEndOfEveryLeapSecondWhateverItsLength) {
    for (const auto& [table, event] : all_events()) {
        const TaiInstant end = table.end_of(event);
        for (int length = 60; length <= 400; ++length) {
            const ServedScale scale = ServedScale::around(end - hours{20}, table, smeared(length));
            ASSERT_EQ(scale.smear(), (TaiSpan{end - minutes{length}, end}));
            const TaiInstant begin = end - minutes{length};
            ASSERT_EQ(scale.at(begin - kNs).timestamp, ntp_from_posix(posix_of(table, begin - kNs)));
            ASSERT_EQ(scale.at(begin).timestamp, ntp_from_posix(posix_of(table, begin)));
            ASSERT_EQ(scale.at(end).timestamp, ntp_from_posix(posix_of(table, end)));
            ASSERT_EQ(scale.at(end + kNs).timestamp, ntp_from_posix(posix_of(table, end + kNs)));
            const std::int64_t served = ntp_difference(scale.at(end).timestamp, scale.at(begin).timestamp);
            ASSERT_EQ(served, (length * 60 - static_cast<int>(event.kind)) * (std::int64_t{1} << 32))
                << format_date(event.day) << ", " << length << " minutes";
            ASSERT_EQ(scale.offset_from_utc_at(end), Duration::zero());
            ASSERT_EQ(scale.offset_from_utc_at(begin - kNs), Duration::zero());
        }
    }
}

TEST(Smear, IsTheStraightLineToTheLastBitOfATimestamp) {
    std::mt19937_64 random{60};
    for (const auto& [table, event] : all_events()) {
        const TaiInstant end = table.end_of(event);
        for (int length = 60; length <= 400; ++length) {
            const ServedScale scale = ServedScale::around(end, table, smeared(length));
            const TaiSpan span = *scale.smear();
            for (int i = 0; i < 5; ++i) {
                const TaiInstant instant =
                    span.begins + Duration{random() % static_cast<std::uint64_t>(length * 60 * kSecond)};
                const NtpTimestamp expected = defined(table, span, event.kind, instant);
                ASSERT_EQ(scale.at(instant).timestamp, expected) << format_date(event.day) << ", " << length;
                ASSERT_GT(ntp_difference(scale.at(instant + kNs).timestamp, expected), 0) << "a nanosecond later";
                ASSERT_LT(ntp_difference(scale.at(instant - kNs).timestamp, expected), 0) << "a nanosecond before";
            }
        }
    }
}

TEST(Smear, GrowsAtEveryNanosecondAroundItsEnds) {
    for (const auto& [table, event] : all_events()) {
        const TaiInstant end = table.end_of(event);
        const ServedScale scale = ServedScale::around(end, table, smeared(60));
        for (const TaiInstant around : {end - minutes{60}, end - seconds{1}, end}) {
            for (int ns = -4000; ns < 4000; ++ns) {
                const NtpTimestamp before = scale.at(around + Duration{ns}).timestamp;
                const NtpTimestamp after = scale.at(around + Duration{ns + 1}).timestamp;
                ASSERT_GT(ntp_difference(after, before), 0) << format_date(event.day) << ns;
                ASSERT_LE(ntp_difference(after, before), 5);
            }
        }
    }
}

TEST(Smear, NeverAnnouncesAnything) {
    for (const auto& [table, event] : all_events()) {
        const TaiInstant end = table.end_of(event);
        const ServedScale scale = ServedScale::around(end - hours{25}, table, smeared(120));
        EXPECT_EQ(scale.announcement(), std::nullopt);
        for (int quarter = -4 * 25; quarter <= 4 * 2; ++quarter) {
            const TaiInstant instant = end + minutes{15 * quarter};
            ASSERT_EQ(scale.at(instant).leap, LeapIndicator::kNone);
            ASSERT_EQ(scale.at(instant - kNs).leap, LeapIndicator::kNone);
            ASSERT_EQ(scale.stamps(instant, instant, instant).leap, LeapIndicator::kNone);
        }
    }
}

TEST(Smear, IsTheSameWheneverTheScaleWasMade) {
    for (const auto& [table, event] : all_events()) {
        const TaiInstant end = table.end_of(event);
        const ServedScale early = ServedScale::around(end - hours{24 * 20}, table, smeared(400));
        for (const Duration age : {Duration{hours{7}}, Duration{minutes{200}}, kNs, Duration::zero(), -kNs,
                                   Duration{-hours{23}}, Duration{-hours{24}} + kNs}) {
            const ServedScale late = ServedScale::around(end - age, table, smeared(400));
            for (int minute = -410; minute <= 10; minute += 3) {
                const TaiInstant instant = end + minutes{minute} + Duration{minute};
                ASSERT_EQ(early.at(instant).timestamp, late.at(instant).timestamp) << format_date(event.day);
            }
        }
    }
}

TEST(Smear, StampsEveryReplyInOrder) {
    std::mt19937_64 random{400};
    for (const LeapKind kind : {LeapKind::kInsert, LeapKind::kDelete}) {
        const LeapEvent event{*day_from_date(2028, 12, 31), kind};
        const LeapTable table = LeapTable::built_in().with_event(event);
        const TaiInstant end = table.end_of(event);
        const ServedScale scale = ServedScale::around(end, table, smeared(60));
        for (int i = 0; i < 100'000; ++i) {
            const TaiInstant edge = i % 2 == 0 ? end : end - minutes{60};
            const TaiInstant transmit = edge + Duration{static_cast<std::int64_t>(random() % 4'000'000'000) - kSecond};
            const TaiInstant receive = transmit - Duration{random() % 1'000'000'000};
            const TaiInstant reference = receive - Duration{random() % 64'000'000'000};
            const auto stamps = scale.stamps(reference, receive, transmit);
            ASSERT_GE(ntp_difference(stamps.transmit, stamps.receive), 0);
            ASSERT_GE(ntp_difference(stamps.receive, stamps.reference), 0);
            ASSERT_EQ(stamps.transmit, scale.at(transmit).timestamp);
            ASSERT_EQ(stamps.receive, scale.at(receive).timestamp);
        }
    }
}

TEST(Smear, TellsHowFarItIsFromUtcAndHowFastThatGrows) {
    const LeapEvent event{*day_from_date(2016, 12, 31), LeapKind::kInsert};
    const LeapTable& table = LeapTable::built_in();
    const TaiInstant end = table.end_of(event);
    const ServedScale scale = ServedScale::around(end, table, smeared(60));
    EXPECT_EQ(scale.offset_from_utc_at(end - minutes{60}), Duration::zero());
    EXPECT_EQ(scale.offset_from_utc_at(end - minutes{30}), std::chrono::milliseconds{-500});
    EXPECT_EQ(scale.offset_from_utc_at(end - kNs), seconds{-1}) << "rounded down";
    EXPECT_EQ(scale.offset_at(end - minutes{30}), seconds{-36} - std::chrono::milliseconds{500});
    EXPECT_NEAR(scale.rate_ppm_at(end - minutes{30}), -277.8, 0.03);
    EXPECT_EQ(scale.rate_ppm_at(end), 0.0);
    EXPECT_EQ(scale.rate_ppm_at(end - minutes{60} - kNs), 0.0);

    const LeapTable deleting = table.with_event({*day_from_date(2029, 6, 30), LeapKind::kDelete});
    const TaiInstant later = deleting.end_of({*day_from_date(2029, 6, 30), LeapKind::kDelete});
    const ServedScale hurrying = ServedScale::around(later, deleting, smeared(400));
    EXPECT_EQ(hurrying.offset_from_utc_at(later - minutes{100}), std::chrono::milliseconds{750});
    EXPECT_NEAR(hurrying.rate_ppm_at(later - kNs), 41.7, 0.04);
}

TEST(Smear, MarksTheRefidAsNtpdDoes) {
    const LeapEvent event{*day_from_date(2016, 12, 31), LeapKind::kInsert};
    const TaiInstant end = LeapTable::built_in().end_of(event);
    const ServedScale scale = ServedScale::around(end, LeapTable::built_in(), smeared(100));
    // −0.932087 s ↔ 254.196.88.176.
    const TaiInstant instant = end - minutes{100} + Duration{std::int64_t{932'087'000} * 6000};
    EXPECT_EQ(scale.smear_mark_at(instant), 0xFE'C4'58'B0U);
    EXPECT_EQ(scale.smear_mark_at(end - minutes{100}), 0xFE'00'00'00U);
    EXPECT_EQ(scale.smear_mark_at(end - minutes{50}), 0xFE'E0'00'00U);
    EXPECT_EQ(scale.smear_mark_at(end - kNs), 0xFE'C0'00'00U);
    EXPECT_EQ(scale.smear_mark_at(end - minutes{100} - kNs), std::nullopt);
    EXPECT_EQ(scale.smear_mark_at(end), std::nullopt);

    const LeapTable deleting = LeapTable::built_in().with_event({*day_from_date(2029, 6, 30), LeapKind::kDelete});
    const TaiInstant later = deleting.end_of({*day_from_date(2029, 6, 30), LeapKind::kDelete});
    EXPECT_EQ(ServedScale::around(later, deleting, smeared(100)).smear_mark_at(later - minutes{50}), 0xFE'20'00'00U);
}

TEST(Smear, LeavesTheRefidAloneWhereThatIsWanted) {
    const TaiInstant end = LeapTable::built_in().end_of({*day_from_date(2016, 12, 31), LeapKind::kInsert});
    LeapPolicy policy = smeared(100);
    policy.mark_refid = false;
    EXPECT_EQ(ServedScale::around(end, LeapTable::built_in(), policy).smear_mark_at(end - seconds{9}), std::nullopt);
    EXPECT_EQ(ServedScale::around(end, LeapTable::built_in(), {}).smear_mark_at(end - seconds{9}), std::nullopt);
}

TEST(Smear, KeepsABoundABoundWhereItHurries) {
    const LeapTable deleting = LeapTable::built_in().with_event({*day_from_date(2029, 6, 30), LeapKind::kDelete});
    const TaiInstant end = deleting.end_of({*day_from_date(2029, 6, 30), LeapKind::kDelete});
    const ServedScale scale = ServedScale::around(end, deleting, smeared(60));
    for (const Duration error : {Duration::zero(), kNs, Duration{std::chrono::microseconds{7}}, Duration{seconds{1}}}) {
        const TaiInstant instant = end - minutes{30};
        const Duration bound = scale.error_bound_at(instant, error);
        const Duration off = error + scale.offset_at(instant + error) - scale.offset_at(instant);
        EXPECT_GE(bound, off);
        EXPECT_LE(bound, error + error / 3600 + kNs);
        EXPECT_EQ(scale.error_bound_at(end, error), error);
    }
}

TEST(Smear, HoldsItsLengthWithinTheLimits) {
    const TaiInstant end = LeapTable::built_in().end_of({*day_from_date(2016, 12, 31), LeapKind::kInsert});
    EXPECT_EQ(ServedScale::around(end, LeapTable::built_in(), smeared(59)).smear()->begins, end - minutes{60});
    EXPECT_EQ(ServedScale::around(end, LeapTable::built_in(), smeared(401)).smear()->begins, end - minutes{400});
    EXPECT_EQ(ServedScale::around(end, LeapTable::built_in(), smeared(-1)).smear()->begins, end - minutes{60});
}

TEST(Smear, HoldsForInstantsAtTheEndsOfTai) {
    const TaiInstant end = LeapTable::built_in().end_of({*day_from_date(2016, 12, 31), LeapKind::kInsert});
    const ServedScale scale = ServedScale::around(end, LeapTable::built_in(), smeared(60));
    const auto stamps = scale.stamps(TaiInstant::min(), TaiInstant::min(), TaiInstant::max());
    EXPECT_EQ(stamps.reference, stamps.receive);
    EXPECT_EQ(scale.offset_from_utc_at(TaiInstant::max()), Duration::zero());
    EXPECT_EQ(ServedScale::around(TaiInstant::min(), LeapTable::built_in(), smeared(60)).offset_at(TaiInstant::min()),
              seconds{-10});
}

TEST(Insertion, ShowsTheLeapIndicatorToTheNanosecondAtEveryEventWithEveryLead) {
    for (const auto& [table, event] : all_events()) {
        const TaiInstant end = table.end_of(event);
        const TaiInstant leap = end - (event.kind == LeapKind::kInsert ? seconds{1} : seconds{-1});
        const LeapIndicator announced =
            event.kind == LeapKind::kInsert ? LeapIndicator::kInsert : LeapIndicator::kDelete;
        for (int lead = 1; lead <= 24; ++lead) {
            const ServedScale scale = ServedScale::around(leap - hours{lead}, table, {.lead = hours{lead}});
            ASSERT_EQ(scale.announcement(), (TaiSpan{leap - hours{lead}, end}));
            ASSERT_EQ(scale.at(leap - hours{lead} - kNs).leap, LeapIndicator::kNone);
            ASSERT_EQ(scale.at(leap - hours{lead}).leap, announced);
            ASSERT_EQ(scale.at(end - seconds{1}).leap, announced);
            ASSERT_EQ(scale.at(end - kNs).leap, announced) << format_date(event.day);
            ASSERT_EQ(scale.at(end).leap, LeapIndicator::kNone) << format_date(event.day);
            ASSERT_EQ(scale.smear(), std::nullopt);
            ASSERT_EQ(scale.offset_from_utc_at(end - kNs), Duration::zero());
        }
    }
}

TEST(Insertion, RepeatsOrLeavesOutOneSecondAtEveryEvent) {
    for (const auto& [table, event] : all_events()) {
        const TaiInstant end = table.end_of(event);
        const ServedScale scale = ServedScale::around(end - hours{1}, table, {});
        const auto served = [&](Duration from_end) { return scale.at(end + from_end).timestamp; };
        const std::int64_t midnight = posix_of(table, end);
        ASSERT_EQ(served(Duration::zero()), ntp_from_posix(midnight));
        if (event.kind == LeapKind::kInsert) {
            ASSERT_EQ(served(-seconds{1}), ntp_from_posix(midnight - kSecond));
            ASSERT_EQ(served(-seconds{1} - kNs), ntp_from_posix(midnight - 1));
            ASSERT_EQ(served(-seconds{2}), ntp_from_posix(midnight - kSecond));
        } else {
            ASSERT_EQ(served(-kNs), ntp_from_posix(midnight - kSecond - 1));
            ASSERT_EQ(served(-seconds{1}), ntp_from_posix(midnight - 2 * kSecond));
        }
    }
}

// A reader whose clock is a hair behind the one that publishes must not see the next event where the last one is.
TEST(Insertion, StillHoldsForADayThoughTheNextEventIsKnown) {
    const LeapTable& table = LeapTable::built_in();
    const LeapEvent event{*day_from_date(2015, 6, 30), LeapKind::kInsert};
    const TaiInstant end = table.end_of(event);
    const ServedScale scale = ServedScale::around(end + hours{23}, table, {});
    EXPECT_EQ(scale.at(end - kNs).leap, LeapIndicator::kInsert);
    EXPECT_EQ(scale.at(end - seconds{1} - kNs).timestamp, ntp_from_posix(posix_of(table, end) - 1));
    EXPECT_EQ(scale.at(end + hours{23}).leap, LeapIndicator::kNone);
    const ServedScale later = ServedScale::around(end + hours{24}, table, {});
    EXPECT_EQ(later.announcement()->ends, table.end_of({*day_from_date(2016, 12, 31), LeapKind::kInsert}));
}

}  // namespace
}  // namespace tokimori
