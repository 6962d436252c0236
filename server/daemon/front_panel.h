#pragma once

#include <functional>
#include <memory>

#include "server/daemon/panel_lines.h"

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
    FrontPanel(boost::asio::io_context& io, Log& log, Sight sight, PanelHardware hardware = {});
    ~FrontPanel();

    /// Another panel from now on, or the same. Lines that are taken anew are dark and de-energised until the first
    /// look.
    void configure(const FrontPanelConfiguration& configuration);
    /// Darkens it and lets go of its lines.
    void stop();

private:
    struct Ticker;

    void step();

    Log& log_;
    Sight sight_;
    PanelHardware hardware_;
    FrontPanelConfiguration configuration_;
    std::unique_ptr<PanelLines> lines_;
    PanelLook look_;
    unsigned steps_ = 0;
    std::unique_ptr<Ticker> ticker_;
};

}  // namespace tokimori
