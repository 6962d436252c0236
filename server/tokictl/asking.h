#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "server/tokictl/command.h"
#include "server/tokictl/daemon_client.h"

namespace CLI {
class App;
}

namespace tokimori {

/// What a monitor makes of a reply: good where the clock is synchronised and its sources agree; a warning in holdover
/// and where they contradict each other; else critical.
ExitCode exit_code_of(const boost::json::object& reply);

/// A command that asks the daemon for one thing and shows the reply.
struct Question {
    std::string_view request;  ///< also the name of the command
    std::string (*text)(const boost::json::object& reply, Language language) = nullptr;
    ExitCode (*code)(const boost::json::object& reply) = exit_code_of;
    /// Adds what the request says beside its name.
    std::function<void(boost::json::object& members)> say_more = [](boost::json::object&) {};
};

/// For `Command::prepare`: adds --watch to the command and returns what asks.
Action ask_for(CLI::App& app, Language language, const Question& question);

/// Tells on `console.err` why there is no answer; critical where nobody answers, unknown where somebody else does.
ExitCode complain(const NoAnswer& trouble, const Console& console);

}  // namespace tokimori
