#pragma once

#include <string_view>

#include "web/control_request.h"
#include "web/request.h"

/// What the daemon said, as a reply to a browser. Pure.
namespace tokimori::web {

/// That there is no answer.
WebReply daemon_silent();

/// The daemon's reply as it came; where it refused, its error (with `check` or `why`, where they say why) under the
/// status that fits: 403 `not_allowed`; 409 `settings_changed`, `settings_pending`, `not_pending`, `no_leap_list`,
/// `leap_list_needed`; 422 `settings_wrong`, `leap_list_wrong`; 503 all else.
WebReply passed_on(const DaemonReply& reply, unsigned status = 200);

/// The member `name` of the reply alone; `daemon_silent` where it has none.
WebReply passed_on_member(const DaemonReply& reply, std::string_view name);

}  // namespace tokimori::web
