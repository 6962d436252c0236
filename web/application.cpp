#include "web/application.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "web/accounts_desk.h"
#include "web/daemon_desk.h"
#include "web/identity_desk.h"
#include "web/security_headers.h"
#include "web/settings_desk.h"

namespace tokimori::web {
namespace {

bool is_for_accounts(Destination destination) {
    switch (destination) {
        case Destination::kSession:
        case Destination::kSetup:
        case Destination::kLogin:
        case Destination::kLogout:
        case Destination::kPassword:
        case Destination::kListUsers:
        case Destination::kAddUser:
        case Destination::kRemoveUser:
        case Destination::kListTokens:
        case Destination::kAddToken:
        case Destination::kRemoveToken:
            return true;
        default:
            return false;
    }
}

bool is_for_settings(Destination destination) {
    switch (destination) {
        case Destination::kSettings:
        case Destination::kCheckSettings:
        case Destination::kApplySettings:
        case Destination::kConfirmSettings:
        case Destination::kReturnSettings:
        case Destination::kSettingsChanges:
        case Destination::kUndoSettings:
        case Destination::kBackup:
        case Destination::kRestore:
        case Destination::kFactoryReset:
        case Destination::kRestart:
        case Destination::kLeapList:
        case Destination::kForgetLeapList:
            return true;
        default:
            return false;
    }
}

bool is_for_identity(Destination destination) {
    return destination == Destination::kCertificate || destination == Destination::kUploadCertificate ||
           destination == Destination::kForgetCertificate;
}

WebReply reply_of(const Refusal& refusal) {
    WebReply reply = error_reply(refusal.status, refusal.code, refusal.message);
    if (refusal.status == 401) {
        reply.headers.emplace_back("WWW-Authenticate", "Bearer");
    }
    return reply;
}

/// A path as browsers write it: what could mean another one, or end a header,
/// is refused.
bool is_plain_path(std::string_view path) {
    return path.starts_with('/') && path.size() <= 1024 && path.find("..") == std::string_view::npos &&
           std::ranges::all_of(path, [](char c) { return c > ' ' && c < 0x7F && c != '%' && c != '\\'; });
}

bool is_visible(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

bool is_plain_host(std::string_view host) {
    return !host.empty() && host.size() <= 255 && std::ranges::all_of(host, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view{".-:[]_"}.find(c) != std::string_view::npos;
    });
}

}  // namespace

Application::Application(const WebSettings& settings, Assets assets, const Desks& desks)
    : http_{settings.http},
      https_port_{settings.https_listen.empty() ? std::uint16_t{443} : settings.https_listen.front().port},
      assets_{std::move(assets)},
      desks_{desks} {}

std::optional<WebReply> Application::refuse_path(const WebRequest& head, const FoundRoute& found) const {
    if (!is_plain_path(head.path)) {
        return error_reply(400, "bad_path", "This is no path of this server.");
    }
    if (!head.encrypted && !(found.route != nullptr && found.route->over_http)) {
        return lead_to_https(head);
    }
    const bool method_known = found.path_exists ? found.route != nullptr : head.method == "GET";
    if (!method_known) {
        WebReply reply = error_reply(405, "method_not_allowed", "This path has no such method.");
        reply.headers.emplace_back("Allow", allowed_methods(head.path));
        return reply;
    }
    if (found.route == nullptr && is_for_programs(head.path)) {
        return error_reply(404, "not_found", "There is no such path.");
    }
    return std::nullopt;
}

Admission Application::admit(const WebRequest& head) {
    const FoundRoute found = find_route(head.method, head.path);
    Admission admission{.route = found.route};
    admission.refusal = refuse_path(head, found);
    if (admission.refusal || found.route == nullptr) {
        return admission;
    }
    admission.caller = desks_.accounts.caller_of(head);
    const Caller* const caller = admission.caller ? &*admission.caller : nullptr;
    if (const auto refusal = judge(*found.route, head, caller)) {
        admission.refusal = reply_of(*refusal);
    } else if (found.route->destination == Destination::kLive && desks_.hub.is_full(caller->credential())) {
        admission.refusal = error_reply(503, "busy", "Too many watch the live stream.");
    }
    return admission;
}

void Application::answer(const Admission& admission, const WebRequest& request, const Respond& respond) {
    const Caller* const caller = admission.caller ? &*admission.caller : nullptr;
    const Respond dress = [this, respond, path = request.path](WebReply reply) {
        respond(dressed(std::move(reply), path));
    };
    if (admission.refusal) {
        dress(*admission.refusal);
    } else if (admission.route == nullptr) {
        dress(assets_.reply(request));
    } else if (is_for_accounts(admission.route->destination)) {
        desks_.accounts.answer(admission.route->destination, request, caller, dress);
    } else if (is_for_settings(admission.route->destination)) {
        desks_.settings.answer(admission.route->destination, request, *caller, dress);
    } else if (is_for_identity(admission.route->destination)) {
        desks_.identity.answer(admission.route->destination, request, *caller, dress);
    } else {
        desks_.daemon.answer(admission.route->destination, request, caller, dress);
    }
}

WebReply Application::dressed(WebReply reply, std::string_view path) {
    WebCounts& counts = desks_.daemon.counts;
    ++counts.requests;
    counts.refused += reply.status >= 400 && reply.status < 500 ? 1 : 0;
    counts.failed += reply.status >= 500 ? 1 : 0;
    for (auto& header : security_headers(path, !http_)) {
        reply.headers.push_back(std::move(header));
    }
    return reply;
}

WebReply Application::lead_to_https(const WebRequest& request) const {
    if (!is_plain_host(request.host) || !is_visible(request.query)) {
        return error_reply(400, "bad_host", "The header Host names no host, or the address has blanks.");
    }
    const std::size_t port = request.host.rfind(':');
    const bool has_port = port != std::string::npos && request.host.find(']', port) == std::string::npos;
    const std::string host = request.host.substr(0, has_port ? port : std::string::npos);
    WebReply reply = error_reply(308, "only_https", "This page is served by https.");
    const std::string port_of_https = https_port_ == 443 ? "" : ':' + std::to_string(https_port_);
    const std::string query = request.query.empty() ? "" : '?' + request.query;
    reply.headers.emplace_back("Location", "https://" + host + port_of_https + request.path + query);
    return reply;
}

}  // namespace tokimori::web
