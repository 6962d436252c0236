#include "web/control_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cctype>

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
        const json::value* const complaint = members.if_contains("error");
        if (complaint == nullptr || !complaint->is_object()) {
            return {nullptr, {}, "not_an_answer"};
        }
        return {nullptr, {}, "refused", std::make_shared<const json::object>(std::move(members))};
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
    constexpr std::array<std::string_view, 7> kOrders{"last_seen", "first_seen", "received", "limited",
                                                      "refused",   "interval",   "address"};
    return std::ranges::find(kOrders, order) != kOrders.end();
}

bool is_part_of_address(std::string_view text) {
    constexpr std::size_t kLongestAddress = 45;
    return text.size() <= kLongestAddress &&
           std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0 || c == '.' || c == ':'; });
}

}  // namespace tokimori::web
