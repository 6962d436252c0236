#include "server/daemon/settings_service.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace tokimori {

/// Rings once, unless it is set anew or stopped before.
class SettingsService::Alarm {
public:
    explicit Alarm(boost::asio::io_context& io) : timer_{io} {}

    void set(Duration after, std::function<void()> ring) {
        timer_.expires_after(after);
        timer_.async_wait([ring = std::move(ring)](const boost::system::error_code& error) {
            if (!error) {
                ring();
            }
        });
    }
    void stop() { timer_.cancel(); }

private:
    boost::asio::steady_timer timer_;
};

SettingsService::SettingsService(boost::asio::io_context& io, Log& log, const std::string& configuration,
                                 SettingsInForce begin, Effects effects)
    : log_{log},
      configuration_{configuration},
      effects_{std::move(effects)},
      files_{configuration, effects_.settings},
      probe_{io, begin.checked.configuration && begin.checked.configuration->workers != 0U},
      desk_{overlay_file_of(configuration), std::move(begin), files_, effects_.confirm_within},
      alarm_{std::make_unique<Alarm>(io)},
      probe_alarm_{std::make_unique<Alarm>(io)} {
    if (files_.forget_unconfirmed()) {
        log_.write(effects_.now(), LogLevel::kWarning, "settings_returned",
                   {{"why", "an earlier run ended before they were confirmed"}});
    }
}

SettingsService::~SettingsService() {
    stop();
}

void SettingsService::stop() {
    alarm_->stop();
    probe_alarm_->stop();
}

std::vector<ControlHandler> SettingsService::requests() {
    std::vector<ControlHandler> handlers = settings_requests(desk_, {.configuration_file = configuration_,
                                                                     .now = effects_.now,
                                                                     .happened = [this](auto event) { note(event); },
                                                                     .restart = effects_.restart});
    for (ControlHandler& handler : handlers) {
        handler.answer = [this, answer = std::move(handler.answer)](const auto& request, auto& reply) {
            std::optional<ControlError> error = answer(request, reply);
            tell_trouble();
            return error;
        };
    }
    return handlers;
}

// That it is written, but not surely kept, is told with the change.
void SettingsService::tell_trouble() {
    const std::string& trouble = files_.trouble();
    if (std::exchange(trouble_told_, trouble) == trouble) {
        return;
    }
    if (trouble.empty()) {
        probe_alarm_->stop();
        log_.write(effects_.now(), LogLevel::kInfo, "settings_can_be_written", {{"file", desk_.overlay_file()}});
        return;
    }
    if (trouble != desk_.unsynced()) {
        log_.write(effects_.now(), LogLevel::kWarning, "settings_not_written",
                   {{"why", trouble}, {"effect", "settings stay as they are; time is served all the same"}});
    }
    look_again();
}

void SettingsService::look_again() {
    probe_alarm_->set(effects_.probe_every, [this] {
        // It may have been too late to stop the alarm.
        if (files_.trouble().empty()) {
            return;
        }
        look_again();
        probe_.begin(files_.file_to_try(), [this](int error) {
            if (error == 0) {
                files_.forget_trouble();
                tell_trouble();
            }
        });
    });
}

void SettingsService::note(SettingsEvent event) {
    const LocalInstant now = effects_.now();
    alarm_->stop();
    if (const auto& pending = desk_.pending()) {
        log_.write(now, LogLevel::kInfo, "settings_applied",
                   {{"file", desk_.overlay_file()}, {"unless_confirmed_gone_in", pending->until - now}});
        set_alarm();
    } else if (event == SettingsEvent::kReturned) {
        log_.write(now, LogLevel::kInfo, "settings_returned", {{"why", "asked for"}});
    } else {
        log_.write(now, LogLevel::kInfo, event == SettingsEvent::kApplied ? "settings_applied" : "settings_confirmed",
                   {{"file", desk_.overlay_file()}});
    }
    if (event != SettingsEvent::kReturned && !desk_.unsynced().empty()) {
        log_.write(now, LogLevel::kWarning, "settings_not_synced", {{"why", desk_.unsynced()}});
    }
}

void SettingsService::set_alarm() {
    alarm_->set(desk_.pending()->until - effects_.now(), [this] { run_out(); });
}

// It may have been too late to stop the alarm; and its clock and ours differ a little.
void SettingsService::run_out() {
    const auto& pending = desk_.pending();
    if (!pending) {
        return;
    }
    const LocalInstant now = effects_.now();
    if (now < pending->until) {
        set_alarm();
    } else if (const std::optional<ControlError> error = desk_.give_back(pending->id)) {
        log_.write(now, LogLevel::kError, "settings_not_returned", {{"why", error->message}});
    } else {
        log_.write(now, LogLevel::kWarning, "settings_returned", {{"why", "nobody confirmed them"}});
    }
}

}  // namespace tokimori
