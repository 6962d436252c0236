#include "tests/sim/stories/sources.h"

#include <utility>

namespace tokimori::sim {

using namespace std::chrono_literals;

Receiver gps(SourceId id) {
    return Receiver{
        .settings = {.id = id, .refid = reference_id("GPS"), .kin = Kin::kSatellites, .expects_pulses = true}};
}

Receiver sentences(SourceId id) {
    Receiver receiver{.settings = {.id = id, .refid = reference_id("GPS"), .kin = Kin::kSatellites}};
    receiver.pulses = false;
    return receiver;
}

Receiver pulses(SourceId id) {
    Receiver receiver{
        .settings = {
            .id = id, .refid = reference_id("PPS"), .prefer = true, .kin = Kin::kSatellites, .expects_pulses = true}};
    receiver.labels = false;
    return receiver;
}

Receiver program(SourceId id) {
    Receiver receiver{.settings = {.id = id, .refid = reference_id("SHM")}};
    receiver.pulses = receiver.labels = false;
    receiver.samples = true;
    receiver.sample_phase = 370ms;
    receiver.pulse_jitter = 2us;
    receiver.pulse_uncertainty = 1us;
    return receiver;
}

Receiver jjy(SourceId id) {
    Receiver receiver{.settings = {.id = id,
                                   .refid = reference_id("JJY"),
                                   .delay = Duration::zero(),
                                   .kin = Kin::kLongWave,
                                   .expects_pulses = true}};
    receiver.pulse_jitter = 15ms;
    receiver.pulse_error = 5ms;
    receiver.pulse_uncertainty = 20ms;
    receiver.sentence_delay = 5ms;
    receiver.sentence_jitter = 15ms;
    receiver.label_every = 60;
    receiver.call_sign = true;
    return receiver;
}

Receiver server(SourceId id, int poll) {
    Receiver receiver{
        .settings = {
            .id = id, .refid = {192, 0, 2, static_cast<std::uint8_t>(id)}, .stratum = 1, .kin = Kin::kNetwork}};
    receiver.pulses = receiver.labels = false;
    receiver.samples = true;
    receiver.sample_phase = 600ms;
    receiver.sample_every = poll;
    receiver.pulse_jitter = 20us;
    receiver.path = NetworkPath{};
    return receiver;
}

Receiver counter(SourceId id) {
    Receiver receiver{.settings = {.id = id, .refid = reference_id("LOCL"), .stratum = 10}};
    receiver.pulses = receiver.labels = false;
    receiver.samples = receiver.free_running = true;
    receiver.sample_every = 16;
    receiver.pulse_jitter = 0ns;
    receiver.pulse_uncertainty = 300ms;
    return receiver;
}

Receiver preferred(Receiver receiver) {
    receiver.settings.prefer = true;
    return receiver;
}

Receiver with_delay(Receiver receiver, Duration delay) {
    receiver.settings.delay = delay;
    return receiver;
}

Receiver off_by(Receiver receiver, Duration error) {
    receiver.time_error = error;
    return receiver;
}

Receiver pulses_off_by(Receiver receiver, Duration error) {
    receiver.pulse_error = error;
    return receiver;
}

}  // namespace tokimori::sim
