#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

const UtcTime kEvening = parse_utc("2026-11-22T09:00:00Z").value();

Receiver gps_with_pps() {
    return Receiver{
        .settings = {.id = 1, .refid = reference_id("GPS"), .kin = Kin::kSatellites, .expects_pulses = true}};
}

Receiver gps_sentences() {
    Receiver receiver{.settings = {.id = 1, .refid = reference_id("GPS")}};
    receiver.pulses = false;
    return receiver;
}

Timekeeper::Settings holdover_of(Duration holdover) {
    Timekeeper::Settings settings = World::laboratory();
    settings.policy.holdover = holdover;
    return settings;
}

TEST(FirstLight, LocksToA300NanosecondSkyOnACounter23PpmOff) {
    World world{kEvening, {.offset_ppm = 23}};
    world.add(gps_with_pps());
    world.run(70 * 60);
    EXPECT_LE(world.first_served(), 3);
    EXPECT_EQ(world.seconds_served(world.first_served(), 4200), 4200 - world.first_served());
    EXPECT_LT(world.worst_error(120, 4200), 500ns);
    EXPECT_LT(world.now().bound, 5us);
    EXPECT_NEAR(ppm_from_rate(world.clock().state().model.rate), -23.0, 0.05);
    EXPECT_EQ(world.clock().state().stratum, 1);
    EXPECT_EQ(world.clock().state().refid, reference_id("GPS"));
}

TEST(FirstLight, LearnsTheSentenceDelayByItself) {
    World world{kEvening, {.offset_ppm = -11}};
    Receiver receiver = gps_with_pps();
    receiver.sentence_delay = 317ms;
    world.add(receiver);
    world.run(120);
    ASSERT_TRUE(world.clock().sources().front().sentence_delay);
    EXPECT_NEAR(static_cast<double>(world.clock().sources().front().sentence_delay->count()), 317e6, 3e6);
}

TEST(FirstLight, KeepsThePromiseWhateverTheSentenceDelay) {
    for (const auto delay : {5ms, 60ms, 250ms, 500ms, 740ms}) {
        World world{kEvening, {.offset_ppm = 40}};
        Receiver receiver = gps_with_pps();
        receiver.sentence_delay = delay;
        receiver.sentence_jitter = 1ms;
        world.add(receiver);
        world.run(60);
        EXPECT_TRUE(world.now().serving) << delay.count();
        EXPECT_LT(world.now().bound, 20us) << delay.count();
    }
}

TEST(FirstLight, DoesNotGuessASecondWhereTheSentenceDelayFitsTwo) {
    World world{kEvening, {}};
    Receiver receiver = gps_with_pps();
    receiver.sentence_delay = 930ms;
    receiver.sentence_jitter = 1ms;
    world.add(receiver);
    world.run(25);
    EXPECT_EQ(world.first_served(), -1);
    EXPECT_EQ(world.clock().sources().front().reason, Reason::kAmbiguousDelay);
}

TEST(FirstLight, TakesTheOperatorsWordForALateSentence) {
    World world{kEvening, {}};
    Receiver receiver = gps_with_pps();
    receiver.sentence_delay = 930ms;
    receiver.settings.delay = 900ms;
    world.add(receiver);
    world.run(25);
    EXPECT_TRUE(world.now().serving);
    EXPECT_LT(std::chrono::abs(world.now().error), 1us);
}

TEST(FirstLight, ServesSentencesAloneInsideAnHonestBound) {
    World world{kEvening, {.offset_ppm = 23}};
    world.add(gps_sentences());
    world.run(600);
    EXPECT_TRUE(world.now().serving);
    EXPECT_GT(world.now().bound, 400ms);
    EXPECT_LT(world.now().bound, 700ms);
}

TEST(FirstLight, ServesSentencesOfAKnownDelayWithin50Milliseconds) {
    World world{kEvening, {.offset_ppm = 23}};
    Receiver receiver = gps_sentences();
    receiver.settings.delay = 140ms;
    world.add(receiver);
    world.run(600);
    EXPECT_TRUE(world.now().serving);
    EXPECT_LT(world.worst_error(60, 600), 50ms);
    EXPECT_LT(world.now().bound, 100ms);
}

TEST(FirstLight, WaitsForThePulsesThatAreExpectedRatherThanServeSentences) {
    World world{kEvening, {}};
    Receiver receiver = gps_with_pps();
    receiver.pulses = false;
    receiver.script = [](int second, Receiver& r) { r.pulses = second >= 6; };
    world.add(receiver);
    world.run(30);
    ASSERT_GE(world.first_served(), 6);
    EXPECT_LT(world.history()[static_cast<std::size_t>(world.first_served())].bound, 2ms);
}

TEST(FirstLight, HoldsOverThenSaysLi3ThenRecoversByItself) {
    World world{kEvening, {.offset_ppm = 23}, holdover_of(10min)};
    Receiver receiver = gps_with_pps();
    receiver.script = [](int second, Receiver& r) {
        const bool lost = second >= 600 && second < 1500;
        r.pulses = r.labels = !lost;
    };
    world.add(receiver);
    world.run(1000);
    EXPECT_EQ(world.now().state, ClockState::kHoldover);
    EXPECT_LT(world.now().bound, 1ms);
    world.run(300);
    EXPECT_FALSE(world.now().serving);
    EXPECT_EQ(world.now().state, ClockState::kUnsynchronised);
    EXPECT_NEAR(world.seconds_served(600, 1300), 600, 2);
    world.run(300);
    EXPECT_TRUE(world.now().serving);
    EXPECT_LE(1600 - 1500 - world.seconds_served(1500, 1600), 4);
}

TEST(FirstLight, DoesNotTrustPulsesOfAReceiverThatNobodyVouchesFor) {
    World world{kEvening, {.offset_ppm = 23}, holdover_of(60s)};
    Receiver receiver = gps_with_pps();
    receiver.script = [](int second, Receiver& r) { r.labels = second < 300; };
    world.add(receiver);
    world.run(400);
    EXPECT_FALSE(world.now().serving);
    EXPECT_EQ(world.clock().sources().front().reason, Reason::kUnlabelled);
}

TEST(FirstLight, RefusesASourceThatIsSuddenlyASecondOff) {
    World world{kEvening, {.offset_ppm = 23}, holdover_of(5min)};
    Receiver receiver = gps_with_pps();
    receiver.script = [](int second, Receiver& r) { r.label_error = second >= 300 && second < 900 ? 1s : 0s; };
    world.add(receiver);
    world.run(350);
    EXPECT_EQ(world.clock().sources().front().reason, Reason::kWrongSecond);
    EXPECT_EQ(world.now().state, ClockState::kHoldover);
    world.run(350);
    EXPECT_FALSE(world.now().serving);
    world.run(250);
    EXPECT_TRUE(world.now().serving);
    EXPECT_LT(std::chrono::abs(world.now().error), 5us);
}

TEST(FirstLight, NoticesAReceiverWhoseLeapSecondsAreWrong) {
    World world{kEvening, {}};
    Receiver receiver = gps_with_pps();
    receiver.gps_minus_utc_error = -3;
    receiver.label_error = 3s;
    world.add(receiver);
    world.run(60);
    EXPECT_EQ(world.first_served(), -1);
    EXPECT_EQ(world.clock().sources().front().reason, Reason::kWrongLeapSeconds);
}

TEST(FirstLight, MendsAReceiverWhoseWeekCountRolledOver) {
    Timekeeper::Settings settings;
    settings.floor = parse_utc("2026-01-01").value().second.day;
    World world{kEvening, {}, settings};
    Receiver receiver = gps_with_pps();
    receiver.label_weeks_error = -1024;
    world.add(receiver);
    world.run(20);
    EXPECT_TRUE(world.now().serving);
    EXPECT_LT(std::chrono::abs(world.now().error), 10us);
    EXPECT_TRUE(world.clock().sources().front().week_mended);
}

TEST(FirstLight, RefusesADateBeforeTheProductWasBuilt) {
    Timekeeper::Settings settings;
    settings.floor = parse_utc("2026-01-01").value().second.day;
    World world{parse_utc("2023-06-28T14:52:11Z").value(), {}, settings};
    world.add(gps_with_pps());
    world.run(30);
    EXPECT_EQ(world.first_served(), -1);
    EXPECT_EQ(world.clock().sources().front().reason, Reason::kWrongWeek);
}

TEST(FirstLight, DoesNotServeASimulatedSkyOutsideALaboratory) {
    Timekeeper::Settings settings;
    World world{kEvening, {}, settings};
    Receiver receiver = gps_with_pps();
    receiver.settings.laboratory_only = true;
    world.add(receiver);
    world.run(30);
    EXPECT_EQ(world.first_served(), -1);
    EXPECT_EQ(world.clock().sources().front().reason, Reason::kLaboratoryOnly);
}

TEST(FirstLight, TakesASuddenChangeOfTemperatureWithoutBreakingThePromise) {
    World world{kEvening, {.offset_ppm = 5, .shocks_ppm = {{600, 0.5}, {1200, -0.8}}}};
    world.add(gps_with_pps());
    world.run(1800);
    EXPECT_TRUE(world.now().serving);
}

TEST(FirstLight, KeepsThePromiseThroughADayOfWanderAndTemperature) {
    World world{kEvening, {.offset_ppm = 20, .daily_cycle_ppm = 0.6, .walk_per_root_second = 1e-10}};
    world.add(gps_with_pps());
    world.run(86400);
    EXPECT_EQ(world.seconds_served(10, 86400), 86390);
    EXPECT_LT(world.worst_error(120, 86400), 1us);
}

TEST(FirstLight, NeverStepsServedTime) {
    World world{kEvening, {.offset_ppm = 23, .walk_per_root_second = 1e-9}};
    world.add(gps_with_pps());
    world.run(5);
    for (int i = 0; i < 600; ++i) {
        const TimeModel before = world.clock().state().model;
        world.run(1);
        const TimeModel after = world.clock().state().model;
        EXPECT_LE(std::chrono::abs(after.tai_at(after.anchor_local) - before.tai_at(after.anchor_local)), 2ns);
    }
}

TEST(FirstLight, GivesTheSameStatesForTheSameObservations) {
    const auto run = [] {
        World world{kEvening, {.offset_ppm = 23, .walk_per_root_second = 1e-9}};
        world.add(gps_with_pps());
        world.run(300);
        return world.clock().state().model.tai_at(LocalInstant{2000s});
    };
    EXPECT_EQ(run(), run());
}

TEST(FirstLight, SaysLi3AtOnceAfterASuspendAndRelocks) {
    World world{kEvening, {.offset_ppm = 23}};
    world.add(gps_with_pps());
    world.run(60);
    world.clock().lose_time(world.clock().state().model.anchor_local + 2s);
    EXPECT_EQ(world.clock().clock_state(), ClockState::kUnsynchronised);
    world.run(10);
    EXPECT_TRUE(world.now().serving);
}

TEST(FirstLight, CarriesAnAnnouncedLeapSecondOfATrustedSource) {
    World world{parse_utc("2016-11-30T23:55:00Z").value(), {}};
    Receiver receiver = gps_with_pps();
    receiver.settings.laboratory_only = true;
    receiver.announces = LeapKind::kInsert;
    const UtcDay day = parse_utc("2016-11-30").value().second.day;
    world.sky() = world.sky().with_event({day, LeapKind::kInsert});
    receiver.script = [](int second, Receiver& r) { r.announces = second < 300 ? LeapKind::kInsert : LeapKind::kNone; };
    world.add(receiver);
    world.run(301);
    const TaiInstant end = world.clock().leap_table().end_of({day, LeapKind::kInsert});
    EXPECT_EQ(world.clock().state().scale.at(end - 1ns).leap, LeapIndicator::kInsert);
    EXPECT_EQ(world.clock().state().scale.at(end).leap, LeapIndicator::kNone);
    world.run(299);
    EXPECT_EQ(world.seconds_served(5, 600), 595);
    EXPECT_EQ(world.clock().leap_table().kind_on(day), LeapKind::kInsert);
}

}  // namespace
}  // namespace tokimori::sim
