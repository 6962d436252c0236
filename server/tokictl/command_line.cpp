#include "server/tokictl/command_line.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace tokimori {
namespace {

constexpr int kUsageError = static_cast<int>(ExitCode::kUnknown);

// Before CLI11 reads anything: its help and complaints are in that language, too.
Language wanted_language(std::span<const char* const> arguments, const Variable& variable) {
    constexpr std::string_view kOption = "--lang";
    std::optional<Language> wanted;
    for (std::size_t index = 1; index < arguments.size(); ++index) {
        const std::string_view argument{arguments[index]};
        if (argument == kOption && index + 1 < arguments.size()) {
            wanted = language_named(arguments[index + 1]);
        } else if (argument.starts_with(kOption) && argument.substr(kOption.size()).starts_with('=')) {
            wanted = language_named(argument.substr(kOption.size() + 1));
        }
    }
    return wanted.value_or(language_of(variable));
}

void set_words(CLI::App& app, Language language) {
    const auto formatter = std::make_shared<CLI::Formatter>();
    formatter->label("Usage", say(language, "Usage", "使い方"));
    formatter->label("OPTIONS", say(language, "OPTIONS", "オプション"));
    formatter->label("SUBCOMMAND", say(language, "COMMAND", "コマンド"));
    formatter->label("TEXT", say(language, "TEXT", "文字列"));
    formatter->label("REQUIRED", say(language, "(required)", "(必須)"));
    formatter->column_width(24);
    app.formatter(formatter);
    app.option_defaults()->group(say(language, "Options", "オプション"));
    app.set_help_flag("-h,--help", say(language, "Prints this help and ends", "この説明を表示して終わります"));
}

/// The command line of one call.
class Reader {
public:
    Reader(std::span<const Command> commands, Language language)
        : app_(say(language, "tokictl asks and examines a Tokimori time server.",
                   "tokictl は時刻サーバー Tokimori の状態と環境を調べます。"),
               "tokictl"),
          language_(language) {
        set_words(app_, language);
        app_.set_version_flag("--version", TOKIMORI_VERSION,
                              say(language, "Prints the version and ends", "版を表示して終わります"));
        app_.add_option("--lang", language_name_, say(language, "The language: ja or en", "表示言語 (ja または en)"))
            ->type_name("ja|en")
            ->check(CLI::IsMember({"ja", "en"}).description(""));
        app_.add_option("--socket", socket_,
                        say(language, "Where the daemon is asked", "デーモンに問い合わせるソケット"))
            ->type_name("PATH")
            ->capture_default_str();
        app_.footer(say(language, "Exit codes: 0 good, 1 works with limits, 2 does not work, 3 could not look\n",
                        "終了コード: 0 正常、1 制限あり、2 動作しない、3 調べられない\n"));
        app_.fallthrough();
        app_.require_subcommand(1);
        for (const Command& command : commands) {
            add(command);
        }
    }

    void parse(std::span<const char* const> arguments) {
        app_.parse(static_cast<int>(arguments.size()), arguments.data());
    }

    CLI::App& app() { return app_; }

    ExitCode run(const Surroundings& surroundings) const {
        return chosen_({language_, json_, surroundings.out, surroundings.err, socket_, surroundings.terminal});
    }

private:
    void add(const Command& command) {
        CLI::App* const app =
            app_.add_subcommand(std::string(command.name), std::string(command.summary.in(language_)));
        set_words(*app, language_);
        app->group(say(language_, "Commands", "コマンド"));
        app->add_flag("--json", json_, say(language_, "Answers with one JSON document", "JSON で答えます"));
        app->callback([this, action = command.prepare(*app, language_)] { chosen_ = action; });
    }

    CLI::App app_;
    Language language_;
    std::string language_name_;
    std::string socket_{kUsualSocket};
    bool json_ = false;
    Action chosen_;
};

// CLI11 knows English only; what it may complain about most is said in both languages.
std::string complaint(const CLI::App& app, const CLI::ParseError& error, Language language) {
    const std::vector<std::string> extras = app.remaining(true);
    if (!extras.empty()) {
        return say(language, "\"{}\" is neither a command nor an option",
                   "「{}」というコマンドやオプションはありません", extras.front());
    }
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && app.get_subcommands().empty()) {
        return say(language, "name a command", "コマンドを指定してください");
    }
    return say(language, "{}", "引数に誤りがあります ({})", std::string(error.what()));
}

int refuse(CLI::App& app, const CLI::ParseError& error, Language language, const Surroundings& surroundings) {
    if (error.get_exit_code() == 0) {
        return app.exit(error, surroundings.out, surroundings.err);
    }
    surroundings.err << "tokictl: " << complaint(app, error, language) << '\n'
                     << say(language, "tokictl --help tells more.", "詳しくは tokictl --help をご覧ください。") << '\n';
    return kUsageError;
}

}  // namespace

int run_tokictl(std::span<const Command> commands, std::span<const char* const> arguments,
                const Surroundings& surroundings) {
    const Language language = wanted_language(arguments, surroundings.variable);
    Reader reader{commands, language};
    try {
        reader.parse(arguments);
    } catch (const CLI::ParseError& error) {
        return refuse(reader.app(), error, language, surroundings);
    }
    return static_cast<int>(reader.run(surroundings));
}

}  // namespace tokimori
