#include "server/daemon/configuration_overlay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "server/daemon/configuration_texts.h"
#include "server/daemon/settings_json.h"
#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<ConfigurationText> files(std::string_view base, std::string_view over) {
    return {{"t.toml", std::string(base)}, {"conf.d/90.toml", std::string(over)}};
}

std::string merged(std::string_view base, std::string_view over) {
    return json::serialize(json_from_settings(merge_configuration(files(base, over)).root));
}

std::vector<std::string> errors_of(const std::vector<ConfigurationText>& texts) {
    std::vector<std::string> errors;
    for (const Complaint& complaint : check_texts(texts).complaints) {
        errors.push_back(line_from(texts, complaint));
    }
    return errors;
}

TEST(ConfigurationOverlay, OverridesKeysAndKeepsTheOthers) {
    EXPECT_EQ(merged("[server]\nworkers = 1\nlisten = [\"a\"]\n[log]\nlevel = \"info\"\n",
                     "[server]\nworkers = 2\n[clock]\nholdover = \"1h\"\n"),
              R"({"log":{"level":"info"},"server":{"listen":["a"],"workers":2},"clock":{"holdover":"1h"}})");
    EXPECT_EQ(merged("[server]\nlisten = [\"a\", \"b\"]\n", "[server]\nlisten = [\"c\"]\n"),
              R"({"server":{"listen":["c"]}})");
}

TEST(ConfigurationOverlay, MergesSourcesByTheirNamesAndAddsNewOnes) {
    EXPECT_EQ(merged("[[refclock]]\nname = \"gps\"\nport = 1\n[[refclock]]\nname = \"pps\"\n",
                     "[[refclock]]\nname = \"pps\"\nprefer = true\n[[refclock]]\nname = \"new\"\n"),
              R"({"refclock":[{"name":"gps","port":1},{"name":"pps","prefer":true},{"name":"new"}]})");
}

TEST(ConfigurationOverlay, KnowsAServerWithoutANameByItsAddress) {
    EXPECT_EQ(merged("[[upstream]]\naddress = \"192.0.2.1\"\n[[upstream]]\naddress = \"b\"\nname = \"two\"\n",
                     "[[upstream]]\nname = \"192.0.2.1\"\nport = 5\n[[upstream]]\nname = \"two\"\naddress = \"c\"\n"),
              R"({"upstream":[{"address":"192.0.2.1","name":"192.0.2.1","port":5},{"address":"c","name":"two"}]})");
}

TEST(ConfigurationOverlay, MergesRulesByTheirNetworksAndLeapSecondsByTheirDate) {
    EXPECT_EQ(merged("[[access.rule]]\nfrom = [\"10.0.0.0/8\", \"private\"]\nflags = []\n",
                     "[[access.rule]]\nfrom = [\"10.0.0.0/8\", \"private\"]\nburst = 9\n"),
              R"({"access":{"rule":[{"flags":[],"from":["10.0.0.0/8","private"],"burst":9}]}})");
    EXPECT_EQ(merged("[[leap.manual]]\ndate = 2016-12-31\nkind = \"insert\"\n",
                     "[[leap.manual]]\ndate = \"2016-12-31\"\nkind = \"delete\"\n"),
              R"({"leap":{"manual":[{"date":"2016-12-31","kind":"delete"}]}})");
}

TEST(ConfigurationOverlay, TakesAwayWhatIsNotEnabled) {
    EXPECT_EQ(merged("[[refclock]]\nname = \"gps\"\n[[refclock]]\nname = \"pps\"\n",
                     "[[refclock]]\nname = \"gps\"\nenabled = false\n[[refclock]]\nname = \"gone\"\nenabled = false\n"),
              R"({"refclock":[{"name":"pps"}]})");
    EXPECT_EQ(
        merged("[[refclock]]\nname = \"gps\"\nenabled = false\n", "[[refclock]]\nname = \"gps\"\nenabled = true\n"),
        R"({"refclock":[{"enabled":true,"name":"gps"}]})");
    EXPECT_EQ(merged("[[access.rule]]\nfrom = [\"any\"]\nenabled = false\n", ""), R"({"access":{"rule":[]}})");
}

TEST(ConfigurationOverlay, DoesNotMergeTheEntriesOfOneFile) {
    EXPECT_THAT(errors_of({{"t.toml",
                            "[[refclock]]\ndriver = \"shm\"\nname = \"a\"\n[[refclock]]\ndriver = "
                            "\"shm\"\nname = \"a\"\n"}}),
                ElementsAre(HasSubstr("t.toml:6: The name \"a\" is already used in line 3")));
}

TEST(ConfigurationOverlay, ReadsTheFrontPanelWhateverElseIsWrong) {
    const std::vector<ConfigurationText> texts{
        {"tokimori.toml", "[front_panel]\nalarm_relay = \"GPIO22\"\n[server]\nnonsense = 1\n"}};
    const CheckedTexts checked = check_texts(texts);
    EXPECT_FALSE(checked.configuration);
    EXPECT_EQ(checked.front_panel.alarm_relay, "GPIO22");
}

TEST(ConfigurationOverlay, ReadsNothingOfAFrontPanelThatIsWrong) {
    const std::vector<ConfigurationText> texts{
        {"tokimori.toml", "[front_panel]\nalarm_relay = \"GPIO22\"\nactiv_low = [\"alarm_relay\"]\n"}};
    EXPECT_EQ(check_texts(texts).front_panel, FrontPanelConfiguration{});
}

TEST(ConfigurationOverlay, NamesTheFileAndTheLineOfWhatIsWrong) {
    EXPECT_THAT(errors_of(files("[server]\nworkers = 99\n", "[clock]\nholdover = 3\n[[refclock]]\nname = \"x\"\n")),
                ElementsAre(HasSubstr("t.toml:2: workers in [server] is 99"),
                            HasSubstr("conf.d/90.toml:2: holdover in [clock] is 3"),
                            HasSubstr("conf.d/90.toml:3: This [[refclock]] has no driver")));
    EXPECT_THAT(errors_of(files("[server\n", "= 3\n")), ElementsAre(HasSubstr("t.toml:1: This is not valid TOML"),
                                                                    HasSubstr("conf.d/90.toml:1: This is not valid")));
    EXPECT_THAT(errors_of(files("[[refclock]]\ndriver = \"shm\"\nname = \"a\"\n",
                                "[[upstream]]\naddress = \"192.0.2.1\"\nname = \"a\"\n")),
                ElementsAre(HasSubstr("conf.d/90.toml:3: The name \"a\" is already used in another file, line 3")));
    EXPECT_THAT(errors_of(files("", "[[refclock]]\nname = \"a\"\nenabled = \"no\"\ndriver = \"shm\"\n")),
                ElementsAre(HasSubstr("conf.d/90.toml:3: enabled in [[refclock]] is \"no\"")));
}

TEST(ConfigurationOverlay, SurvivesFilesThatDisagreeOnWhatASectionIs) {
    EXPECT_THAT(errors_of(files("refclock = 3\n[access]\nrule = 5\n", "[[refclock]]\nname = \"a\"\n[[access.rule]]\n")),
                testing::Contains(HasSubstr("conf.d/90.toml:1: This [[refclock]] has no driver")));
    EXPECT_THAT(errors_of(files("[[refclock]]\nname = \"a\"\n", "[refclock]\nname = \"a\"\n")),
                ElementsAre(HasSubstr("conf.d/90.toml:1: [[refclock]] is not written as a section")));
    EXPECT_THAT(errors_of(files("[[server]]\n", "[server]\n")), IsEmpty());
}

class ConfigurationFilesTest : public ::testing::Test {
protected:
    void write(const std::string& name, std::string_view text) {
        std::filesystem::create_directories(std::filesystem::path{directory_.file(name)}.parent_path());
        std::ofstream{directory_.file(name)} << text;
    }
    std::string main() const { return directory_.file("t.toml"); }
    ScratchDirectory directory_;
};

TEST_F(ConfigurationFilesTest, AreReadInTheOrderOfTheirNames) {
    write("t.toml", "[log]\nlevel = \"debug\"\n");
    write("conf.d/90-page.toml", "[log]\nlevel = \"warning\"\n[server]\nworkers = 2\n");
    write("conf.d/10-mine.toml", "[log]\nlevel = \"error\"\n[server]\nworkers = 1\n");
    write("conf.d/99.toml.unconfirmed", "[log]\nlevel = \"nonsense\"\n");
    write("conf.d/.hidden.toml", "[log]\nlevel = \"nonsense\"\n");
    const ConfigurationResult read = read_configuration(main());
    ASSERT_TRUE(read.configuration) << read.errors.front();
    EXPECT_EQ(read.configuration->log_level, LogLevel::kWarning);
    EXPECT_EQ(read.configuration->workers, 2U);
}

TEST_F(ConfigurationFilesTest, NeedNoDirectoryButComplainOfOneThatIsNone) {
    write("t.toml", "");
    EXPECT_TRUE(read_configuration(main()).configuration);
    write("conf.d", "a file");
    EXPECT_THAT(read_configuration(main()).errors, ElementsAre(HasSubstr("conf.d: The directory cannot be read (")));
}

TEST_F(ConfigurationFilesTest, NameTheOneThatIsWrong) {
    write("t.toml", "");
    write("conf.d/50.toml", "\n[server]\nworker = 2\n");
    EXPECT_THAT(read_configuration(main()).errors,
                ElementsAre(HasSubstr("conf.d/50.toml:3: There is no key \"worker\" in [server]")));
    std::filesystem::create_directories(directory_.file("conf.d/60.toml"));
    EXPECT_THAT(read_configuration(main()).errors, ElementsAre(HasSubstr("conf.d/60.toml: The configuration cannot")));
}

}  // namespace
}  // namespace tokimori
