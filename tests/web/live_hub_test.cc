#include "web/live_hub.h"

#include <gtest/gtest.h>

#include "web/audit_pacer.h"

namespace tokimori::web {
namespace {

TEST(LiveHub, GivesEachViewerTheSameEvent) {
    LiveHub hub;
    std::vector<LiveHub::Event> seen;
    for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(hub.join("s", [&](const LiveHub::Event& event) {
            seen.push_back(event);
            return true;
        }));
    }
    const auto event = live_event("status", "{}");
    EXPECT_EQ(*event, "event: status\ndata: {}\n\n");
    hub.tell(event, nullptr, [](const std::string&) { return true; });
    EXPECT_EQ(seen, (std::vector<LiveHub::Event>{event, event}));
}

TEST(LiveHub, SendsAwayWhoseSessionHasEndedAndForgetsWhoIsGone) {
    LiveHub hub;
    std::string last;
    const auto viewer = [&](const LiveHub::Event& event) {
        last = event != nullptr ? *event : last + "(end)";
        return true;
    };
    hub.join("ended", viewer);
    hub.join("alive", [](const LiveHub::Event&) { return false; });
    hub.join("token", [](const LiveHub::Event&) { return true; });
    hub.tell(live_event("status", "1"), live_event("ended", "2"), [](const std::string& s) { return s != "ended"; });
    EXPECT_EQ(last, "event: ended\ndata: 2\n\n(end)");
    EXPECT_EQ(hub.size(), 1U);
}

TEST(LiveHub, HasRoomForSixtyFour) {
    LiveHub hub;
    for (std::size_t i = 0; i < LiveHub::kMost; ++i) {
        EXPECT_TRUE(hub.join(std::to_string(i), [](const LiveHub::Event&) { return true; }));
    }
    EXPECT_TRUE(hub.is_full("another"));
    EXPECT_FALSE(hub.join("another", [](const LiveHub::Event&) { return true; }));
}

TEST(LiveHub, LetsNobodyTakeAllSeats) {
    LiveHub hub;
    for (int i = 0; i < 100; ++i) {
        hub.join("greedy", [](const LiveHub::Event&) { return true; });
    }
    EXPECT_EQ(hub.size(), LiveHub::kMostOfOne);
    EXPECT_TRUE(hub.is_full("greedy"));
    EXPECT_FALSE(hub.is_full("another"));
}

TEST(AuditPacer, LetsTwentyPassAndThenTwoAMinute) {
    using namespace std::chrono_literals;
    AuditPacer pacer;
    const Instant start{1000s};
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(pacer.admit(start), 0U);
    }
    for (int i = 0; i < 7; ++i) {
        EXPECT_FALSE(pacer.admit(start));
    }
    EXPECT_EQ(pacer.admit(start + 30s), 7U);
    EXPECT_FALSE(pacer.admit(start + 31s));
}

}  // namespace
}  // namespace tokimori::web
