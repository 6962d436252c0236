#include "tests/sim/stories/sources.h"

// Cold starts, and each kind of source on its own.

namespace tokimori::sim {

using namespace std::chrono_literals;

std::vector<Story> stories_of_beginnings() {
    return {
        {.name = "A receiver with pulses serves within ten seconds and to a microsecond after two minutes",
         .seen = "pulses and sentences agree",
         .sources = {gps(1)},
         .owed = {{10, 1200}},
         .worst = 1us,
         .states = {{1199, kFollowing}}},
        {.name = "A receiver with pulses is followed on a crystal 200 ppm off",
         .seen = "pulses and sentences agree",
         .crystal = {.offset_ppm = -200, .walk_per_root_second = 1e-10},
         .sources = {gps(1)},
         .owed = {{10, 1200}},
         .worst = 1us},
        {.name = "A receiver with pulses is followed on a restless crystal",
         .seen = "pulses and sentences agree",
         .crystal = {.offset_ppm = 11, .walk_per_root_second = 3e-9, .white_frequency = 1e-9},
         .sources = {gps(1)},
         .seconds = 4000,
         .owed = {{10, 4000}},
         .worst = 3us},
        {.name = "Pulses that jitter by 5 us are averaged",
         .seen = "the scatter of the pulses",
         .sources = {[] {
             Receiver r = gps(1);
             r.pulse_jitter = 5us;
             r.pulse_uncertainty = 1us;
             return r;
         }()},
         .seconds = 3000,
         .owed = {{10, 3000}},
         .worst = 12us},
        {.name = "Sentences alone serve inside the window of an unknown delay",
         .seen = "sentences agree with each other",
         .sources = {sentences(1)},
         .owed = {{20, 1200}},
         .worst = 500ms},
        {.name = "Sentences of a known delay serve within fifty milliseconds",
         .seen = "sentences agree with each other",
         .sources = {with_delay(sentences(1), 140ms)},
         .owed = {{20, 1200}},
         .worst = 50ms},
        {.name = "Pulses alone are never served",
         .seen = "nobody names a second",
         .sources = {pulses(1)},
         .seconds = 300,
         .states = {{299, {ClockState::kNeverSynchronised}}},
         .shown = {{1, 299, {Reason::kUnlabelled}}}},
        {.name = "A program that shares its measurements serves within ten seconds",
         .seen = "samples agree with each other",
         .sources = {program(1)},
         .owed = {{10, 1200}},
         .worst = 20us},
        {.name = "A server asked every 8 seconds serves within two minutes",
         .seen = "round trips",
         .sources = {server(1, 8)},
         .owed = {{120, 1200}},
         .worst = 5ms},
        {.name = "Sentences and bare pulses of two receivers make one clock",
         .seen = "pulses agree with the sentences",
         .sources = {sentences(1), pulses(2)},
         .owed = {{10, 1200}},
         .worst = 1us,
         .shown = {{2, 1199, {Reason::kSelected}}}},
        {.name = "A receiver is preferred to JJY, servers and the counter",
         .seen = "all agree",
         .sources = {counter(4), server(3, 32), jjy(2), gps(1)},
         .seconds = 3000,
         .owed = {{10, 3000}},
         .worst = 1us,
         .shown = {{1, 2999, {Reason::kSelected}}}},
    };
}

}  // namespace tokimori::sim
