#include "web/accounts_desk.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "web/account_replies.h"
#include "web/json_body.h"
#include "web/secret.h"

namespace tokimori::web {
namespace {

namespace json = boost::json;

constexpr std::string_view kCookie = "__Host-tokimori";
constexpr std::string_view kCookieRights = "; Path=/; Secure; HttpOnly; SameSite=Strict";
constexpr std::size_t kSecretBytes = 32;
constexpr std::string_view kBearer = "Bearer ";

}  // namespace

struct AccountsDesk::Attempt {
    std::string name;
    WebRequest request;
    std::string hash{};  ///< what the password was compared with
    bool right = false;
};

AccountsDesk::AccountsDesk(AccountStore& store, AccountsWorld world, std::string setup_code)
    : store_{store},
      world_{std::move(world)},
      setup_code_{tidy_setup_code(setup_code)},
      nobodys_hash_{world_.hash(random_hex(kSecretBytes)).value_or("")} {}

std::optional<Caller> AccountsDesk::caller_of(const WebRequest& request) {
    if (request.authorization.starts_with(kBearer)) {
        const std::string digest = digest_of(std::string_view{request.authorization}.substr(kBearer.size()));
        const auto name = store_.token_name(digest);
        return name ? std::optional{Caller{.user = *name, .role = Role::kViewer, .token = digest}} : std::nullopt;
    }
    const std::string_view cookie = cookie_value(request.cookie, kCookie);
    if (cookie.empty()) {
        return std::nullopt;
    }
    const std::string digest = digest_of(cookie);
    const Instant now = world_.now();
    // A browser takes up a stream that broke by itself.
    const bool nobody_asked = request.automatic || request.path == "/api/v1/live";
    const Session* const session = nobody_asked ? sessions_.find(digest, now) : sessions_.use(digest, now);
    return session != nullptr ? std::optional{Caller{session->user, session->role, digest, session->csrf_token}}
                              : std::nullopt;
}

bool AccountsDesk::is_alive(const std::string& credential) {
    return sessions_.find(credential, world_.now()) != nullptr || store_.token_name(credential).has_value();
}

void AccountsDesk::answer(Destination destination, const WebRequest& request, const Caller* caller,
                          const Respond& respond) {
    switch (destination) {
        case Destination::kSetup:
            return set_up(request, respond);
        case Destination::kLogin:
            return log_in(request, respond);
        case Destination::kLogout:
            return respond(log_out(*caller));
        case Destination::kPassword:
            return change_password(request, *caller, respond);
        case Destination::kListUsers:
            return respond(user_list());
        case Destination::kAddUser:
            return add_user(request, *caller, respond);
        case Destination::kRemoveUser:
            return respond(remove_user(request, *caller));
        case Destination::kListTokens:
            return respond(token_list());
        case Destination::kAddToken:
            return respond(add_token(request, *caller));
        case Destination::kRemoveToken:
            return respond(remove_token(request, *caller));
        default:
            return respond(session_reply(caller));
    }
}

void AccountsDesk::record(std::string kind, std::string user, std::string text_code, std::string details) {
    store_.record({world_.unix_time(), std::move(kind), std::move(user), std::move(text_code), std::move(details)});
}

WebReply AccountsDesk::session_reply(const Caller* caller) {
    const auto account = caller != nullptr && !caller->session.empty() ? store_.find(caller->user) : std::nullopt;
    json::object reply{{"setup_needed", store_.is_empty()}, {"user", nullptr}, {"csrf", nullptr}};
    reply["version"] = world_.version;
    if (account) {
        reply["user"] = {{"name", account->name},
                         {"role", role_name(account->role)},
                         {"language", account->language},
                         {"time_zone", account->time_zone}};
        reply["csrf"] = caller->csrf_token;
    }
    return json_reply(json::serialize(reply));
}

WebReply AccountsDesk::begin_session(const Account& account, const WebRequest& request) {
    if (const std::string_view old = cookie_value(request.cookie, kCookie); !old.empty()) {
        sessions_.end(digest_of(old));
    }
    const std::string cookie = random_hex(kSecretBytes);
    const Caller caller{account.name, account.role, digest_of(cookie), random_hex(kSecretBytes)};
    sessions_.begin(caller.session, {.user = account.name, .role = account.role, .csrf_token = caller.csrf_token},
                    world_.now());
    WebReply reply = session_reply(&caller);
    reply.headers.emplace_back("Set-Cookie", std::string(kCookie) + '=' + cookie + std::string(kCookieRights));
    return reply;
}

WebReply AccountsDesk::log_out(const Caller& caller) {
    sessions_.end(caller.session);
    record("access", caller.user, "logout", "");
    WebReply reply{.status = 204};
    reply.headers.emplace_back("Set-Cookie", std::string(kCookie) + "=; Max-Age=0" + std::string(kCookieRights));
    return reply;
}

std::optional<WebReply> AccountsDesk::must_wait(const std::string& account, const WebRequest& request) const {
    const auto wait = guard_.wait(account, request.address, world_.now());
    if (wait == std::chrono::seconds::zero()) {
        return std::nullopt;
    }
    WebReply reply = error_reply(429, "too_many_failures", "Too many failures; wait, then try again.");
    reply.headers.emplace_back("Retry-After", std::to_string(wait.count()));
    return reply;
}

void AccountsDesk::record_failure(const std::string& name, const char* text_code, const WebRequest& request) {
    if (const auto left_out = failures_.admit(world_.now())) {
        const std::string more = *left_out > 0 ? " +" + std::to_string(*left_out) : "";
        record("access", name, text_code, request.address + more);
    }
}

void AccountsDesk::hash_aside(const std::string& password, const Respond& respond,
                              std::function<void(const std::string&)> next) {
    const auto hash = std::make_shared<std::optional<std::string>>();
    const bool begun = world_.aside([hash, password, make = world_.hash] { *hash = make(password); },
                                    [hash, respond, next = std::move(next)] {
                                        if (*hash) {
                                            next(**hash);
                                        } else {
                                            respond(not_stored());
                                        }
                                    });
    if (!begun) {
        respond(passwords_busy());
    }
}

void AccountsDesk::set_up(const WebRequest& request, const Respond& respond) {
    const JsonBody body{request.body};
    if (!store_.is_empty() || setup_code_.empty()) {
        return respond(error_reply(409, "already_set_up", "There are users already; log in."));
    }
    if (auto wait = must_wait({}, request)) {
        return respond(*std::move(wait));
    }
    if (!equal_in_constant_time(tidy_setup_code(body.text("code")), setup_code_)) {
        guard_.failed({}, request.address, world_.now());
        record_failure({}, "setup_failed", request);
        return respond(
            error_reply(403, "wrong_setup_code", "This is not the setup code; `tokictl web setup-code` tells it."));
    }
    const Account account = account_from_body(request.body, Role::kAdmin);
    const std::string password = body.text("password");
    if (auto wrong = complaint(account, password)) {
        return respond(*std::move(wrong));
    }
    hash_aside(password, respond, [this, account, request, respond](const std::string& hash) {
        Account hashed = account;
        hashed.password_hash = hash;
        finish_setup(hashed, request, respond);
    });
}

// Two may have had the code; the first one wins.
void AccountsDesk::finish_setup(const Account& account, const WebRequest& request, const Respond& respond) {
    if (!store_.is_empty()) {
        return respond(error_reply(409, "already_set_up", "There are users already; log in."));
    }
    if (store_.add(account) != AccountChange::kDone) {
        return respond(not_stored());
    }
    setup_code_.clear();
    guard_.succeeded(account.name, request.address);
    world_.setup_finished();
    record("accounts", account.name, "setup", request.address);
    respond(begin_session(account, request));
}

void AccountsDesk::log_in(const WebRequest& request, const Respond& respond) {
    const JsonBody body{request.body};
    const auto attempt = std::make_shared<Attempt>(Attempt{body.text("name"), request});
    const std::string password = body.text("password");
    if (!is_valid_name(attempt->name) || password.empty() || password.size() > kLongestPassword) {
        return respond(error_reply(400, "bad_request", "Give name and password."));
    }
    if (auto wait = must_wait(attempt->name, request)) {
        return respond(*std::move(wait));
    }
    guard_.failed(attempt->name, request.address, world_.now());
    const auto account = store_.find(attempt->name);
    attempt->hash = account ? account->password_hash : nobodys_hash_;
    const bool begun = world_.aside(
        [attempt, password, matches = world_.matches] { attempt->right = matches(password, attempt->hash); },
        [this, attempt, respond] { finish_login(store_.find(attempt->name), *attempt, respond); });
    if (!begun) {
        guard_.take_back(attempt->name, request.address);
        respond(passwords_busy());
    }
}

void AccountsDesk::finish_login(const std::optional<Account>& account, const Attempt& attempt, const Respond& respond) {
    // Meanwhile the password may have been changed.
    if (!account || !attempt.right || account->password_hash != attempt.hash) {
        record_failure(attempt.name, "login_failed", attempt.request);
        return respond(error_reply(401, "wrong_login", "Name or password is wrong."));
    }
    guard_.succeeded(attempt.name, attempt.request.address);
    record("access", account->name, "login", attempt.request.address);
    respond(begin_session(*account, attempt.request));
}

void AccountsDesk::change_password(const WebRequest& request, const Caller& caller, const Respond& respond) {
    const JsonBody body{request.body};
    const auto account = store_.find(caller.user);
    const std::string old = body.text("old");
    const std::string fresh = body.text("new");
    if (!account || !is_valid_password(fresh)) {
        return respond(
            error_reply(400, "bad_password", "A password has at least 12 characters and at most 256 bytes."));
    }
    if (auto wait = must_wait(caller.user, request)) {
        return respond(*std::move(wait));
    }
    guard_.failed(caller.user, request.address, world_.now());
    const auto hash = std::make_shared<std::optional<std::string>>();
    const auto work = [hash, old, fresh, known = account->password_hash, make = world_.hash, matches = world_.matches] {
        *hash = matches(old, known) ? make(fresh) : std::nullopt;
    };
    const auto done = [this, hash, account = *account, request, respond] {
        if (!*hash) {
            record_failure(account.name, "password_failed", request);
            return respond(error_reply(403, "wrong_login", "The old password is wrong."));
        }
        guard_.succeeded(account.name, request.address);
        if (store_.set_password(account.name, **hash) != AccountChange::kDone) {
            return respond(not_stored());
        }
        sessions_.end_all_of(account.name);
        record("accounts", account.name, "password_changed", request.address);
        respond(begin_session(account, request));
    };
    if (!world_.aside(work, done)) {
        guard_.take_back(caller.user, request.address);
        respond(passwords_busy());
    }
}

void AccountsDesk::check_password(const WebRequest& request, const Caller& caller, const std::string& password,
                                  const Respond& respond, std::function<void()> next) {
    const auto account = store_.find(caller.user);
    if (!account || password.empty() || password.size() > kLongestPassword) {
        return respond(error_reply(403, "wrong_login", "The password is wrong."));
    }
    if (auto wait = must_wait(caller.user, request)) {
        return respond(*std::move(wait));
    }
    guard_.failed(caller.user, request.address, world_.now());
    const auto right = std::make_shared<bool>(false);
    const auto work = [right, password, known = account->password_hash, matches = world_.matches] {
        *right = matches(password, known);
    };
    const auto done = [this, right, request, user = caller.user, respond, next = std::move(next)] {
        if (!*right) {
            record_failure(user, "password_failed", request);
            return respond(error_reply(403, "wrong_login", "The password is wrong."));
        }
        guard_.succeeded(user, request.address);
        next();
    };
    if (!world_.aside(work, done)) {
        guard_.take_back(caller.user, request.address);
        respond(passwords_busy());
    }
}

}  // namespace tokimori::web
