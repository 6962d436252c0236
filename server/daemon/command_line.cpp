#include "server/daemon/command_line.h"

#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "server/daemon/configuration_texts.h"
#include "server/daemon/daemon.h"
#include "server/daemon/log.h"
#include "server/daemon/panel_lines.h"
#include "server/daemon/panel_note.h"
#include "server/daemon/service_manager.h"
#include "server/daemon/state_file.h"

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

void complain(const std::string& error) {
    std::cerr << "tokimorid: " << error << '\n';
}

std::optional<SettingsInForce> read_settings(const std::string& path) {
    TextsResult read = read_texts(path);
    std::ranges::for_each(read.errors, complain);
    if (!read.errors.empty()) {
        return std::nullopt;
    }
    SettingsInForce settings{std::move(read.texts), {}};
    settings.checked = check_texts(settings.texts);
    for (const Complaint& complaint : settings.checked.complaints) {
        complain(line_from(settings.texts, complaint));
    }
    return settings.checked.configuration ? std::optional{std::move(settings)} : std::nullopt;
}

int serve(const std::string& path, SettingsInForce settings) {
    // A reader of the log that goes away must not end the time service.
    std::signal(SIGPIPE, SIG_IGN);
    Log log{write_to_stderr, settings.checked.configuration->log_level, journal_stream()};
    std::optional<Daemon> daemon;
    try {
        daemon.emplace(path, std::move(settings), log);
    } catch (const std::exception& failure) {
        std::cerr << "tokimorid: " << path << ": " << failure.what() << '\n';
        return 1;
    }
    try {
        return daemon->run();
    } catch (const std::exception& failure) {
        std::cerr << "tokimorid: ended while it served: " << failure.what() << '\n';
        return Daemon::kExitForFailure;
    }
}

// What it knew of the time is a floor for all dates, and may have been a lie of a receiver.
int forget_state(const std::string& path, const Configuration& configuration) {
    if (configuration.state_dir.empty()) {
        std::cerr << "tokimorid: " << path << " has no [state] dir, so there is nothing to forget\n";
        return 1;
    }
    const auto steps = host_file_steps();
    StateFile file{configuration.state_dir, configuration.lab_mode, *steps};
    const std::string error = file.forget();
    if (!error.empty()) {
        std::cerr << "tokimorid: " << error << '\n';
        return 1;
    }
    std::cout << file.path() << ": forgotten\n";
    return 0;
}

// A mistake in the file, which keeps the server from coming back, must not keep the relay energised; what was in use
// when it crashed counts more than what the file says now.
int darken(const std::string& path) {
    Log log{write_to_stderr, LogLevel::kInfo, journal_stream()};
    const TextsResult read = read_texts(path);
    std::ranges::for_each(read.errors, complain);
    const std::optional<FrontPanelConfiguration> in_use = PanelNote::of_environment().read();
    darken_panel(log, in_use ? *in_use : check_texts(read.texts).front_panel);
    return read.errors.empty() ? 0 : 1;
}

// Where nobody is there who starts us again. The file is looked for anew, so that a newer version takes over.
void start_anew(char** arguments) {
    ::execvp(arguments[0], arguments);
    std::cerr << "tokimorid: cannot start " << arguments[0] << " again: " << std::generic_category().message(errno)
              << '\n';
}

}  // namespace

int run_command_line(int argument_count, char** arguments) {
    CLI::App app{"Tokimori, a stratum-1 NTP server", "tokimorid"};
    std::string path = kDefaultConfiguration;
    bool check = false;
    bool forget = false;
    bool panel_off = false;
    app.add_option("--config", path, "The configuration file")->capture_default_str();
    app.add_flag("--check", check, "Only check the configuration");
    app.add_flag("--forget-state", forget,
                 "Only forget what an earlier run knew of the clock, above all the last trusted time, before which no "
                 "date is believed; while tokimorid does not run");
    app.add_flag("--panel-off", panel_off,
                 "Only darken the front panel and de-energise its relay; after tokimorid has ended");
    app.set_version_flag("--version", TOKIMORI_VERSION);
    try {
        app.parse(argument_count, arguments);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 1;
    }
    if (panel_off) {
        return darken(path);
    }
    std::optional<SettingsInForce> settings = read_settings(path);
    if (!settings) {
        return 1;
    }
    if (check) {
        std::cout << path << ": good\n";
        return 0;
    }
    if (forget) {
        return forget_state(path, *settings->checked.configuration);
    }
    const int code = serve(path, std::move(*settings));
    if (code == Daemon::kExitForRestart && ServiceManager::environment().notify_socket.empty()) {
        start_anew(arguments);
    }
    return code;
}

}  // namespace tokimori
