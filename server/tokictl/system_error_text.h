#pragma once

#include <string>

#include "server/tokictl/language.h"

namespace tokimori {

/// What an errno of a file or a socket means; in the system's English words where there are no Japanese ones.
std::string system_error_text(int error, Language language);

}  // namespace tokimori
