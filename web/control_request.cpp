#include "web/control_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

namespace tokimori::web {
namespace json = boost::json;

std::string control_request(std::string_view name, std::string_view more) {
    return fmt::format("{{\"version\":1,\"request\":\"{}\"{}{}}}\n", name, more.empty() ? "" : ",", more);
}

DaemonReply read_control_reply(std::string_view line, std::string_view name) {
    json::parse_options options;
    options.max_depth = 12;
    boost::system::error_code error;
    json::value value = json::parse(line, error, {}, options);
    if (error || !value.is_object()) {
        return {nullptr, {}, "not_json"};
    }
    json::object& members = value.get_object();
    const json::value* const version = members.if_contains("version");
    const json::value* const request = members.if_contains("request");
    if (version == nullptr || *version != 1) {
        return {nullptr, {}, "unsupported_version"};
    }
    if (request == nullptr || !request->is_string() || std::string_view{request->get_string()} != name) {
        return {nullptr, {}, members.contains("error") ? "refused" : "not_an_answer"};
    }
    return {std::make_shared<const json::object>(std::move(members)), std::string(line), {}};
}

std::string reply_out_of_status(const json::object& status, std::string_view name) {
    const json::value* const member = status.if_contains(name);
    const json::value* const at = status.if_contains("at");
    if (member == nullptr || at == nullptr) {
        return {};
    }
    return json::serialize(json::object{{"version", 1}, {"request", name}, {"at", *at}, {name, *member}});
}

bool is_client_order(std::string_view order) {
    return !order.empty() && order.size() <= 32 &&
           std::ranges::all_of(order, [](char c) { return (c >= 'a' && c <= 'z') || c == '_' || c == '-'; });
}

}  // namespace tokimori::web
