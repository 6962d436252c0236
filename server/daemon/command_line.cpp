#include "server/daemon/command_line.h"

#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "server/daemon/configuration.h"
#include "server/daemon/daemon.h"
#include "server/daemon/log.h"

namespace tokimori {
namespace {

constexpr const char* kDefaultConfiguration = "/etc/tokimori/tokimori.toml";

// sd-daemon(3): stderr is the journal only where it is the very stream that the variable names.
const char* journal_stream() {
    const char* const named = std::getenv("JOURNAL_STREAM");
    struct stat stream {};
    if (named == nullptr || fstat(STDERR_FILENO, &stream) != 0) {
        return nullptr;
    }
    const bool same = std::to_string(stream.st_dev) + ":" + std::to_string(stream.st_ino) == named;
    return same ? named : nullptr;
}

int serve(const std::string& path, const Configuration& configuration) {
    // A reader of the log that goes away must not end the time service.
    std::signal(SIGPIPE, SIG_IGN);
    Log log{write_to_stderr, configuration.log_level, journal_stream()};
    try {
        Daemon{path, configuration, log}.run();
        return 0;
    } catch (const std::exception& failure) {
        std::cerr << "tokimorid: " << path << ": " << failure.what() << '\n';
        return 1;
    }
}

}  // namespace

int run_command_line(int argument_count, char** arguments) {
    CLI::App app{"Tokimori, a stratum-1 NTP server", "tokimorid"};
    std::string path = kDefaultConfiguration;
    bool check = false;
    app.add_option("--config", path, "The configuration file")->capture_default_str();
    app.add_flag("--check", check, "Only check the configuration");
    app.set_version_flag("--version", TOKIMORI_VERSION);
    try {
        app.parse(argument_count, arguments);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 1;
    }
    const ConfigurationResult read = read_configuration(path);
    for (const std::string& error : read.errors) {
        std::cerr << "tokimorid: " << error << '\n';
    }
    if (!read.configuration) {
        return 1;
    }
    if (check) {
        std::cout << path << ": good\n";
        return 0;
    }
    return serve(path, *read.configuration);
}

}  // namespace tokimori
