#include <boost/json.hpp>

#include "web/account_replies.h"
#include "web/accounts_desk.h"
#include "web/json_body.h"
#include "web/secret.h"

/// The lists of users and tokens at the desk of accounts.
namespace tokimori::web {
namespace {

namespace json = boost::json;

constexpr std::size_t kSecretBytes = 32;

std::optional<WebReply> trouble_of(AccountChange change) {
    switch (change) {
        case AccountChange::kDone:
            return std::nullopt;
        case AccountChange::kLastAdmin:
            return error_reply(409, "last_admin", "The last admin cannot be removed.");
        case AccountChange::kUnknown:
            return error_reply(404, "unknown", "There is no such entry.");
        default:
            return not_stored();
    }
}

}  // namespace

WebReply AccountsDesk::user_list() {
    json::array users;
    for (const Account& account : store_.accounts()) {
        users.push_back({{"name", account.name},
                         {"role", role_name(account.role)},
                         {"language", account.language},
                         {"time_zone", account.time_zone}});
    }
    return json_reply(json::serialize(json::object{{"users", std::move(users)}}));
}

void AccountsDesk::add_user(const WebRequest& request, const Caller& caller, const Respond& respond) {
    const JsonBody body{request.body};
    const auto role = role_named(body.text("role"));
    const Account account = account_from_body(request.body, role.value_or(Role::kViewer));
    const std::string password = body.text("password");
    if (!role) {
        return respond(error_reply(400, "bad_role", "role is \"viewer\", \"operator\" or \"admin\"."));
    }
    if (auto wrong = complaint(account, password)) {
        return respond(*std::move(wrong));
    }
    hash_aside(password, respond, [this, account, by = caller.user, respond](const std::string& hash) {
        Account hashed = account;
        hashed.password_hash = hash;
        const AccountChange change = store_.add(hashed);
        if (change != AccountChange::kDone) {
            return respond(
                change == AccountChange::kTaken     ? error_reply(409, "name_taken", "There is a user of that name.")
                : change == AccountChange::kTooMany ? error_reply(409, "too_many", "There are 64 users already.")
                                                    : not_stored());
        }
        record("accounts", by, "user_added", account.name);
        respond(user_list());
    });
}

WebReply AccountsDesk::remove_user(const WebRequest& request, const Caller& caller) {
    const std::string name = JsonBody{request.body}.text("name");
    if (auto wrong = trouble_of(store_.remove(name))) {
        return *std::move(wrong);
    }
    sessions_.end_all_of(name);
    record("accounts", caller.user, "user_removed", name);
    return user_list();
}

WebReply AccountsDesk::token_list() {
    json::array tokens;
    for (const ApiToken& token : store_.tokens()) {
        tokens.push_back({{"id", token.id}, {"name", token.name}, {"created", token.created}});
    }
    return json_reply(json::serialize(json::object{{"tokens", std::move(tokens)}}));
}

WebReply AccountsDesk::add_token(const WebRequest& request, const Caller& caller) {
    const std::string name = JsonBody{request.body}.text("name");
    if (!is_valid_name(name)) {
        return error_reply(400, "bad_name",
                           "A name has 1 to 64 bytes, no control characters and no "
                           "blanks at its ends.");
    }
    const std::string token = "tokimori_" + random_hex(kSecretBytes);
    const auto id = store_.add_token(name, digest_of(token), world_.unix_time());
    if (!id) {
        return error_reply(409, "too_many", "There are 64 tokens already, or the disk is full.");
    }
    record("accounts", caller.user, "token_added", name);
    return json_reply(json::serialize(json::object{{"id", *id}, {"name", name}, {"token", token}}));
}

WebReply AccountsDesk::remove_token(const WebRequest& request, const Caller& caller) {
    const auto id = JsonBody{request.body}.number("id");
    if (auto wrong = trouble_of(id ? store_.remove_token(*id) : AccountChange::kUnknown)) {
        return *std::move(wrong);
    }
    record("accounts", caller.user, "token_removed", std::to_string(*id));
    return token_list();
}

}  // namespace tokimori::web
