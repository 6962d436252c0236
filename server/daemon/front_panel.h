#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/daemon/beat.h"
#include "server/daemon/panel_lines.h"
#include "server/daemon/panel_note.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// The front panel while the daemon serves: looks at the clock twice a second and draws the patterns. Where none is
/// configured it does nothing. Everything on the thread of `io`.
class FrontPanel {
public:
    /// What it goes by.
    struct Sight {
        std::function<LocalInstant()> now;
        std::function<PanelSight()> clock;
    };
    /// All must outlive the object.
    FrontPanel(boost::asio::io_context& io, Log& log, Sight sight, PanelHardware hardware = {},
               PanelNote note = PanelNote::of_environment());
    ~FrontPanel();

    /// Another panel from now on, or the same. Lines that are taken anew are dark and de-energised until the first
    /// look.
    void configure(const FrontPanelConfiguration& configuration);
    /// Darkens it and lets go of its lines.
    void stop();
    /// A line that cannot be had, and why not, in a sentence; empty: all work, or there are none.
    std::string trouble() const { return lines_ ? lines_->trouble() : std::string{}; }

private:
    void step();

    Log& log_;
    Sight sight_;
    PanelHardware hardware_;
    PanelNote note_;
    FrontPanelConfiguration configuration_;
    std::unique_ptr<PanelLines> lines_;
    PanelLook look_;
    unsigned steps_ = 0;
    Beat beat_;
};

}  // namespace tokimori
