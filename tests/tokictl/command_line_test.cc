#include "server/tokictl/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace tokimori {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Action prepare_echo(CLI::App& app, Language language) {
    const auto word = std::make_shared<std::string>("nothing");
    app.add_option("--word", *word, say(language, "What to say", "話す言葉"));
    return [word](const Console& console) {
        console.out << (console.json ? "json " : "") << say(console.language, "says {}", "{} と言う", *word);
        return *word == "bad" ? ExitCode::kCritical : ExitCode::kGood;
    };
}

Action prepare_other(CLI::App& /*app*/, Language /*language*/) {
    return [](const Console& console) {
        console.out << "the other";
        return ExitCode::kWarning;
    };
}

constexpr Command kCommands[]{{"echo", {"Says a word", "言葉を返します"}, prepare_echo},
                              {"other", {"Does otherwise", "別のことをします"}, prepare_other}};

struct Call {
    int code = 0;
    std::string out;
    std::string err;
};

Call call(std::vector<const char*> arguments, const char* lang = "C") {
    arguments.insert(arguments.begin(), "tokictl");
    std::ostringstream out;
    std::ostringstream err;
    const Variable variable = [lang](std::string_view name) { return name == "LANG" ? lang : nullptr; };
    const int code = run_tokictl(kCommands, arguments, {variable, out, err});
    return {code, out.str(), err.str()};
}

TEST(CommandLine, CarriesOutTheCommandThatIsNamed) {
    EXPECT_EQ(call({"echo"}).out, "says nothing");
    EXPECT_EQ(call({"other"}).out, "the other");
}

TEST(CommandLine, EndsWithTheExitCodeOfTheCommand) {
    EXPECT_EQ(call({"echo"}).code, 0);
    EXPECT_EQ(call({"other"}).code, 1);
    EXPECT_EQ(call({"echo", "--word", "bad"}).code, 2);
}

TEST(CommandLine, EveryCommandKnowsJson) {
    EXPECT_EQ(call({"echo", "--json"}).out, "json says nothing");
    EXPECT_EQ(call({"other", "--json"}).code, 1);
}

TEST(CommandLine, TheLanguageMayStandBeforeOrAfterTheCommand) {
    EXPECT_EQ(call({"--lang", "ja", "echo"}).out, "nothing と言う");
    EXPECT_EQ(call({"echo", "--lang", "ja"}).out, "nothing と言う");
    EXPECT_EQ(call({"echo", "--lang=ja"}).out, "nothing と言う");
}

TEST(CommandLine, TheLanguageIsThatOfTheEnvironmentUnlessItIsNamed) {
    EXPECT_EQ(call({"echo"}, "ja_JP.UTF-8").out, "nothing と言う");
    EXPECT_EQ(call({"echo", "--lang", "en"}, "ja_JP.UTF-8").out, "says nothing");
}

TEST(CommandLine, HelpNamesEveryCommandInTheLanguage) {
    const Call english = call({"--help"});
    EXPECT_EQ(english.code, 0);
    EXPECT_THAT(english.out, HasSubstr("Says a word"));
    EXPECT_THAT(english.out, HasSubstr("Does otherwise"));
    const Call japanese = call({"--help", "--lang", "ja"});
    EXPECT_THAT(japanese.out, HasSubstr("言葉を返します"));
    EXPECT_THAT(japanese.out, HasSubstr("使い方"));
    EXPECT_THAT(japanese.out, Not(HasSubstr("Usage")));
    EXPECT_THAT(japanese.out, Not(HasSubstr("help message")));
}

TEST(CommandLine, TheHelpOfACommandNamesItsOptions) {
    const Call help = call({"echo", "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, HasSubstr("--word"));
    EXPECT_THAT(help.out, HasSubstr("--json"));
}

TEST(CommandLine, TellsItsVersion) {
    const Call version = call({"--version"});
    EXPECT_EQ(version.code, 0);
    EXPECT_THAT(version.out, ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(CommandLine, WrongArgumentsAreExitCodeThreeAndOneSentenceOnStderr) {
    const std::vector<std::vector<const char*>> wrong{
        {}, {"ehco"}, {"echo", "--wrod", "x"}, {"echo", "--word"}, {"echo", "x"}, {"echo", "--lang", "fr"}};
    for (const auto& arguments : wrong) {
        const Call refused = call(arguments);
        EXPECT_EQ(refused.code, 3);
        EXPECT_THAT(refused.out, IsEmpty());
        EXPECT_THAT(refused.err, HasSubstr("tokictl: "));
        EXPECT_THAT(refused.err, HasSubstr("tokictl --help"));
    }
}

TEST(CommandLine, AComplaintNamesWhatIsWrongInTheLanguage) {
    EXPECT_THAT(call({"ehco"}).err, HasSubstr("\"ehco\" is neither a command nor an option"));
    EXPECT_THAT(call({"echo", "--wrod"}).err, HasSubstr("\"--wrod\""));
    EXPECT_THAT(call({"ehco"}, "ja_JP.UTF-8").err, HasSubstr("「ehco」というコマンドやオプションはありません"));
    EXPECT_THAT(call({}, "ja_JP.UTF-8").err, HasSubstr("コマンドを指定してください"));
}

}  // namespace
}  // namespace tokimori
