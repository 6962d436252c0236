#pragma once

#include <string>
#include <string_view>

#include "server/tokictl/language.h"

/// The codes of the leap room as people read them.
namespace tokimori {

std::string leap_kind_text(std::string_view code, Language language);
std::string leap_phase_text(std::string_view code, Language language);
std::string leap_ground_text(std::string_view code, Language language);
std::string leap_weight_text(std::string_view code, Language language);
std::string leap_standing_text(std::string_view code, Language language);
/// A kind of client: "ntpd_default", …
std::string client_text(std::string_view code, Language language);

}  // namespace tokimori
