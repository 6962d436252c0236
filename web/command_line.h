#pragma once

namespace tokimori::web {

/// The program: reads the arguments and web.toml, serves until SIGTERM or SIGINT, and returns its exit code: 0 for a
/// clean end, 1 where it could not begin, 2 for wrong arguments.
int run_web_program(int argument_count, char** arguments);

}  // namespace tokimori::web
