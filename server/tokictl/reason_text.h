#pragma once

#include <string>
#include <string_view>

#include "server/tokictl/language.h"

namespace tokimori {

/// What the code of a reason (server/clock/README.md) means for a source, as a short sentence; the code itself where it
/// is not known here.
std::string reason_text(std::string_view code, Language language);

/// How the clock is doing ("holdover"), likewise.
std::string state_text(std::string_view state, Language language);

}  // namespace tokimori
