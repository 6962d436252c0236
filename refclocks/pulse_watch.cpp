#include "refclocks/pulse_watch.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace tokimori {
namespace {

// The interrupt of a small board is this late at worst when it is not overloaded.
constexpr Duration kInterruptLatency = std::chrono::microseconds{5};

}  // namespace

struct PulseWatch::Timers {
    explicit Timers(boost::asio::io_context& io) : pause{io}, silence{io} {}

    static void after(boost::asio::steady_timer& timer, std::chrono::milliseconds span, PulseWatch& watch,
                      Action action) {
        timer.expires_after(span);
        timer.async_wait([self = watch.shared_from_this(), opening = watch.opening_,
                          action](const boost::system::error_code& error) {
            if (!error && self->is_under_way(opening)) {
                ((*self).*action)();
            }
        });
    }

    boost::asio::steady_timer pause;
    boost::asio::steady_timer silence;
};

PulseWatch::PulseWatch(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                       PulseWatchSettings settings)
    : counter_{counter},
      sink_{sink},
      source_{source},
      settings_{std::move(settings)},
      timers_{std::make_unique<Timers>(io)},
      device_{counter, sink, source},
      pause_{settings_.patience.first_pause} {}

PulseWatch::~PulseWatch() = default;

void PulseWatch::start() {
    if (!running_) {
        running_ = true;
        device_.forget();
        Timers::after(timers_->pause, std::chrono::milliseconds{0}, *this, &PulseWatch::begin);
    }
}

void PulseWatch::stop() {
    if (running_) {
        running_ = false;
        abandon();
    }
}

void PulseWatch::begin() {
    judge_.restart();
    edges_seen_ = false;
    remark_.clear();
    const std::optional<std::string> fault = open_device();
    if (fault) {
        lose(*fault);
    } else {
        await_pulse();
    }
}

void PulseWatch::abandon() {
    ++opening_;
    timers_->pause.cancel();
    timers_->silence.cancel();
    close_device();
}

void PulseWatch::await_pulse() {
    Timers::after(timers_->silence, settings_.patience.silence, *this, &PulseWatch::silent);
}

// A device that went away does not always say so: it is opened anew.
void PulseWatch::silent() {
    abandon();
    Timers::after(timers_->pause, std::chrono::milliseconds{0}, *this, &PulseWatch::begin);
    state(false, edges_seen_ ? settings_.place +
                                   " has edges, but not one a second: is it the receiver's pulse output, "
                                   "and is that set to one pulse a second?"
                             : settings_.place +
                                   " is open, but no pulse comes: has the receiver a fix, and is its "
                                   "pulse output connected?");
}

void PulseWatch::lose(const std::string& sentence) {
    abandon();
    Timers::after(timers_->pause, pause_, *this, &PulseWatch::begin);
    pause_ = std::min(pause_ * 2, settings_.patience.longest_pause);
    state(false, sentence);
}

void PulseWatch::take(const PulseEdge& edge) {
    if (!running_) {
        return;
    }
    const PulseJudge::Verdict verdict = judge_.judge(edge);
    edges_seen_ = true;
    if (verdict.pulse || judge_.inverted()) {
        await_pulse();
    }
    if (verdict.lost > 0) {
        report(LostPulses{source_, edge.at, verdict.lost});
    }
    if (verdict.rejection) {
        reject(*verdict.rejection);
    }
    if (judge_.inverted()) {
        state(false, "the pulses of " + settings_.place + " seem inverted, edge = \"" + settings_.configured_edge +
                         "\" ends them: set edge = \"" + settings_.opposite_edge + '"');
    } else if (verdict.pulse) {
        pause_ = settings_.patience.first_pause;
        state(true, settings_.place + " gives one pulse a second" + remark_);
        report(Pulse{.source = source_, .at = edge.at, .uncertainty = kInterruptLatency});
    }
}

void PulseWatch::reject(Rejection::Reason reason) {
    if (running_) {
        device_.reject(reason);
    }
}

void PulseWatch::state(bool working, const std::string& sentence) {
    if (running_) {
        device_.tell(working, sentence);
    }
}

void PulseWatch::report(const Observation& observation) {
    if (running_) {
        sink_.observe(observation);
    }
}

}  // namespace tokimori
