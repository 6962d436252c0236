#include "server/daemon/front_panel.h"

#include <functional>
#include <system_error>
#include <utility>

namespace tokimori {
namespace {

constexpr unsigned kStepsBetweenLooks = 4;

bool has_lines(const FrontPanelConfiguration& panel) {
    return !(panel.time_led + panel.reference_led + panel.alarm_led + panel.alarm_relay).empty();
}

}  // namespace

FrontPanel::FrontPanel(boost::asio::io_context& io, Log& log, Sight sight, PanelHardware hardware, PanelNote note)
    : log_{log},
      sight_{std::move(sight)},
      hardware_{std::move(hardware)},
      note_{std::move(note)},
      beat_{io, std::bind_front(&FrontPanel::step, this)} {}

FrontPanel::~FrontPanel() = default;

void FrontPanel::configure(const FrontPanelConfiguration& configuration) {
    if (configuration == configuration_) {
        return;
    }
    stop();
    configuration_ = configuration;
    if (has_lines(configuration)) {
        // Before a line is taken: what is noted may be dark already, what shines must be noted.
        if (const int error = note_.write(configuration); error != 0) {
            log_.write(sight_.now(), LogLevel::kWarning, "front_panel",
                       {{"what", "which lines are in use cannot be noted (" +
                                     std::error_code(error, std::generic_category()).message() +
                                     "): after a crash they are darkened by the settings alone"}});
        }
        lines_ = std::make_unique<PanelLines>(log_, configuration, hardware_);
        lines_->take(sight_.now());
        step();
        beat_.start_exact(kPanelStep);
    }
}

void FrontPanel::stop() {
    beat_.stop();
    if (lines_) {
        lines_.reset();
        note_.remove();
    }
    configuration_ = {};
    steps_ = 0;
}

void FrontPanel::step() {
    if (steps_++ % kStepsBetweenLooks == 0) {
        look_ = panel_look(sight_.clock(), configuration_.holdover_alarm);
    }
    lines_->show(sight_.now(), look_);
}

}  // namespace tokimori
