#include "tests/sim/receiver.h"

#include <cmath>

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

constexpr int kTaiMinusGps = 19;
// From the edge or the octet to the program.
constexpr Duration kLatency = 1ms;
constexpr Duration kHum = 20ms;
constexpr Duration kSpike = 200ms;
// What an exchange over a network declares beside half its round trip.
constexpr Duration kServerDispersion = 500us;

}  // namespace

void Driver::hear(const Moment& moment, std::vector<Told>& told) {
    if (receiver_.script) {
        receiver_.script(moment.second, receiver_);
    }
    if (receiver_.stamps_dropped) {
        told.push_back({moment.tai + kLatency, Rejection{receiver_.settings.id, moment.local_at(moment.tai + kLatency),
                                                         Rejection::Reason::kClockStepped}});
        unbroken_ = 0;
        return;
    }
    unbroken_ = receiver_.pulses || receiver_.labels ? unbroken_ + 1 : 0;
    hear_pulses(moment, told);
    show_host_clock(moment, told);
    take_sample(moment, told);
    hear_label(moment, told);
}

void Driver::hear_pulses(const Moment& moment, std::vector<Told>& told) {
    if (!receiver_.pulses || in_call_sign(moment)) {
        return;
    }
    const TaiInstant edge = moment.tai + receiver_.time_error + receiver_.pulse_error + noise(receiver_.pulse_jitter);
    const bool missing = std::uniform_real_distribution<double>{}(random_) < receiver_.pulses_missing;
    if (!missing) {
        tell_pulse(moment, edge, told);
    }
    if (!missing && receiver_.doubled) {
        tell_pulse(moment, edge + *receiver_.doubled, told);
    }
    for (Duration hum = kHum; receiver_.hum && hum < 1s; hum += kHum) {
        tell_pulse(moment, moment.tai + hum + noise(50us), told);
    }
}

void Driver::tell_pulse(const Moment& moment, TaiInstant at, std::vector<Told>& told) {
    told.push_back({at + kLatency, Pulse{receiver_.settings.id, moment.local_at(at), receiver_.pulse_uncertainty}});
}

void Driver::show_host_clock(const Moment& moment, std::vector<Told>& told) const {
    constexpr int kInterval = 16;
    if (receiver_.host_clock_fast && moment.second % kInterval == 0) {
        told.push_back({moment.tai, HostTime{receiver_.settings.id, moment.local_at(moment.tai),
                                             moment.sky->utc_at(moment.tai + *receiver_.host_clock_fast)}});
    }
}

bool Driver::in_call_sign(const Moment& moment) const {
    const int of_hour = moment.sky->utc_at(moment.tai).second.second % 3600;
    const int of_minute = of_hour % 60;
    return receiver_.call_sign && of_hour / 60 % 30 == 15 && of_minute >= 40 && of_minute <= 48;
}

void Driver::take_sample(const Moment& moment, std::vector<Told>& told) {
    if (!receiver_.samples ||
        moment.second % receiver_.sample_every != receiver_.settings.id % receiver_.sample_every) {
        return;
    }
    const TaiInstant named = moment.tai + receiver_.sample_phase;
    const TaiInstant at = named + receiver_.time_error + receiver_.pulse_error + noise(receiver_.pulse_jitter);
    OffsetSample sample{.source = receiver_.settings.id,
                        .local = moment.local_at(at),
                        .time = moment.sky->utc_at(named + receiver_.label_error),
                        .uncertainty = receiver_.pulse_uncertainty};
    if (receiver_.announces != LeapKind::kNone) {
        sample.leap_at_month_end = receiver_.announces;
    }
    if (receiver_.free_running) {
        sample.time = moment.sky->utc_at(moment.free_counter(sample.local) - receiver_.time_error);
    }
    const Duration late = receiver_.path ? measure_over_network(moment, at, sample) : Duration::zero();
    told.push_back({at + late + 1ms + kLatency, sample});
}

// Both ways look equally long to who asks: half of what they differ is the error. How long the answer took, too.
Duration Driver::measure_over_network(const Moment& moment, TaiInstant at, OffsetSample& sample) {
    const Duration outward = way() + receiver_.path->outward_longer;
    const Duration back = way();
    sample.local = moment.local_at(at + (back - outward) / 2);
    sample.uncertainty = (outward + back) / 2 + kServerDispersion;
    return back;
}

Duration Driver::way() {
    std::exponential_distribution<double> rest{1.0};
    const bool spike = std::uniform_real_distribution<double>{}(random_) < receiver_.path->spikes;
    return receiver_.path->base + (spike ? kSpike : Duration::zero()) +
           Duration{std::llround(rest(random_) * static_cast<double>(receiver_.path->rest.count()))};
}

void Driver::hear_label(const Moment& moment, std::vector<Told>& told) {
    const UtcTime now = moment.sky->utc_at(moment.tai);
    if (!receiver_.labels || now.second.second % receiver_.label_every != 0) {
        return;
    }
    // What takes a minute to say is lost with any of its seconds.
    if (minute_ && unbroken_ > minute_->second) {
        told.push_back({moment.tai + kLatency, minute_->label});
    }
    minute_.reset();
    const TaiInstant heard =
        moment.tai + receiver_.time_error + receiver_.sentence_delay + noise(receiver_.sentence_jitter);
    const Label label = label_of(moment, heard);
    if (receiver_.label_every > 1) {
        minute_ = {label, receiver_.label_every};
    } else {
        told.push_back({heard + kLatency, label});
    }
}

Label Driver::label_of(const Moment& moment, TaiInstant heard) const {
    const std::chrono::seconds wrong = receiver_.label_error - receiver_.frozen.value_or(0s);
    Label label{.source = receiver_.settings.id,
                .heard = moment.local_at(heard),
                .time = moment.sky->utc_at(moment.tai + wrong)};
    label.time.second.day += 7 * receiver_.label_weeks_error;
    if (receiver_.label_every > 1) {
        label.uncertainty = receiver_.pulse_uncertainty;
    } else {
        label.gps_minus_utc = moment.sky->tai_minus_utc_at(moment.tai) - kTaiMinusGps + receiver_.gps_minus_utc_error;
    }
    if (receiver_.announces != LeapKind::kNone) {
        label.leap_at_month_end = receiver_.announces;
    }
    return label;
}

Duration Driver::noise(Duration deviation) {
    std::normal_distribution<double> normal{0.0, 1.0};
    return Duration{std::llround(normal(random_) * static_cast<double>(deviation.count()))};
}

}  // namespace tokimori::sim
