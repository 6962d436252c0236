#include "server/daemon/settings_service.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "server/daemon/control_turns.h"

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
      errands_{io, begin.checked.configuration && begin.checked.configuration->workers != 0U},
      files_{configuration, effects_.settings, errands_, effects_.steps},
      probe_{errands_},
      desk_{overlay_file_of(configuration), std::move(begin), files_, effects_.confirm_within},
      turns_{[this] { turn_changed(); }},
      alarm_{std::make_unique<Alarm>(io)},
      probe_alarm_{std::make_unique<Alarm>(io)},
      turn_alarm_{std::make_unique<Alarm>(io)},
      farewell_{std::make_unique<Alarm>(io)} {
    if (files_.forget_unconfirmed()) {
        log_.write(effects_.settings.now(), LogLevel::kWarning, "settings_returned",
                   {{"why", "an earlier run ended before they were confirmed"}});
    }
}

SettingsService::~SettingsService() {
    stop();
}

void SettingsService::stop() {
    for (const auto& alarm : {&alarm_, &probe_alarm_, &turn_alarm_, &farewell_}) {
        (*alarm)->stop();
    }
}

std::vector<ControlHandler> SettingsService::requests() {
    return settings_requests(desk_, turns_,
                             {.configuration_file = configuration_,
                              .now = effects_.settings.now,
                              .happened = [this](auto event) { note(event); },
                              .settled = [this] { settled(); },
                              .restart = effects_.restart});
}

std::vector<ControlHandler> SettingsService::in_turn(std::vector<ControlHandler> requests) {
    for (ControlHandler& request : requests) {
        request = tokimori::in_turn(std::move(request), turns_);
    }
    return requests;
}

void SettingsService::reload(std::function<void(std::vector<std::string>)> then) {
    turns_.take_surely([this, then = std::move(then)](const Turns::End& end) {
        desk_.reload([then, end](std::vector<std::string> errors) {
            then(std::move(errors));
            end();
        });
    });
}

void SettingsService::when_idle(Duration longest, std::function<void()> then) {
    farewell_->set(longest, then);
    turns_.take_surely([this, then](const Turns::End& /*never*/) {
        farewell_->stop();
        then();
    });
}

std::string SettingsService::storage_fault() const {
    return turns_.stands_still() ? fmt::format("{}: the disk does not answer", desk_.overlay_file()) : files_.trouble();
}

void SettingsService::turn_changed() {
    if (turns_.stands_still()) {
        log_.write(effects_.settings.now(), LogLevel::kInfo, "settings_disk_answers", {{"file", desk_.overlay_file()}});
    }
    turn_alarm_->stop();
    if (turns_.under_way()) {
        // It may be too late to stop the alarm of the turn before.
        turn_alarm_->set(effects_.patience, [this, turn = ++turn_] {
            if (turn == turn_ && turns_.under_way()) {
                tell_that_it_stands_still();
            }
        });
    }
}

void SettingsService::tell_that_it_stands_still() {
    log_.write(effects_.settings.now(), LogLevel::kWarning, "settings_disk_silent",
               {{"file", desk_.overlay_file()},
                {"effect", "a change or a reload waits until the disk answers; time is served all the same"}});
    turns_.stand_still();
}

// That it is written, but not surely kept, is told with the change.
void SettingsService::tell_trouble() {
    const std::string& trouble = files_.trouble();
    if (std::exchange(trouble_told_, trouble) == trouble) {
        return;
    }
    if (trouble.empty()) {
        probe_alarm_->stop();
        log_.write(effects_.settings.now(), LogLevel::kInfo, "settings_can_be_written",
                   {{"file", desk_.overlay_file()}});
        return;
    }
    if (trouble != desk_.unsynced()) {
        log_.write(effects_.settings.now(), LogLevel::kWarning, "settings_not_written",
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
    const LocalInstant now = effects_.settings.now();
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

// It may have run out while it was being confirmed.
void SettingsService::settled() {
    tell_trouble();
    if (desk_.pending()) {
        set_alarm();
    }
}

void SettingsService::set_alarm() {
    alarm_->set(desk_.pending()->until - effects_.settings.now(), [this] { run_out(); });
}

// It may have been too late to stop the alarm; and its clock and ours differ a little.
void SettingsService::run_out() {
    const auto& pending = desk_.pending();
    if (!pending) {
        return;
    }
    if (effects_.settings.now() < pending->until) {
        set_alarm();
    } else {
        go_back(pending->id);
    }
}

void SettingsService::go_back(std::int64_t id) {
    if (desk_.fall_back(id)) {
        return;
    }
    tell_return(desk_.no_way_back());
    turns_.take_surely([this, is_back = desk_.no_way_back().empty()](const Turns::End& end) {
        desk_.clear_up([this, is_back, end](const OverlayDesk::Refusal& error) {
            if (!is_back) {
                tell_return(error ? error->message : std::string{});
            }
            end();
        });
    });
}

void SettingsService::tell_return(const std::string& failure) {
    const LocalInstant now = effects_.settings.now();
    if (failure.empty()) {
        log_.write(now, LogLevel::kWarning, "settings_returned", {{"why", "nobody confirmed them"}});
    } else {
        log_.write(now, LogLevel::kError, "settings_not_returned", {{"why", failure}});
    }
}

}  // namespace tokimori
