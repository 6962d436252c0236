#include "server/daemon/front_panel.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace tokimori {
namespace {

constexpr unsigned kStepsBetweenLooks = 4;

bool has_lines(const FrontPanelConfiguration& panel) {
    return !(panel.time_led + panel.reference_led + panel.alarm_led + panel.alarm_relay).empty();
}

}  // namespace

struct FrontPanel::Ticker {
    explicit Ticker(boost::asio::io_context& io) : timer{io} {}

    boost::asio::steady_timer timer;
};

FrontPanel::FrontPanel(boost::asio::io_context& io, Log& log, Sight sight, PanelHardware hardware)
    : log_{log}, sight_{std::move(sight)}, hardware_{std::move(hardware)}, ticker_{std::make_unique<Ticker>(io)} {}

FrontPanel::~FrontPanel() = default;

void FrontPanel::configure(const FrontPanelConfiguration& configuration) {
    if (configuration == configuration_) {
        return;
    }
    stop();
    configuration_ = configuration;
    if (has_lines(configuration)) {
        lines_ = std::make_unique<PanelLines>(log_, configuration, hardware_);
        lines_->take(sight_.now());
        step();
    }
}

void FrontPanel::stop() {
    ticker_->timer.cancel();
    lines_.reset();
    configuration_ = {};
    steps_ = 0;
}

void FrontPanel::step() {
    if (steps_++ % kStepsBetweenLooks == 0) {
        look_ = panel_look(sight_.clock(), configuration_.holdover_alarm);
    }
    lines_->show(sight_.now(), look_);
    ticker_->timer.expires_after(kPanelStep);
    ticker_->timer.async_wait([this](const boost::system::error_code& error) {
        if (!error && lines_) {
            step();
        }
    });
}

}  // namespace tokimori
