#pragma once

#include <string>

#include "refclocks/observation.h"

namespace tokimori {

/// The sentence about a device of which nothing but what is refused was heard for long: "what arrives at … is refused:
/// …", with the remedy. `what` is its beginning; `reason` is that of the last refusal.
std::string words_for_refused(const std::string& what, Rejection::Reason reason);

}  // namespace tokimori
