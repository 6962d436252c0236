#include "server/daemon/panel_note.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "server/daemon/front_panel.h"
#include "tests/daemon/fake_panel.h"
#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

class PanelNoteTest : public DriverTest {
protected:
    PanelNoteTest() {
        std::string pattern = std::filesystem::temp_directory_path() / "tokimori.XXXXXX";
        directory_ = ::mkdtemp(pattern.data());
    }
    ~PanelNoteTest() override { std::filesystem::remove_all(directory_); }

    std::optional<FrontPanelConfiguration> noted() const { return PanelNote{directory_}.read(); }

    std::string directory_;
    FakePanel panel_;
    std::string said_;
    Log log_{[this](std::string_view line) { said_ += line; }, LogLevel::kInfo, nullptr};
};

FrontPanelConfiguration relay_at(const std::string& line) {
    FrontPanelConfiguration configuration;
    configuration.chip = "gpiochip0";
    configuration.alarm_relay = line;
    configuration.active_low = {PanelLine::kAlarmRelay, PanelLine::kButton};
    return configuration;
}

TEST_F(PanelNoteTest, IsReadAsItWasWritten) {
    FrontPanelConfiguration whole = relay_at("a \"name\" \\ with ' anything");
    whole.time_led = "GPIO17";
    whole.active_low = {PanelLine::kAlarmRelay};
    EXPECT_FALSE(noted());
    PanelNote note{directory_};
    EXPECT_EQ(note.write(whole), 0);
    EXPECT_EQ(noted(), whole);
    note.remove();
    EXPECT_FALSE(noted());
}

TEST_F(PanelNoteTest, IsNothingWhereItCannotBeRead) {
    for (const std::string_view text : {"", "[front_panel", "[front_panel]\n", "[front_panel]\nrelay = 1\n"}) {
        std::ofstream{directory_ + "/front_panel"} << text;
        EXPECT_FALSE(noted()) << text;
    }
    PanelNote nowhere{""};
    EXPECT_EQ(nowhere.write(relay_at("22")), 0);
    EXPECT_FALSE(nowhere.read());
}

TEST_F(PanelNoteTest, TellsTheLinesInUseUntilTheyAreLetGo) {
    const FrontPanel::Sight sight{[this] { return counter_.now(); }, [] { return PanelSight{}; }};
    FrontPanel front_panel{io_, log_, sight, panel_.hardware(), PanelNote{directory_}};
    front_panel.configure(relay_at("22"));
    ASSERT_TRUE(noted());
    EXPECT_EQ(noted()->alarm_relay, "22");
    EXPECT_EQ(noted()->active_low, std::vector{PanelLine::kAlarmRelay});
    front_panel.configure(relay_at("23"));
    EXPECT_EQ(noted()->alarm_relay, "23");
    front_panel.configure({});
    EXPECT_FALSE(noted());
    front_panel.configure(relay_at("22"));
    front_panel.stop();
    EXPECT_FALSE(noted());
    EXPECT_EQ(said_, "");
}

TEST_F(PanelNoteTest, SaysThatNothingCanBeNotedAndGoesOn) {
    const FrontPanel::Sight sight{[this] { return counter_.now(); }, [] { return PanelSight{}; }};
    FrontPanel front_panel{io_, log_, sight, panel_.hardware(), PanelNote{directory_ + "/absent"}};
    front_panel.configure(relay_at("22"));
    EXPECT_TRUE(panel_.outputs["22"].taken);
    EXPECT_NE(said_.find("cannot be noted (No such file or directory)"), std::string::npos) << said_;
}

}  // namespace
}  // namespace tokimori
