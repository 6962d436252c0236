#include "server/daemon/panel_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/fake_panel.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr PanelLook kWell{LampPattern::kOn, LampPattern::kSlowBlink, LampPattern::kOff, true};
constexpr PanelLook kFault{LampPattern::kFastBlink, LampPattern::kOff, LampPattern::kOn, false};

FrontPanelConfiguration whole_panel() {
    return {.chip = "gpiochip0",
            .time_led = "time",
            .reference_led = "reference",
            .alarm_led = "alarm",
            .alarm_relay = "relay",
            .button = "button"};
}

class PanelLinesTest : public ::testing::Test {
protected:
    std::unique_ptr<PanelLines> make(const FrontPanelConfiguration& configuration) {
        return std::make_unique<PanelLines>(log_, configuration, panel_.hardware());
    }
    const FakeOutput& line(const std::string& name) { return panel_.outputs[name]; }
    /// "time+relay": who is lit or energised.
    std::string active() const {
        std::string names;
        for (const auto& [name, output] : panel_.outputs) {
            names += output.active ? (names.empty() ? "" : "+") + name : "";
        }
        return names;
    }

    FakePanel panel_;
    std::string said_;
    Log log_{[this](std::string_view line) { said_ += line; }, LogLevel::kInfo, nullptr};
};

TEST_F(PanelLinesTest, IsDarkAndDeEnergisedBeforeItIsToldWhatToShow) {
    const auto lines = make(whole_panel());
    lines->take(LocalInstant{});
    EXPECT_EQ(active(), "");
    for (const char* const name : {"time", "reference", "alarm", "relay"}) {
        EXPECT_TRUE(line(name).taken) << name;
        EXPECT_EQ(line(name).chip, "gpiochip0");
    }
    EXPECT_EQ(said_, "");
}

TEST_F(PanelLinesTest, ShowsPatternsByTheMomentAndTouchesALineOnlyToChangeIt) {
    const auto lines = make(whole_panel());
    lines->show(LocalInstant{}, kWell);
    EXPECT_EQ(active(), "reference+relay+time");
    lines->show(LocalInstant{} + 999ms, kWell);
    EXPECT_EQ(line("reference").changes, 1);
    lines->show(LocalInstant{} + 1s, kWell);
    EXPECT_EQ(active(), "relay+time");
    lines->show(LocalInstant{} + 2s, kFault);
    EXPECT_EQ(active(), "alarm+time");
    lines->show(LocalInstant{} + 2125ms, kFault);
    EXPECT_EQ(active(), "alarm");
    EXPECT_EQ(line("relay").changes, 2);
}

TEST_F(PanelLinesTest, EndsDarkAndDeEnergised) {
    make(whole_panel())->show(LocalInstant{}, kWell);
    EXPECT_EQ(active(), "");
    EXPECT_FALSE(line("relay").taken);
    EXPECT_EQ(panel_.button->closed, 1);
}

TEST_F(PanelLinesTest, HasOnlyTheLinesThatAreConfigured) {
    FrontPanelConfiguration configuration;
    configuration.alarm_relay = "relay";
    const auto lines = make(configuration);
    lines->show(LocalInstant{}, kWell);
    EXPECT_EQ(active(), "relay");
    EXPECT_EQ(panel_.outputs.size(), 1U);
    EXPECT_EQ(panel_.button->opened, 0);
}

TEST_F(PanelLinesTest, KnowsWhichLinesAreActiveWhileLow) {
    FrontPanelConfiguration configuration = whole_panel();
    const auto usual = make(configuration);
    EXPECT_FALSE(line("relay").active_low);
    EXPECT_EQ(panel_.bias, LineBias::kPullUp);
    configuration.active_low = {PanelLine::kAlarmRelay};
    const auto other = make(configuration);
    EXPECT_TRUE(line("relay").active_low);
    EXPECT_FALSE(line("time").active_low);
    EXPECT_EQ(panel_.bias, LineBias::kPullDown);
}

TEST_F(PanelLinesTest, APressLightsAllLampsForThreeSecondsAndLeavesTheRelayAlone) {
    const auto lines = make(whole_panel());
    lines->show(LocalInstant{}, kFault);
    panel_.press();
    panel_.release();
    panel_.press();
    lines->show(LocalInstant{} + 1s, kFault);
    EXPECT_EQ(active(), "alarm+reference+time");
    lines->show(LocalInstant{} + 3999ms, kFault);
    EXPECT_EQ(active(), "alarm+reference+time");
    lines->show(LocalInstant{} + 4s, kFault);
    EXPECT_EQ(active(), "alarm+time") << "as the pattern is, though the button is still held";
    panel_.release();
    lines->show(LocalInstant{} + 5125ms, kFault);
    EXPECT_EQ(active(), "alarm") << "letting go is no press";
}

TEST_F(PanelLinesTest, ALineThatCannotBeHadIsToldOnceAndTriedAgainWhileOthersShine) {
    panel_.outputs["time"].fault = "line 17 is in use by \"led0\"";
    const auto lines = make(whole_panel());
    for (int second = 0; second < 60; ++second) {
        lines->show(LocalInstant{} + std::chrono::seconds{second}, kWell);
    }
    EXPECT_TRUE(line("relay").active);
    EXPECT_EQ(lines->trouble(), "time_led: line 17 is in use by \"led0\"");
    EXPECT_EQ(said_, "warning front_panel line=time_led what=\"line 17 is in use by \\\"led0\\\"\"\n");
    panel_.outputs["time"].fault.clear();
    lines->show(LocalInstant{} + 70s, kWell);
    EXPECT_TRUE(line("time").active);
    EXPECT_EQ(lines->trouble(), "");
    EXPECT_THAT(said_, HasSubstr("info front_panel line=time_led what=\"works again\""));
}

TEST_F(PanelLinesTest, ALineThatGoesAwayIsTakenAnew) {
    const auto lines = make(whole_panel());
    lines->show(LocalInstant{}, kWell);
    panel_.outputs["reference"].fault = "gone";
    lines->show(LocalInstant{} + 1s, kWell);
    EXPECT_FALSE(line("reference").taken);
    EXPECT_THAT(said_, HasSubstr("warning front_panel line=reference_led what=gone"));
    panel_.outputs["reference"].fault.clear();
    lines->show(LocalInstant{} + 10s, kWell);
    EXPECT_FALSE(line("reference").taken);
    lines->show(LocalInstant{} + 12s, kWell);
    EXPECT_TRUE(line("reference").active);
}

TEST_F(PanelLinesTest, AButtonThatGoesAwayIsTakenAnew) {
    const auto lines = make(whole_panel());
    lines->show(LocalInstant{}, kWell);
    panel_.button->unplug();
    lines->show(LocalInstant{} + 1s, kWell);
    EXPECT_THAT(said_, HasSubstr("warning front_panel line=button"));
    EXPECT_THAT(lines->trouble(), HasSubstr("button: "));
    lines->show(LocalInstant{} + 11s, kWell);
    EXPECT_EQ(panel_.button->opened, 2);
    EXPECT_THAT(said_, HasSubstr("line=button what=\"works again\""));
}

TEST_F(PanelLinesTest, DarkensWhatACrashLeftShining) {
    darken_panel(log_, whole_panel(), panel_.hardware());
    EXPECT_EQ(active(), "");
    EXPECT_EQ(panel_.outputs.size(), 4U);
    EXPECT_EQ(panel_.button->opened, 0);
    panel_.outputs["time"].fault = "busy";
    darken_panel(log_, whole_panel(), panel_.hardware());
    EXPECT_THAT(said_, HasSubstr("what=busy"));
}

}  // namespace
}  // namespace tokimori
