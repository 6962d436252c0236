#include "server/daemon/control_protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>

#include "server/daemon/control_reply.h"

namespace tokimori {
namespace {

namespace json = boost::json;

/// One thing that may be asked for. A new one is a row here.
struct Request {
    std::string_view name;
    void (*add)(json::object& reply, const ControlFacts& facts);
    bool in_status = true;
};

constexpr std::array kRequests{
    Request{"tracking", [](json::object& reply, const ControlFacts& f) { reply["tracking"] = tracking_reply(f); }},
    Request{"sources", [](json::object& reply, const ControlFacts& f) { reply["sources"] = sources_reply(f); }},
    Request{"sourcestats",
            [](json::object& reply, const ControlFacts& f) { reply["sourcestats"] = sourcestats_reply(f); }},
    Request{"selectdata",
            [](json::object& reply, const ControlFacts& f) { reply["selectdata"] = selectdata_reply(f); }},
    Request{"serverstats",
            [](json::object& reply, const ControlFacts& f) { reply["serverstats"] = serverstats_reply(f); }},
    Request{"leap", [](json::object& reply, const ControlFacts& f) { reply["leap"] = leap_reply(f); }},
    Request{"clients", [](json::object& reply, const ControlFacts& f) { reply["clients"] = clients_reply(f); }, false},
};

constexpr std::string_view kEverything = "status";

ControlReply refuse(std::string_view code, std::string_view message) {
    return {
        json::serialize(json::object{{"version", kControlVersion}, {"error", {{"code", code}, {"message", message}}}}),
        true};
}

// What a request of our size may hold; the parser's own memory is bounded by that, too.
std::optional<json::value> parsed(std::string_view line) {
    json::parse_options options;
    options.max_depth = 4;
    boost::system::error_code error;
    json::value value = json::parse(line, error, {}, options);
    return error ? std::nullopt : std::optional{std::move(value)};
}

std::string names_of_requests() {
    std::string names;
    for (const Request& request : kRequests) {
        names += fmt::format("{}, ", request.name);
    }
    return names + std::string(kEverything);
}

ControlReply tell(std::string_view name, const std::function<ControlFacts()>& facts) {
    const bool everything = name == kEverything;
    const auto* const wanted = std::ranges::find(kRequests, name, &Request::name);
    if (!everything && wanted == kRequests.end()) {
        return refuse("unknown_request", "this daemon answers: " + names_of_requests());
    }
    const ControlFacts known = facts();
    json::object reply{{"version", kControlVersion}, {"request", name}, {"at", at_reply(known)}};
    if (everything) {
        reply["product"] = {{"name", "tokimori"}, {"version", known.version}};
    }
    for (const Request& request : kRequests) {
        if ((everything && request.in_status) || &request == wanted) {
            request.add(reply, known);
        }
    }
    std::string line = json::serialize(reply);
    return line.size() <= kLongestControlReply
               ? ControlReply{std::move(line), false}
               : refuse("reply_too_long", fmt::format("the reply would have {} bytes", line.size()));
}

}  // namespace

ControlReply answer_control(std::string_view line, const std::function<ControlFacts()>& facts) {
    if (line.size() > kLongestControlRequest) {
        return refuse_long_request();
    }
    const std::optional<json::value> request = parsed(line);
    if (!request) {
        return refuse("not_json", "a request is one line of JSON (RFC 8259) in UTF-8");
    }
    const json::object* const members = request->if_object();
    const json::value* const version = members != nullptr ? members->if_contains("version") : nullptr;
    const json::value* const name = members != nullptr ? members->if_contains("request") : nullptr;
    if (version == nullptr || !version->is_number() || name == nullptr || !name->is_string()) {
        return refuse("bad_request", R"(a request looks like {"version":1,"request":"tracking"})");
    }
    if (*version != kControlVersion) {
        return refuse("unsupported_version", fmt::format("this daemon speaks version {}", kControlVersion));
    }
    return tell(std::string_view{name->get_string()}, facts);
}

ControlReply refuse_long_request() {
    return refuse("request_too_long", fmt::format("a request has {} bytes at most", kLongestControlRequest));
}

}  // namespace tokimori
