#include "web/change_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "web/json_value.h"
#include "web/passed_on.h"

namespace tokimori::web {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

std::string written(const json::value* value, std::string_view otherwise) {
    return value != nullptr ? json::serialize(*value) : std::string(otherwise);
}

/// What a change in the other direction changes.
std::string reversed(const std::string& difference) {
    boost::system::error_code error;
    json::value lines = json::parse(difference, error);
    if (error || !lines.is_array()) {
        return "[]";
    }
    for (json::value& line : lines.get_array()) {
        if (line.is_object() && line.get_object().contains("before") && line.get_object().contains("after")) {
            json::object& members = line.get_object();
            std::swap(members["before"], members["after"]);
        }
    }
    return json::serialize(lines);
}

WebReply settings_wrong(const json::value& check) {
    const json::object reply{
        {"error", {{"code", "settings_wrong"}, {"message", "tokimorid cannot take these settings."}}},
        {"check", check}};
    return json_reply(json::serialize(reply), 422);
}

std::string with_overlay(const std::string& overlay) {
    return "\"overlay\":" + overlay;
}

/// For the audit log.
std::string text_code_of(const std::string& kind) {
    return kind == "apply"     ? "settings_applied"
           : kind == "undo"    ? "settings_undone"
           : kind == "restore" ? "settings_restored"
                               : kind;
}

}  // namespace

void ask_daemon(const ChangeWorld& world, const std::string& name, const std::string& more, const Respond& respond,
                std::function<void(const DaemonReply&)> next) {
    if (control_request(name, more).size() > kLongestQuestion) {
        return respond(error_reply(413, "body_too_long", "tokimorid takes 64 KiB at most."));
    }
    world.ask(name, more, [respond, next = std::move(next)](const DaemonReply& reply) {
        if (reply.members != nullptr) {
            next(reply);
        } else {
            respond(passed_on(reply));
        }
    });
}

/// One change on its way.
struct ChangeRunner::Change {
    SettingsChange record;
    std::string base;
    Respond respond;
};

ChangeRunner::ChangeRunner(ChangeStore& changes, ChangeWorld world) : changes_{changes}, world_{std::move(world)} {
    if (changes_.unsettled()) {
        look_again_in(0s);
    }
}

void ChangeRunner::run(WantedChange wanted, const Respond& respond) {
    if (std::exchange(busy_, true)) {
        return respond(error_reply(503, "busy", "Another change is being applied; try again in a moment."));
    }
    const auto change = std::make_shared<Change>(Change{{}, std::move(wanted.base), respond});
    change->record.user = std::move(wanted.user);
    change->record.kind = std::move(wanted.kind);
    change->record.after = std::move(wanted.overlay);
    ask_daemon(
        world_, "settings", {}, [this, change](WebReply reply) { end(change, std::move(reply)); },
        [this, change](const DaemonReply& reply) { compare(change, reply); });
}

void ChangeRunner::compare(const std::shared_ptr<Change>& change, const DaemonReply& settings) {
    settle(settings);
    change->record.before = written(member_of(*settings.members, "settings", "overlay"), "{}");
    change->record.base_before = text_in(member_of(*settings.members, "settings", "base"));
    ask_daemon(
        world_, "settings_check", with_overlay(change->record.after),
        [this, change](WebReply reply) { end(change, std::move(reply)); },
        [this, change](const DaemonReply& reply) { hand_over(change, reply); });
}

// It is written down before it is made, so that a power cut in between hides none.
void ChangeRunner::hand_over(const std::shared_ptr<Change>& change, const DaemonReply& check) {
    const json::value* const complaints = member_of(*check.members, "check", "complaints");
    if (complaints != nullptr && complaints->is_array() && !complaints->get_array().empty()) {
        return end(change, settings_wrong(check.members->at("check")));
    }
    change->record.difference = written(member_of(*check.members, "check", "difference"), "[]");
    change->record.time = world_.unix_time();
    const auto id = changes_.add(change->record);
    if (!id) {
        return end(change, error_reply(500, "not_stored", "The change could not be written to the disk."));
    }
    change->record.id = *id;
    handed_over_ = true;
    world_.ask("settings_apply",
               with_overlay(change->record.after) + ",\"base\":" + json::serialize(json::string_view{change->base}),
               [this, change](const DaemonReply& reply) { finish(change, reply); });
}

void ChangeRunner::finish(const std::shared_ptr<Change>& change, const DaemonReply& applied) {
    handed_over_ = false;
    const SettingsChange& record = change->record;
    if (applied.members != nullptr) {
        const auto within = integer_in(member_of(*applied.members, "applied", "confirm_within_ns"));
        changes_.take(record.id, within ? ChangeStage::kPending : ChangeStage::kDone,
                      std::string(text_in(member_of(*applied.members, "applied", "base"))),
                      integer_in(member_of(*applied.members, "applied", "id")).value_or(0));
        if (within) {
            look_again_in(std::chrono::nanoseconds{*within} + 1s);
        }
        world_.record(record.user, text_code_of(record.kind), std::to_string(record.id));
    } else if (applied.refusal != nullptr) {
        changes_.forget(record.id);
    } else {
        look_again_in(3s);
    }
    end(change, passed_on(applied));
}

void ChangeRunner::end(const std::shared_ptr<Change>& change, WebReply reply) {
    busy_ = false;
    change->respond(std::move(reply));
}

void ChangeRunner::confirm(std::int64_t daemon_id, const std::string& user, const Respond& respond) {
    ask_daemon(world_, "settings_confirm", fmt::format("\"id\":{}", daemon_id), respond,
               [this, daemon_id, user, respond](const DaemonReply& reply) {
                   if (const auto change = changes_.unsettled(); change && change->daemon_id == daemon_id) {
                       changes_.finish(change->id);
                   }
                   world_.record(user, "settings_confirmed", "");
                   respond(passed_on(reply));
               });
}

void ChangeRunner::give_back(std::int64_t daemon_id, const std::string& user, const Respond& respond) {
    ask_daemon(world_, "settings_return", fmt::format("\"id\":{}", daemon_id), respond,
               [this, daemon_id, user, respond](const DaemonReply& reply) {
                   if (const auto change = changes_.unsettled(); change && change->daemon_id == daemon_id) {
                       note_return(*change, user);
                   }
                   respond(passed_on(reply));
               });
}

void ChangeRunner::note_return(const SettingsChange& change, const std::string& user) {
    changes_.finish(change.id);
    changes_.add({.time = world_.unix_time(),
                  .user = user,
                  .kind = "return",
                  .difference = reversed(change.difference),
                  .before = change.after,
                  .after = change.before,
                  .base_before = change.base_after,
                  .base_after = change.base_before,
                  .stage = ChangeStage::kDone});
    world_.record(user, "settings_returned", std::to_string(change.id));
}

void ChangeRunner::settle(const DaemonReply& settings) {
    const auto change = changes_.unsettled();
    if (!change || handed_over_) {
        return;
    }
    const json::value* const pending = member_of(*settings.members, "settings", "pending");
    if (pending != nullptr && pending->is_object()) {
        const auto left = integer_in(member_of(pending, "left_ns")).value_or(0);
        return look_again_in(std::chrono::nanoseconds{left} + 1s);
    }
    // Of it, or of a way back from it that did not work at once, nobody knows what becomes.
    const bool is_as_before = text_in(member_of(*settings.members, "settings", "base")) == change->base_before;
    const json::value* const under_way = member_of(*settings.members, "settings", "under_way");
    if (under_way != nullptr && *under_way == true && (change->stage == ChangeStage::kBegun || !is_as_before)) {
        return look_again_in(3s);
    }
    if (!is_as_before || change->base_after == change->base_before) {
        changes_.finish(change->id);
    } else if (change->stage == ChangeStage::kBegun) {
        changes_.forget(change->id);
    } else {
        note_return(*change, "");
    }
}

void ChangeRunner::tick() {
    if (asking_ || handed_over_ || !look_again_ || world_.now() < *look_again_) {
        return;
    }
    asking_ = true;
    look_again_.reset();
    world_.ask("settings", {}, [this](const DaemonReply& reply) {
        asking_ = false;
        if (reply.members != nullptr) {
            settle(reply);
        } else {
            look_again_in(10s);
        }
    });
}

void ChangeRunner::look_again_in(std::chrono::nanoseconds span) {
    look_again_ = world_.now() + std::clamp<std::chrono::nanoseconds>(span, 0s, 1h);
}

}  // namespace tokimori::web
