#include "refclocks/simulated_sky.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <variant>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr SourceId kSource = 7;
const LocalInstant kLaunch{500s};

SimulatedSkySettings from(const char* start) {
    SimulatedSkySettings settings;
    settings.start = parse_utc(start);
    return settings;
}

/// Plays a sky second by second and keeps what it says.
struct Listener {
    explicit Listener(const SimulatedSkySettings& settings) : sky{settings, kSource, {kLaunch, 0}} {}

    void hear(int seconds) {
        for (int i = 0; i < seconds; ++i) {
            const auto second = sky.next_second({now, 0});
            for (const auto& event : second.events) {
                EXPECT_LE(event.due, second.edge + 500ms);
                if (const auto* pulse = std::get_if<Pulse>(&event.observation)) {
                    pulses.push_back(*pulse);
                } else {
                    labels.push_back(std::get<Label>(event.observation));
                }
            }
            now = second.edge + 600ms;
        }
    }
    std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const Label& label : labels) {
            all.push_back(format_utc(label.time));
        }
        return all;
    }

    SimulatedSky sky;
    LocalInstant now = kLaunch;
    std::vector<Pulse> pulses;
    std::vector<Label> labels;
};

TEST(SimulatedSky, GivesAPulseAndALabelEverySecond) {
    Listener listener{from("2026-11-22T00:00:00Z")};
    listener.hear(100);
    ASSERT_EQ(listener.pulses.size(), 100U);
    ASSERT_EQ(listener.labels.size(), 100U);
    EXPECT_EQ(format_utc(listener.labels[0].time), "2026-11-22T00:00:01Z");
    EXPECT_EQ(format_utc(listener.labels[99].time), "2026-11-22T00:01:40Z");
    EXPECT_EQ(listener.labels[0].gps_minus_utc, 18);
    for (std::size_t i = 0; i < 100; ++i) {
        const Duration error = listener.pulses[i].at - (kLaunch + std::chrono::seconds{i + 1});
        EXPECT_LT(std::chrono::abs(error), 2us);
        EXPECT_NEAR(static_cast<double>((listener.labels[i].heard - listener.pulses[i].at).count()), 120e6, 20e6);
        EXPECT_EQ(listener.pulses[i].source, kSource);
    }
}

TEST(SimulatedSky, ShowsTheFrequencyErrorOfTheCounter) {
    SimulatedSkySettings settings = from("2026-11-22T00:00:00Z");
    settings.frequency_error_ppm = 100;
    settings.jitter = 0ns;
    Listener listener{settings};
    listener.hear(100);
    EXPECT_NEAR(static_cast<double>((listener.pulses.back().at - kLaunch).count()), 100e9 * (1 + 100e-6), 1e3);
}

TEST(SimulatedSky, FollowsTheHostsClockWhereItHasNoDateOfItsOwn) {
    SimulatedSkySettings settings;
    settings.jitter = 0ns;
    const std::int64_t posix = parse_utc("2026-11-22").value().second.day * 86'400'000'000'000LL;
    SimulatedSky sky{settings, kSource, {kLaunch, posix}};
    const auto first = sky.next_second({kLaunch, posix + 250'000'000});
    EXPECT_EQ(first.edge, kLaunch + 750ms);
    const auto slewed = sky.next_second({kLaunch + 1s, posix + 1'260'000'000});
    EXPECT_EQ(slewed.edge, kLaunch + 1s + 740ms);
    const auto set_back = sky.next_second({kLaunch + 2s, posix - 3'600'000'000'000});
    EXPECT_EQ(set_back.edge, kLaunch + 3s) << "an hour back must not silence it for an hour";
}

TEST(SimulatedSky, NamesAnInsertedSecondAndAnnouncesIt) {
    SimulatedSkySettings settings = from("2016-11-30T23:59:57Z");
    settings.leap = LeapKind::kInsert;
    Listener listener{settings};
    listener.hear(5);
    EXPECT_THAT(listener.names(),
                testing::ElementsAre("2016-11-30T23:59:58Z", "2016-11-30T23:59:59Z", "2016-11-30T23:59:60Z",
                                     "2016-12-01T00:00:00Z", "2016-12-01T00:00:01Z"));
    EXPECT_EQ(listener.labels[2].leap_at_month_end, LeapKind::kInsert);
    EXPECT_EQ(listener.labels[3].leap_at_month_end, std::nullopt);
    EXPECT_EQ(*listener.labels[3].gps_minus_utc, *listener.labels[2].gps_minus_utc + 1);
}

TEST(SimulatedSky, LeavesOutADeletedSecond) {
    SimulatedSkySettings settings = from("2030-06-30T23:59:57Z");
    settings.leap = LeapKind::kDelete;
    Listener listener{settings};
    listener.hear(3);
    EXPECT_THAT(listener.names(),
                testing::ElementsAre("2030-06-30T23:59:58Z", "2030-07-01T00:00:00Z", "2030-07-01T00:00:01Z"));
}

TEST(SimulatedSky, KeepsToHistoryWhereNothingIsAnnounced) {
    Listener listener{from("2016-12-31T23:59:58Z")};
    listener.hear(3);
    EXPECT_EQ(format_utc(listener.labels[1].time), "2016-12-31T23:59:60Z");
    EXPECT_EQ(listener.labels[1].leap_at_month_end, std::nullopt);
}

TEST(SimulatedSky, PlaysItsScript) {
    SimulatedSkySettings settings = from("2026-11-22T00:00:00Z");
    settings.script = parse_sky_script(
                          "2s no-pulses for 2s; 4s no-labels for 2s;6s silence for 2s; 8s wrong-second "
                          "-1 for 1s; 9s wrong-week -1024 for 1s;10s wrong-edge 100 for 1s")
                          .value();
    Listener listener{settings};
    listener.hear(12);
    EXPECT_EQ(listener.pulses.size(), 12U - 4U);
    EXPECT_EQ(listener.labels.size(), 12U - 4U);
    EXPECT_EQ(format_utc(listener.labels[3].time), "2026-11-22T00:00:07Z");
    EXPECT_EQ(format_utc(listener.labels[4].time), "2007-04-08T00:00:09Z");
    EXPECT_EQ(listener.labels[4].gps_minus_utc, 18);
    const Duration late = listener.pulses[5].at - (kLaunch + 10s);
    EXPECT_NEAR(static_cast<double>(late.count()), 100e6, 1e4);
}

TEST(SkyScript, RefusesWhatItCannotRead) {
    for (const char* line :
         {"2s", "2s silence", "2s silence for", "2s silence for 2", "silence 2s for 2s", "2s noise for 2s",
          "-2s silence for 2s", "2s silence 3 for 2s", "2s wrong-second for 2s", "2s wrong-second x for 2s",
          "2s wrong-second 1 for 2s 3s", "2d silence for 2s", ";", "9999999999s silence for 1s"}) {
        EXPECT_FALSE(parse_sky_script(line)) << line;
    }
    EXPECT_TRUE(parse_sky_script("").value().empty());
    EXPECT_EQ(parse_sky_fault("1m wrong-second +1 for 1h"), (SkyFault{SkyFault::Kind::kWrongSecond, 1min, 1h, 1}));
}

}  // namespace
}  // namespace tokimori
