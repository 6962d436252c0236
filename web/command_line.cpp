#include "web/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>

#include "web/route_table.h"
#include "web/web_log.h"
#include "web/web_program.h"

namespace tokimori::web {
namespace {

constexpr int kCannotBegin = 1;
constexpr int kUsage = 2;

struct Arguments {
    std::string configuration = "/etc/tokimori/web.toml";
    std::string assets = "/usr/share/tokimori/web";
    bool check = false;
    bool routes = false;
};

void add_options(CLI::App& app, Arguments& arguments) {
    app.add_option("--config", arguments.configuration, "The file with the settings; without it the defaults hold")
        ->type_name("FILE")
        ->capture_default_str();
    app.add_option("--assets", arguments.assets, "The directory with the files of the page")
        ->type_name("DIRECTORY")
        ->capture_default_str();
    app.add_flag("--check", arguments.check, "Only checks the file");
    app.add_flag("--routes", arguments.routes,
                 "Only prints each route: method, path, least role, and how long a body may be");
    app.set_version_flag("--version", "tokimori-web " TOKIMORI_VERSION);
}

void print_routes() {
    for (const Route& route : routes()) {
        std::cout << fmt::format("{} {} {} {}\n", route.method, route.path,
                                 route.role ? role_name(*route.role) : "anybody",
                                 route.long_body ? kLongestLongBody : kLongestBody);
    }
}

/// False where the file has errors, which are told.
bool read_settings(const Arguments& arguments, WebSettings& settings) {
    std::ifstream file{arguments.configuration, std::ios::binary};
    if (!file) {
        write_log(LogWeight::kWarning, "no_configuration",
                  {{"file", arguments.configuration}, {"what", "the defaults hold"}});
        return true;
    }
    const std::string text{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
    WebSettingsResult result = read_web_settings(text);
    for (const std::string& complaint : result.complaints) {
        std::cerr << arguments.configuration << ": " << complaint << '\n';
    }
    settings = std::move(result.settings);
    return result.complaints.empty();
}

int run(const Arguments& arguments) {
    WebStart start{.settings = {}, .assets = arguments.assets, .version = TOKIMORI_VERSION};
    if (!read_settings(arguments, start.settings)) {
        return kCannotBegin;
    }
    if (arguments.check) {
        return 0;
    }
    try {
        serve_web(start);
    } catch (const std::exception& trouble) {
        write_log(LogWeight::kError, "cannot_begin", {{"why", trouble.what()}});
        return kCannotBegin;
    }
    return 0;
}

}  // namespace

int run_web_program(int argument_count, char** argument_values) {
    CLI::App app{"The web page of Tokimori", "tokimori-web"};
    Arguments arguments;
    add_options(app, arguments);
    try {
        app.parse(argument_count, argument_values);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : kUsage;
    }
    if (arguments.routes) {
        print_routes();
        return 0;
    }
    return run(arguments);
}

}  // namespace tokimori::web
