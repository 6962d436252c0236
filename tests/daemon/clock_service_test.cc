#include "server/daemon/clock_service.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>

#include "leap/calendar.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

/// A clock service whose counter is ours, with one source whose part we play.
class ClockServiceTest : public ::testing::Test {
protected:
    ClockServiceTest() { hear(20); }

    static Configuration configuration() {
        Configuration configuration;
        RefclockConfiguration program;
        program.driver = "sock";
        program.name = "program";
        program.path = "/nonexistent/sock";
        configuration.refclocks = {program};
        configuration.state_dir.clear();
        configuration.system_clock = SystemClockMode::kLeave;
        configuration.workers = 0;
        return configuration;
    }

    void pass(Duration span) {
        for (std::int64_t* const clock : {&host_.raw, &host_.monotonic, &host_.realtime, &host_.boottime}) {
            *clock += span.count();
        }
    }
    /// What the source says of now.
    OffsetSample sample() const {
        UtcTime time = parse_utc("2027-02-01T00:00:00Z").value();
        time.second.second = static_cast<std::int32_t>(host_.raw / 1'000'000'000);
        return {.source = 1, .local = host_.local(), .time = time, .uncertainty = 1us};
    }
    void hear(int times) {
        for (int i = 0; i < times; ++i) {
            pass(1s);
            service_.observe(sample());
        }
    }
    bool serves() { return published_.read().state.synchronised_at(host_.local()); }
    bool said(std::string_view event) const { return said_.find(event) != std::string::npos; }

    int readings_ = 0;
    ClockReading host_{.raw = 100'000'000'000, .monotonic = 100'000'000'000, .boottime = 100'000'000'000};
    boost::asio::io_context io_;
    PublishedState published_{PublishedClock{}};
    std::string said_;
    Log log_{[this](std::string_view line) { said_ += line; }, LogLevel::kInfo, nullptr};
    ClockService service_{io_, configuration(), published_, log_, Counter{[this] {
                              ++readings_;
                              return host_;
                          }}};
};

TEST_F(ClockServiceTest, WhatIsHeardFirstAfterASuspendIsNotHeldAgainstWhatWasBefore) {
    ASSERT_TRUE(serves()) << said_;
    host_.boottime += Duration{1h}.count();
    // Of before: it was on its way when the host went to sleep.
    service_.observe(sample());
    EXPECT_FALSE(serves());
    EXPECT_TRUE(said(" suspended ")) << said_;
    hear(20);
    EXPECT_TRUE(serves());
}

TEST_F(ClockServiceTest, ReadingsThatWereTakenApartAreNoSuspend) {
    ASSERT_TRUE(serves());
    host_.boottime += Duration{5ms}.count();
    host_.width = Duration{6ms}.count();
    service_.observe(sample());
    EXPECT_TRUE(serves());
    EXPECT_FALSE(said(" suspended "));
}

// To read all clocks of the host is a good part of what is done while nobody asks.
TEST_F(ClockServiceTest, ReadsTheClocksOnceForWhatItHears) {
    ASSERT_TRUE(serves());
    readings_ = 0;
    hear(5);
    EXPECT_EQ(readings_, 5);
}

TEST_F(ClockServiceTest, NewsAreWhatChangesAndNotWhatGoesOn) {
    const std::uint64_t before = service_.news();
    hear(20);
    EXPECT_EQ(service_.news(), before);
    service_.start();
    EXPECT_EQ(service_.news(), before);
    service_.stop();
    Configuration other = configuration();
    other.refclocks[0].noselect = true;
    service_.reload(other, std::nullopt);
    hear(1);
    EXPECT_GT(service_.news(), before);
}

TEST_F(ClockServiceTest, ThatTheClockIsInAnotherStateIsNewsAndIsSaidOnce) {
    ASSERT_EQ(service_.facts().clock.state, ClockState::kSynchronised);
    said_.clear();
    while (service_.facts().clock.state == ClockState::kSynchronised && host_.local() < LocalInstant{1h}) {
        const std::uint64_t before = service_.news();
        pass(1s);
        service_.observe(Satellites{.source = 1, .at = host_.local()});
        const ClockFacts facts = service_.facts();
        EXPECT_EQ(facts.clock.state == ClockState::kHoldover, said(" clock state=holdover ")) << said_;
        EXPECT_TRUE(facts.clock.state == ClockState::kSynchronised || service_.news() > before);
        EXPECT_TRUE(facts.clock.state == ClockState::kSynchronised || facts.state_since == host_.local());
    }
    ASSERT_EQ(service_.facts().clock.state, ClockState::kHoldover);
    const std::uint64_t before = service_.news();
    said_.clear();
    service_.observe(Satellites{.source = 1, .at = host_.local()});
    EXPECT_EQ(service_.news(), before);
    EXPECT_EQ(said_, "");
}

TEST_F(ClockServiceTest, KnowsWhenItTurnedLast) {
    pass(3s);
    const LocalInstant now = host_.local();
    service_.start();
    EXPECT_EQ(service_.turned(), now);
    service_.stop();
}

}  // namespace
}  // namespace tokimori
