#include "tests/sim/stories/sources.h"

// Sources are lost and come back, in any order; the clock goes on by itself.

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

constexpr int kDay = 86400;

Story order(const char* name, std::vector<Fault> losses, Duration worst) {
    return {.name = name,
            .seen = "who is silent",
            .sources = {gps(1), jjy(2), server(3, 16)},
            .faults = std::move(losses),
            .seconds = 6000,
            .owed = {{10, 6000}},
            .worst = worst,
            .states = {{5999, kFollowing}},
            .shown = {{1, 5999, {Reason::kSelected}}}};
}

Story a_day(const char* name, double cycle_phase, double cycle_ppm) {
    return {.name = name,
            .seen = "nothing at all for a day",
            .crystal = {.offset_ppm = 20,
                        .daily_cycle_ppm = cycle_ppm,
                        .walk_per_root_second = 1e-10,
                        .cycle_phase = cycle_phase},
            .sources = {gps(1)},
            .faults = {{1, 3600, 3600 + kDay + 600}},
            .seconds = 3600 + kDay + 1200,
            .owed = {{10, 3600 + kDay - 10}, {3600 + kDay + 620, 3600 + kDay + 1200}},
            .worst = 100ms,
            .states = {{3700, kOnItsOwn}, {3600 + kDay + 500, kGivenUp}, {3600 + kDay + 1199, kFollowing}}};
}

}  // namespace

std::vector<Story> stories_of_loss() {
    return {
        {.name = "Silence is shown within ten seconds and service goes on",
         .seen = "silence",
         .sources = {gps(1)},
         .faults = {{1, 600, 1000}},
         .owed = {{10, 1200}},
         .worst = 500us,
         .states = {{610, kOnItsOwn}, {1199, kFollowing}},
         .shown = {{1, 610, {Reason::kSilent}}},
         .notice_within = 10},
        {.name = "Holdover ends when it is over and the receiver's return ends that",
         .seen = "silence",
         .sources = {gps(1)},
         .faults = {{1, 600, 1500}},
         .seconds = 2000,
         .owed = {{10, 1195}, {1515, 2000}},
         .worst = 1ms,
         .states = {{1250, kGivenUp}, {1999, kFollowing}},
         .holdover = 600s},
        a_day("Holdover of a day in a steady room", 0.1, 0),
        a_day("Holdover of a day that begins in the warmth", 0.25, 0.6),
        a_day("Holdover of a day that begins in the cold", 0.75, 0.6),
        a_day("Holdover of a day that begins while it warms", 0.0, 0.6),
        order("Receiver, JJY and server are lost in this order and come back in it",
              {{1, 1000, 4000}, {2, 1500, 4500}, {3, 2000, 5000}}, 20ms),
        order("Receiver, JJY and server are lost in this order and come back in the other",
              {{1, 1000, 5000}, {2, 1500, 4500}, {3, 2000, 4000}}, 20ms),
        order("Server, JJY and receiver are lost in this order and come back in it",
              {{3, 1000, 4000}, {2, 1500, 4500}, {1, 2000, 5000}}, 20ms),
        order("JJY, receiver and server are lost in this order and come back in another",
              {{2, 1000, 4500}, {1, 1500, 4000}, {3, 2000, 5000}}, 20ms),
        order("The receiver comes and goes",
              {{1, 1000, 1100}, {1, 1200, 1202}, {1, 1300, 1700}, {1, 1705, 1800}, {1, 1900, 3000}}, 5ms),
        {.name = "Sentences and bare pulses are lost one after the other",
         .seen = "who is silent",
         .sources = {sentences(1), pulses(2)},
         .faults = {{1, 300, 500}, {2, 700, 900}, {1, 1100, 1300}, {2, 1200, 1400}},
         .seconds = 1800,
         .owed = {{10, 1800}},
         .worst = 1ms,
         .states = {{1799, kFollowing}}},
        {.name = "A receiver that is lost before it was believed is believed later",
         .seen = "silence",
         .sources = {gps(1)},
         .faults = {{1, 2, 600}},
         .owed = {{610, 1200}},
         .settled = 720,
         .worst = 1us},
        {.name = "Servers carry on for a receiver that is gone for hours",
         .seen = "who is silent",
         .sources = {gps(1), server(2, 64), server(3, 64)},
         .faults = {{1, 2000, 18000}},
         .seconds = 20000,
         .owed = {{10, 20000}},
         .worst = 10ms,
         .states = {{19999, kFollowing}},
         .shown = {{1, 19999, {Reason::kSelected}}}},
        {.name = "JJY that is heard by night is served by day",
         .seen = "silence by day",
         .crystal = {.offset_ppm = 20, .daily_cycle_ppm = 0.3, .walk_per_root_second = 1e-10},
         .sources = {jjy(1)},
         .faults = {{1, 14400, 50400}},
         .seconds = 52200,
         .owed = {{300, 52200}},
         .settled = 600,
         .worst = 100ms,
         .states = {{52199, kFollowing}}},
        {.name = "A server that is heard for an hour is served for a night",
         .seen = "silence",
         .sources = {server(1, 64)},
         .faults = {{1, 3600, 39600}},
         .seconds = 41400,
         .owed = {{600, 41400}},
         .settled = 700,
         .worst = 100ms,
         .states = {{41399, kFollowing}}},
    };
}

}  // namespace tokimori::sim
