#include "refclocks/pps_gpio.h"

#include <utility>

#include "refclocks/gpio_line.h"
#include "refclocks/pulse_watch.h"

namespace tokimori {
namespace {

PulseWatchSettings watch_settings(const std::string& place, bool falling_edge) {
    PulseWatchSettings watch{place, "rising", "falling"};
    if (falling_edge) {
        std::swap(watch.configured_edge, watch.opposite_edge);
    }
    return watch;
}

}  // namespace

class GpioPpsRefclock::Listener {
public:
    Listener(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
             const GpioPpsSettings& settings)
        : line_{std::make_shared<GpioLine>(io, counter, sink, source,
                                           GpioLineSettings{.chip = settings.chip,
                                                            .line = settings.line,
                                                            .patience = settings.patience,
                                                            .hardware = settings.hardware})},
          pulses_{*line_, watch_settings(line_->place(), settings.falling_edge)},
          falling_edge_{settings.falling_edge} {
        line_->use({.opened = [this] { pulses_.restart(); },
                    .edge = [this](std::optional<LocalInstant> at, bool rising) { take(at, rising); },
                    .silent = [this] { fall_silent(); }});
    }

    GpioLine& line() { return *line_; }

private:
    void take(std::optional<LocalInstant> at, bool rising) {
        const bool configured = rising != falling_edge_;
        if (at) {
            pulses_.take({*at, configured});
        } else if (configured) {
            line_->watch().reject(Rejection::Reason::kStale);
        }
    }

    // A chip that went away does not always say so.
    void fall_silent() {
        line_->reopen();
        pulses_.silent();
    }

    const std::shared_ptr<GpioLine> line_;
    PulseWatch pulses_;
    const bool falling_edge_;
};

GpioPpsRefclock::GpioPpsRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                                 const GpioPpsSettings& settings)
    : listener_{std::make_unique<Listener>(io, counter, sink, source, settings)} {}

GpioPpsRefclock::~GpioPpsRefclock() {
    listener_->line().stop();
}

void GpioPpsRefclock::start() {
    listener_->line().start();
}

void GpioPpsRefclock::stop() {
    listener_->line().stop();
}

}  // namespace tokimori
