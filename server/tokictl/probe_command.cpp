#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <string>

#include "server/tokictl/command.h"
#include "server/tokictl/machine_devices.h"
#include "server/tokictl/machine_reader.h"
#include "server/tokictl/probe_report.h"

namespace tokimori {
namespace {

struct Options {
    std::string user;
    int gpsd_port = 2947;
    bool only_toml = false;
    bool listen = false;
};

constexpr const char* kUserOfTheService = "tokimori";

// Root may open everything, so it is asked for whom; the user of the package is the likeliest.
std::optional<User> wanted_user(const FileTree& files, const std::string& name) {
    if (!name.empty()) {
        return user_named(files, name);
    }
    User caller = this_user(files);
    return caller.id == 0 ? user_named(files, kUserOfTheService).value_or(std::move(caller)) : std::move(caller);
}

void print(const Console& console, const ProbeResult& result, bool only_toml) {
    if (console.json) {
        print_probe_document(console.out, result, console.language);
    } else if (only_toml) {
        console.out << toml_of(result.proposal, console.language);
    } else {
        console.out << report_of(result, console.language);
    }
}

ExitCode probe(const Console& console, const Options& options) {
    const FileTree files{""};
    const std::optional<User> user = wanted_user(files, options.user);
    if (!user) {
        console.err << "tokictl: "
                    << say(console.language, "there is no user \"{}\"", "「{}」というユーザーはいません", options.user)
                    << '\n';
        return ExitCode::kUnknown;
    }
    const std::unique_ptr<MachineDevices> devices = devices_of_this_machine();
    MachineView view = read_machine(files, *devices, *user, options.gpsd_port);
    if (options.listen) {
        listen_for_receiver(view, *devices);
    }
    const ProbeResult result = judge(std::move(view));
    if (!result.view.not_seen.empty()) {
        console.err << "tokictl: "
                    << say(console.language, "{} cannot be seen; without it nothing can be told",
                           "{} が見えないため、何も判断できません", result.view.not_seen)
                    << '\n';
        return ExitCode::kUnknown;
    }
    print(console, result, options.only_toml);
    return exit_code_of(result);
}

}  // namespace

Action prepare_probe(CLI::App& app, Language language);

Action prepare_probe(CLI::App& app, Language language) {
    const auto options = std::make_shared<Options>();
    app.add_flag("--toml", options->only_toml,
                 say(language, "Prints only the proposed tokimori.toml", "提案する tokimori.toml だけを表示します"));
    app.add_flag(
        "--listen", options->listen,
        say(language, "Also listens to serial ports for a receiver, seconds for each; end what reads them before",
            "シリアルポートの受信機も聞いてみます (1 つに数秒。読んでいるプログラムは止めておくこと)"));
    app.add_option("--user", options->user,
                   say(language, "The user that will run tokimorid (default: you; of root, tokimori if there is one)",
                       "tokimorid を動かすユーザー (省略時は実行者。root なら、いれば tokimori)"));
    app.add_option("--gpsd-port", options->gpsd_port,
                   say(language, "The TCP port of gpsd (default: 2947)", "gpsd の TCP ポート (省略時 2947)"))
        ->check(CLI::Range(1, 65535).description(""));
    return [options](const Console& console) { return probe(console, *options); };
}

}  // namespace tokimori
