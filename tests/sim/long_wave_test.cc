// Long-wave JJY as it comes out of the receiver, edge by edge, and the clock that has nothing else.

#include <gtest/gtest.h>

#include <string>

#include "refclocks/jjy_receiver.h"
#include "server/clock/timekeeper.h"
#include "tests/refclocks/jjy_sky.h"

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

constexpr SourceId kJjy = 1;
constexpr int kHour = 3600;

class LongWaveTest : public ::testing::Test {
protected:
    void begin(const char* utc, const JjyChannel& channel) {
        next_ = parse_utc(utc).value().second;
        sky_table_ = LeapTable::built_in();
        if (leap_ != LeapKind::kNone) {
            sky_table_ = sky_table_.with_event({last_day_of_month(next_.day), leap_});
        }
        midnight_ = sky_table_.tai_at({{last_day_of_month(next_.day) + 1, 0}, 0}).value();
        first_tai_ = sky_table_.tai_at({next_, 0}).value();
        first_served_ = first_announced_ = std::nullopt;
        served_ = broken_ = wrong_seconds_ = seconds_announced_ = 0;
        sky_.emplace(channel, 7);
        clock_.emplace(Timekeeper::Settings{.floor = day_from_date(2026, 1, 1)}, LeapTable::built_in(),
                       sky_->start_of(0));
        clock_->set_sources({{.id = kJjy,
                              .refid = reference_id("JJY"),
                              .delay = Duration::zero(),
                              .trust = trusted_,
                              .kin = Kin::kLongWave,
                              .expects_pulses = true}});
        receiver_.emplace(*clock_, kJjy, JjyReceiverSettings{.delay = 60ms, .uncertainty = 60ms});
    }

    void run(int seconds) {
        const int until = sky_->sent() + seconds;
        while (sky_->sent() < until) {
            run_minutes(1);
        }
    }

    void run_minutes(int count) {
        for (; count > 0; --count) {
            for (const JjySymbol symbol : encode_jjy({.begins = next_, .leap = leap_})) {
                pass_second(symbol);
            }
            next_ = next_.second + 60 >= kSecondsPerDay ? UtcSecond{next_.day + 1, 0}
                                                        : UtcSecond{next_.day, next_.second + 60};
        }
    }

    bool serving() const { return clock_->state().synchronised_at(now()); }

    int sent_until_midnight() const { return static_cast<int>((midnight_ - first_tai_) / 1s); }

    LeapKind leap_ = LeapKind::kNone;  ///< announced in every minute for the end of its month
    bool trusted_ = true;
    std::optional<int> first_served_;
    std::optional<int> first_announced_;  ///< by the leap indicator
    int seconds_announced_ = 0;
    int wrong_seconds_ = 0;  ///< in which another UTC second than the sky's was served
    int served_ = 0;
    int broken_ = 0;
    Duration worst_error_{};
    Duration worst_bound_{};

private:
    LocalInstant now() const { return sky_->start_of(sky_->sent()); }

    void pass_second(JjySymbol symbol) {
        for (const JjySky::Edge& edge : sky_->send(symbol)) {
            receiver_->edge(edge.at, edge.high);
        }
        receiver_->advance(now() - 300ms);
        clock_->advance(now());
        look();
    }

    void look() {
        if (!serving()) {
            return;
        }
        const TaiInstant truth = first_tai_ + 1s * sky_->sent();
        const Duration error = std::chrono::abs(clock_->state().model.tai_at(now()) - truth);
        const Duration bound = clock_->state().root_distance_at(now());
        first_served_ = first_served_.value_or(sky_->sent());
        ++served_;
        broken_ += error > bound ? 1 : 0;
        worst_error_ = std::max(worst_error_, error);
        worst_bound_ = std::max(worst_bound_, bound);
        look_at_names(truth);
    }

    void look_at_names(TaiInstant truth) {
        const ServedScale& scale = clock_->state().scale;
        const UtcSecond utc = sky_table_.utc_at(truth).second;
        const std::int64_t counted = std::int64_t{utc.day} * kSecondsPerDay + std::min(utc.second, kSecondsPerDay - 1);
        wrong_seconds_ += (truth.time_since_epoch() + scale.offset_at(truth)) / 1s == counted ? 0 : 1;
        const LeapIndicator announced = leap_ == LeapKind::kDelete ? LeapIndicator::kDelete : LeapIndicator::kInsert;
        const LeapIndicator told = scale.at(truth).leap;
        if (told == LeapIndicator::kNone) {
            return;
        }
        first_announced_ = first_announced_.value_or(sky_->sent());
        seconds_announced_ += told == announced ? 1 : 0;
    }

    UtcSecond next_;
    LeapTable sky_table_ = LeapTable::built_in();
    TaiInstant first_tai_;
    TaiInstant midnight_;
    std::optional<JjySky> sky_;
    std::optional<Timekeeper> clock_;
    std::optional<JjyReceiver> receiver_;
};

TEST_F(LongWaveTest, JjyAloneMakesAServerWithinMinutesAndItsPromiseHolds) {
    begin("2026-11-28T01:00:00Z", {.jitter = 20ms, .late = 75ms, .crystal = 20e-6});
    run(12 * kHour);
    EXPECT_LE(first_served_.value_or(1'000'000), 300);
    EXPECT_EQ(served_, 12 * kHour - *first_served_ + 1) << "without a gap";
    EXPECT_EQ(broken_, 0);
    EXPECT_LT(worst_error_, 60ms);
    RecordProperty("worst_error_us", std::to_string(worst_error_ / 1us));
    RecordProperty("worst_bound_us", std::to_string(worst_bound_ / 1us));
}

TEST_F(LongWaveTest, RoughReceptionIsBoundedHonestly) {
    begin("2026-11-28T01:00:00Z",
          {.jitter = 50ms, .late = 20ms, .stretch = 60ms, .missing = 0.2, .spikes = 0.5, .crystal = -50e-6});
    run(6 * kHour);
    EXPECT_LE(first_served_.value_or(1'000'000), 900);
    EXPECT_EQ(broken_, 0);
    RecordProperty("worst_error_us", std::to_string(worst_error_ / 1us));
    RecordProperty("worst_bound_us", std::to_string(worst_bound_ / 1us));
}

// The yearly maintenance: carrier without code for a working day, then none at all for three. Fading at dusk and dawn.
TEST_F(LongWaveTest, AWeekWithItsMaintenanceIsServedAsLongAsTheClockMayGoOnAlone) {
    const int code_off = 40 * kHour;
    const int carrier_off = 64 * kHour;
    const int back = carrier_off + 72 * kHour;
    begin("2026-11-23T00:00:00Z", {.jitter = 20ms,
                                   .late = 75ms,
                                   .crystal = 20e-6,
                                   .noise = {{8 * kHour, 8 * kHour + 900},
                                             {21 * kHour, 21 * kHour + 900},
                                             {32 * kHour, 32 * kHour + 900},
                                             {150 * kHour, 151 * kHour}},
                                   .unkeyed = {{code_off, code_off + 8 * kHour}, {carrier_off, back}}});
    run(carrier_off);
    EXPECT_EQ(served_, carrier_off - *first_served_ + 1) << "without a gap";
    run(23 * kHour);
    EXPECT_EQ(served_, carrier_off + 23 * kHour - *first_served_ + 1) << "for a day it is known what the counter does";
    run(2 * kHour);
    EXPECT_FALSE(serving()) << "and then no more";
    const int until_holdover_ended = served_;
    run(back - carrier_off - 25 * kHour);
    EXPECT_EQ(served_, until_holdover_ended);
    run(600);
    EXPECT_TRUE(serving()) << "ten minutes after the code is back";
    const int again = served_;
    run(32 * kHour - 600);
    EXPECT_EQ(served_, again + 32 * kHour - 600) << "through another hour of noise";
    EXPECT_EQ(broken_, 0);
    EXPECT_EQ(wrong_seconds_, 0);
    EXPECT_LT(worst_error_, 100ms);
    RecordProperty("worst_error_us", std::to_string(worst_error_ / 1us));
    RecordProperty("worst_bound_us", std::to_string(worst_bound_ / 1us));
}

// The bits LS1 and LS2 of a station that is trusted are all that anybody knows.
TEST_F(LongWaveTest, AnnouncedLeapSecondsAreCarriedOutWithJjyAlone) {
    for (const LeapKind kind : {LeapKind::kInsert, LeapKind::kDelete}) {
        leap_ = kind;
        begin("2028-12-31T22:00:00Z", {.jitter = 20ms, .late = 75ms, .crystal = 20e-6});
        run_minutes(120);
        leap_ = LeapKind::kNone;
        run_minutes(60);
        EXPECT_EQ(broken_, 0);
        EXPECT_EQ(wrong_seconds_, 0);
        EXPECT_EQ(seconds_announced_, sent_until_midnight() - *first_announced_)
            << "LI from the first announcement to the end of the day, and not a second longer";
        EXPECT_LE(*first_announced_, 600);
        EXPECT_TRUE(serving());
        EXPECT_LT(worst_error_, 60ms);
    }
}

// A leap second that one voice announces, and nobody vouches for, is not carried out; its error is no promise kept.
TEST_F(LongWaveTest, AnUntrustedStationAloneAnnouncesNothing) {
    trusted_ = false;
    leap_ = LeapKind::kInsert;
    begin("2028-12-30T01:00:00Z", {.jitter = 20ms, .late = 75ms});
    run_minutes(60);
    EXPECT_TRUE(serving());
    EXPECT_EQ(seconds_announced_, 0);
    EXPECT_EQ(wrong_seconds_, 0);
}

}  // namespace
}  // namespace tokimori::sim
