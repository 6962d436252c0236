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

/// A request that does something, or asks more than what is known anyhow. A new one is a row where the daemon is put
/// together (crew.cpp). `answer` gets the whole request with all its members, of any type and value, and adds
/// its own to those of the reply, or, beside an error, what more there is to know of it; after an error nothing was
/// done. On the clock thread; it must not throw.
struct ControlHandler {
    std::string name;
    bool changes = false;  ///< answered only to those who may change something (`ControlPermission`)
    std::function<std::optional<ControlError>(const boost::json::object& request, boost::json::object& reply)> answer;
};

}  // namespace tokimori
