#include "refclocks/jjy_receiver.h"

#include <algorithm>

namespace tokimori {
namespace {

constexpr int kSeconds = 60;
constexpr std::size_t kMostSeconds = 600;
constexpr std::size_t kMostLeap = 1;  // seconds

// A minute that was heard this well, in seconds, and has no more errors than this said what it should.
constexpr double kHeard = 25.0;
constexpr double kMostErrors = 0.25;
constexpr double kContradiction = 0.35;
// One hour more or less is two digits.
constexpr double kMostDigitErrors = 1.5;
// Then the beat may have slipped, or another clock is heard.
constexpr int kMostBadMinutes = 5;

// Where in a minute.
constexpr std::size_t kFirstOfMorse = 40;
constexpr std::size_t kMorse = 9;
constexpr std::size_t kLeapBits = 53;
constexpr std::size_t kStopBits = 50;

constexpr double kSure = 0.5;
constexpr double kAgreementMemory = 10.0;
constexpr double kAgreement = 0.5;

// What a frame says beside the time, and nobody knows before.
bool is_news(int minute, int second) {
    if (is_jjy_call_sign(minute)) {
        return second == 38 || (second >= 40 && second <= 48) || (second >= 50 && second <= 55);
    }
    return second == 38 || second == 40 || second == 53 || second == 54;
}

int minute_of_hour(const UtcSecond& begins) {
    return begins.second / kSeconds % kSeconds;
}

UtcSecond later(const UtcSecond& second, int by) {
    const std::int64_t posix = std::int64_t{second.day} * kSecondsPerDay + second.second + by;
    return {static_cast<UtcDay>(posix / kSecondsPerDay), static_cast<std::int32_t>(posix % kSecondsPerDay)};
}

}  // namespace

JjyReceiver::JjyReceiver(ObservationSink& sink, SourceId source, const JjyReceiverSettings& settings)
    : sink_{sink}, source_{source}, settings_{settings}, beat_{settings.inverted}, finder_{settings.earliest} {}

void JjyReceiver::restart() {
    beat_ = JjyBeat{settings_.inverted};
    lose_minute();
}

void JjyReceiver::edge(LocalInstant at, bool high) {
    beat_.edge(at, high);
}

void JjyReceiver::advance(LocalInstant now) {
    beat_.advance(now);
    while (const auto second = beat_.next(is_keyed())) {
        take(*second);
    }
    if (minute_ && !beat_.inverted()) {
        lose_minute();
    }
}

bool JjyReceiver::is_keyed() const {
    return !minute_ || !is_jjy_morse(minute_of_hour(minute_->begins), static_cast<int>(minute_->heard.size()));
}

JjyReception JjyReceiver::reception() const {
    if (minute_ && agreement_ >= kAgreement) {
        return JjyReception::kTime;
    }
    return beat_.audible() ? JjyReception::kBeat : JjyReception::kNothing;
}

void JjyReceiver::take(const JjySecond& second) {
    if (second.first) {
        lose_minute();
    }
    seconds_.push_back(second.begins);
    if (seconds_.size() > kMostSeconds) {
        seconds_.pop_front();
    }
    finder_.add(second.symbol);
    if (minute_) {
        follow(second);
    } else {
        look_for_minute();
    }
}

void JjyReceiver::look_for_minute() {
    const std::optional<JjyPlace> place = finder_.find();
    if (place && is_proved_within_one_month(*place)) {
        tell_proof(*place);
        begin_at(*place);
    }
}

// Where the UTC month changes a second may have been inserted or left out, so that what was heard before would be
// named wrong. What was heard since has to prove the time alone.
bool JjyReceiver::is_proved_within_one_month(const JjyPlace& newest) {
    const auto into_day = static_cast<std::size_t>(newest.minute.second + newest.second);
    if (!is_last_day_of_month(newest.minute.day - 1) || into_day >= seconds_.size()) {
        return true;
    }
    const std::size_t certain = into_day - std::min(into_day, kMostLeap);
    finder_.keep(certain);
    seconds_.erase(seconds_.begin(), seconds_.end() - static_cast<std::ptrdiff_t>(certain));
    return false;
}

void JjyReceiver::tell_proof(const JjyPlace& newest) {
    const int count = static_cast<int>(seconds_.size());
    const UtcSecond oldest = later(newest.minute, newest.second - (count - 1));
    for (int i = 0; i < count; ++i) {
        const UtcSecond second = later(oldest, i);
        if (i == 0 || second.second % kSeconds == 0) {
            tell_label(seconds_[static_cast<std::size_t>(i)], second);
        }
    }
}

// The rest of this minute is followed, and told of no more.
void JjyReceiver::begin_at(const JjyPlace& place) {
    bad_minutes_ = 0;
    agreement_ = 1;
    begin_minute(place.minute);
    minute_->missed = static_cast<std::size_t>(place.second) + 1;
    minute_->heard.assign(minute_->missed, JjySymbol::kUnknown);
    if (minute_->heard.size() == minute_->expected.size()) {
        end_minute();
    }
}

void JjyReceiver::begin_minute(UtcSecond begins) {
    minute_ = Minute{
        .begins = begins, .expected = encode_jjy({.begins = begins, .leap = leap_in_month_of(begins.day)}), .at = {}};
    const int minute = minute_of_hour(begins);
    for (int second = 0; second < kSeconds; ++second) {
        if (is_news(minute, second)) {
            minute_->expected[static_cast<std::size_t>(second)] = JjySymbol::kUnknown;
        }
    }
}

void JjyReceiver::follow(const JjySecond& second) {
    Minute& minute = *minute_;
    const std::size_t place = minute.heard.size();
    if (place == 0) {
        minute.at = second.begins;
    }
    const JjySymbol expected = minute.expected[place];
    const double certainty = second.symbol.certainty();
    if (expected != JjySymbol::kUnknown) {
        const double error = second.symbol.penalty_of(expected);
        minute.certainty += certainty;
        minute.errors += error;
        minute.digit_errors += jjy_fixed_symbol(static_cast<int>(place)) == JjySymbol::kUnknown ? error : 0.0;
        const bool agrees = certainty >= kSure && error < kSure;
        agreement_ += ((agrees ? 1.0 : 0.0) - agreement_) / kAgreementMemory;
        if (agrees) {
            tell_pulse(second);
        }
    }
    minute.heard.push_back(second.symbol.hard());
    if (minute.heard.size() == minute.expected.size()) {
        end_minute();
    }
}

void JjyReceiver::end_minute() {
    const Minute minute = *minute_;
    const bool heard = minute.certainty >= kHeard;
    const bool agrees =
        heard && minute.errors <= kMostErrors * minute.certainty && minute.digit_errors <= kMostDigitErrors;
    good_minutes_ = minute.whole() && agrees ? good_minutes_ + 1 : 0;
    tell_heard(minute);
    if (minute.whole() && agrees) {
        tell_label(minute.at, minute.begins);
        read_announcements();
    } else if (minute.whole()) {
        sink_.observe(Rejection{source_, minute.at, Rejection::Reason::kUnreadable});
    }
    const bool contradicts = heard && minute.errors > kContradiction * minute.certainty;
    bad_minutes_ = agrees || !minute.whole() ? 0 : bad_minutes_ + (contradicts ? 2 : 1);
    const int length = static_cast<int>(minute.expected.size());
    const auto found = finder_.find();
    const bool outvoted = found && *found != JjyPlace{minute.begins, length - 1};
    if (bad_minutes_ >= kMostBadMinutes || (outvoted && length == kSeconds)) {
        lose_minute();
        return;
    }
    if (length != kSeconds) {
        finder_.restart();
        seconds_.clear();
    }
    begin_minute(later(minute.begins, kSeconds));
}

void JjyReceiver::read_announcements() {
    const auto decoded = decode_jjy(minute_->heard);
    const auto* const fields = std::get_if<JjyFields>(&decoded);
    if (fields == nullptr || jjy_begin(*fields, minute_->begins.day) != minute_->begins) {
        return;
    }
    if (fields->stop) {
        stop_ = fields->stop;
    }
    if (fields->leap) {
        const Announcement said{last_day_of_month(minute_->begins.day), *fields->leap};
        if (leap_said_once_ == said) {
            leap_ = said;
        }
        leap_said_once_ = said;
    }
}

void JjyReceiver::tell_heard(const Minute& minute) {
    if (minute.missed == minute.heard.size()) {
        return;
    }
    std::string frame = jjy_letters(minute.heard);
    std::fill_n(frame.begin(), minute.missed, '-');
    const bool call_sign = is_jjy_call_sign(minute_of_hour(minute.begins));
    if (call_sign) {
        frame.replace(kFirstOfMorse, kMorse, kMorse, '-');
    }
    const auto decoded = decode_jjy(minute.heard);
    const auto* const fault = std::get_if<JjyFault>(&decoded);
    sink_.observe(JjyHeard{.source = source_,
                           .at = seconds_.back() + std::chrono::seconds{1},
                           .minute = minute.begins,
                           .frame = frame,
                           .hour_parity = jjy_parity_holds(minute.heard, JjyField::kHour),
                           .minute_parity = jjy_parity_holds(minute.heard, JjyField::kMinute),
                           .leap_bits = call_sign ? std::string{} : frame.substr(kLeapBits, 2),
                           .stop_bits = call_sign ? frame.substr(kStopBits, 6) : std::string{},
                           .fault = fault != nullptr ? jjy_fault_code(*fault) : std::string_view{},
                           .agreeing = good_minutes_});
}

LeapKind JjyReceiver::leap_in_month_of(UtcDay day) const {
    return leap_ && leap_->last_day == last_day_of_month(day) ? leap_->kind : LeapKind::kNone;
}

void JjyReceiver::lose_minute() {
    minute_.reset();
    finder_.restart();
    seconds_.clear();
    agreement_ = 0;
    good_minutes_ = 0;
}

void JjyReceiver::tell_pulse(const JjySecond& second) {
    if (second.edge && agreement_ >= kAgreement) {
        sink_.observe(Pulse{source_, *second.edge - settings_.delay, settings_.uncertainty});
    }
}

void JjyReceiver::tell_label(LocalInstant heard, UtcSecond second) {
    Label label{
        .source = source_, .heard = heard - settings_.delay, .time = {second, 0}, .uncertainty = settings_.uncertainty};
    if (leap_ && leap_->last_day == last_day_of_month(second.day)) {
        label.leap_at_month_end = leap_->kind;
    }
    sink_.observe(label);
}

}  // namespace tokimori
