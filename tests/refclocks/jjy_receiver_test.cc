#include "refclocks/jjy_receiver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tests/refclocks/jjy_air.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

const JjyChannel kGood{.jitter = 20ms, .late = 60ms};
/// What must still be enough: a fifth of the pulses missing, rough edges, a spike every other second.
const JjyChannel kThreshold{.jitter = 50ms, .late = 60ms, .stretch = 60ms, .missing = 0.2, .spikes = 0.5};

double worst_first_label(const JjyChannel& channel, int switched_on, int minutes,
                         const char* begins = "2026-11-28T01:38:00Z") {
    double worst = 0;
    for (int i = 0; i < switched_on; ++i) {
        JjyAir air{begins, channel, static_cast<std::uint64_t>(i), i * 60 / switched_on};
        air.send_minutes(minutes);
        EXPECT_EQ(air.wrong_labels(), 0) << "seed " << i;
        worst = std::max(worst, air.first_label().value_or(10'000));
    }
    return worst;
}

TEST(JjyReceiverTest, KnowsTheTimeWithinThreeMinutesWhereTheSignalIsGood) {
    const double worst = worst_first_label(kGood, 60, 5);
    EXPECT_LE(worst, 180);
    RecordProperty("seconds_to_first_label", std::to_string(worst));
}

// That one names no year and no weekday.
TEST(JjyReceiverTest, ACallSignMinuteCostsHalfAMinute) {
    for (const char* const begins : {"2026-11-28T01:42:00Z", "2026-11-28T01:43:00Z", "2026-11-28T01:44:00Z"}) {
        const double worst = worst_first_label(kGood, 60, 5, begins);
        EXPECT_LE(worst, 182) << begins;
        RecordProperty(std::string{"seconds_to_first_label_"} + std::string{begins + 14, 2}, std::to_string(worst));
    }
}

TEST(JjyReceiverTest, KnowsTheTimeWithinTenMinutesAtTheThreshold) {
    const double worst = worst_first_label(kThreshold, 20, 11);
    EXPECT_LE(worst, 600);
    RecordProperty("seconds_to_first_label", std::to_string(worst));
}

struct Statistics {
    double mean = 0;
    double deviation = 0;
};
Statistics statistics_of(const std::vector<double>& values) {
    Statistics found;
    for (const double value : values) {
        found.mean += value / static_cast<double>(values.size());
    }
    for (const double value : values) {
        found.deviation += (value - found.mean) * (value - found.mean) / static_cast<double>(values.size());
    }
    found.deviation = std::sqrt(found.deviation);
    return found;
}

class JjyAccuracyTest : public ::testing::TestWithParam<int> {};

TEST_P(JjyAccuracyTest, AveragedSecondsLieCloseToTheTruth) {
    const JjyChannel channel{.jitter = std::chrono::milliseconds{GetParam()}, .crystal = 50e-6};
    std::vector<double> seconds;
    std::vector<double> edges;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        JjyAir air{"2026-11-28T01:46:00Z", channel, seed};
        air.send_minutes(26);
        for (const Label& label : air.labels()) {
            seconds.push_back(air.error_of(label.heard));
        }
        const auto single = air.pulse_errors();
        edges.insert(edges.end(), single.begin(), single.end());
    }
    const Statistics averaged = statistics_of(seconds);
    const Statistics single = statistics_of(edges);
    RecordProperty("averaged_mean_ms", std::to_string(averaged.mean));
    RecordProperty("averaged_deviation_ms", std::to_string(averaged.deviation));
    RecordProperty("edges_mean_ms", std::to_string(single.mean));
    RecordProperty("edges_deviation_ms", std::to_string(single.deviation));
    std::cout << GetParam() << " ms: seconds " << averaged.mean << " +- " << averaged.deviation << " ms, edges "
              << single.mean << " +- " << single.deviation << " ms\n";
    // The crystal runs away from the average by 50 ppm over half a minute.
    EXPECT_LT(std::abs(averaged.mean), 4.0);
    EXPECT_LT(averaged.deviation, 1.5 + GetParam() / 4.0);
    EXPECT_LT(std::abs(single.mean), 1.5);
    EXPECT_LT(single.deviation, GetParam() * 1.15 + 1.0);
}

INSTANTIATE_TEST_SUITE_P(Jitter, JjyAccuracyTest, ::testing::Values(10, 20, 50));

TEST(JjyReceiverTest, FindsOutThatTheLineIsInverted) {
    JjyChannel inverted = kGood;
    inverted.inverted = true;
    JjyAir air{"2026-11-28T01:00:00Z", inverted, 1};
    air.send_minutes(5);
    EXPECT_LE(air.first_label().value_or(10'000), 180);
    EXPECT_EQ(air.receiver().inverted(), true);
    EXPECT_EQ(air.wrong_labels(), 0);
}

TEST(JjyReceiverTest, BelievesNothingWherePolarityIsConfiguredWrong) {
    JjyAir air{"2026-11-28T01:00:00Z", kGood, 1, 0, {.inverted = true}};
    air.send_minutes(15);
    EXPECT_TRUE(air.kept().of<Label>().empty());
    EXPECT_TRUE(air.pulses().empty());
}

TEST(JjyReceiverTest, AllowsForPulsesThatAreAllTooLongOrTooShort) {
    for (const auto stretch : {-90ms, 90ms}) {
        JjyAir air{"2026-11-28T01:00:00Z", {.jitter = 20ms, .stretch = stretch}, 1};
        air.send_minutes(6);
        EXPECT_LE(air.first_label().value_or(10'000), 240);
        EXPECT_EQ(air.wrong_labels(), 0);
    }
}

TEST(JjyReceiverTest, NamesEveryMinuteOnceItKnowsTheTimeAndThoseThatProvedIt) {
    JjyAir air{"2026-11-28T01:10:00Z", kGood, 3};
    air.send_minutes(30);
    const auto labels = air.labels();
    EXPECT_EQ(labels.size(), 1U + 28U) << "the second with which it began, and the whole minutes that are over";
    for (std::size_t i = 2; i < labels.size(); ++i) {
        EXPECT_EQ(labels[i].time.second.second - labels[i - 1].time.second.second, 60);
        EXPECT_GT(labels[i].heard, labels[i - 1].heard);
    }
    EXPECT_EQ(air.wrong_labels(), 0);
}

TEST(JjyReceiverTest, TakesNoPulsesFromTheCallSign) {
    JjyAir air{"2026-11-28T01:10:00Z", {.jitter = 10ms}, 3};
    air.send_minutes(5);
    const std::size_t before = air.pulses().size();
    air.send_minute();
    // 60 less 9 of Morse, and what else is not known before: SU1 and ST1 to ST6.
    EXPECT_LE(air.pulses().size() - before, 60U - 9U);
    EXPECT_GE(air.pulses().size() - before, 40U);
    for (const double error : air.pulse_errors()) {
        EXPECT_LT(std::abs(error), 60);
    }
    EXPECT_EQ(air.receiver().reception(), JjyReception::kTime);
}

TEST(JjyReceiverTest, TakesTheDelayOffPulsesAndLabels) {
    JjyAir air{"2026-11-28T01:00:00Z", {.late = 60ms}, 3, 0, {.delay = 60ms, .uncertainty = 7ms}};
    air.send_minutes(4);
    for (const Pulse& pulse : air.pulses()) {
        EXPECT_LT(std::abs(air.error_of(pulse.at)), 1.0);
        EXPECT_EQ(pulse.uncertainty, 7ms);
    }
    ASSERT_FALSE(air.labels().empty());
    EXPECT_LT(std::abs(air.error_of(air.labels().back().heard)), 1.0);
    EXPECT_EQ(air.labels().back().uncertainty, 7ms);
}

TEST(JjyReceiverTest, ShowsThePlannedStop) {
    JjyAir air{"2026-11-28T01:10:00Z", kGood, 3};
    air.stop = {.begins = 4, .daytime_only = true, .length = 3};
    air.send_minutes(5);
    EXPECT_EQ(air.receiver().stop(), std::nullopt);
    air.send_minutes(2);
    EXPECT_EQ(air.receiver().stop(), air.stop);
    air.stop = {};
    air.send_minutes(30);
    EXPECT_EQ(air.receiver().stop(), JjyStop{});
}

std::string sent_letters(const char* begins, LeapKind leap = LeapKind::kNone, const JjyStop& stop = {}) {
    return jjy_letters(encode_jjy({.begins = parse_utc(begins).value().second, .leap = leap, .stop = stop}));
}

TEST(JjyReceiverTest, TellsEachMinuteBitByBitAsItWasReceived) {
    JjyAir air{"2026-11-28T01:10:00Z", {.jitter = 10ms}, 3};
    air.leap = LeapKind::kInsert;
    air.stop = {.begins = 5, .daytime_only = true, .length = 2};
    // It hears the end of a minute in the next.
    air.send_minutes(6);
    const JjyHeard whole = air.kept().of<JjyHeard>().back();
    EXPECT_EQ(whole.frame, sent_letters("2026-11-28T01:14:00Z", LeapKind::kInsert));
    EXPECT_EQ(format_utc({whole.minute, 0}), "2026-11-28T01:14:00Z");
    EXPECT_EQ(whole.hour_parity, true);
    EXPECT_EQ(whole.minute_parity, true);
    EXPECT_EQ(whole.leap_bits, "11");
    EXPECT_EQ(whole.stop_bits, "");
    EXPECT_EQ(whole.fault, "");
    EXPECT_GE(whole.agreeing, 1);
    air.send_minute();
    const JjyHeard call_sign = air.kept().of<JjyHeard>().back();
    EXPECT_EQ(call_sign.frame.substr(39, 11), "M---------M");
    EXPECT_EQ(call_sign.stop_bits, "101110");
    EXPECT_EQ(call_sign.leap_bits, "");
    EXPECT_EQ(call_sign.agreeing, whole.agreeing + 1);
}

TEST(JjyReceiverTest, TellsWhatItMissedOfTheMinuteInWhichItFoundTheTime) {
    JjyAir air{"2026-11-28T01:00:00Z", {.jitter = 10ms}, 3, 17};
    air.send_minutes(5);
    ASSERT_FALSE(air.kept().of<JjyHeard>().empty());
    const JjyHeard first = air.kept().of<JjyHeard>().front();
    EXPECT_EQ(first.frame.substr(0, 2), "--");
    EXPECT_EQ(first.frame.back(), 'M');
    EXPECT_EQ(first.minute_parity, std::nullopt);
    EXPECT_EQ(first.fault, "unheard");
    EXPECT_EQ(first.agreeing, 0);
}

TEST(JjyReceiverTest, CountsFramesThatAgreeAnewAfterOneThatDoesNot) {
    JjyAir air{"2026-11-28T01:00:00Z", {.jitter = 10ms}, 3};
    air.send_minutes(6);
    EXPECT_GE(air.kept().of<JjyHeard>().back().agreeing, 3);
    air.send(std::vector<JjySymbol>(60, JjySymbol::kUnknown));
    air.jump(60);
    air.send_minute();
    EXPECT_EQ(air.kept().of<JjyHeard>().back().agreeing, 0);
    EXPECT_NE(air.kept().of<JjyHeard>().back().fault, "");
    air.send_minute();
    EXPECT_EQ(air.kept().of<JjyHeard>().back().agreeing, 1);
}

JjyReceiverSettings from(std::string_view earliest) {
    return {.earliest = parse_utc(earliest).value().second.day};
}

TEST(JjyReceiverTest, CarriesEveryLeapSecondOfHistoryOut) {
    const LeapTable& table = LeapTable::built_in();
    for (UtcDay day = day_from_date(1972, 1, 1).value(); day < day_from_date(2020, 1, 1).value(); ++day) {
        if (table.kind_on(day) == LeapKind::kNone) {
            continue;
        }
        JjyAir air{format_date(day) + "T23:51:00Z", kGood, static_cast<std::uint64_t>(day), 0, from("1972-01-01")};
        air.leap = LeapKind::kInsert;
        air.send_minutes(9);
        air.leap = LeapKind::kNone;
        air.send_minutes(6);
        EXPECT_EQ(air.wrong_labels(), 0) << format_date(day);
        const auto labels = air.labels();
        ASSERT_GE(labels.size(), 13U) << format_date(day);
        EXPECT_EQ(labels.back().time.second, (UtcSecond{day + 1, 4 * 60}));
        for (const Label& label : labels) {
            if (label.time.second > UtcSecond{day, kSecondsPerDay - 240}) {
                const bool over = label.time.second.day > day;
                EXPECT_EQ(label.leap_at_month_end.value_or(LeapKind::kNone), over ? LeapKind::kNone : LeapKind::kInsert)
                    << format_utc(label.time);
            }
        }
    }
}

TEST(JjyReceiverTest, CarriesADeletedSecondOut) {
    JjyAir air{"2035-12-31T23:51:00Z", kGood, 1};
    air.leap = LeapKind::kDelete;
    air.send_minutes(9);
    air.leap = LeapKind::kNone;
    air.send_minutes(5);
    EXPECT_EQ(air.wrong_labels(), 0);
    EXPECT_EQ(format_utc(air.labels().back().time), "2036-01-01T00:03:00Z");
}

TEST(JjyReceiverTest, ALeapSecondThatItHeardNothingOfCostsTheTimeAndNoWrongLabel) {
    // Switched on a minute before: nobody announced anything.
    JjyAir air{"2016-12-31T23:56:00Z", kGood, 1, 0, from("2016-01-01")};
    air.send_minutes(3);
    air.leap = LeapKind::kInsert;
    air.send_minute();
    air.leap = LeapKind::kNone;
    air.send_minutes(12);
    EXPECT_EQ(air.wrong_labels(), 0);
    EXPECT_EQ(format_utc(air.labels().back().time), "2017-01-01T00:10:00Z") << "found again";
}

TEST(JjyReceiverTest, SwitchedOnShortlyBeforeALeapSecondItTellsNothingWrong) {
    for (const LeapKind kind : {LeapKind::kInsert, LeapKind::kDelete}) {
        for (int on_after = 4; on_after < 600; on_after += 20) {
            const JjyChannel& channel = on_after % 40 == 4 ? kGood : kThreshold;
            JjyAir air{"2016-12-31T23:50:00Z", channel, 1, on_after, from("2016-01-01")};
            air.leap = kind;
            air.send_minutes(10);
            air.leap = LeapKind::kNone;
            air.send_minutes(12);
            EXPECT_EQ(air.wrong_labels(), 0) << "so many seconds after 23:50: " << on_after;
            EXPECT_TRUE(air.first_label().has_value());
        }
    }
}

TEST(JjyReceiverTest, ALeapSecondIsAnnouncedByTwoSoundMinutesOnly) {
    JjyAir air{"2026-12-10T01:00:00Z", {.jitter = 10ms}, 1};
    air.send_minutes(4);
    air.leap = LeapKind::kInsert;
    air.send_minute();
    air.leap = LeapKind::kNone;
    air.send_minutes(3);
    for (const Label& label : air.labels()) {
        EXPECT_NE(label.leap_at_month_end, LeapKind::kInsert);
    }
    air.leap = LeapKind::kInsert;
    air.send_minutes(4);
    EXPECT_EQ(air.labels().back().leap_at_month_end, LeapKind::kInsert);
}

TEST(JjyReceiverTest, GoesOnIntoTheNewYear) {
    JjyAir air{"2027-12-31T14:50:00Z", kGood, 1};
    air.send_minutes(20);
    EXPECT_EQ(air.wrong_labels(), 0);
    EXPECT_EQ(format_jst(air.labels().back().time), "2028-01-01 00:08:00 JST");
}

TEST(JjyReceiverTest, MaintenanceIsNoSignalAndNotAnotherTime) {
    JjyChannel channel = kGood;
    channel.unkeyed = {{602, 2400}};
    JjyAir air{"2026-11-28T01:00:00Z", channel, 1};
    air.send_minutes(10);
    EXPECT_EQ(air.receiver().reception(), JjyReception::kTime);
    air.send_minutes(3);
    const std::size_t labels = air.labels().size();
    const std::size_t pulses = air.pulses().size();
    air.send_minutes(27);
    EXPECT_EQ(air.receiver().reception(), JjyReception::kNothing);
    EXPECT_EQ(air.labels().size(), labels);
    EXPECT_EQ(air.pulses().size(), pulses);
    air.send_minutes(4);
    EXPECT_EQ(air.receiver().reception(), JjyReception::kTime);
    EXPECT_GT(air.labels().size(), labels);
    EXPECT_EQ(air.wrong_labels(), 0);
}

TEST(JjyReceiverTest, AFadeOfTwoMinutesCostsTwoLabels) {
    JjyChannel channel = kGood;
    channel.noise = {{610, 700}};
    JjyAir air{"2026-11-28T01:00:00Z", channel, 1};
    air.send_minutes(15);
    EXPECT_EQ(air.wrong_labels(), 0);
    EXPECT_EQ(air.labels().size(), 1U + 13U - 2U);
    EXPECT_EQ(air.kept().of<Rejection>().size(), 2U);
}

TEST(JjyReceiverTest, HoursOfNoiseSayNothing) {
    JjyChannel channel;
    channel.noise = {{0, 1'000'000}};
    JjyAir air{"2026-11-28T01:00:00Z", channel, 1};
    air.send_minutes(300);
    EXPECT_TRUE(air.kept().all.empty());
    EXPECT_NE(air.receiver().reception(), JjyReception::kTime);
}

TEST(JjyReceiverTest, NoiseAfterTheTimeWasKnownGivesFewPulsesAndNoLabel) {
    JjyChannel channel = kGood;
    channel.noise = {{602, 1'000'000}};
    JjyAir air{"2026-11-28T01:00:00Z", channel, 1};
    air.send_minutes(10);
    const std::size_t pulses = air.pulses().size();
    air.send_minutes(120);
    EXPECT_EQ(format_utc(air.labels().back().time), "2026-11-28T01:09:00Z");
    EXPECT_LT(air.pulses().size() - pulses, 20U);
    EXPECT_NE(air.receiver().reception(), JjyReception::kTime);
}

TEST(JjyReceiverTest, AnotherTimeOnTheAirIsNotMistakenForThisOne) {
    JjyAir air{"2026-11-28T01:00:00Z", kGood, 1};
    air.send_minutes(6);
    air.jump(3600);
    air.send_minutes(12);
    EXPECT_EQ(air.wrong_labels(), 0);
    EXPECT_EQ(format_utc(air.labels().back().time), "2026-11-28T02:16:00Z")
        << "it is believed once it has proved itself";
}

TEST(JjyReceiverTest, ALineThatChattersDoesNoHarm) {
    Keeper kept;
    JjyReceiver receiver{kept, 1, {}};
    LocalInstant at{5s};
    for (int i = 0; i < 200'000; ++i) {
        at += 100us;
        receiver.edge(at, i % 2 == 0);
        if (i % 2000 == 0) {
            receiver.advance(at);
        }
    }
    EXPECT_TRUE(kept.all.empty());
}

TEST(JjyReceiverTest, BeginsAnewWhereTheHostSlept) {
    JjyAir air{"2026-11-28T01:00:00Z", kGood, 1};
    air.send_minutes(5);
    EXPECT_EQ(air.receiver().reception(), JjyReception::kTime);
    air.receiver().advance(LocalInstant{100'000s});
    EXPECT_NE(air.receiver().reception(), JjyReception::kTime);
}

}  // namespace
}  // namespace tokimori
