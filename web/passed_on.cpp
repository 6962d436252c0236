#include "web/passed_on.h"

#include <array>
#include <boost/json.hpp>
#include <utility>

#include "web/json_value.h"

namespace tokimori::web {
namespace {

namespace json = boost::json;

unsigned status_of(std::string_view code) {
    constexpr std::array<std::pair<std::string_view, unsigned>, 9> kStatuses{{{"not_allowed", 403},
                                                                              {"settings_changed", 409},
                                                                              {"settings_pending", 409},
                                                                              {"not_pending", 409},
                                                                              {"no_leap_list", 409},
                                                                              {"leap_list_needed", 409},
                                                                              {"settings_wrong", 422},
                                                                              {"files_wrong", 422},
                                                                              {"leap_list_wrong", 422}}};
    for (const auto& [name, status] : kStatuses) {
        if (name == code) {
            return status;
        }
    }
    return 503;
}

WebReply refused(const json::object& members) {
    const json::object& error = members.at("error").as_object();
    const std::string_view code = text_in(error.if_contains("code"));
    json::object reply{{"error", {{"code", code}, {"message", text_in(error.if_contains("message"))}}}};
    for (const std::string_view more : {"check", "why"}) {
        if (const json::value* const said = members.if_contains(more)) {
            reply[more] = *said;
        }
    }
    return json_reply(json::serialize(reply), status_of(code));
}

}  // namespace

WebReply daemon_silent() {
    return error_reply(503, "daemon_silent", "tokimorid does not answer on its control socket.");
}

WebReply passed_on(const DaemonReply& reply, unsigned status) {
    if (reply.members != nullptr) {
        return json_reply(reply.line, status);
    }
    return reply.refusal != nullptr ? refused(*reply.refusal) : daemon_silent();
}

WebReply passed_on_member(const DaemonReply& reply, std::string_view name) {
    if (reply.members == nullptr) {
        return passed_on(reply);
    }
    const json::value* const member = reply.members->if_contains(name);
    return member != nullptr ? json_reply(json::serialize(*member)) : daemon_silent();
}

}  // namespace tokimori::web
