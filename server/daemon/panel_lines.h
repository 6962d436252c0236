#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "refclocks/edge_source.h"
#include "refclocks/output_line.h"
#include "server/daemon/front_panel_configuration.h"
#include "server/daemon/log.h"
#include "server/daemon/panel_patterns.h"

namespace tokimori {

/// A line that the daemon drives: its key in `[front_panel]`, and where its place on the GPIO stands.
struct PanelOutputRow {
    PanelLine line;
    std::string_view name;
    std::string FrontPanelConfiguration::*place;
};
std::span<const PanelOutputRow> panel_outputs();

/// Where the lines of a panel come from: the GPIO of this host, or a test's.
struct PanelHardware {
    std::function<std::unique_ptr<OutputLine>(const std::string& chip, const std::string& line, bool active_low)>
        output = make_gpio_output_line;
    std::function<std::unique_ptr<EdgeSource>(const std::string& chip, const std::string& line, LineBias bias)> input =
        make_gpio_edge_source;
};

/// The lines of a front panel, driven step by step. A line that cannot be had is tried again every ten seconds and told
/// once: it is never the end of anything. Where it ends, all lamps are dark and the relay is de-energised. Clock thread
/// only.
class PanelLines {
public:
    /// `log` must outlive the object.
    PanelLines(Log& log, const FrontPanelConfiguration& configuration, const PanelHardware& hardware = {});
    ~PanelLines();
    PanelLines(const PanelLines&) = delete;
    PanelLines& operator=(const PanelLines&) = delete;

    /// Takes what it can of the lines that it does not have; they are dark and de-energised at first.
    void take(LocalInstant now);
    /// Shows it, as the patterns are at that moment. A press of the button lights all lamps for three seconds.
    void show(LocalInstant now, const PanelLook& look);
    /// The first line that cannot be had, with the sentence why not; empty: all work.
    std::string trouble() const;

private:
    /// What is opened again and again until it works.
    struct Retried {
        std::string_view name = {};
        bool open = false;
        LocalInstant again = LocalInstant::min();  ///< when it is tried, while it is not open
        std::string told = {};                     ///< why it does not work, as last told
    };
    struct Output {
        Retried state;
        PanelLine line;
        std::unique_ptr<OutputLine> hardware;
        bool active = false;
    };

    void note_fault(Retried& state, LocalInstant now, const std::string& fault);
    void note_good(Retried& state, LocalInstant now);
    template <typename Hardware>
    void try_to_open(Retried& state, LocalInstant now, Hardware& hardware);
    void drive(Output& output, LocalInstant now, bool active);
    bool wanted(PanelLine line, LocalInstant now, const PanelLook& look) const;
    void hear_button(LocalInstant now);

    Log& log_;
    std::vector<Output> outputs_;
    Retried button_;
    std::unique_ptr<EdgeSource> button_hardware_;  ///< null: there is none
    bool pressed_is_high_ = false;
    LocalInstant lamp_test_until_ = LocalInstant::min();
};

/// Leaves the panel as one without service: dark, and its relay de-energised. What a crash left behind may shine on.
void darken_panel(Log& log, const FrontPanelConfiguration& configuration, const PanelHardware& hardware = {});

}  // namespace tokimori
