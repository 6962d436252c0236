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
    std::string_view member;  ///< of the reply
    ControlPart* add;
    bool in_status = true;
};

/// A part that depends on nothing that is said in the request.
template <auto kReply>
std::optional<ControlError> plain(const json::object& /*request*/, const KnownFacts& known, json::value& part) {
    part = kReply(known());
    return std::nullopt;
}

constexpr std::array kRequests{
    Request{"tracking", "tracking", plain<tracking_reply>},
    Request{"sources", "sources", plain<sources_reply>},
    Request{"sourcestats", "sourcestats", plain<sourcestats_reply>},
    Request{"selectdata", "selectdata", plain<selectdata_reply>},
    Request{"serverstats", "serverstats", plain<serverstats_reply>},
    Request{"leap", "leap", plain<leap_reply>},
    Request{"clients", "clients", clients_reply, false},
    Request{"leap_preview", "preview", preview_reply, false},
};

constexpr std::string_view kEverything = "status";

ControlReply refuse(std::string_view code, std::string_view message, json::object members = {}) {
    json::object reply{{"version", kControlVersion}, {"error", {{"code", code}, {"message", message}}}};
    reply.insert(members.begin(), members.end());
    return {json::serialize(reply), true};
}

// What a request of our size may hold; the parser's own memory is bounded by that, too.
std::optional<json::value> parsed(std::string_view line) {
    json::parse_options options;
    options.max_depth = 8;
    boost::system::error_code error;
    json::value value = json::parse(line, error, {}, options);
    return error ? std::nullopt : std::optional{std::move(value)};
}

std::string names_of_requests(std::span<const ControlHandler> handlers) {
    std::string names;
    for (const Request& request : kRequests) {
        names += fmt::format("{}, ", request.name);
    }
    for (const ControlHandler& handler : handlers) {
        names += fmt::format("{}, ", handler.name);
    }
    return names + std::string(kEverything);
}

ControlReply within_limit(std::string line) {
    return line.size() <= kLongestControlReply
               ? ControlReply{std::move(line), false}
               : refuse("reply_too_long", fmt::format("the reply would have {} bytes", line.size()));
}

json::object beginning(std::string_view name, const ControlFacts& facts) {
    return {{"version", kControlVersion}, {"request", name}, {"at", at_reply(facts)}};
}

ControlReply tell(std::string_view name, const json::object& asked, const std::function<ControlFacts()>& facts) {
    const bool everything = name == kEverything;
    std::optional<ControlFacts> told;
    const KnownFacts known = [&]() -> const ControlFacts& { return told ? *told : told.emplace(facts()); };
    json::object parts;
    for (const Request& request : kRequests) {
        if ((everything && request.in_status) || request.name == name) {
            if (const auto error = request.add(asked, known, parts[request.member])) {
                return refuse(error->code, error->message);
            }
        }
    }
    json::object reply = beginning(name, known());
    if (everything) {
        reply["product"] = {{"name", "tokimori"}, {"version", known().version}};
    }
    for (auto& part : parts) {
        reply.emplace(part.key(), std::move(part.value()));
    }
    return within_limit(json::serialize(reply));
}

ControlReply refuse_with(const ControlError& error, json::object members) {
    ControlReply refused = refuse(error.code, error.message, std::move(members));
    return refused.line.size() <= kLongestControlReply ? refused : refuse(error.code, error.message);
}

ControlReply tell_done(std::string_view name, const ControlFacts& facts, const json::object& members) {
    json::object reply = beginning(name, facts);
    reply.insert(members.begin(), members.end());
    return within_limit(json::serialize(reply));
}

void hand_over(const ControlHandler& handler, const json::object& asked, const ControlPeer& peer,
               const std::function<ControlFacts()>& facts, const SendReply& send) {
    if (handler.changes && !peer.may_change) {
        return send(refuse("not_allowed",
                           fmt::format("{} is answered only to root, to the user of the daemon and to the one that "
                                       "changes_by in [control] names",
                                       handler.name)));
    }
    handler.answer(asked, [name = handler.name, facts, send](const auto& error, json::object members) {
        send(error ? refuse_with(*error, std::move(members)) : tell_done(name, facts(), members));
    });
}

}  // namespace

void answer_control(std::string_view line, const std::function<ControlFacts()>& facts, const ControlPeer& peer,
                    std::span<const ControlHandler> handlers, const SendReply& send) {
    if (line.size() > peer.longest_request()) {
        return send(refuse_long_request(peer));
    }
    const std::optional<json::value> request = parsed(line);
    if (!request) {
        return send(refuse("not_json", "a request is one line of JSON (RFC 8259) in UTF-8"));
    }
    const json::object* const members = request->if_object();
    const json::value* const version = members != nullptr ? members->if_contains("version") : nullptr;
    const json::value* const name = members != nullptr ? members->if_contains("request") : nullptr;
    if (version == nullptr || !version->is_number() || name == nullptr || !name->is_string()) {
        return send(refuse("bad_request", R"(a request looks like {"version":1,"request":"tracking"})"));
    }
    if (*version != kControlVersion) {
        return send(refuse("unsupported_version", fmt::format("this daemon speaks version {}", kControlVersion)));
    }
    const std::string_view wanted{name->get_string()};
    if (wanted == kEverything || std::ranges::count(kRequests, wanted, &Request::name) > 0) {
        return send(tell(wanted, *members, facts));
    }
    const auto handler = std::ranges::find(handlers, wanted, &ControlHandler::name);
    if (handler == handlers.end()) {
        return send(refuse("unknown_request", "this daemon answers: " + names_of_requests(handlers)));
    }
    hand_over(*handler, *members, peer, facts, send);
}

ControlReply refuse_long_request(const ControlPeer& peer) {
    return refuse("request_too_long", fmt::format("a request has {} bytes at most", peer.longest_request()));
}

}  // namespace tokimori
