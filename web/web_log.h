#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

/// The log of the web process: one line an event, like the daemon's.
namespace tokimori::web {

/// How much an event matters.
enum class LogWeight : std::uint8_t { kError, kWarning, kInfo };

using LogPair = std::pair<std::string_view, std::string>;

/// "info event key=value" with its newline, or "<6>event …" for journald. What comes from outside is quoted and
/// escaped, so that nobody can forge a line. Pure.
std::string log_text(LogWeight weight, std::string_view event, std::initializer_list<LogPair> pairs, bool journal);

/// Writes it to stderr at once; a line that finds the pipe full is lost.
void write_log(LogWeight weight, std::string_view event, std::initializer_list<LogPair> pairs = {});

}  // namespace tokimori::web
