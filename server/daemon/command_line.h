#pragma once

namespace tokimori {

/// The program: reads the arguments, checks or serves. Returns the exit code: 0 after a clean stop or a good `--check`,
/// 1 where the configuration, a port or the arguments are wrong, `Daemon::kExitForRestart` where the service manager
/// shall start it again. Without one it begins anew by itself and does not return.
int run_command_line(int argument_count, char** arguments);

}  // namespace tokimori
