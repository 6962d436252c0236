#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "server/tokictl/language.h"

namespace CLI {
class App;
}

namespace tokimori {

/// What a command found, as monitoring programs (Nagios and its heirs) expect it of a check.
enum class ExitCode : std::uint8_t {
    kGood = 0,
    kWarning = 1,   ///< works, with limits
    kCritical = 2,  ///< does not work
    kUnknown = 3,   ///< could not look; also wrong arguments
};

/// Where the daemon listens unless it is configured otherwise.
inline constexpr std::string_view kUsualSocket = "/run/tokimori/control.sock";

/// How a command shall answer, and where.
struct Console {
    Language language = Language::kEnglish;
    bool json = false;  ///< one JSON document, as `print_document` writes it, instead of sentences
    std::ostream& out;  ///< the answer
    std::ostream& err;  ///< why there is none
    std::string socket = std::string(kUsualSocket);  ///< at which the daemon is asked
    bool terminal = false;                           ///< somebody looks at `out` as it comes
};

/// Carries a command out, once, after its options were read.
using Action = std::function<ExitCode(const Console&)>;

/// One row of the table of commands: all that the command line knows of a command. --json, --lang,
/// --socket and --help are everybody's and are not the command's business.
struct Command {
    std::string_view name;
    Text summary;  ///< one line for the help
    /// Adds the command's own options, described in that language, and returns what reads their values when it runs.
    Action (*prepare)(CLI::App& app, Language language);
};

}  // namespace tokimori
