#include "refclocks/jjy_gpio.h"

#include <array>
#include <utility>

#include "refclocks/gpio_line.h"
#include "refclocks/jjy_receiver.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTick = 250ms;
// Between the edge and its being read. A busy thread reads before it ticks, so this is the kernel's part.
constexpr Duration kReadLater = 50ms;

// A narrow crystal filter and its detector take 20 to 100 ms, and another time where the field is weaker.
constexpr Duration kUsualReceiverDelay = 60ms;
constexpr Duration kUnknownReceiver = 60ms;
constexpr Duration kKnownReceiver = 20ms;

JjyReceiverSettings receiver_settings(const JjyGpioSettings& settings) {
    const JjyTravel travel = jjy_travel(settings.station, settings.site);
    return {.inverted = settings.inverted,
            .delay = travel.time + settings.receiver_delay.value_or(kUsualReceiverDelay),
            .uncertainty = travel.uncertainty + (settings.receiver_delay ? kKnownReceiver : kUnknownReceiver)};
}

std::string in_words(const JjyStop& stop) {
    constexpr std::array<const char*, 8> kBegins{"",
                                                 " within 7 days",
                                                 " in 3 to 6 days",
                                                 " within 2 days",
                                                 " within 24 hours",
                                                 " within 12 hours",
                                                 " within 2 hours",
                                                 " soon"};
    constexpr std::array<const char*, 4> kLengths{"", " for a week or more, or for an unknown time", " for 2 to 6 days",
                                                  " for less than 2 days"};
    return std::string("a stop of the transmission") + kBegins.at(static_cast<std::size_t>(stop.begins)) +
           kLengths.at(static_cast<std::size_t>(stop.length)) + (stop.daytime_only ? ", in the daytime only" : "");
}

std::optional<JjyStop> planned(const JjyReceiver& receiver) {
    return receiver.stop() && *receiver.stop() != JjyStop{} ? receiver.stop() : std::nullopt;
}

}  // namespace

class JjyGpioRefclock::Listener {
public:
    Listener(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
             const JjyGpioSettings& settings)
        : line_{std::make_shared<GpioLine>(io, counter, sink, source,
                                           GpioLineSettings{.chip = settings.chip,
                                                            .line = settings.line,
                                                            .patience = settings.patience,
                                                            .tick = kTick,
                                                            .hardware = settings.hardware})},
          receiver_{line_->sink(), source, receiver_settings(settings)} {
        line_->use({.opened = [this] { receiver_.restart(); },
                    .edge = [this](std::optional<LocalInstant> at, bool rising) { take(at, rising); },
                    .silent = [this] { tell_what_is_missing(); },
                    .tick = [this] { advance(); }});
    }

    GpioLine& line() { return *line_; }

private:
    void take(std::optional<LocalInstant> at, bool rising) {
        if (at) {
            receiver_.edge(*at, rising);
        } else {
            line_->watch().reject(Rejection::Reason::kStale);
        }
    }

    void advance() {
        receiver_.advance(line_->counter().now() - kReadLater);
        if (receiver_.reception() == JjyReception::kTime) {
            line_->heard();
            line_->watch().succeeded();
            tell_that_it_works();
        }
    }

    void tell_that_it_works() {
        const std::optional<JjyStop> stop = planned(receiver_);
        tell_working("JJY is heard on " + line_->place() + (receiver_.inverted().value_or(false) ? " (inverted)" : "") +
                     (stop ? "; planned is " + in_words(*stop) : ""));
    }

    // A stop that is planned, or has begun, is news even where all is well.
    void tell_working(const std::string& sentence) {
        if (std::exchange(told_working_, sentence) != sentence) {
            line_->watch().forget();
        }
        line_->watch().tell(true, sentence);
    }

    void tell_what_is_missing() {
        const bool silent = receiver_.reception() == JjyReception::kNothing;
        if (silent && planned(receiver_)) {
            // No fault of anything here.
            tell_working("no JJY signal on " + line_->place() + ", as was announced: " + in_words(*receiver_.stop()));
            return;
        }
        std::string sentence;
        if (!silent) {
            sentence = "JJY's seconds come from " + line_->place() +
                       ", but too many are wrong to tell the time: move the antenna away from computers and power "
                       "supplies, reception is best at night";
        } else {
            sentence = "no JJY signal on " + line_->place() +
                       ": the station may have stopped for maintenance or lightning; else check the receiver, its "
                       "polarity and its antenna";
        }
        line_->watch().tell(false, sentence);
    }

    const std::shared_ptr<GpioLine> line_;
    JjyReceiver receiver_;
    std::string told_working_;
};

JjyGpioRefclock::JjyGpioRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                                 const JjyGpioSettings& settings)
    : listener_{std::make_unique<Listener>(io, counter, sink, source, settings)} {}

JjyGpioRefclock::~JjyGpioRefclock() {
    listener_->line().stop();
}

void JjyGpioRefclock::start() {
    listener_->line().start();
}

void JjyGpioRefclock::stop() {
    listener_->line().stop();
}

}  // namespace tokimori
