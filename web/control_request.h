#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace boost::json {
class object;
}

/// The language of the daemon's control socket (server/daemon/README.md), this side of it. Pure.
namespace tokimori::web {

/// Bytes that a reply has at most, its newline included.
inline constexpr std::size_t kLongestReply = std::size_t{256} * 1024;
/// The same of a question from somebody who may change settings.
inline constexpr std::size_t kLongestQuestion = std::size_t{64} * 1024;

/// What the daemon says, or why there is nothing.
struct DaemonReply {
    std::shared_ptr<const boost::json::object> members;  ///< null where there is none
    std::string line{};                                  ///< the same as it came, without its newline
    std::string why{};                                   ///< a word for programs where there is none
    /// The members of a reply that is an error (`why` is `refused`), else null.
    std::shared_ptr<const boost::json::object> refusal{};
};

/// A line that asks for something, with its newline. `more`: further members, as `"first":0`; empty or written here
/// only.
std::string control_request(std::string_view name, std::string_view more = {});

/// Judges a line: its version, that it answers `name`, and what the daemon complains about.
DaemonReply read_control_reply(std::string_view line, std::string_view name);

/// The reply to one request out of a status: what every reply begins with, and the member `name`. Empty where it has
/// none.
std::string reply_out_of_status(const boost::json::object& status, std::string_view name);

/// The orders in which clients may be asked for.
bool is_client_order(std::string_view order);

/// True for what may be a part of a client's address.
bool is_part_of_address(std::string_view text);

}  // namespace tokimori::web
