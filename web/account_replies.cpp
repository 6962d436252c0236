#include "web/account_replies.h"

#include <utility>

#include "web/json_body.h"

namespace tokimori::web {
namespace {

std::string text_or(std::string text, std::string_view otherwise) {
    return text.empty() ? std::string(otherwise) : std::move(text);
}

}  // namespace

WebReply passwords_busy() {
    return error_reply(503, "busy", "Too many passwords are being checked; try again in a few seconds.");
}

WebReply not_stored() {
    return error_reply(500, "not_stored", "The change could not be written to the disk.");
}

/// What is wrong with an account before its password is hashed.
std::optional<WebReply> complaint(const Account& account, const std::string& password) {
    if (!is_valid_name(account.name)) {
        return error_reply(400, "bad_name",
                           "A name has 1 to 64 bytes, no control characters and no "
                           "blanks at its ends.");
    }
    if (!is_valid_password(password)) {
        return error_reply(400, "bad_password", "A password has at least 12 characters and at most 256 bytes.");
    }
    if (!is_valid_language(account.language)) {
        return error_reply(400, "bad_language", "language is \"ja\" or \"en\".");
    }
    if (!is_valid_time_zone(account.time_zone)) {
        return error_reply(400, "bad_time_zone", "time_zone is a name such as \"Asia/Tokyo\".");
    }
    return std::nullopt;
}

Account account_from_body(const std::string& body, Role role) {
    const JsonBody members{body};
    return {members.text("name"), role, "", text_or(members.text("language"), "ja"),
            text_or(members.text("time_zone"), "Asia/Tokyo")};
}

}  // namespace tokimori::web
