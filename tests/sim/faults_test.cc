#include <gtest/gtest.h>

#include <random>

#include "tests/sim/world.h"

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

// Receivers that lie, stutter, fall silent and come back. The world itself fails a test that breaks the promise at any
// second; each story says besides how long service is owed.

const UtcTime kEvening = parse_utc("2026-11-22T09:00:00Z").value();

Receiver gps_with_pps(SourceId id = 1) {
    return Receiver{
        .settings = {.id = id, .refid = reference_id("GPS"), .kin = Kin::kSatellites, .expects_pulses = true}};
}

Receiver gps_sentences(SourceId id = 1) {
    Receiver receiver{.settings = {.id = id, .refid = reference_id("GPS")}};
    receiver.pulses = false;
    return receiver;
}

Receiver bare_pulses(SourceId id) {
    Receiver receiver{.settings = {.id = id, .refid = reference_id("PPS"), .prefer = true, .expects_pulses = true}};
    receiver.labels = false;
    return receiver;
}

Reason reason_of(World& world, SourceId id) {
    for (const SourceReport& report : world.clock().sources()) {
        if (report.source == id) {
            return report.reason;
        }
    }
    return Reason::kSilent;
}

// What an exact counter shows `later` than the current second of a world that began at `kEvening`.
LocalInstant exact_local(const World& world, Duration later) {
    return LocalInstant{1000s} + (world.true_tai() - LeapTable::built_in().tai_at(kEvening).value()) + later;
}

Label late_label(const World& world, std::chrono::seconds age) {
    return {.source = 1,
            .heard = exact_local(world, 140ms - age),
            .time = LeapTable::built_in().utc_at(world.true_tai() - age)};
}

void expect_served(World& world, int from, int to) {
    EXPECT_EQ(world.seconds_served(from, to), to - from);
}

void expect_fine_again(World& world) {
    EXPECT_EQ(world.now().state, ClockState::kSynchronised);
    EXPECT_LT(world.now().bound, 100us);
}

TEST(Faults, GoesOnByItselfWhileTwoSourcesDisagree) {
    World world{kEvening, {.offset_ppm = 3}};
    world.add(gps_with_pps(1));
    Receiver liar = gps_with_pps(2);
    liar.script = [](int second, Receiver& r) { r.pulse_error = second >= 100 && second < 400 ? 5ms : 0ms; };
    world.add(liar);
    world.run(600);
    expect_served(world, 3, 600);
    EXPECT_LT(world.worst_error(120, 600), 5us);
    expect_fine_again(world);
}

TEST(Faults, OutvotesTheOneOfThreeThatBeginsToLie) {
    for (const SourceId liar : {SourceId{1}, SourceId{2}, SourceId{3}}) {
        World world{kEvening, {.offset_ppm = 12}};
        for (const SourceId id : {SourceId{1}, SourceId{2}, SourceId{3}}) {
            Receiver receiver = gps_with_pps(id);
            if (id == liar) {
                receiver.script = [](int second, Receiver& r) { r.pulse_error = second >= 100 ? 1ms : 0ms; };
            }
            world.add(receiver);
        }
        world.run(300);
        expect_served(world, 3, 300);
        EXPECT_LT(world.worst_error(60, 300), 2us);
        EXPECT_NE(world.clock().selected(), liar);
        expect_fine_again(world);
    }
}

TEST(Faults, OutvotesAThirdWhoseSentencesNameAnotherSecond) {
    for (const auto lie : {-3600s, -2s, -1s, 1s, 2s, 3600s}) {
        World world{kEvening, {.offset_ppm = 12}};
        world.add(gps_with_pps(1));
        world.add(gps_with_pps(2));
        Receiver liar = gps_with_pps(3);
        liar.label_error = lie;
        world.add(liar);
        world.run(120);
        expect_served(world, 3, 120);
        EXPECT_LT(world.worst_error(60, 120), 2us);
        EXPECT_EQ(world.clock().sources().back().sentence_delay, std::nullopt) << lie.count();
    }
}

TEST(Faults, IsNotDisturbedByLateAndRepeatedObservations) {
    World world{kEvening, {}};
    Receiver receiver = gps_with_pps();
    receiver.script = [&world](int second, Receiver&) {
        if (second < 30 || second >= 300) {
            return;
        }
        for (const auto age : {1s, 1s, 15s}) {
            world.clock().observe(Pulse{1, exact_local(world, -age), 100ns});
            world.clock().observe(late_label(world, age));
        }
    };
    world.add(receiver);
    world.run(400);
    expect_served(world, 3, 400);
    EXPECT_LT(world.worst_error(30, 400), 1us);
    expect_fine_again(world);
}

TEST(Faults, IsNotDisturbedByDoubledPulses) {
    for (const Duration between : {Duration{50us}, Duration{1ms}, Duration{100ms}, Duration{500ms}, Duration{900ms}}) {
        World world{kEvening, {}};
        Receiver receiver = gps_with_pps();
        receiver.script = [&world, between](int second, Receiver&) {
            if (second >= 60 && second < 300) {
                world.clock().observe(Pulse{1, exact_local(world, between - 1s), 100ns});
            }
        };
        world.add(receiver);
        world.run(400);
        expect_served(world, 3, 400);
        EXPECT_LT(world.worst_error(60, 400), 1us) << between.count();
        expect_fine_again(world);
    }
}

TEST(Faults, FindsThePulsesAgainWhenTheDoublesOfAFirstMinuteEnd) {
    for (const Duration between : {100ms, 500ms, 700ms}) {
        World world{kEvening, {}};
        Receiver receiver = gps_with_pps();
        receiver.script = [&world, between](int second, Receiver&) {
            if (second < 60) {
                world.clock().observe(Pulse{1, exact_local(world, between - 1s), 100ns});
            }
        };
        world.add(receiver);
        world.run(150);
        EXPECT_GE(world.seconds_served(60, 150), 85) << between.count();
        expect_fine_again(world);
    }
}

TEST(Faults, SitsOutAMinuteOfTheWrongEdge) {
    for (const Duration wrong : {-100ms, 100ms, 500ms}) {
        World world{kEvening, {.offset_ppm = 23}};
        Receiver receiver = gps_with_pps();
        receiver.script = [wrong](int second, Receiver& r) {
            r.pulse_error = second >= 300 && second < 360 ? wrong : 0ms;
        };
        world.add(receiver);
        world.run(330);
        EXPECT_EQ(world.now().state, ClockState::kHoldover);
        world.run(100);
        expect_served(world, 3, 430);
        EXPECT_LT(world.worst_error(120, 430), 200us);
        expect_fine_again(world);
    }
}

TEST(Faults, SitsOutFrozenSentences) {
    World world{kEvening, {.offset_ppm = 23}};
    Receiver receiver = gps_with_pps();
    receiver.script = [](int second, Receiver& r) {
        r.label_error = second >= 300 && second < 900 ? std::chrono::seconds{300 - second} : 0s;
    };
    world.add(receiver);
    world.run(600);
    EXPECT_EQ(world.now().state, ClockState::kHoldover);
    world.run(400);
    expect_served(world, 3, 1000);
    expect_fine_again(world);
}

TEST(Faults, SitsOutSentencesThatJump) {
    for (const auto jump : {-3600s, -2s, -1s, 1s, 2s, 60s}) {
        World world{kEvening, {.offset_ppm = 23}};
        Receiver receiver = gps_with_pps();
        receiver.script = [jump](int second, Receiver& r) {
            r.label_error = second >= 300 && second < 500 ? jump : 0s;
        };
        world.add(receiver);
        world.run(400);
        EXPECT_EQ(world.now().state, ClockState::kHoldover);
        world.run(200);
        expect_served(world, 3, 600);
        expect_fine_again(world);
    }
}

TEST(Faults, NumbersPulsesBySentencesThatJitterByMuch) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        World world{kEvening, {.offset_ppm = 23}, World::laboratory(), seed};
        Receiver receiver = gps_with_pps();
        receiver.sentence_delay = 400ms;
        receiver.sentence_jitter = 120ms;
        world.add(receiver);
        world.run(300);
        EXPECT_GE(world.seconds_served(30, 300), 260) << seed;
        expect_fine_again(world);
    }
}

TEST(Faults, ServesOnWhileTheSentenceDelayChanges) {
    for (const bool with_pulses : {true, false}) {
        for (const Duration to : {-50ms, 300ms, 600ms, 760ms}) {
            World world{kEvening, {.offset_ppm = 23}};
            Receiver receiver = gps_with_pps();
            receiver.sentence_delay = 100ms;
            receiver.script = [to, with_pulses](int second, Receiver& r) {
                r.sentence_delay = second < 300 ? 100ms : to;
                r.pulses = with_pulses || second < 320;
            };
            world.add(receiver);
            world.run(1200);
            expect_served(world, 3, 1200);
            EXPECT_LT(world.now().bound, 5ms);
        }
    }
}

TEST(Faults, KeepsThePromiseWhenTheDelayOfSentencesAloneChanges) {
    for (const Duration to : {-50ms, 300ms, 600ms, 760ms}) {
        World world{kEvening, {.offset_ppm = 23}};
        Receiver receiver = gps_sentences();
        receiver.script = [to](int second, Receiver& r) { r.sentence_delay = second < 300 ? 100ms : to; };
        world.add(receiver);
        world.run(900);
        EXPECT_GE(world.seconds_served(10, 900), 800) << to.count();
        EXPECT_TRUE(world.now().serving);
    }
}

TEST(Faults, SurvivesLossAndReturnInAnyOrder) {
    for (unsigned seed = 1; seed <= 10; ++seed) {
        std::mt19937 random{seed};
        const auto flicker = [&random](bool& what, int second, int phase) {
            if (second > 60 && second % 20 == phase) {
                what = random() % 2 == 0;
            }
        };
        World world{kEvening, {.offset_ppm = -31, .walk_per_root_second = 1e-10}, World::laboratory(), seed};
        Receiver gps = gps_sentences(1);
        gps.script = [&](int second, Receiver& r) { flicker(r.labels, second, 0); };
        Receiver pps = bare_pulses(2);
        pps.script = [&](int second, Receiver& r) { flicker(r.pulses, second, 7); };
        Receiver both = gps_with_pps(3);
        both.script = [&](int second, Receiver& r) {
            flicker(r.labels, second, 11);
            flicker(r.pulses, second, 13);
        };
        world.add(gps);
        world.add(pps);
        world.add(both);
        world.run(1500);
        expect_served(world, 5, 1500);
        EXPECT_LT(world.worst_error(60, 1500), 500us) << seed;
    }
}

TEST(Faults, SurvivesLossInTheMidstOfAcquisition) {
    for (int lost = 1; lost < 10; ++lost) {
        World world{kEvening, {.offset_ppm = 200}};
        Receiver receiver = gps_with_pps();
        receiver.script = [lost](int second, Receiver& r) { r.pulses = r.labels = second < lost || second >= 1000; };
        world.add(receiver);
        world.run(1060);
        expect_served(world, 1004, 1060);
        expect_fine_again(world);
    }
}

TEST(Faults, TakesACounterThatIsFarOff) {
    for (const double ppm : {-499.0, -200.0, 200.0, 499.0}) {
        World world{kEvening, {.offset_ppm = ppm}};
        Receiver receiver = gps_with_pps();
        receiver.script = [](int second, Receiver& r) { r.pulses = r.labels = second < 300 || second >= 1200; };
        world.add(receiver);
        world.run(1300);
        expect_served(world, 3, 1300);
        expect_fine_again(world);
        World sentences_only{kEvening, {.offset_ppm = ppm}};
        sentences_only.add(gps_sentences());
        sentences_only.run(300);
        expect_served(sentences_only, 8, 300);
    }
}

TEST(Faults, HoldsOverForADayWhileTheTemperatureGoesRound) {
    for (const int lost : {300, 21600, 43200, 64800}) {
        World world{kEvening, {.offset_ppm = 20, .daily_cycle_ppm = 0.6}};
        Receiver receiver = gps_with_pps();
        receiver.script = [lost](int second, Receiver& r) {
            r.pulses = r.labels = (second >= lost - 300 && second < lost) || second >= lost + 90000;
        };
        world.add(receiver);
        world.run(lost + 90060);
        EXPECT_NEAR(world.seconds_served(lost, lost + 90000), 86400, 5) << lost;
        EXPECT_FALSE(world.history()[static_cast<std::size_t>(lost) + 86500].serving);
        expect_served(world, lost + 90005, lost + 90060);
        expect_fine_again(world);
    }
}

TEST(Faults, FollowsBarePulsesThatAnotherReceiverNumbers) {
    World world{kEvening, {.offset_ppm = 20}};
    world.add(gps_sentences(1));
    world.add(bare_pulses(2));
    world.run(120);
    EXPECT_LE(world.first_served(), 4);
    EXPECT_EQ(world.clock().selected(), SourceId{2});
    EXPECT_EQ(world.clock().state().refid, reference_id("PPS"));
    EXPECT_LT(world.worst_error(60, 120), 1us);
}

TEST(Faults, StopsFollowingBarePulsesWhenNobodyNumbersThemAnyMore) {
    World world{kEvening, {.offset_ppm = 20}};
    Receiver gps = gps_sentences(1);
    gps.script = [](int second, Receiver& r) { r.labels = second < 100 || second >= 300; };
    world.add(gps);
    world.add(bare_pulses(2));
    world.run(200);
    EXPECT_EQ(world.now().state, ClockState::kHoldover);
    EXPECT_EQ(reason_of(world, 2), Reason::kUnlabelled);
    world.run(110);
    expect_served(world, 3, 310);
    expect_fine_again(world);
}

TEST(Faults, ServesOnThroughAReload) {
    World world{kEvening, {.offset_ppm = 23}};
    world.add(gps_with_pps(1));
    world.run(100);
    world.add(gps_with_pps(2));
    world.run(100);
    EXPECT_TRUE(reason_of(world, 2) == Reason::kSelectable || reason_of(world, 2) == Reason::kSelected);
    SourceSettings preferred = gps_with_pps(2).settings;
    preferred.prefer = true;
    world.clock().set_sources({preferred});
    world.run(20);
    EXPECT_EQ(world.clock().selected(), SourceId{2});
    expect_served(world, 3, 220);
    EXPECT_LT(world.worst_error(100, 220), 1us);
}

TEST(Faults, SetsTheClockAnewAfterASuspend) {
    World world{kEvening, {.offset_ppm = 23, .shocks_ppm = {{600, -1e6}, {660, 1e6}}}};
    Receiver receiver = gps_with_pps();
    receiver.script = [&world](int second, Receiver& r) {
        r.pulses = r.labels = second < 600 || second >= 660;
        if (second == 600) {
            world.clock().lose_time(world.clock().state().model.anchor_local + 1s);
        }
    };
    world.add(receiver);
    world.run(700);
    EXPECT_EQ(world.seconds_served(600, 660), 0);
    expect_served(world, 664, 700);
    expect_fine_again(world);
}

// Is what clients are told the UTC of the sky? Compared where both mean the same second, whatever the error below.
void expect_right_second(World& world) {
    const ServerState& state = world.clock().state();
    const TaiInstant now = world.true_tai() + 500ms;
    const UtcSecond utc = world.sky().utc_at(now).second;
    const std::int64_t shown = posix_from_ntp(state.scale.at(now).timestamp,
                                              state.scale.offset_at(now).count() + now.time_since_epoch().count());
    const std::int64_t counted = std::int64_t{utc.day} * kSecondsPerDay + std::min(utc.second, kSecondsPerDay - 1);
    EXPECT_EQ(shown / 1'000'000'000, counted) << format_utc({utc, 0});
}

// Counts through a leap second that the table knows; `habit` is how the receiver names the extra second.
void count_through_a_leap_second(const std::function<void(int, Receiver&)>& habit, bool trusted) {
    const UtcTime begin = parse_utc("2028-12-31T23:55:00Z").value();
    World world{begin, {.offset_ppm = 5}};
    world.sky() = world.sky().with_event({begin.second.day, LeapKind::kInsert});
    world.clock().set_leap_knowledge(world.sky());
    Receiver receiver = gps_with_pps();
    receiver.script = habit;
    receiver.settings.trust = trusted;
    world.add(receiver);
    world.run(290);
    EXPECT_EQ(world.clock().state().scale.at(world.true_tai()).leap, LeapIndicator::kInsert);
    for (int second = 290; second < 330; ++second) {
        world.run(1);
        expect_right_second(world);
    }
    expect_served(world, 3, 330);
    EXPECT_EQ(world.clock().state().scale.at(world.true_tai()).leap, LeapIndicator::kNone);
    EXPECT_LT(world.worst_error(120, 330), 2us);
    expect_fine_again(world);
}

void count_through_a_leap_second(const std::function<void(int, Receiver&)>& habit) {
    count_through_a_leap_second(habit, false);
    count_through_a_leap_second(habit, true);
}

TEST(Faults, CountsThroughALeapSecondThatTheReceiverNames60) {
    count_through_a_leap_second({});
}

TEST(Faults, CountsThroughALeapSecondForWhichTheReceiverRepeats59) {
    count_through_a_leap_second([](int second, Receiver& r) { r.label_error = second == 300 ? -1s : 0s; });
}

TEST(Faults, CountsThroughALeapSecondForWhichTheReceiverRepeatsMidnight) {
    count_through_a_leap_second([](int second, Receiver& r) { r.label_error = second == 300 ? 1s : 0s; });
}

TEST(Faults, CountsThroughALeapSecondByItself) {
    count_through_a_leap_second([](int second, Receiver& r) { r.pulses = r.labels = second < 200 || second >= 310; });
}

TEST(Faults, SurvivesAWeekCountThatRollsOverWhileRunning) {
    for (const bool shipped : {true, false}) {
        Timekeeper::Settings settings = World::laboratory();
        if (shipped) {
            settings.floor = parse_utc("2026-01-01").value().second.day;
        }
        World world{kEvening, {}, settings};
        Receiver receiver = gps_with_pps();
        receiver.script = [](int second, Receiver& r) {
            r.label_weeks_error = second >= 100 && second < 300 ? -1024 : 0;
        };
        world.add(receiver);
        world.run(200);
        EXPECT_EQ(world.now().state, shipped ? ClockState::kSynchronised : ClockState::kHoldover);
        world.run(200);
        expect_served(world, 3, 400);
        expect_fine_again(world);
    }
}

TEST(Faults, PassesTheEndOfYearsAndEras) {
    for (const char* const begin :
         {"2026-12-31T23:58:00Z", "2036-02-07T06:26:16Z", "2038-01-19T03:12:08Z", "2038-11-20T23:57:42Z"}) {
        World world{parse_utc(begin).value(), {.offset_ppm = 23}};
        world.add(gps_with_pps());
        world.run(100);
        for (int second = 100; second < 200; ++second) {
            world.run(1);
            expect_right_second(world);
        }
        expect_served(world, 3, 200);
        EXPECT_LT(world.worst_error(60, 200), 1us) << begin;
    }
}

// Who speaks first at a cold start is followed, and the honest majority is "distant" for ever.
TEST(Faults, OutvotesTheOneOfThreeThatLiesFromTheStartInAnyOrder) {
    for (const SourceId liar : {SourceId{1}, SourceId{2}, SourceId{3}}) {
        World world{kEvening, {.offset_ppm = 12}};
        for (const SourceId id : {SourceId{1}, SourceId{2}, SourceId{3}}) {
            Receiver receiver = gps_with_pps(id);
            receiver.pulse_error = id == liar ? 5ms : 0ms;
            world.add(receiver);
        }
        world.run(120);
        EXPECT_GE(world.seconds_served(10, 120), 110) << liar;
        EXPECT_LT(world.worst_error(30, 120), 10us) << liar;
    }
}
TEST(Faults, FollowsNeitherOfTwoThatContradictEachOtherFromTheStart) {
    World world{kEvening, {}};
    world.add(gps_with_pps(1));
    Receiver other = gps_with_pps(2);
    other.pulse_error = 5ms;
    world.add(other);
    world.run(120);
    EXPECT_EQ(world.first_served(), -1);
}

// The first believed label numbers the held pulses of everybody.
TEST(Faults, OutvotesTheFirstOfThreeWhoseSentencesNameAnotherSecond) {
    for (const auto lie : {-1s, 1s, 3s}) {
        World world{kEvening, {.offset_ppm = 12}};
        for (const SourceId id : {SourceId{1}, SourceId{2}, SourceId{3}}) {
            Receiver receiver = gps_with_pps(id);
            receiver.label_error = id == 1 ? lie : 0s;
            world.add(receiver);
        }
        world.run(120);
        EXPECT_GE(world.seconds_served(10, 120), 110) << lie.count();
        EXPECT_LT(world.now().bound, 100us);
    }
}

// The window of an unknown sentence delay is exactly one second wide: a second's lie always overlaps the truth.
TEST(Faults, OutvotesSentencesASecondOffAmongThreeInAnyOrder) {
    for (const SourceId liar : {SourceId{1}, SourceId{2}, SourceId{3}}) {
        for (const auto lie : {-1s, 1s}) {
            World world{kEvening, {.offset_ppm = 12}};
            for (const SourceId id : {SourceId{1}, SourceId{2}, SourceId{3}}) {
                Receiver receiver = gps_sentences(id);
                receiver.sentence_jitter = id == liar ? 1ms : 8ms;
                receiver.label_error = id == liar ? lie : 0s;
                world.add(receiver);
            }
            world.run(200);
            EXPECT_GE(world.seconds_served(60, 200), 140);
        }
    }
}

// Sentences alone that jump by a second while served (bound > 400 ms, so nobody "knows the second").
TEST(Faults, RefusesSentencesAloneThatJumpByASecond) {
    for (const auto jump : {-1s, 1s, 2s}) {
        World world{kEvening, {.offset_ppm = 23}};
        Receiver receiver = gps_sentences();
        receiver.script = [jump](int second, Receiver& r) {
            r.label_error = second >= 300 && second < 500 ? jump : 0s;
        };
        world.add(receiver);
        world.run(800);
        EXPECT_TRUE(world.now().serving);
    }
}

// A sentence delay learned long ago is believed when nothing can check it any more.
TEST(Faults, DoesNotTrustALearnedDelayForEver) {
    World world{kEvening, {.offset_ppm = 23}};
    Receiver receiver = gps_with_pps();
    receiver.sentence_delay = 100ms;
    receiver.script = [](int second, Receiver& r) {
        r.pulses = second < 300;
        r.sentence_delay = second < 20000 ? 100ms : 600ms;
    };
    world.add(receiver);
    world.run(21000);
}

// A creeping delay is taken for the crystal's rate (up to 500 ppm) with a bound of a few ppm.
TEST(Faults, KeepsThePromiseWhenSentencesAloneCreepAndThenStop) {
    for (const int creep : {10, 60, 300}) {
        World world{kEvening, {}};
        Receiver receiver = gps_sentences();
        receiver.script = [creep](int second, Receiver& r) {
            r.sentence_delay = 100ms + 500ms * std::min(second, creep) / creep;
            r.labels = second < creep;
        };
        world.add(receiver);
        world.run(3000);
    }
}

// Two sentences a second (or every one twice) are never believed.
TEST(Faults, BelievesAReceiverThatSaysEverySecondTwice) {
    World world{kEvening, {}};
    Receiver receiver = gps_with_pps();
    receiver.script = [&world](int, Receiver&) {
        Label again = late_label(world, 1s);
        again.heard += 60ms;
        world.clock().observe(again);
    };
    world.add(receiver);
    world.run(60);
    EXPECT_GE(world.seconds_served(5, 60), 55);
}

TEST(Faults, FollowsAnOffsetThatTheOperatorCorrects) {
    World world{kEvening, {.offset_ppm = 23}};
    Receiver receiver = gps_with_pps();
    receiver.script = [](int second, Receiver& r) { r.pulse_error = second >= 300 ? 1ms : 0ms; };
    world.add(receiver);
    world.run(300);
    Receiver corrected = gps_with_pps();
    corrected.settings.offset = 1ms;
    world.clock().set_sources({corrected.settings});
    world.run(120);
    EXPECT_EQ(world.now().state, ClockState::kSynchronised);
    EXPECT_LT(std::chrono::abs(world.now().error), 5us);
}

TEST(Faults, TakesUpItsOnlySourceAgainWhenTheCrystalMovedMoreThanItMay) {
    World world{kEvening, {.offset_ppm = 23, .shocks_ppm = {{600, 3.0}}}};
    Receiver receiver = gps_with_pps();
    receiver.script = [](int second, Receiver& r) { r.pulses = r.labels = second < 590 || second >= 1200; };
    world.add(receiver);
    world.allow_broken_promises();
    world.run(1400);
    EXPECT_EQ(world.now().state, ClockState::kSynchronised);
    EXPECT_LT(std::chrono::abs(world.now().error), 5us);
}

// Samples without noise are all on one side of the line: the runs test drops them to three, for ever.
TEST(Faults, IsAsSureOfExactPulsesAsOfNoisyOnes) {
    World world{kEvening, {}};
    Receiver receiver = gps_with_pps();
    receiver.pulse_jitter = 0ns;
    world.add(receiver);
    world.run(300);
    EXPECT_LT(world.now().bound, 5us);
}

TEST(Faults, RecoversOnSentencesSoRoughThatTheyServeOnlyAfterAWhile) {
    World world{kEvening, {.offset_ppm = 12}};
    Receiver receiver = gps_sentences();
    receiver.sentence_jitter = 60ms;
    world.add(receiver);
    world.run(120);
    EXPECT_TRUE(world.now().serving);
    world.clock().lose_time(world.clock().state().model.anchor_local + 2s);
    world.run(120);
    EXPECT_TRUE(world.now().serving);
}

TEST(Faults, DoesNotNumberBarePulsesByTheQuickestOfThree) {
    for (const auto lie : {-1s, 1s, 3s}) {
        World world{kEvening, {.offset_ppm = 12}};
        Receiver pulses = bare_pulses(9);
        world.add(pulses);
        for (const SourceId id : {SourceId{1}, SourceId{2}, SourceId{3}}) {
            Receiver receiver = gps_sentences(id);
            receiver.label_error = id == 1 ? lie : 0s;
            world.add(receiver);
        }
        world.run(120);
        EXPECT_LT(world.now().bound, 100us) << "two of three say which second";
    }
}

TEST(Faults, KeepsThePromiseWhereQuickSentencesASecondBehindTouchTheTruth) {
    World world{kEvening, {.offset_ppm = 23}};
    for (const SourceId id : {SourceId{1}, SourceId{2}, SourceId{3}}) {
        Receiver receiver = gps_sentences(id);
        receiver.sentence_delay = id == 1 ? 20ms : 140ms;
        receiver.label_error = id == 1 ? -1s : 0s;
        world.add(receiver);
    }
    world.run(600);
}

// Two honest sources whose lines lie more than 128 ms apart: every change of the better one is a step.
TEST(Faults, StaysWithOneOfTwoHonestSentenceSources) {
    World world{kEvening, {.offset_ppm = 23}};
    world.add(gps_sentences(1));
    Receiver later = gps_sentences(2);
    later.sentence_delay = 400ms;
    world.add(later);
    world.run(3600);
    expect_served(world, 60, 3600);
}

// Our clock knows the second, yet a label is refused because its delay changed by more than half a second.
TEST(Faults, FollowsPulsesOnWhenTheSentenceDelayJumpsWithinItsWindow) {
    World world{kEvening, {.offset_ppm = 23}};
    Receiver receiver = gps_with_pps();
    receiver.sentence_jitter = 1ms;
    receiver.script = [](int second, Receiver& r) { r.sentence_delay = second < 300 ? 100ms : 680ms; };
    world.add(receiver);
    world.run(600);
    expect_fine_again(world);
}

}  // namespace
}  // namespace tokimori::sim
