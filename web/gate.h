#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "web/request.h"
#include "web/route_table.h"

namespace tokimori::web {

/// Who asks, where that is known.
struct Caller {
    std::string user{};
    Role role = Role::kViewer;
    std::string session{};     ///< digest of the cookie; empty for a token
    std::string csrf_token{};  ///< of the session; empty for a token
    std::string token{};       ///< digest of the token; empty for a session

    /// By what the caller is known.
    const std::string& credential() const { return token.empty() ? session : token; }
};

/// Why a request is not answered.
struct Refusal {
    unsigned status = 403;
    std::string_view code{};
    std::string_view message{};
};

/// Whether this caller (null: nobody we know) may ask this on this route. In this order: who it is, what the role may,
/// where a change comes from (Origin, and the token of the session), and that its body is JSON. A token of the API may
/// only read. Pure.
std::optional<Refusal> judge(const Route& route, const WebRequest& request, const Caller* caller);

/// Compares in a time that does not depend on where the difference is.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace tokimori::web
