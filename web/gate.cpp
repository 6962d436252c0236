#include "web/gate.h"

#include <algorithm>
#include <cctype>

namespace tokimori::web {
namespace {

bool changes_something(const Route& route) {
    return route.method != "GET";
}

bool is_same_origin(std::string_view origin, std::string_view host) {
    constexpr std::string_view kScheme = "https://";
    if (host.empty() || !origin.starts_with(kScheme)) {
        return false;
    }
    const auto same_letter = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
    return std::ranges::equal(origin.substr(kScheme.size()), host, same_letter);
}

std::optional<Refusal> judge_caller(const Route& route, const Caller* caller) {
    if (!route.role) {
        return std::nullopt;
    }
    if (caller == nullptr) {
        return Refusal{401, "not_logged_in", "Log in first."};
    }
    if (caller->role < *route.role) {
        return Refusal{403, "not_allowed", "Your role does not allow this."};
    }
    if (caller->session.empty() && changes_something(route)) {
        return Refusal{403, "not_allowed", "A token can only read."};
    }
    return std::nullopt;
}

/// A program that is no browser may log in without an Origin; who has a session must say where the change comes from.
std::optional<Refusal> judge_change(const Route& route, const WebRequest& request, const Caller* caller) {
    const bool may_lack_origin = !route.role;
    if (!(request.origin.empty() && may_lack_origin) && !is_same_origin(request.origin, request.host)) {
        return Refusal{403, "wrong_origin", "The request does not come from this page."};
    }
    if (route.role && !equal_in_constant_time(request.csrf_token, caller->csrf_token)) {
        return Refusal{403, "wrong_csrf_token", "The request lacks the token of this session; load the page again."};
    }
    if (!request.content_type.starts_with("application/json") && route.destination != Destination::kLogout) {
        return Refusal{415, "not_json", "The body must be application/json."};
    }
    return std::nullopt;
}

}  // namespace

std::optional<Refusal> judge(const Route& route, const WebRequest& request, const Caller* caller) {
    if (auto refusal = judge_caller(route, caller)) {
        return refusal;
    }
    return changes_something(route) ? judge_change(route, request, caller) : std::nullopt;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    if (a.size() != b.size() || a.empty()) {
        return false;
    }
    unsigned char difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
    }
    return difference == 0;
}

}  // namespace tokimori::web
