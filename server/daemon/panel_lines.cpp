#include "server/daemon/panel_lines.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr Duration kPause = 10s;
constexpr Duration kLampTest = 3s;

constexpr std::array kOutputs{
    PanelOutputRow{PanelLine::kTimeLed, "time_led", &FrontPanelConfiguration::time_led},
    PanelOutputRow{PanelLine::kReferenceLed, "reference_led", &FrontPanelConfiguration::reference_led},
    PanelOutputRow{PanelLine::kAlarmLed, "alarm_led", &FrontPanelConfiguration::alarm_led},
    PanelOutputRow{PanelLine::kAlarmRelay, "alarm_relay", &FrontPanelConfiguration::alarm_relay}};

unsigned step_of(LocalInstant now) {
    return static_cast<unsigned>(now.time_since_epoch() / kPanelStep);
}

}  // namespace

std::span<const PanelOutputRow> panel_outputs() {
    return kOutputs;
}

PanelLines::PanelLines(Log& log, const FrontPanelConfiguration& configuration, const PanelHardware& hardware)
    : log_{log} {
    const auto is_low = [&configuration](PanelLine line) {
        return std::ranges::count(configuration.active_low, line) > 0;
    };
    for (const PanelOutputRow& row : kOutputs) {
        const std::string& place = configuration.*row.place;
        if (!place.empty()) {
            outputs_.push_back({.state = {.name = row.name},
                                .line = row.line,
                                .hardware = hardware.output(configuration.chip, place, is_low(row.line))});
        }
    }
    if (!configuration.button.empty()) {
        pressed_is_high_ = !is_low(PanelLine::kButton);
        button_.name = "button";
        button_hardware_ = hardware.input(configuration.chip, configuration.button,
                                          pressed_is_high_ ? LineBias::kPullDown : LineBias::kPullUp);
    }
}

PanelLines::~PanelLines() {
    for (const Output& output : outputs_) {
        output.hardware->close();
    }
    if (button_hardware_) {
        button_hardware_->close();
    }
}

void PanelLines::take(LocalInstant now) {
    for (Output& output : outputs_) {
        output.active &= output.state.open;
        try_to_open(output.state, now, *output.hardware);
    }
    if (button_hardware_) {
        try_to_open(button_, now, *button_hardware_);
    }
}

std::string PanelLines::trouble() const {
    const auto missing = [](const Retried& state) { return !state.open && !state.told.empty(); };
    const auto found = std::ranges::find_if(outputs_, missing, &Output::state);
    const Retried& state = found != outputs_.end() ? found->state : button_;
    return missing(state) ? std::string(state.name) + ": " + state.told : std::string{};
}

// That it opens does not mean yet that it works.
template <typename Hardware>
void PanelLines::try_to_open(Retried& state, LocalInstant now, Hardware& hardware) {
    if (state.open || now < state.again) {
        return;
    }
    if (const std::optional<std::string> fault = hardware.open()) {
        note_fault(state, now, *fault);
    } else {
        state.open = true;
    }
}

void PanelLines::show(LocalInstant now, const PanelLook& look) {
    take(now);
    hear_button(now);
    for (Output& output : outputs_) {
        drive(output, now, wanted(output.line, now, look));
    }
}

void PanelLines::note_fault(Retried& state, LocalInstant now, const std::string& fault) {
    state.open = false;
    state.again = now + kPause;
    if (fault != state.told) {
        log_.write(now, LogLevel::kWarning, "front_panel", {{"line", state.name}, {"what", fault}});
        state.told = fault;
    }
}

void PanelLines::note_good(Retried& state, LocalInstant now) {
    if (!state.told.empty()) {
        log_.write(now, LogLevel::kInfo, "front_panel", {{"line", state.name}, {"what", "works again"}});
        state.told.clear();
    }
}

void PanelLines::drive(Output& output, LocalInstant now, bool active) {
    if (!output.state.open || output.active == active) {
        return;
    }
    if (const std::optional<std::string> fault = output.hardware->set(active)) {
        output.hardware->close();
        note_fault(output.state, now, *fault);
    } else {
        output.active = active;
        note_good(output.state, now);
    }
}

// The relay is no lamp: a test of those must not make somebody come.
bool PanelLines::wanted(PanelLine line, LocalInstant now, const PanelLook& look) const {
    const auto lamp = [&](LampPattern pattern) { return now < lamp_test_until_ || is_lit(pattern, step_of(now)); };
    switch (line) {
        case PanelLine::kTimeLed:
            return lamp(look.time);
        case PanelLine::kReferenceLed:
            return lamp(look.reference);
        case PanelLine::kAlarmLed:
            return lamp(look.alarm);
        case PanelLine::kAlarmRelay:
            return look.energised;
        case PanelLine::kButton:
            break;
    }
    return false;
}

// Contacts bounce: each press is many edges, and the first of them does what all do.
void PanelLines::hear_button(LocalInstant now) {
    if (!button_.open) {
        return;
    }
    std::array<LineEdge, 16> edges{};
    const std::optional<std::size_t> count = button_hardware_->read(edges);
    if (!count) {
        button_hardware_->close();
        note_fault(button_, now, "the line is gone: plug the device in again that carries it");
        return;
    }
    note_good(button_, now);
    const auto pressed = [this](const LineEdge& edge) { return edge.rising == pressed_is_high_; };
    if (std::any_of(edges.begin(), edges.begin() + static_cast<std::ptrdiff_t>(*count), pressed)) {
        lamp_test_until_ = now + kLampTest;
    }
}

void darken_panel(Log& log, const FrontPanelConfiguration& configuration, const PanelHardware& hardware) {
    FrontPanelConfiguration outputs = configuration;
    outputs.button.clear();
    PanelLines{log, outputs, hardware}.take(LocalInstant{});
}

}  // namespace tokimori
