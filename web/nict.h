#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "web/request.h"
#include "web/served_time.h"

namespace boost::json {
class object;
}

/// The time services over HTTP that NICT offered until 2022, in the same shapes, for the pages that were made for them.
/// Pure.
namespace tokimori::web {

/// What the reply to `leap` says, as these services tell it.
struct NictLeap {
    int before = 0;       ///< TAI − UTC in seconds before `at`
    std::int64_t at = 0;  ///< Unix time of the next leap second, or of the last one where none is known to come
    int step = 0;         ///< +1 inserted, −1 deleted
};

/// From the member `leap` of the daemon's reply (server/daemon/README.md); nullopt before the daemon knows the time.
std::optional<NictLeap> nict_leap(const boost::json::object& leap);

/// Everything a reply needs besides its path and query.
struct NictFacts {
    std::string_view host{};  ///< as the client wrote it; goes into `id` where it is a name or an address
    UnixNanoseconds now = 0;
    std::optional<NictLeap> leap{};
};

/// `/cgi-bin/time`, `json`, `jsont` and `ntp`. The query may begin with the client's time in seconds, which comes back
/// as `it`, and `callback=NAME` names the function of `jsont`; a name that is none is refused.
WebReply nict_reply(std::string_view path, std::string_view query, const NictFacts& facts);

/// True for a name (with dots) of a JavaScript function of at most 64 characters.
bool is_callback_name(std::string_view name);

}  // namespace tokimori::web
