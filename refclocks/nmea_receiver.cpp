#include "refclocks/nmea_receiver.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace tokimori {
namespace {

using Reason = Rejection::Reason;
using std::chrono::milliseconds;

// Within a cycle receivers pause for less, even behind USB; between cycles of a second for more.
constexpr Duration kPause = milliseconds{100};
// Sentences print hundredths or thousandths of a second.
constexpr Duration kSameTime = milliseconds{15};
// What names the same second again so soon is the same; later, it is one that the receiver counts twice.
constexpr Duration kSameSecond = milliseconds{900};

Duration time_of_day(const UtcTime& time) {
    return std::chrono::seconds{time.second.second} + Duration{time.nanosecond};
}

}  // namespace

NmeaReceiver::NmeaReceiver(DeviceWatch& watch, ObservationSink& sink, SourceId source, Duration uncertainty)
    : watch_{watch}, sink_{sink}, source_{source}, uncertainty_{uncertainty} {}

void NmeaReceiver::restart() {
    lines_.clear();
    last_read_.reset();
    line_begun_.reset();
    cycle_ = Cycle{.heard = {}, .whole = false};
    doubted_ = false;
}

int NmeaReceiver::take(std::string_view bytes, LocalInstant read) {
    const std::optional<LocalInstant> before = std::exchange(last_read_, read);
    const bool paused = before && read - *before >= kPause;
    if (paused) {
        begin_cycle(read);
    }
    line_begun_ = line_begun_.value_or(read);
    int readable = 0;
    lines_.take(
        bytes,
        [&](std::string_view line) {
            readable += read_line(line) ? 1 : 0;
            line_begun_ = read;
        },
        [this] { take(Reason::kUnreadable); });
    if (bytes.ends_with('\n')) {
        line_begun_.reset();
    }
    return readable;
}

void NmeaReceiver::begin_cycle(LocalInstant heard) {
    tell_satellites();
    doubted_ = cycle_.valid ? !*cycle_.valid : doubted_;
    cycle_ = Cycle{.heard = heard};
}

bool NmeaReceiver::read_line(std::string_view line) {
    if (line.empty() || line == "\r") {
        return false;
    }
    const NmeaSentence sentence = read_nmea(line);
    std::visit([this](const auto& what) { take(what); }, sentence);
    const auto* const reason = std::get_if<Reason>(&sentence);
    return reason == nullptr || *reason != Reason::kUnreadable;
}

void NmeaReceiver::take(const RmcSentence& sentence) {
    if (sentence.time) {
        name(*sentence.time);
    }
    vouch(sentence.valid);
}

void NmeaReceiver::take(const ZdaSentence& sentence) {
    if (sentence.time) {
        name(*sentence.time);
        tell_label();
    }
}

void NmeaReceiver::take(const GgaSentence& sentence) {
    if (sentence.time_of_day) {
        name(*sentence.time_of_day);
    }
    cycle_.used = sentence.used;
    vouch(sentence.valid);
}

// Receivers of several systems may send one for each, also of those without a fix.
void NmeaReceiver::take(const GsaSentence& sentence) {
    if (sentence.valid) {
        vouch(true);
    }
}

void NmeaReceiver::take(const GsvSentence& sentence) {
    int& visible = cycle_.visible[sentence.talker];
    visible = std::max(visible, sentence.visible);
}

void NmeaReceiver::name(const UtcTime& time) {
    name(time_of_day(time));
    cycle_.time = time;
}

void NmeaReceiver::name(Duration time_of_day) {
    if (cycle_.time_of_day && std::chrono::abs(*cycle_.time_of_day - time_of_day) > kSameTime) {
        begin_cycle(*line_begun_);
    }
    cycle_.time_of_day = time_of_day;
}

// One that says no is enough.
void NmeaReceiver::vouch(bool valid) {
    if (!valid && cycle_.valid.value_or(true)) {
        take(Reason::kNoFix);
    }
    cycle_.valid = valid && cycle_.valid.value_or(true);
    tell_label();
}

// To wait for the end of the cycle would cost the label its use, and a no may come after a yes: whoever said no in the
// last cycle may be about to say so again.
void NmeaReceiver::tell_label() {
    if (doubted_ || !cycle_.whole || cycle_.told || !cycle_.time || !cycle_.valid.value_or(false)) {
        return;
    }
    cycle_.told = true;
    const bool again = last_label_ && last_label_->time.second == cycle_.time->second &&
                       cycle_.heard - last_label_->heard < kSameSecond;
    if (!again) {
        last_label_ =
            Label{.source = source_, .heard = cycle_.heard, .time = *cycle_.time, .uncertainty = uncertainty_};
        sink_.observe(Label{*last_label_});
    }
}

void NmeaReceiver::tell_satellites() {
    if (!cycle_.whole || !cycle_.used) {
        return;
    }
    int visible = 0;
    for (const auto& [talker, count] : cycle_.visible) {
        visible += count;
    }
    // A receiver that sends no GSV sees those that it uses at least.
    const Satellites now{source_, cycle_.heard, std::max(visible, *cycle_.used), *cycle_.used};
    if (!last_satellites_ || last_satellites_->visible != now.visible || last_satellites_->used != now.used) {
        last_satellites_ = now;
        sink_.observe(now);
    }
}

}  // namespace tokimori
