#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "server/tokictl/command.h"
#include "server/tokictl/document.h"

namespace tokimori {
namespace {

constexpr int kDocumentVersion = 1;

struct Wanted {
    std::string what{};
    std::string directory = "/var/lib/tokimori-web";
};

ExitCode tell_setup_code(const std::string& directory, const Console& console) {
    const std::string path = directory + "/setup-code";
    std::string code;
    std::ifstream file{path};
    if (std::getline(file, code) && !code.empty()) {
        if (console.json) {
            print_document(console.out, "web", kDocumentVersion, {{"setup_code", code}});
        } else {
            console.out << code << '\n';
        }
        return ExitCode::kGood;
    }
    // A directory that may not be looked into says nothing about the file.
    const bool may_look = ::access(directory.c_str(), X_OK) == 0 && ::access(path.c_str(), F_OK) != 0;
    console.err
        << (may_look ? say(console.language,
                           "There is no setup code in {}: the page has its first user, or was not started yet.\n",
                           "{} にセットアップコードがありません。最初のユーザーが登録済みか、管理画面が未起動です。\n",
                           directory)
                     : say(console.language, "{} cannot be read; call this as root.\n",
                           "{} を読めません。root で実行してください。\n", path));
    return may_look ? ExitCode::kWarning : ExitCode::kUnknown;
}

}  // namespace

Action prepare_web(CLI::App& app, Language language) {
    const auto wanted = std::make_shared<Wanted>();
    app.add_option("what", wanted->what,
                   say(language, "setup-code: what the first user of the page must know",
                       "setup-code: 管理画面の最初のユーザー登録に必要なコード"))
        ->required()
        ->type_name("setup-code")
        ->check(CLI::IsMember({"setup-code"}).description(""));
    app.add_option("--state-dir", wanted->directory,
                   say(language, "[state] dir of web.toml", "web.toml の [state] dir"))
        ->type_name("DIRECTORY")
        ->capture_default_str();
    return [wanted](const Console& console) { return tell_setup_code(wanted->directory, console); };
}

}  // namespace tokimori
