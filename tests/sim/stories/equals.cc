#include "tests/sim/stories/sources.h"

// Equals: a little apart, in contradiction, two against two.

namespace tokimori::sim {

using namespace std::chrono_literals;

namespace {

// Not yet outside of what all of them declare.
const std::vector<Reason> kApart = {Reason::kFalseticker, Reason::kOutlier, Reason::kDistant, Reason::kDisputed,
                                    Reason::kWaitingForAgreement};

}  // namespace

std::vector<Story> stories_of_equals() {
    const auto declares = [](Receiver r, Duration uncertainty) {
        r.pulse_uncertainty = uncertainty;
        return r;
    };
    return {
        {.name = "One of three that is suddenly 1.6 us off is shown within 64 seconds",
         .seen = "two agree better than the third: five times what its pulses scatter",
         .sources = {gps(1), gps(2), gps(3)},
         .faults = {{3, 600, 1800, What::kPulsesLate, 1.6e-6}},
         .seconds = 2400,
         .owed = {{10, 2400}},
         .worst = 2us,
         .shown = {{3, 664, kApart}},
         .not_followed = {{3, 664, 1800}}},
        {.name = "One of three that is suddenly 2.5 us off is shown within 64 seconds",
         .seen = "two agree better than the third",
         .sources = {gps(1), gps(2), gps(3)},
         .faults = {{3, 600, 1800, What::kPulsesLate, 2.5e-6}},
         .seconds = 2400,
         .owed = {{10, 2400}},
         .worst = 3us,
         .shown = {{3, 664, kApart}}},
        {.name = "Three receivers of which one is 3 us off serve an hour",
         .seen = "two agree better than the third",
         .sources = {gps(1), gps(2), pulses_off_by(gps(3), 3us)},
         .seconds = 3700,
         .owed = {{10, 3700}},
         .worst = 4us,
         .shown = {{1, 3600, kBelieved}, {2, 3600, kBelieved}}},
        {.name = "Three receivers of which one is 5 us off serve an hour",
         .seen = "two agree better than the third",
         .sources = {pulses_off_by(gps(1), 5us), gps(2), gps(3)},
         .seconds = 3700,
         .owed = {{10, 3700}},
         .worst = 6us,
         .shown = {{2, 3600, kBelieved}, {3, 3600, kBelieved}}},
        {.name = "Three receivers of which one begins to be 4 us off serve an hour",
         .seen = "two agree better than the third",
         .sources = {gps(1), gps(2), gps(3)},
         .faults = {{2, 1800, 3700, What::kPulsesLate, 4e-6}},
         .seconds = 3700,
         .owed = {{10, 3700}},
         .worst = 5us},
        {.name = "Three receivers that declare 5 us and use them serve an hour",
         .seen = "all agree within what they declare",
         .sources = {declares(pulses_off_by(gps(1), 5us), 5us), declares(gps(2), 5us),
                     declares(pulses_off_by(gps(3), -5us), 5us)},
         .seconds = 3700,
         .owed = {{10, 3700}},
         .worst = 6us},
        {.name = "Two equals that contradict each other from the start are not served",
         .seen = "they contradict each other",
         .sources = {gps(1), off_by(gps(2), 5ms)},
         .owed = {},
         .settled = 0,
         .worst = 0ns,
         .states = {{1199, {ClockState::kNeverSynchronised}}},
         .shown = {{1, 600, kRefused}, {2, 600, kRefused}}},
        {.name = "Two equals that begin to contradict each other are waited out",
         .seen = "they contradict each other, our own clock remembers",
         .sources = {gps(1), gps(2)},
         .faults = {{1, 600, 3000, What::kTimeOff, 5e-3}},
         .seconds = 3600,
         .owed = {{10, 3600}},
         .worst = 10us,
         .states = {{3599, kFollowing}}},
        {.name = "Four against each other, two and two, are not served from the start",
         .seen = "no majority",
         .sources = {gps(1), gps(2), off_by(gps(3), 1ms), off_by(gps(4), 1ms)},
         .settled = 0,
         .worst = 0ns,
         .states = {{1199, {ClockState::kNeverSynchronised}}}},
        {.name = "Four that fall apart two and two leave the clock on what it remembers",
         .seen = "no majority, our own clock remembers",
         .sources = {gps(1), gps(2), gps(3), gps(4)},
         .faults = {{3, 600, 1800, What::kTimeOff, 1e-3}, {4, 600, 1800, What::kTimeOff, 1e-3}},
         .seconds = 2400,
         .owed = {{10, 2400}},
         .worst = 10us,
         .states = {{2399, kFollowing}}},
        {.name = "Two receivers and two servers that agree follow a receiver",
         .seen = "all agree",
         .sources = {gps(1), server(2, 32), gps(3), server(4, 64)},
         .seconds = 3000,
         .owed = {{10, 3000}},
         .worst = 1us},
        {.name = "Two servers outvote a receiver that begins to be 100 ms off",
         .seen = "two of three agree",
         .sources = {gps(1), server(2, 16), server(3, 16)},
         .faults = {{1, 1200, 3000, What::kTimeOff, 0.1}},
         .seconds = 3000,
         .owed = {{10, 3000}},
         .worst = 10ms,
         .shown = {{1, 1264, kRefused}},
         .not_followed = {{1, 1264, 3000}}},
    };
}

}  // namespace tokimori::sim
