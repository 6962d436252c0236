#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

const UtcTime kEvening = parse_utc("2026-11-22T09:00:00Z").value();
constexpr SourceId kGps = 1;
constexpr SourceId kServer = 2;
constexpr SourceId kLocal = 9;

/// The clock of the host, which shows so much more than UTC.
Receiver host_clock(Duration fast) {
    Receiver receiver{.settings = {.id = kLocal, .refid = reference_id("LOCL"), .stratum = 10, .last_resort = true}};
    receiver.pulses = receiver.labels = false;
    receiver.host_clock_fast = fast;
    return receiver;
}

Receiver gps(int lost, int back) {
    Receiver receiver{.settings = {.id = kGps, .expects_pulses = true}};
    receiver.script = [lost, back](int second, Receiver& r) { r.pulses = r.labels = second < lost || second >= back; };
    return receiver;
}

Receiver server(int lost, int back) {
    Receiver receiver{.settings = {.id = kServer, .refid = reference_id("NTP"), .kin = Kin::kNetwork}};
    receiver.pulses = receiver.labels = false;
    receiver.sample_every = 16;
    receiver.path = NetworkPath{};
    receiver.script = [lost, back](int second, Receiver& r) { r.samples = second < lost || second >= back; };
    return receiver;
}

Timekeeper::Settings with_holdover(Duration holdover) {
    Timekeeper::Settings settings = World::laboratory();
    settings.policy.holdover = holdover;
    return settings;
}

bool is_local(const Verdict& verdict) {
    return verdict.serving && verdict.state == ClockState::kLocal;
}

/// Between what the free counter said and what any other source says lie two seconds of LI 3 at least.
void expect_silence_after_the_last_resort(const World& world) {
    int since = 1000;
    for (const Verdict& verdict : world.history()) {
        since = is_local(verdict) ? 0 : since + 1;
        if (verdict.serving && !is_local(verdict)) {
            EXPECT_GT(since, 2) << verdict.second;
        }
    }
}

TEST(LastResort, AloneFromAColdStartHoldsANetworkTogetherForAWeek) {
    World world{kEvening, {.offset_ppm = 23, .daily_cycle_ppm = 0.4}};
    world.allow_broken_promises();
    world.add(host_clock(-40s));
    world.run(7 * 86'400);
    EXPECT_EQ(world.first_served(), 0);
    EXPECT_EQ(world.seconds_served(0, 7 * 86'400), 7 * 86'400);
    Duration before = world.history().front().error;
    for (const Verdict& verdict : world.history()) {
        EXPECT_TRUE(is_local(verdict)) << verdict.second;
        EXPECT_EQ(verdict.bound, 1s) << verdict.second;
        EXPECT_LT(std::chrono::abs(verdict.error - before), 30us) << "time never jumps: " << verdict.second;
        before = verdict.error;
    }
}

TEST(LastResort, FollowsHoldoverWithoutAStepAndEndsBehindLiThreeWhenGpsIsBack) {
    World world{kEvening, {.offset_ppm = 23, .walk_per_root_second = 1e-10}, with_holdover(1h)};
    world.add(gps(1800, 40'000));
    world.add(host_clock(3s));
    world.run(41'000);
    EXPECT_EQ(world.seconds_served(10, 1800), 1790);
    const auto& history = world.history();
    EXPECT_EQ(history[3600].state, ClockState::kHoldover);
    for (int second = 1800 + 3600 + 5; second < 40'000; ++second) {
        const Verdict& verdict = history[static_cast<std::size_t>(second)];
        EXPECT_TRUE(is_local(verdict)) << second;
        EXPECT_GE(verdict.bound, 1s) << second;
    }
    EXPECT_LT(world.worst_error(1800, 39'990), 50ms) << "it is our own clock that goes on";
    EXPECT_EQ(world.now().selected, kGps);
    EXPECT_LT(std::chrono::abs(world.now().error), 5us);
    expect_silence_after_the_last_resort(world);
}

TEST(LastResort, IsNeverServedBesideAnotherServerThatIsHeard) {
    World world{kEvening, {.offset_ppm = -11}, with_holdover(20min)};
    world.add(gps(600, 100'000));
    world.add(server(5000, 12'000));
    world.add(host_clock(-90s));
    world.run(14'000);
    int locals = 0;
    for (const Verdict& verdict : world.history()) {
        locals += is_local(verdict) ? 1 : 0;
        EXPECT_TRUE(!is_local(verdict) || (verdict.second > 5000 + 1160 && verdict.second <= 12'004)) << verdict.second;
    }
    EXPECT_GT(locals, 5000);
    EXPECT_EQ(world.now().selected, kServer);
    expect_silence_after_the_last_resort(world);
}

TEST(LastResort, ThatBeganFarFromTheTruthLeavesNoTraceOnceASourceIsHeard) {
    World world{kEvening, {.offset_ppm = 23}};
    world.allow_broken_promises();
    world.add(gps(0, 600));
    world.add(host_clock(std::chrono::hours{24 * 400}));
    world.run(600);
    ASSERT_TRUE(is_local(world.now()));
    world.run(1);
    EXPECT_FALSE(world.now().serving) << "the first report ends it";
    world.allow_broken_promises(false);
    world.run(60);
    EXPECT_EQ(world.now().selected, kGps) << "no panic over what nobody had vouched for";
    EXPECT_LT(std::chrono::abs(world.now().error), 5us);
    expect_silence_after_the_last_resort(world);
}

}  // namespace
}  // namespace tokimori::sim
