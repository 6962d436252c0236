#pragma once

#include <string>

#include "server/tokictl/language.h"

namespace boost::json {
class object;
}

namespace tokimori {

/// Why the daemon does not take a leap-seconds.list: `why` of its reply (server/daemon/README.md, control socket), in
/// words. Empty where it says no code, or one that is not known here.
std::string leap_list_fault_text(const boost::json::object& why, Language language);

}  // namespace tokimori
