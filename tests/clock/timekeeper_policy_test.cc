#include <gtest/gtest.h>

#include "tests/clock/bench.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// What the operator decides, and may change while it runs.
class Policy : public Bench {
protected:
    using Bench::Bench;

    template <typename Change>
    void set(const Change& change) {
        change(policy_);
        clock_.set_policy(policy_);
    }

    ClockPolicy policy_;
};

TEST_F(Policy, FollowsNobodyBelowTheMinimumOfSources) {
    set([](ClockPolicy& policy) { policy.minimum_sources = 2; });
    clock_.set_sources({gps(1)});
    feed(0, 60);
    EXPECT_FALSE(serving_at(60s));
    EXPECT_EQ(report().reason, Reason::kNotEnough);
}

TEST_F(Policy, FollowsAsManyAsTheMinimumOfSources) {
    set([](ClockPolicy& policy) { policy.minimum_sources = 2; });
    clock_.set_sources({gps(1), gps(2)});
    feed_all(0, 20, {1, 2});
    EXPECT_TRUE(serving_at(20s));
}

TEST_F(Policy, CountsOneReceiverOnceThoughItIsHeardThroughTwoSources) {
    set([](ClockPolicy& policy) { policy.minimum_sources = 2; });
    clock_.set_sources({gps(1), gps(2)});
    for (int second = 0; second < 60; ++second) {
        pulse(second, 1);
        pulse(second, 2);
        clock_.observe(label(second, 1));
        clock_.advance(at(seconds(second) + 900ms));
    }
    EXPECT_FALSE(serving_at(60s));
    EXPECT_EQ(report(2).reason, Reason::kNotEnough);
}

TEST_F(Policy, DoesNotCountAFalseticker) {
    set([](ClockPolicy& policy) { policy.minimum_sources = 3; });
    clock_.set_sources({gps(1), gps(2), gps(3)});
    behind_[3] = 5ms;
    feed_all(0, 60, {1, 2, 3});
    EXPECT_FALSE(serving_at(60s));
}

TEST_F(Policy, MayLowerTheMinimumOfSourcesWhileItRuns) {
    set([](ClockPolicy& policy) { policy.minimum_sources = 2; });
    clock_.set_sources({gps(1)});
    feed(0, 60);
    set([](ClockPolicy& policy) { policy.minimum_sources = 1; });
    feed(60, 62);
    EXPECT_TRUE(serving_at(62s));
}

TEST_F(Policy, GoesOnByItselfWhenItsSourcesBecomeTooFew) {
    set([](ClockPolicy& policy) { policy.minimum_sources = 2; });
    clock_.set_sources({gps(1), gps(2)});
    feed_all(0, 20, {1, 2});
    feed(20, 60, 1);
    EXPECT_EQ(clock_.clock_state(), ClockState::kHoldover);
    EXPECT_EQ(report(1).reason, Reason::kNotEnough);
}

TEST_F(Policy, EndsServiceWhereTheBoundReachesTheErrorThatIsAllowed) {
    set([](ClockPolicy& policy) { policy.holdover_error = 1ms; });
    clock_.set_sources({gps()});
    feed(0, 60);
    EXPECT_LE(clock_.state().root_distance_at(clock_.state().valid_until), 1ms + 1us);
    EXPECT_TRUE(serving_at(900s));
    EXPECT_FALSE(serving_at(1100s));
}

TEST_F(Policy, NeverAllowsMoreThanASecond) {
    set([](ClockPolicy& policy) {
        policy.holdover_error = 1h;
        policy.holdover = 24h * 365;
    });
    clock_.set_sources({gps()});
    feed(0, 60);
    EXPECT_LE(clock_.state().root_distance_at(clock_.state().valid_until), 1s + 1us);
}

TEST_F(Policy, ServesNothingWhereItAllowsNoErrorAtAll) {
    set([](ClockPolicy& policy) { policy.holdover_error = 1ns; });
    clock_.set_sources({gps()});
    feed(0, 60);
    EXPECT_FALSE(serving_at(59s + 900ms));
}

TEST_F(Policy, ServesOnlyWhatIsBetterThanTheErrorThatIsAllowed) {
    set([](ClockPolicy& policy) { policy.holdover_error = 100ms; });
    clock_.set_sources({sentences()});
    feed(0, 60, 1, false);
    EXPECT_FALSE(serving_at(59s + 900ms)) << "sentences are half a second off";
}

TEST_F(Policy, EndsServiceAfterTheHoldover) {
    set([](ClockPolicy& policy) { policy.holdover = 10min; });
    clock_.set_sources({gps()});
    feed(0, 60);
    EXPECT_TRUE(serving_at(59s + 10min - 1ns));
    EXPECT_FALSE(serving_at(59s + 10min));
}

TEST_F(Policy, BearsAHoldoverForEver) {
    set([](ClockPolicy& policy) { policy.holdover = Duration::max(); });
    clock_.set_sources({gps()});
    feed(0, 60);
    EXPECT_TRUE(serving_at(24h));
    EXPECT_LE(clock_.state().root_distance_at(clock_.state().valid_until), 1s + 1us);
}

// Sentences whose delay nobody knows set the clock 0.21 s wrong, and then pulses tell.
class Correction : public Policy {
protected:
    void SetUp() override {
        clock_.set_sources({sentences(1), gps(2)});
        feed(0, 40, 1, false);
        ASSERT_GT(std::chrono::abs(error_at(40s)), 200ms);
    }
};

TEST_F(Correction, IsAStepBeyondTheThreshold) {
    feed_all(40, 60, {2});
    EXPECT_TRUE(serving_at(60s));
    EXPECT_LE(std::chrono::abs(error_at(60s)), 1us);
}

TEST_F(Correction, IsNotServedAcrossAStep) {
    bool interrupted = false;
    for (int second = 40; second < 60; ++second) {
        pulse(second, 2);
        interrupted |= !serving_at(seconds(second));
        clock_.observe(label(second, 2));
        interrupted |= !serving_at(seconds(second) + 140ms);
    }
    EXPECT_TRUE(interrupted);
}

TEST_F(Correction, IsASlewWithinTheThreshold) {
    set([](ClockPolicy& policy) { policy.step_threshold = 500ms; });
    for (int second = 40; second < 500; ++second) {
        const Duration before = error_at(seconds(second));
        feed(second, second + 1, 2);
        EXPECT_TRUE(serving_at(seconds(second) + 900ms));
        EXPECT_LE(std::chrono::abs(error_at(seconds(second) + 900ms) - before), 501us) << second;
    }
    EXPECT_LE(std::chrono::abs(error_at(500s)), 2us);
}

TEST_F(Correction, IsSlewedAsFastAsTheLimitAllows) {
    set([](ClockPolicy& policy) {
        policy.step_threshold = 500ms;
        policy.slew_limit_ppm = 100.0;
    });
    feed(40, 60, 2);
    EXPECT_NEAR(ppm_from_rate(clock_.state().model.slew_rate), -100.0, 1e-3);
    EXPECT_NEAR(static_cast<double>((error_at(59s) - error_at(60s)).count()), 100'000.0, 2'000.0);
}

TEST_F(Correction, CountsWhatIsNotYetSlewedAsError) {
    set([](ClockPolicy& policy) { policy.step_threshold = 500ms; });
    for (int second = 40; second < 300; ++second) {
        feed(second, second + 1, 2);
        EXPECT_LE(std::chrono::abs(error_at(seconds(second) + 900ms)),
                  clock_.state().root_distance_at(at(seconds(second) + 900ms)))
            << second;
    }
}

// A clock that was right, three weeks without anybody, and then a source far away.
class Panic : public Policy {
protected:
    static constexpr int kLater = 21 * 86400;

    void begin(bool in_a_laboratory, Duration threshold) {
        Timekeeper::Settings settings;
        settings.laboratory = in_a_laboratory;
        settings.policy.panic_threshold = threshold;
        policy_ = settings.policy;
        clock_ = Timekeeper{settings, LeapTable::built_in(), kStart};
        clock_.set_sources({gps()});
        feed(0, 60);
        ASSERT_TRUE(serving_at(60s));
        clock_.advance(at(seconds(kLater)));
        ASSERT_FALSE(serving_at(seconds(kLater)));
    }
};

TEST_F(Panic, FollowsNothingBeyondTheThreshold) {
    begin(false, 10s);
    lies_[1] = 20s;
    feed(kLater, kLater + 60);
    EXPECT_FALSE(serving_at(seconds(kLater + 60)));
    EXPECT_EQ(report().reason, Reason::kPanic);
}

TEST_F(Panic, IsNoneWithinTheThreshold) {
    begin(false, 10s);
    lies_[1] = 5s;
    feed(kLater, kLater + 60);
    EXPECT_TRUE(serving_at(seconds(kLater + 60)));
}

TEST_F(Panic, IsNoneInALaboratory) {
    begin(true, 10s);
    lies_[1] = 20s;
    feed(kLater, kLater + 60);
    EXPECT_TRUE(serving_at(seconds(kLater + 60)));
}

TEST_F(Panic, EndsWhenTheOperatorAllowsMore) {
    begin(false, 10s);
    lies_[1] = 20s;
    feed(kLater, kLater + 60);
    set([](ClockPolicy& policy) { policy.panic_threshold = 1min; });
    feed(kLater + 60, kLater + 62);
    EXPECT_TRUE(serving_at(seconds(kLater + 62)));
}

TEST_F(Panic, EndsWhenTheSourceIsRightAgain) {
    begin(false, 10s);
    lies_[1] = 20s;
    feed(kLater, kLater + 60);
    lies_[1] = 0s;
    feed(kLater + 60, kLater + 90);
    EXPECT_TRUE(serving_at(seconds(kLater + 90)));
    EXPECT_EQ(report().reason, Reason::kSelected);
}

TEST_F(Panic, IsNoneWhereTheClockWasNeverRight) {
    Timekeeper::Settings settings;
    settings.policy.panic_threshold = 1ns;
    clock_ = Timekeeper{settings, LeapTable::built_in(), kStart};
    clock_.set_sources({gps()});
    feed(0, 10);
    EXPECT_TRUE(serving_at(10s));
}

}  // namespace
}  // namespace tokimori
