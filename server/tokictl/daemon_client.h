#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "server/tokictl/language.h"

namespace boost::json {
class object;
}

namespace tokimori {

/// Why there is no answer that could be shown.
struct NoAnswer {
    /// What kind of trouble it is: for the exit code.
    enum class Kind : std::uint8_t {
        kSilent,  ///< nobody listens, nobody answers in time, or we may not ask
        kForeign  ///< somebody answers, but not what this program understands
    };
    Kind kind = Kind::kSilent;
    Text sentence{};       ///< without the end of the sentence
    std::string detail{};  ///< what the daemon says of it: its code and message
    int error = 0;         ///< an errno, where the system says why
};

/// Asks a daemon on its control socket (server/daemon/README.md has the protocol). Blocks, but never for longer than
/// `patience` without news.
class DaemonClient {
public:
    explicit DaemonClient(std::string path, std::chrono::milliseconds patience = std::chrono::seconds{5})
        : path_{std::move(path)}, patience_{patience} {}

    /// Puts the daemon's reply to one request ("tracking") into `reply`, also one that is an error, or says why there
    /// is none.
    std::optional<NoAnswer> ask(std::string_view request, boost::json::object& reply) const;
    /// Likewise, where the request says more: `members`.
    std::optional<NoAnswer> ask(std::string_view request, const boost::json::object& members,
                                boost::json::object& reply) const;

private:
    std::string path_;
    std::chrono::milliseconds patience_;
};

/// Makes a reply of a line that the daemon said, or says what is wrong with it; an error is both. Pure.
std::optional<NoAnswer> read_reply(std::string_view line, std::string_view request, boost::json::object& reply);

}  // namespace tokimori
