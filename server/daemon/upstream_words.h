#pragma once

#include <string_view>

#include "refclocks/observation.h"
#include "server/ntp/client_exchange.h"

namespace tokimori {

/// What the operator should know of a reply that is not believed, to follow the name of the server; empty: nothing.
std::string_view sentence_of(ReplyVerdict verdict);

/// As what it is counted.
Rejection::Reason reason_of(ReplyVerdict verdict);

}  // namespace tokimori
