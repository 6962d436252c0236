#include "web/support_bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "web/json_value.h"

namespace tokimori::web {
namespace {

namespace json = boost::json;

bool names_a_secret(std::string_view name) {
    constexpr std::array<std::string_view, 5> kWords{"password", "secret", "community", "passphrase", "token"};
    return std::ranges::any_of(kWords,
                               [name](std::string_view word) { return name.find(word) != std::string_view::npos; });
}

/// A line such as {"key":"password","before":…} tells by a member what its other members are about.
bool tells_of_a_secret(const json::object& members) {
    return names_a_secret(text_in(members.if_contains("key")));
}

// As deep as the daemon's replies may be (control_request.cpp).
void leave_secrets_out(json::value& value) {
    if (json::array* const list = value.if_array()) {
        for (json::value& each : *list) {
            leave_secrets_out(each);
        }
    } else if (json::object* const members = value.if_object()) {
        const bool told = tells_of_a_secret(*members);
        for (auto& member : *members) {
            const std::string_view name = member.key();
            if (names_a_secret(name) || (told && (name == "before" || name == "after"))) {
                member.value() = "(left out)";
            } else {
                leave_secrets_out(member.value());
            }
        }
    }
}

json::value settings_without_secrets(const DaemonReply& reply) {
    const json::value* const settings = reply.members != nullptr ? reply.members->if_contains("settings") : nullptr;
    if (settings == nullptr || !settings->is_object()) {
        return nullptr;
    }
    json::value copy = *settings;
    copy.get_object().erase("table");
    leave_secrets_out(copy);
    return copy;
}

}  // namespace

std::string events_json(std::span<const AuditEvent> events) {
    json::array list;
    for (const AuditEvent& event : events) {
        list.push_back({{"time", event.time},
                        {"kind", event.kind},
                        {"user", event.user},
                        {"text_code", event.text_code},
                        {"details", event.details}});
    }
    return json::serialize(list);
}

std::string support_bundle(const SupportFacts& facts) {
    const json::object* const status = facts.status.members.get();
    const json::value* const version = status != nullptr ? member_of(*status, "product", "version") : nullptr;
    return fmt::format(R"({{"tokimori_support":1,"time":{},"version":{},"status":{},"settings":{},"events":{},)"
                       R"("history":{}}})",
                       facts.time, version != nullptr ? json::serialize(*version) : "null",
                       status != nullptr ? facts.status.line : "null",
                       json::serialize(settings_without_secrets(facts.settings)), events_json(facts.events),
                       history_json(facts.history));
}

}  // namespace tokimori::web
