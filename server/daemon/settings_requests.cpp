#include "server/daemon/settings_requests.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "server/daemon/control_turns.h"
#include "server/daemon/settings_json.h"

namespace tokimori {
namespace {

namespace json = boost::json;

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
    Clerk(OverlayDesk& desk, Turns& turns, SettingsWorld world)
        : desk_{desk}, turns_{turns}, world_{std::move(world)} {}

    void tell(const ControlDone& done) const {
        done(std::nullopt, {{"settings",
                             {{"file", world_.configuration_file},
                              {"overlay_file", desk_.overlay_file()},
                              {"sections", json_of_sections()},
                              {"table", json_of_table()},
                              {"values", json_from_settings(desk_.root())},
                              {"written", written_as_json(desk_)},
                              {"overlay", json_from_settings(desk_.overlay())},
                              {"base", desk_.base()},
                              {"pending", pending_as_json(desk_, world_.now())},
                              {"under_way", turns_.under_way()},
                              {"restart", json::value_from(desk_.restart())}}}});
    }

    void check(const json::object& request, const ControlDone& done) const {
        const json::object* const overlay = overlay_in(request);
        if (overlay == nullptr) {
            return done(bad_request("settings_check needs overlay, an object"), {});
        }
        SettingsFromJson settings = settings_from_json(*overlay);
        if (!settings.complaints.empty()) {
            return done(std::nullopt, {{"check", check_as_json({.complaints = std::move(settings.complaints)})}});
        }
        in_turn(done, [this, root = std::move(settings.root)](const ControlDone& end) {
            desk_.check(root, [end](const SettingsCheck& check) {
                end(std::nullopt, {{"check", check_as_json(check)}});
            });
        });
    }

    void apply(const json::object& request, const ControlDone& done) const {
        const json::object* const overlay = overlay_in(request);
        const json::value* const base = request.if_contains("base");
        if (overlay == nullptr || base == nullptr || !base->is_string()) {
            return done(bad_request("settings_apply needs overlay, an object, and base, a text"), {});
        }
        SettingsFromJson settings = settings_from_json(*overlay);
        if (!settings.complaints.empty()) {
            return done(ControlError{"settings_wrong", "These settings cannot be used; nothing has changed."},
                        {{"check", check_as_json({.complaints = std::move(settings.complaints)})}});
        }
        in_turn(done, [this, root = std::move(settings.root),
                       from = std::string{base->get_string()}](const ControlDone& end) {
            desk_.apply(root, from, [this, end](const SettingsApplied& applied) { tell_applied(applied, end); });
        });
    }

    void confirm(const json::object& request, const ControlDone& done) const {
        if (const std::optional<std::int64_t> id = id_in(request, done)) {
            in_turn(done, [this, id = *id](const ControlDone& end) {
                desk_.confirm(id, [this, end](const OverlayDesk::Refusal& error) {
                    tell_settled(error, SettingsEvent::kConfirmed, end);
                });
            });
        }
    }

    // At once what clients notice, however the disk does, and the reply with it.
    void give_back(const json::object& request, const ControlDone& done) const {
        const std::optional<std::int64_t> id = id_in(request, done);
        if (!id) {
            return;
        }
        if (const OverlayDesk::Refusal error = desk_.fall_back(*id)) {
            return done(error, {});
        }
        const bool is_back = desk_.no_way_back().empty();
        if (is_back) {
            tell_settled({}, SettingsEvent::kReturned, done);
        }
        turns_.take_surely([this, done, is_back](const Turns::End& end) {
            desk_.clear_up([this, done, is_back, end](const OverlayDesk::Refusal& error) {
                if (!is_back) {
                    tell_settled(error, SettingsEvent::kReturned, done);
                }
                world_.settled();
                end();
            });
        });
    }

    // What is not confirmed would be gone after it, and nobody would know why.
    void restart(const ControlDone& done) const {
        in_turn(done, [this](const ControlDone& end) {
            if (desk_.pending()) {
                return end(ControlError{"settings_pending",
                                        "A change waits for its confirmation; confirm or return it first."},
                           {});
            }
            // Somebody may have written them meanwhile.
            desk_.check_files([this, end](const SettingsCheck& check) { restart_with(check, end); });
        });
    }

private:
    ControlDone ending(const ControlDone& done, const Turns::End& end) const {
        return [this, done, end](std::optional<ControlError> error, json::object members) {
            done(std::move(error), std::move(members));
            world_.settled();
            end();
        };
    }

    void in_turn(const ControlDone& done, const std::function<void(const ControlDone& end)>& job) const {
        turns_.take([this, done, job](const Turns::End& end) { job(ending(done, end)); },
                    [done](Turns::Refusal why) { done(no_turn(why), {}); });
    }

    static std::optional<std::int64_t> id_in(const json::object& request, const ControlDone& done) {
        const json::value* const id = request.if_contains("id");
        if (id == nullptr || !id->is_int64()) {
            done(bad_request("This request needs id, a number"), {});
            return std::nullopt;
        }
        return id->get_int64();
    }

    void tell_applied(const SettingsApplied& applied, const ControlDone& end) const {
        if (applied.error) {
            json::object members;
            if (!applied.check.complaints.empty()) {
                members["check"] = check_as_json(applied.check);
            }
            return end(applied.error, std::move(members));
        }
        world_.happened(SettingsEvent::kApplied);
        end(std::nullopt, {{"applied",
                            {{"id", applied.id},
                             {"confirm_within_ns", applied.confirm_within ? json::value(applied.confirm_within->count())
                                                                          : json::value(nullptr)},
                             {"base", desk_.base()},
                             {"synced", desk_.unsynced().empty()}}}});
    }

    void tell_settled(const OverlayDesk::Refusal& error, SettingsEvent event, const ControlDone& end) const {
        if (error) {
            return end(error, {});
        }
        world_.happened(event);
        end(std::nullopt, {{"base", desk_.base()}, {"synced", desk_.unsynced().empty()}});
    }

    void restart_with(const SettingsCheck& check, const ControlDone& end) const {
        if (!check.complaints.empty()) {
            return end(
                ControlError{"files_wrong", "The files are wrong by now, so that no start would succeed; mend them."},
                {{"check", check_as_json(check)}});
        }
        // Before the turn ends: nobody else shall begin one.
        world_.restart();
        end(std::nullopt, {{"restarting", true}});
    }

    OverlayDesk& desk_;
    Turns& turns_;
    SettingsWorld world_;
};

}  // namespace

std::vector<ControlHandler> settings_requests(OverlayDesk& desk, Turns& turns, SettingsWorld world) {
    const auto clerk = std::make_shared<const Clerk>(desk, turns, std::move(world));
    using Object = json::object;
    using Done = ControlDone;
    return {
        {"settings", false, [clerk](const Object& /*request*/, const Done& done) { clerk->tell(done); }},
        {"settings_check", true, [clerk](const Object& request, const Done& done) { clerk->check(request, done); }},
        {"settings_apply", true, [clerk](const Object& request, const Done& done) { clerk->apply(request, done); }},
        {"settings_confirm", true, [clerk](const Object& request, const Done& done) { clerk->confirm(request, done); }},
        {"settings_return", true,
         [clerk](const Object& request, const Done& done) { clerk->give_back(request, done); }},
        {"restart", true, [clerk](const Object& /*request*/, const Done& done) { clerk->restart(done); }},
    };
}

}  // namespace tokimori
