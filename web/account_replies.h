#pragma once

#include <optional>
#include <string>

#include "web/account_store.h"
#include "web/request.h"

/// Why accounts are not as somebody wants them. Pure.
namespace tokimori::web {

/// Too many passwords wait to be hashed.
WebReply passwords_busy();

/// The disk refused.
WebReply not_stored();

/// What is wrong with an account before its password is hashed.
std::optional<WebReply> complaint(const Account& account, const std::string& password);

/// The account that a body describes, without its password's hash; Japanese in
/// Japan where it does not say.
Account account_from_body(const std::string& body, Role role);

}  // namespace tokimori::web
