#include "server/daemon/front_panel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/fake_panel.h"
#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

class FrontPanelTest : public DriverTest {
protected:
    FrontPanelTest() {
        clock_.state = ClockState::kSynchronised;
        clock_.vouched = clock_.followed = clock_.by_pulses = true;
    }

    static FrontPanelConfiguration configured(const std::string& relay) {
        FrontPanelConfiguration configuration;
        configuration.time_led = "time";
        configuration.alarm_relay = relay;
        return configuration;
    }
    bool energised(const std::string& relay) { return panel_.outputs[relay].active; }

    FakePanel panel_;
    PanelSight clock_;
    int looks_ = 0;
    Log log_{[](std::string_view) {}, LogLevel::kInfo, nullptr};
    FrontPanel front_panel_{io_,
                            log_,
                            {[this] { return counter_.now(); },
                             [this] {
                                 ++looks_;
                                 return clock_;
                             }},
                            panel_.hardware()};
};

TEST_F(FrontPanelTest, DoesNothingWhereNoneIsConfigured) {
    front_panel_.configure({});
    FrontPanelConfiguration button_alone;
    button_alone.button = "17";
    front_panel_.configure(button_alone);
    EXPECT_EQ(io_.run(), 0U);
    EXPECT_EQ(looks_, 0);
}

TEST_F(FrontPanelTest, FollowsTheClockUntilItIsStopped) {
    front_panel_.configure(configured("relay"));
    EXPECT_TRUE(energised("relay"));
    clock_.vouched = false;
    run_until([this] { return !energised("relay"); });
    clock_.vouched = true;
    run_until([this] { return energised("relay"); });
    front_panel_.stop();
    EXPECT_FALSE(energised("relay"));
    EXPECT_FALSE(panel_.outputs["relay"].taken);
    io_.restart();
    io_.run();
    EXPECT_FALSE(energised("relay"));
}

TEST_F(FrontPanelTest, TheSamePanelGoesOnThroughAReload) {
    front_panel_.configure(configured("relay"));
    const int changes = panel_.outputs["relay"].changes;
    front_panel_.configure(configured("relay"));
    EXPECT_EQ(panel_.outputs["relay"].changes, changes);
    EXPECT_EQ(looks_, 1);
}

TEST_F(FrontPanelTest, AnotherPanelTakesItsPlace) {
    front_panel_.configure(configured("relay"));
    front_panel_.configure(configured("another"));
    EXPECT_FALSE(energised("relay"));
    EXPECT_TRUE(energised("another"));
    front_panel_.configure({});
    EXPECT_FALSE(energised("another"));
    io_.restart();
    io_.run();
    EXPECT_FALSE(panel_.outputs["another"].taken);
}

}  // namespace
}  // namespace tokimori
