#include "server/daemon/overlay_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/daemon/toml_writer.h"

namespace tokimori {
namespace {

constexpr std::string_view kHeader =
    "# Written by tokimorid for the page. What you write yourself belongs into a file of your own: one that comes "
    "later\n"
    "# in the order of names overrides this one.\n";

// FNV-1a: it must tell one overlay from another, not withstand anybody.
std::uint64_t digest(std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    }
    return hash;
}

// What is wrong in a file of somebody else is told with that file.
SettingComplaint complaint_of(const Complaint& complaint, const SettingsInForce& next,
                              const std::vector<WrittenSetting>& written, const std::string& overlay_file) {
    const auto file = static_cast<std::size_t>(complaint.line.file);
    const bool ours = file < next.texts.size() && next.texts[file].file == overlay_file;
    return {place_at(written, complaint.line).value_or(SettingPlace{}),
            ours ? complaint.sentence : line_from(next.texts, complaint), complaint.code, complaint.values,
            ours ? std::string{} : place_from(next.texts, complaint)};
}

std::vector<SettingComplaint> complaints_of(const SettingsInForce& next, const std::string& overlay_file) {
    const std::vector<WrittenSetting> written = written_settings(next.checked.root);
    std::vector<SettingComplaint> complaints;
    for (const Complaint& complaint : next.checked.complaints) {
        complaints.push_back(complaint_of(complaint, next, written, overlay_file));
    }
    return complaints;
}

std::vector<SettingComplaint> complaints_of(const std::vector<std::string>& unreadable) {
    std::vector<SettingComplaint> complaints;
    for (const std::string& error : unreadable) {
        complaints.push_back(setting_complaint({}, ComplaintCode::kFileUnreadable, {{"what", error}}));
    }
    return complaints;
}

SettingsApplied refused(std::string code, std::string message, SettingsCheck check = {}) {
    return {.error = ControlError{std::move(code), std::move(message)}, .check = std::move(check)};
}

ControlError not_pending() {
    return {"not_pending", "No change with this id waits for a confirmation; it was confirmed or has gone back."};
}

}  // namespace

std::string overlay_text_of(const TomlTable& overlay) {
    return std::string(kHeader) + toml_from(overlay);
}

std::vector<ConfigurationText> with_overlay(std::vector<ConfigurationText> texts, const std::string& file,
                                            const std::string& text) {
    const auto same = std::ranges::find(texts, file, &ConfigurationText::file);
    if (same != texts.end()) {
        same->text = text;
        return texts;
    }
    // The first one is the configuration file itself, whatever its name.
    const auto after = std::find_if(texts.begin() + (texts.empty() ? 0 : 1), texts.end(),
                                    [&](const ConfigurationText& each) { return each.file > file; });
    texts.insert(after, {file, text});
    return texts;
}

OverlayDesk::OverlayDesk(std::string overlay_file, SettingsInForce begin, SettingsHands& hands, Duration confirm_within)
    : overlay_file_{std::move(overlay_file)},
      in_force_{std::move(begin)},
      started_{in_force_.checked.root},
      hands_{hands},
      confirm_within_{confirm_within} {}

std::string OverlayDesk::overlay_text() const {
    const auto found = std::ranges::find(in_force_.texts, overlay_file_, &ConfigurationText::file);
    return found == in_force_.texts.end() ? std::string{} : found->text;
}

TomlTable OverlayDesk::overlay() const {
    return parse_toml(overlay_text()).root;
}

std::string OverlayDesk::base() const {
    return fmt::format("{:016x}", digest(overlay_text()));
}

std::vector<std::string> OverlayDesk::restart() const {
    return waiting_for_restart(started_, root());
}

void OverlayDesk::check_files(std::function<void(SettingsCheck)> then) {
    hands_.read([this, then = std::move(then)](TextsResult read) {
        SettingsInForce next{std::move(read.texts), {}};
        next.checked = check_texts(next.texts);
        then({.complaints = read.errors.empty() ? complaints_of(next, overlay_file_) : complaints_of(read.errors)});
    });
}

void OverlayDesk::judge(const std::string& overlay_text, std::function<void(Candidate)> then) {
    hands_.read([this, overlay_text, then = std::move(then)](TextsResult read) {
        then(candidate(std::move(read), overlay_text));
    });
}

OverlayDesk::Candidate OverlayDesk::candidate(TextsResult read, const std::string& overlay_text) {
    Candidate result;
    if (!read.errors.empty()) {
        result.check.complaints = complaints_of(read.errors);
        return result;
    }
    result.next.texts = with_overlay(std::move(read.texts), overlay_file_, overlay_text);
    result.next.checked = check_texts(result.next.texts);
    const TomlTable& next = result.next.checked.root;
    result.check.complaints = complaints_of(result.next, overlay_file_);
    result.check.difference = next.empty() ? std::vector<SettingChange>{} : difference_of(root(), next);
    const TomlResult parsed = parse_toml(overlay_text);
    for (const WrittenSetting& setting : written_settings(parsed.root)) {
        if (is_for_files_alone(setting.place)) {
            result.check.complaints.push_back(setting_complaint(setting.place, ComplaintCode::kFilesAlone));
        }
    }
    result.check.needs_confirmation = needs_confirmation(result.check.difference);
    result.check.restart = waiting_for_restart(started_, next);
    const auto& configuration = result.next.checked.configuration;
    result.check.waits = configuration && !configuration->leap_change_at_once &&
                         touches_leap_second(result.check.difference) && hands_.leap_second_under_way();
    return result;
}

void OverlayDesk::check(const TomlTable& overlay, std::function<void(SettingsCheck)> then) {
    judge(overlay_text_of(overlay), [then = std::move(then)](const Candidate& next) { then(next.check); });
}

void OverlayDesk::apply(const TomlTable& overlay, std::string_view base, ThenApplied then) {
    if (pending_) {
        return then(
            refused("settings_pending", "An earlier change waits for its confirmation; confirm or return it first."));
    }
    if (base != this->base()) {
        return then(
            refused("settings_changed", "Somebody else has changed the settings meanwhile; look at them again."));
    }
    const std::string text = overlay_text_of(overlay);
    judge(text, [this, text, then = std::move(then)](Candidate judged) {
        if (!judged.next.checked.configuration || !judged.check.complaints.empty()) {
            return then(refused("settings_wrong", "These settings cannot be used; nothing has changed.", judged.check));
        }
        write(std::make_shared<Candidate>(std::move(judged)), text, then);
    });
}

// Before it takes effect: what could not be kept must not be tried.
void OverlayDesk::write(const std::shared_ptr<Candidate>& next, const std::string& text, const ThenApplied& then) {
    hands_.write_beside(text, [this, next, text, then](const std::string& why) {
        if (!why.empty()) {
            return then(refused("not_written", why, next->check));
        }
        hands_.prepare(*next->next.checked.configuration, [this, next, text, then] { try_out(next, text, then); });
    });
}

void OverlayDesk::try_out(const std::shared_ptr<Candidate>& next, const std::string& text, const ThenApplied& then) {
    if (const std::string why = hands_.take_effect(*next->next.checked.configuration); !why.empty()) {
        next->check.complaints.push_back(
            setting_complaint({"server", std::nullopt, "listen"}, ComplaintCode::kNotInForce, {{"what", why}}));
        return hands_.remove_beside([next, then, why] { then(refused("settings_wrong", why, next->check)); });
    }
    unsynced_.clear();
    if (!next->check.needs_confirmation) {
        return place(next, then);
    }
    SettingsApplied applied = put_in_force(*next);
    pending_ = {applied.id, hands_.now() + confirm_within_, text};
    applied.confirm_within = confirm_within_;
    then(applied);
}

void OverlayDesk::place(const std::shared_ptr<Candidate>& next, const ThenApplied& then) {
    hands_.put_in_place([this, next, then](Placed placed) {
        if (!placed.stands) {
            return stand_by_the_files(
                [next, then, placed] { then(refused("not_written", placed.trouble, next->check)); });
        }
        unsynced_ = std::move(placed.trouble);
        then(put_in_force(*next));
    });
}

SettingsApplied OverlayDesk::put_in_force(const Candidate& next) {
    before_ = std::exchange(in_force_, next.next);
    return {.id = hands_.new_id(), .check = next.check};
}

// Others may have written meanwhile: what is in force must be what the next start finds.
void OverlayDesk::stand_by_the_files(std::function<void()> then) {
    reload([this, then = std::move(then)](const std::vector<std::string>& errors) {
        if (!errors.empty()) {
            hands_.fall_back_on(*in_force_.checked.configuration);
        }
        then();
    });
}

void OverlayDesk::confirm(std::int64_t id, std::function<void(Refusal)> then) {
    if (!pending_ || pending_->id != id) {
        return then(not_pending());
    }
    confirming_ = true;
    const auto end = [this, then = std::move(then)](const Refusal& error) {
        confirming_ = false;
        then(error);
    };
    // Whatever became of it meanwhile.
    hands_.write_beside(pending_->text, [this, end](const std::string& why) {
        if (!why.empty()) {
            return end(ControlError{"not_written", why});
        }
        hands_.put_in_place([this, end](Placed placed) {
            if (!placed.stands) {
                return end(ControlError{"not_written", placed.trouble});
            }
            unsynced_ = std::move(placed.trouble);
            pending_.reset();
            end(std::nullopt);
        });
    });
}

// What lies beside is not read at the next start: the disk may take its time.
OverlayDesk::Refusal OverlayDesk::fall_back(std::int64_t id) {
    if (!pending_ || pending_->id != id) {
        return not_pending();
    }
    if (confirming_) {
        return ControlError{"busy", "This change is being confirmed at this moment."};
    }
    pending_.reset();
    no_way_back_ = hands_.fall_back_on(*before_.checked.configuration);
    if (no_way_back_.empty()) {
        in_force_ = std::move(before_);
    }
    return std::nullopt;
}

void OverlayDesk::clear_up(std::function<void(Refusal)> then) {
    const auto tell = [this, then = std::move(then)] {
        then(no_way_back_.empty() ? Refusal{} : ControlError{"not_returned", no_way_back_});
    };
    if (pending_) {
        return tell();  // what lies beside is another one by now
    }
    hands_.remove_beside([this, tell] {
        hands_.read([this, tell](TextsResult read) {
            const auto end = [this, tell](const std::vector<std::string>& errors) {
                no_way_back_ = errors.empty() ? std::string{} : no_way_back_;
                tell();
            };
            if (no_way_back_.empty() && read.errors.empty() && read.texts == in_force_.texts) {
                return end({});
            }
            go_over_to(std::move(read), end);
        });
    });
}

void OverlayDesk::reload(ThenErrors then) {
    hands_.read([this, then = std::move(then)](TextsResult read) { go_over_to(std::move(read), then); });
}

void OverlayDesk::go_over_to(TextsResult read, const ThenErrors& then) {
    if (!read.errors.empty()) {
        return then(std::move(read.errors));
    }
    auto next = std::make_shared<SettingsInForce>();
    next->texts = pending_ ? with_overlay(read.texts, overlay_file_, pending_->text) : read.texts;
    next->checked = check_texts(next->texts);
    if (!next->checked.configuration) {
        std::vector<std::string> errors;
        for (const Complaint& complaint : next->checked.complaints) {
            errors.push_back(line_from(next->texts, complaint));
        }
        return then(std::move(errors));
    }
    hands_.prepare(*next->checked.configuration,
                   [this, next, read = std::move(read), then, waits = pending_.has_value()] {
                       // What waited may have been given back meanwhile.
                       return waits == pending_.has_value() ? go_over_to(*next, read, then) : go_over_to(read, then);
                   });
}

void OverlayDesk::go_over_to(SettingsInForce next, const TextsResult& read, const ThenErrors& then) {
    if (std::string why = hands_.take_effect(*next.checked.configuration); !why.empty()) {
        return then({std::move(why)});
    }
    in_force_ = std::move(next);
    remember_as_before(read.texts);
    then({});
}

// The way back from an overlay that waits leads to the files as they are by now.
void OverlayDesk::remember_as_before(std::vector<ConfigurationText> texts) {
    CheckedTexts checked = pending_ ? check_texts(texts) : CheckedTexts{};
    if (checked.configuration) {
        before_ = {std::move(texts), std::move(checked)};
    }
}

}  // namespace tokimori
