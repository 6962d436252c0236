#pragma once

#include <functional>
#include <optional>
#include <string>

namespace boost::json {
class object;
}

namespace tokimori {

/// Why a request was refused.
struct ControlError {
    std::string code;     ///< in snake_case, for programs
    std::string message;  ///< an English sentence
};

/// What becomes of a request: `members` for the reply, or, beside an error, what more there is to know of it. After an
/// error nothing was done.
using ControlDone = std::function<void(std::optional<ControlError> error, boost::json::object members)>;

/// A request that does something, or asks more than what is known anyhow. A new one is a row where the daemon is put
/// together (crew.cpp). `answer` gets the whole request with all its members, of any type and value, as long as the
/// call lasts, and calls `done` once, now or later. On the clock thread, which must not wait for a disk meanwhile; it
/// must not throw.
struct ControlHandler {
    std::string name;
    bool changes = false;  ///< answered only to those who may change something (`ControlPermission`)
    std::function<void(const boost::json::object& request, ControlDone done)> answer;
};

}  // namespace tokimori
