#include "server/daemon/settings_requests.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "server/daemon/settings_json.h"

namespace tokimori {
namespace {

namespace json = boost::json;

using Refusal = std::optional<ControlError>;

// Who has made as many mistakes mends some first; more would not fit into a reply.
constexpr std::size_t kMostComplaints = 100;
constexpr std::size_t kMostChanges = 300;

json::array complaints_of(const std::vector<SettingComplaint>& complaints) {
    json::array list;
    for (const SettingComplaint& complaint :
         std::span{complaints}.first(std::min(complaints.size(), kMostComplaints))) {
        json::object each = json_from_place(complaint.place);
        each["message"] = complaint.message;
        each["code"] = complaint.code;
        json::object& values = each["values"].emplace_object();
        for (const auto& [name, value] : complaint.values) {
            values[name] = value;
        }
        each["other_file"] = complaint.other_file.empty() ? json::value(nullptr) : json::value(complaint.other_file);
        list.push_back(std::move(each));
    }
    return list;
}

json::array difference_as_json(const std::vector<SettingChange>& difference) {
    json::array list;
    for (const SettingChange& change : std::span{difference}.first(std::min(difference.size(), kMostChanges))) {
        json::object each = json_from_place(change.place);
        each["before"] = json_from_value(change.before);
        each["after"] = json_from_value(change.after);
        list.push_back(std::move(each));
    }
    return list;
}

json::object check_as_json(const SettingsCheck& check) {
    return {{"complaints", complaints_of(check.complaints)},
            {"difference", difference_as_json(check.difference)},
            {"needs_confirmation", check.needs_confirmation},
            {"restart", json::value_from(check.restart)},
            {"waits", check.waits}};
}

// More would not fit into a reply; whoever has so many has written a file.
constexpr std::size_t kMostWritten = 300;

json::array written_as_json(const OverlayDesk& desk) {
    json::array list;
    for (const WrittenSetting& written : written_settings(desk.root())) {
        if (!written.place.key.empty() && list.size() < kMostWritten) {
            json::object each = json_from_place(written.place);
            each["value"] = json_from_value(*written.value);
            each["file"] = desk.texts()[static_cast<std::size_t>(written.line.file)].file;
            each["line"] = written.line.number;
            list.push_back(std::move(each));
        }
    }
    return list;
}

json::value pending_as_json(const OverlayDesk& desk, LocalInstant now) {
    const auto& pending = desk.pending();
    if (!pending) {
        return nullptr;
    }
    return {{"id", pending->id}, {"left_ns", std::max(pending->until - now, Duration{}).count()}};
}

ControlError bad_request(std::string_view what) {
    return {"bad_request", std::string(what)};
}

const json::object* overlay_in(const json::object& request) {
    const json::value* const overlay = request.if_contains("overlay");
    return overlay != nullptr ? overlay->if_object() : nullptr;
}

/// What all of them share.
class Clerk {
public:
    Clerk(OverlayDesk& desk, SettingsWorld world) : desk_{desk}, world_{std::move(world)} {}

    Refusal tell(json::object& reply) const {
        reply["settings"] = {{"file", world_.configuration_file},
                             {"overlay_file", desk_.overlay_file()},
                             {"sections", json_of_sections()},
                             {"table", json_of_table()},
                             {"values", json_from_settings(desk_.root())},
                             {"written", written_as_json(desk_)},
                             {"overlay", json_from_settings(desk_.overlay())},
                             {"base", desk_.base()},
                             {"pending", pending_as_json(desk_, world_.now())},
                             {"restart", json::value_from(desk_.restart())}};
        return std::nullopt;
    }

    Refusal check(const json::object& request, json::object& reply) const {
        const json::object* const overlay = overlay_in(request);
        if (overlay == nullptr) {
            return bad_request("settings_check needs overlay, an object");
        }
        SettingsFromJson settings = settings_from_json(*overlay);
        SettingsCheck check{.complaints = std::move(settings.complaints)};
        reply["check"] = check_as_json(check.complaints.empty() ? desk_.check(settings.root) : check);
        return std::nullopt;
    }

    Refusal apply(const json::object& request, json::object& reply) const {
        const json::object* const overlay = overlay_in(request);
        const json::value* const base = request.if_contains("base");
        if (overlay == nullptr || base == nullptr || !base->is_string()) {
            return bad_request("settings_apply needs overlay, an object, and base, a text");
        }
        SettingsFromJson settings = settings_from_json(*overlay);
        if (!settings.complaints.empty()) {
            reply["check"] = check_as_json({.complaints = std::move(settings.complaints)});
            return ControlError{"settings_wrong", "These settings cannot be used; nothing has changed."};
        }
        SettingsApplied applied = desk_.apply(settings.root, std::string_view{base->get_string()}, world_.now());
        if (applied.error) {
            if (!applied.check.complaints.empty()) {
                reply["check"] = check_as_json(applied.check);
            }
            return applied.error;
        }
        reply["applied"] = {{"id", applied.id},
                            {"confirm_within_ns", applied.confirm_within ? json::value(applied.confirm_within->count())
                                                                         : json::value(nullptr)},
                            {"base", desk_.base()},
                            {"synced", desk_.unsynced().empty()}};
        world_.happened(SettingsEvent::kApplied);
        return std::nullopt;
    }

    Refusal settle(const json::object& request, json::object& reply, bool confirmed) const {
        const json::value* const id = request.if_contains("id");
        if (id == nullptr || !id->is_int64()) {
            return bad_request("This request needs id, a number");
        }
        const Refusal error = confirmed ? desk_.confirm(id->get_int64()) : desk_.give_back(id->get_int64());
        if (error) {
            return error;
        }
        reply["base"] = desk_.base();
        reply["synced"] = desk_.unsynced().empty();
        world_.happened(confirmed ? SettingsEvent::kConfirmed : SettingsEvent::kReturned);
        return std::nullopt;
    }

    // What is not confirmed would be gone after it, and nobody would know why.
    Refusal restart(json::object& reply) const {
        if (desk_.pending()) {
            return ControlError{"settings_pending", "A change waits for its confirmation; confirm or return it first."};
        }
        // Somebody may have written them meanwhile.
        if (const SettingsCheck check = desk_.check_files(); !check.complaints.empty()) {
            reply["check"] = check_as_json(check);
            return ControlError{"files_wrong",
                                "The files are wrong by now, so that no start would succeed; mend them."};
        }
        reply["restarting"] = true;
        world_.restart();
        return std::nullopt;
    }

private:
    OverlayDesk& desk_;
    SettingsWorld world_;
};

}  // namespace

std::vector<ControlHandler> settings_requests(OverlayDesk& desk, SettingsWorld world) {
    const auto clerk = std::make_shared<const Clerk>(desk, std::move(world));
    using Object = json::object;
    return {
        {"settings", false, [clerk](const Object&, Object& reply) { return clerk->tell(reply); }},
        {"settings_check", true,
         [clerk](const Object& request, Object& reply) { return clerk->check(request, reply); }},
        {"settings_apply", true,
         [clerk](const Object& request, Object& reply) { return clerk->apply(request, reply); }},
        {"settings_confirm", true,
         [clerk](const Object& request, Object& reply) { return clerk->settle(request, reply, true); }},
        {"settings_return", true,
         [clerk](const Object& request, Object& reply) { return clerk->settle(request, reply, false); }},
        {"restart", true, [clerk](const Object&, Object& reply) { return clerk->restart(reply); }},
    };
}

}  // namespace tokimori
