#include "web/settings_desk.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "web/json_body.h"
#include "web/json_value.h"
#include "web/passed_on.h"

namespace tokimori::web {
namespace {

namespace json = boost::json;

WebReply not_whole(std::string_view what) {
    return error_reply(400, "bad_request", what);
}

/// Of the settings that the user saw; nullopt: the request does not say.
std::optional<std::string> base_in(const JsonBody& body) {
    std::string base = body.text("base");
    return base.empty() || base.size() > 256 ? std::nullopt : std::optional{std::move(base)};
}

bool waits_for_confirmation(const WebReply& reply) {
    boost::system::error_code error;
    const json::value body = json::parse(reply.body, error);
    const json::object* const members = body.if_object();
    const json::value* const within =
        members != nullptr ? member_of(*members, "applied", "confirm_within_ns") : nullptr;
    return within != nullptr && !within->is_null();
}

json::array listed(const std::vector<SettingsChange>& changes) {
    json::array list;
    for (const SettingsChange& change : changes) {
        boost::system::error_code error;
        json::object& line = list.emplace_back(json::object{}).as_object();
        line["id"] = change.id;
        line["time"] = change.time;
        line["user"] = change.user;
        line["kind"] = change.kind;
        line["difference"] = json::parse(change.difference, error);
    }
    return list;
}

/// True where the daemon says that there is no list that was uploaded, or is of a version that cannot tell.
bool has_no_list(const DaemonReply& reply) {
    const std::string_view code =
        reply.refusal != nullptr ? text_in(member_of(*reply.refusal, "error", "code")) : std::string_view{};
    return code == "no_leap_list" || code == "unknown_request";
}

}  // namespace

SettingsDesk::SettingsDesk(ChangeStore& changes, const ChangeWorld& world, CheckPassword check_password,
                           std::string version)
    : changes_{changes},
      world_{world},
      check_password_{std::move(check_password)},
      version_{std::move(version)},
      runner_{changes, world} {}

void SettingsDesk::answer(Destination destination, const WebRequest& request, const Caller& caller,
                          const Respond& respond) {
    switch (destination) {
        case Destination::kCheckSettings:
            return check(request, respond);
        case Destination::kApplySettings:
            return apply(request, caller, respond);
        case Destination::kConfirmSettings:
            return end_pending(true, request, caller, respond);
        case Destination::kReturnSettings:
            return end_pending(false, request, caller, respond);
        case Destination::kSettingsChanges:
            return tell_changes(request, respond);
        case Destination::kUndoSettings:
            return undo(request, caller, respond);
        case Destination::kBackup:
            return back_up(respond);
        case Destination::kRestore:
            return restore(request, caller, respond);
        case Destination::kFactoryReset:
            return reset(request, caller, respond);
        case Destination::kRestart:
            return restart(caller, respond);
        case Destination::kLeapList:
            return take_leap_list(request, caller, respond);
        case Destination::kForgetLeapList:
            return forget_leap_list(caller, respond);
        default:
            return tell_settings(respond);
    }
}

void SettingsDesk::tell_settings(const Respond& respond) {
    ask_daemon(world_, "settings", {}, respond, [this, respond](const DaemonReply& reply) {
        runner_.settle(reply);
        respond(passed_on(reply));
    });
}

void SettingsDesk::check(const WebRequest& request, const Respond& respond) {
    const auto overlay = JsonBody{request.body}.object("overlay");
    if (!overlay) {
        return respond(not_whole("Give overlay, an object."));
    }
    ask_daemon(world_, "settings_check", "\"overlay\":" + *overlay, respond,
               [respond](const DaemonReply& reply) { respond(passed_on(reply)); });
}

void SettingsDesk::apply(const WebRequest& request, const Caller& caller, const Respond& respond) {
    const JsonBody body{request.body};
    const auto overlay = body.object("overlay");
    const auto base = base_in(body);
    if (!overlay || !base) {
        return respond(not_whole("Give overlay, an object, and base, a text."));
    }
    runner_.run({caller.user, "apply", *overlay, *base}, respond);
}

void SettingsDesk::undo(const WebRequest& request, const Caller& caller, const Respond& respond) {
    const JsonBody body{request.body};
    const auto id = body.number("id");
    const auto base = base_in(body);
    if (!id || !base) {
        return respond(not_whole("Give id, a number, and base, a text."));
    }
    const auto undone = changes_.find(*id);
    if (!undone) {
        return respond(error_reply(404, "unknown_change", "There is no change of that id any more."));
    }
    runner_.run({caller.user, "undo", undone->before, *base}, respond);
}

void SettingsDesk::restore(const WebRequest& request, const Caller& caller, const Respond& respond) {
    const JsonBody body{request.body};
    const auto overlay = body.object("overlay");
    if (body.number("tokimori_backup") != 1 || !overlay) {
        return respond(error_reply(400, "not_a_backup", "This is no backup of settings, or one of another version."));
    }
    const auto base = base_in(body);
    if (!base) {
        return respond(not_whole("Give base, a text, beside what the backup has."));
    }
    const Respond list_too = [this, list = body.text("leap_list"), user = caller.user, respond](WebReply reply) {
        if (reply.status == 200 && !list.empty()) {
            restore_leap_list(list, user, std::move(reply), respond);
        } else {
            respond(std::move(reply));
        }
    };
    runner_.run({caller.user, "restore", *overlay, *base}, list_too);
}

void SettingsDesk::reset(const WebRequest& request, const Caller& caller, const Respond& respond) {
    const JsonBody body{request.body};
    const auto base = base_in(body);
    if (!base) {
        return respond(not_whole("Give password and base, texts."));
    }
    // What may still go back by itself takes no list away, which nothing would bring back.
    const Respond forget_too = [this, user = caller.user, respond](WebReply reply) {
        if (reply.status == 200 && !waits_for_confirmation(reply)) {
            forget_leap_list_too(user, std::move(reply), respond);
        } else {
            respond(std::move(reply));
        }
    };
    check_password_(request, caller, body.text("password"), respond,
                    [this, user = caller.user, base = *base, forget_too] {
                        runner_.run({user, "factory_reset", "{}", base}, forget_too);
                    });
}

void SettingsDesk::end_pending(bool confirm, const WebRequest& request, const Caller& caller, const Respond& respond) {
    const auto id = JsonBody{request.body}.number("id");
    if (!id) {
        return respond(not_whole("Give id, a number."));
    }
    if (confirm) {
        runner_.confirm(*id, caller.user, respond);
    } else {
        runner_.give_back(*id, caller.user, respond);
    }
}

// With the base of the settings that these changes led to: who undoes one has seen no others.
void SettingsDesk::tell_changes(const WebRequest& request, const Respond& respond) {
    const auto first = query_number(request.query, "first", 0, 0, 1'000'000);
    const auto count = query_number(request.query, "count", 50, 1, 200);
    world_.ask("settings", {}, [this, first, count, respond](const DaemonReply& reply) {
        json::value base;
        if (reply.members != nullptr) {
            runner_.settle(reply);
            base = text_in(member_of(*reply.members, "settings", "base"));
        }
        respond(json_reply(json::serialize(json::object{{"changes", listed(changes_.list(first, count))},
                                                        {"total", changes_.total()},
                                                        {"base", std::move(base)}})));
    });
}

// One without the list that is in use would be found out only when it is too late.
void SettingsDesk::back_up(const Respond& respond) {
    ask_daemon(world_, "settings", {}, respond, [this, respond](const DaemonReply& settings) {
        world_.ask("leap_list_given", {}, [this, settings, respond](const DaemonReply& list) {
            if (list.members == nullptr && !has_no_list(list)) {
                return respond(passed_on(list));
            }
            const json::value* const overlay = member_of(*settings.members, "settings", "overlay");
            json::object backup{{"tokimori_backup", 1}, {"time", world_.unix_time()}, {"version", version_}};
            backup["overlay"] = overlay != nullptr ? *overlay : json::value(json::object{});
            if (list.members != nullptr) {
                backup["leap_list"] = text_in(member_of(*list.members, "leap_list", "text"));
            }
            WebReply file = json_reply(json::serialize(backup));
            file.headers.emplace_back("Content-Disposition", "attachment; filename=\"tokimori-backup.json\"");
            respond(std::move(file));
        });
    });
}

void SettingsDesk::take_leap_list(const WebRequest& request, const Caller& caller, const Respond& respond) {
    const std::string list = JsonBody{request.body}.text("text");
    if (list.empty()) {
        return respond(not_whole("Give text, the content of a leap-seconds.list."));
    }
    hand_in_leap_list(list, caller.user, respond, [respond](const DaemonReply& reply) { respond(passed_on(reply)); });
}

void SettingsDesk::hand_in_leap_list(const std::string& list, const std::string& user, const Respond& refused,
                                     const std::function<void(const DaemonReply&)>& taken) {
    ask_daemon(world_, "leap_list", "\"text\":" + json::serialize(json::string_view{list}), refused,
               [this, user, taken](const DaemonReply& reply) {
                   const std::string updated(text_in(member_of(*reply.members, "leap_list", "updated")));
                   world_.record(user, "leap_list_kept", updated);
                   taken(reply);
               });
}

void SettingsDesk::forget_leap_list(const Caller& caller, const Respond& respond) {
    ask_daemon(world_, "leap_list_forget", {}, respond, [this, user = caller.user, respond](const DaemonReply& reply) {
        world_.record(user, "leap_list_forgotten", "");
        respond(passed_on(reply));
    });
}

// The settings are reset all the same; that the list stays is told beside it.
void SettingsDesk::forget_leap_list_too(const std::string& user, WebReply reply, const Respond& respond) {
    world_.ask("leap_list_forget", {},
               [this, user, reply = std::move(reply), respond](const DaemonReply& forgotten) mutable {
                   json::object members = json::parse(reply.body).as_object();
                   if (forgotten.members != nullptr) {
                       world_.record(user, "leap_list_forgotten", "");
                       members["leap_list"] = "forgotten";
                   } else if (forgotten.refusal != nullptr) {
                       members["leap_list"] = text_in(member_of(*forgotten.refusal, "error", "code"));
                   } else {
                       members["leap_list"] = "daemon_silent";
                   }
                   reply.body = json::serialize(members);
                   respond(std::move(reply));
               });
}

// The settings are restored all the same; a list that is not taken is told beside it, with what is wrong with it. It is
// handed in though settings may still go back by themselves: it locks nobody out.
void SettingsDesk::restore_leap_list(const std::string& list, const std::string& user, WebReply reply,
                                     const Respond& respond) {
    const Respond refused = [reply, respond](const WebReply& why) {
        json::object members = json::parse(reply.body).as_object();
        const json::object trouble = json::parse(why.body).as_object();
        members["leap_list"] = trouble.at("error").at("code");
        if (const json::value* const said = trouble.if_contains("why")) {
            members["why"] = *said;
        }
        respond(json_reply(json::serialize(members)));
    };
    hand_in_leap_list(list, user, refused, [reply, respond](const DaemonReply& /*taken*/) {
        json::object members = json::parse(reply.body).as_object();
        members["leap_list"] = "taken";
        respond(json_reply(json::serialize(members)));
    });
}

void SettingsDesk::restart(const Caller& caller, const Respond& respond) {
    ask_daemon(world_, "restart", {}, respond, [this, user = caller.user, respond](const DaemonReply& reply) {
        world_.record(user, "restart_asked", "");
        respond(passed_on(reply, 202));
    });
}

}  // namespace tokimori::web
