#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

const UtcTime kEvening = parse_utc("2026-11-22T09:00:00Z").value();

/// A program beside us that hears a receiver and shares what it measures, microseconds well.
Receiver program(SourceId id = 1) {
    Receiver receiver{.settings = {.id = id, .refid = reference_id("SHM")}};
    receiver.pulses = receiver.labels = false;
    receiver.samples = true;
    receiver.sample_phase = 370ms;
    receiver.pulse_jitter = 2us;
    receiver.pulse_uncertainty = 1us;
    return receiver;
}

TEST(SharedMeasurements, AloneCarryAClockForADayWithinTensOfMicroseconds) {
    World world{kEvening, {.offset_ppm = 23, .daily_cycle_ppm = 0.4, .walk_per_root_second = 1e-10}};
    world.add(program());
    world.run(86400);
    EXPECT_LE(world.first_served(), 6);
    EXPECT_EQ(world.seconds_served(10, 86400), 86390);
    EXPECT_LT(world.worst_error(120, 86400), 20us);
    EXPECT_EQ(world.clock().state().refid, reference_id("SHM"));
}

TEST(SharedMeasurements, TellThePulsesOfAnotherWireWhichSecondsTheyBegin) {
    World world{kEvening, {.offset_ppm = -11}};
    Receiver wire{.settings = {.id = 2, .refid = reference_id("PPS"), .prefer = true, .expects_pulses = true}};
    wire.labels = false;
    world.add(wire);
    Receiver coarse = program();
    coarse.pulse_error = -1ms;
    coarse.pulse_uncertainty = 2ms;
    world.add(coarse);
    world.run(600);
    EXPECT_EQ(world.clock().selected(), 2);
    EXPECT_LT(world.worst_error(60, 600), 1us);
}

TEST(SharedMeasurements, AreOutvotedWhereTheirProgramIsASecondOff) {
    World world{kEvening, {.offset_ppm = 23}};
    Receiver gps{.settings = {.id = 2, .refid = reference_id("GPS"), .expects_pulses = true}};
    world.add(gps);
    Receiver wrong = program();
    wrong.script = [](int second, Receiver& r) { r.label_error = second >= 120 ? 1s : 0s; };
    world.add(wrong);
    world.run(600);
    EXPECT_EQ(world.seconds_served(10, 600), 590);
    EXPECT_LT(world.worst_error(60, 600), 10us);
    EXPECT_EQ(world.clock().sources().back().reason, Reason::kWrongSecond);
}

TEST(SharedMeasurements, AreHeldOverWhenTheProgramEndsAndTakenUpWhenItIsBack) {
    World world{kEvening, {.offset_ppm = 23}};
    Receiver restarted = program();
    restarted.script = [](int second, Receiver& r) { r.samples = second < 300 || second >= 500; };
    world.add(restarted);
    world.run(400);
    EXPECT_EQ(world.now().state, ClockState::kHoldover);
    world.run(200);
    EXPECT_EQ(world.now().state, ClockState::kSynchronised);
    EXPECT_EQ(world.seconds_served(10, 600), 590);
}

}  // namespace
}  // namespace tokimori::sim
