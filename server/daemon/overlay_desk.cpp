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

SettingsCheck OverlayDesk::check_files() {
    TextsResult read = hands_.read();
    SettingsInForce next{std::move(read.texts), {}};
    next.checked = check_texts(next.texts);
    return {.complaints = read.errors.empty() ? complaints_of(next, overlay_file_) : complaints_of(read.errors)};
}

OverlayDesk::Candidate OverlayDesk::candidate(const std::string& overlay_text) {
    TextsResult read = hands_.read();
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

SettingsCheck OverlayDesk::check(const TomlTable& overlay) {
    return candidate(overlay_text_of(overlay)).check;
}

SettingsApplied OverlayDesk::apply(const TomlTable& overlay, std::string_view base, LocalInstant now) {
    SettingsApplied applied;
    if (pending_) {
        applied.error = {"settings_pending",
                         "An earlier change waits for its confirmation; confirm or return it first."};
        return applied;
    }
    if (base != this->base()) {
        applied.error = {"settings_changed", "Somebody else has changed the settings meanwhile; look at them again."};
        return applied;
    }
    const std::string text = overlay_text_of(overlay);
    Candidate next = candidate(text);
    applied.check = next.check;
    if (!next.next.checked.configuration || !next.check.complaints.empty()) {
        applied.error = {"settings_wrong", "These settings cannot be used; nothing has changed."};
        return applied;
    }
    applied.error = keep(std::move(next), text, applied, now);
    return applied;
}

// Written before it takes effect: what could not be kept must not be tried.
std::optional<ControlError> OverlayDesk::keep(Candidate next, const std::string& text, SettingsApplied& applied,
                                              LocalInstant now) {
    if (const std::string why = hands_.write_beside(text); !why.empty()) {
        return ControlError{"not_written", why};
    }
    if (const std::string why = hands_.take_effect(*next.next.checked.configuration); !why.empty()) {
        hands_.remove_beside();
        applied.check.complaints.push_back(
            setting_complaint({"server", std::nullopt, "listen"}, ComplaintCode::kNotInForce, {{"what", why}}));
        return ControlError{"settings_wrong", why};
    }
    unsynced_.clear();
    if (!next.check.needs_confirmation) {
        Placed placed = hands_.put_in_place();
        if (!placed.stands) {
            stand_by_the_files();
            return ControlError{"not_written", placed.trouble};
        }
        unsynced_ = std::move(placed.trouble);
    }
    before_ = std::exchange(in_force_, std::move(next.next));
    applied.id = hands_.new_id();
    if (next.check.needs_confirmation) {
        pending_ = {applied.id, now + confirm_within_, text};
        applied.confirm_within = confirm_within_;
    }
    return std::nullopt;
}

// Others may have written meanwhile: what is in force must be what the next start finds.
void OverlayDesk::stand_by_the_files() {
    if (!reload().empty()) {
        hands_.take_effect(*in_force_.checked.configuration);
    }
}

std::optional<ControlError> OverlayDesk::confirm(std::int64_t id) {
    if (!pending_ || pending_->id != id) {
        return not_pending();
    }
    // Whatever became of it meanwhile.
    if (const std::string why = hands_.write_beside(pending_->text); !why.empty()) {
        return ControlError{"not_written", why};
    }
    Placed placed = hands_.put_in_place();
    if (!placed.stands) {
        return ControlError{"not_written", placed.trouble};
    }
    unsynced_ = std::move(placed.trouble);
    pending_.reset();
    return std::nullopt;
}

std::optional<ControlError> OverlayDesk::give_back(std::int64_t id) {
    if (!pending_ || pending_->id != id) {
        return not_pending();
    }
    pending_.reset();
    hands_.remove_beside();
    if (reload().empty()) {
        return std::nullopt;
    }
    if (const std::string why = hands_.take_effect(*before_.checked.configuration); !why.empty()) {
        return ControlError{"not_returned", why};
    }
    in_force_ = std::move(before_);
    return std::nullopt;
}

std::vector<std::string> OverlayDesk::reload() {
    SettingsInForce next;
    TextsResult read = hands_.read();
    if (!read.errors.empty()) {
        return std::move(read.errors);
    }
    next.texts = pending_ ? with_overlay(std::move(read.texts), overlay_file_, pending_->text) : std::move(read.texts);
    next.checked = check_texts(next.texts);
    std::vector<std::string> errors;
    for (const Complaint& complaint : next.checked.complaints) {
        errors.push_back(line_from(next.texts, complaint));
    }
    if (next.checked.configuration) {
        if (std::string why = hands_.take_effect(*next.checked.configuration); !why.empty()) {
            errors.push_back(std::move(why));
        }
    }
    if (errors.empty()) {
        in_force_ = std::move(next);
    }
    return errors;
}

}  // namespace tokimori
