#include "tests/sim/stories/sources.h"

// What goes wrong with pulses while the sentences are right.

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

Story with_pulse_fault(const char* name, What what, double amount, int from, int to) {
    return {.name = name,
            .seen = "pulses off their own line, or off what the sentences say",
            .sources = {gps(1)},
            .faults = {{1, from, to, what, amount}},
            .owed = {{10, 1200}},
            .worst = 300us,
            .states = {{1199, kFollowing}}};
}

Story noticed(Story story, int within) {
    story.notice_within = within;
    return story;
}

Story harmless(Story story) {
    story.worst = 2us;
    return story;
}

}  // namespace

std::vector<Story> stories_of_pulses() {
    return {
        harmless(with_pulse_fault("A tenth of the pulses missing does no harm", What::kPulsesMissing, 0.1, 300, 900)),
        with_pulse_fault("Nine tenths of the pulses missing do little harm", What::kPulsesMissing, 0.9, 300, 900),
        noticed(with_pulse_fault("Pulses that fail for ten minutes are shown within ten seconds", What::kNoPulses, 0,
                                 300, 900),
                10),
        harmless(with_pulse_fault("Pulses that come twice within a millisecond do no harm", What::kPulsesDoubled,
                                  0.5e-3, 300, 900)),
        harmless(with_pulse_fault("Pulses that come twice within half a second do no harm", What::kPulsesDoubled, 0.3,
                                  300, 900)),
        harmless(with_pulse_fault("Doubled pulses of the first minutes are seen through", What::kPulsesDoubled, 0.2, 0,
                                  300)),
        harmless(
            with_pulse_fault("One pulse 100 us late is left out", What::kPulsesLate, 100 * kMicroseconds, 300, 301)),
        harmless(noticed(with_pulse_fault("One pulse 2 ms late is left out and shown within three seconds",
                                          What::kPulsesLate, 2e-3, 300, 301),
                         3)),
        harmless(noticed(with_pulse_fault("One pulse 400 ms late is left out and shown within three seconds",
                                          What::kPulsesLate, 0.4, 300, 301),
                         3)),
        noticed(with_pulse_fault("The trailing edge 100 ms late is not followed", What::kPulsesLate, 0.1, 300, 420),
                10),
        noticed(with_pulse_fault("The trailing edge 200 ms late is not followed", What::kPulsesLate, 0.2, 300, 420),
                10),
        noticed(with_pulse_fault("An edge 150 ms early is not followed", What::kPulsesLate, -0.15, 300, 420), 10),
        with_pulse_fault("Hum of 50 Hz on the line is sat out", What::kHum, 0, 300, 420),
        with_pulse_fault("Pulses that scatter by a millisecond for some minutes are sat out", What::kPulsesScatter,
                         1e-3, 300, 600),
        with_pulse_fault("Pulses that scatter by 20 ms for some minutes are sat out", What::kPulsesScatter, 20e-3, 300,
                         600),
        noticed({.name = "Pulses that move by a millisecond for good are refused as long as our own clock knows better",
                 .seen = "pulses off what our own clock expects",
                 .sources = {gps(1)},
                 .faults = {{1, 300, 1200, What::kPulsesLate, 1e-3}},
                 .owed = {{10, 360}},
                 .worst = 1100us},
                64),
    };
}

}  // namespace tokimori::sim
