#include <gtest/gtest.h>

#include "server/clock/timekeeper.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kStart{1000s};
const UtcTime kEvening = parse_utc("2026-11-22T09:00:00Z").value();

// A clock room on a bench that hears samples complete in themselves. The counter is exact.
class OffsetSampleTest : public ::testing::Test {
protected:
    static Timekeeper::Settings laboratory() {
        Timekeeper::Settings settings;
        settings.laboratory = true;
        return settings;
    }
    static LocalInstant at(Duration later) { return kStart + later; }
    TaiInstant truth(Duration later) const { return begin_ + later; }

    OffsetSample sample(Duration later, Duration uncertainty = 1us, Duration error = 0ns, SourceId id = 1) const {
        return {.source = id,
                .local = at(later),
                .time = LeapTable::built_in().utc_at(truth(later) + error),
                .uncertainty = uncertainty};
    }
    Duration error_at(Duration later) const { return clock_.state().model.tai_at(at(later)) - truth(later); }
    Reason reason(std::size_t source = 0) const { return clock_.sources()[source].reason; }

    TaiInstant begin_ = LeapTable::built_in().tai_at(kEvening).value();
    Timekeeper clock_{laboratory(), LeapTable::built_in(), kStart};
};

TEST_F(OffsetSampleTest, AreFollowedLikePulsesAndNeedNobodyToNameTheirSeconds) {
    clock_.set_sources({{.id = 1, .refid = reference_id("SHM")}});
    for (int i = 0; i < 8; ++i) {
        clock_.observe(sample(i * 1s + 370ms));
    }
    EXPECT_EQ(clock_.clock_state(), ClockState::kSynchronised);
    EXPECT_EQ(clock_.selected(), 1);
    EXPECT_TRUE(clock_.sources()[0].from_pulses);
    EXPECT_LE(std::chrono::abs(error_at(8s)), 1us);
    EXPECT_LT(clock_.state().root_distance_at(at(8s)), 100us);
    EXPECT_FALSE(clock_.sources()[0].sentence_delay);
}

TEST_F(OffsetSampleTest, OfAnotherServerMakeUsOneStratumMoreThanItIs) {
    clock_.set_sources({{.id = 1, .refid = reference_id("INIT"), .kin = Kin::kNetwork}});
    for (int i = 0; i < 6; ++i) {
        OffsetSample said = sample(i * 2s, 3ms);
        said.server = ServerFacts{
            .stratum = 3, .refid = {192, 0, 2, 9}, .address_refid = {192, 0, 2, 1}, .delay = 4ms, .next = 2s};
        clock_.observe(said);
    }
    EXPECT_EQ(clock_.clock_state(), ClockState::kSynchronised);
    EXPECT_EQ(clock_.state().stratum, 4);
    EXPECT_EQ(clock_.state().refid, (ReferenceId{192, 0, 2, 1}));
    const SourceReport report = clock_.sources()[0];
    EXPECT_EQ(report.stratum, 3);
    EXPECT_EQ(report.refid, (ReferenceId{192, 0, 2, 9}));
    EXPECT_EQ(report.delay, 4ms);
}

TEST_F(OffsetSampleTest, OfAServerTellTheWayToTheRootApartAndPromiseTheSame) {
    clock_.set_sources({{.id = 1, .kin = Kin::kNetwork}});
    for (int i = 0; i < 8; ++i) {
        OffsetSample said = sample(i * 1s, 7ms);
        said.server = ServerFacts{.stratum = 1, .delay = 4ms, .root_delay = 6ms};
        clock_.observe(said);
    }
    const ServerState& state = clock_.state();
    EXPECT_EQ(state.root_delay, 10ms);
    EXPECT_GE(state.root_distance_at(at(8s)), 7ms);
    EXPECT_EQ(state.root_dispersion_at(at(8s)), state.root_distance_at(at(8s)) - 5ms);
}

TEST_F(OffsetSampleTest, OfAServerDoNotTellAWayThatIsLongerThanWhatIsUncertainAllows) {
    clock_.set_sources({{.id = 1, .kin = Kin::kNetwork}});
    for (int i = 0; i < 8; ++i) {
        OffsetSample said = sample(i * 1s, 1ms);
        said.server = ServerFacts{.stratum = 1, .delay = 400ms};
        clock_.observe(said);
    }
    const ServerState& state = clock_.state();
    EXPECT_LE(state.root_delay / 2, state.root_distance_at(at(8s)));
    EXPECT_LT(state.root_delay, 4ms);
}

TEST_F(OffsetSampleTest, OfHardwareHaveNoWayToTheRoot) {
    clock_.set_sources({{.id = 1}});
    for (int i = 0; i < 8; ++i) {
        clock_.observe(sample(i * 1s));
    }
    EXPECT_EQ(clock_.state().root_delay, Duration::zero());
}

TEST_F(OffsetSampleTest, MayBeAsFarApartAsTheServerIsAsked) {
    clock_.set_sources({{.id = 1, .kin = Kin::kNetwork}});
    Duration later{};
    for (int i = 0; i < 12; ++i) {
        OffsetSample said = sample(later, 3ms);
        const Duration next = i < 5 ? 2s : 1024s;
        said.server = ServerFacts{.stratum = 1, .delay = 4ms, .next = next};
        clock_.observe(said);
        for (Duration waited{}; i > 2 && waited < next; waited += 1s) {
            clock_.advance(at(later + waited));
            ASSERT_EQ(clock_.clock_state(), ClockState::kSynchronised) << i << " " << waited.count();
            ASSERT_EQ(reason(), Reason::kSelected) << i << " " << waited.count();
        }
        later += next;
    }
    clock_.advance(at(later + 4 * 1024s));
    EXPECT_EQ(reason(), Reason::kSilent);
}

TEST_F(OffsetSampleTest, AreBelievedOnlyAfterThreeInARowThatAgree) {
    clock_.set_sources({{.id = 1}});
    clock_.observe(sample(0s));
    clock_.observe(sample(1s));
    EXPECT_EQ(reason(), Reason::kWaitingForAgreement);
    clock_.observe(sample(2s, 1us, 600ms));
    clock_.observe(sample(3s));
    clock_.observe(sample(4s));
    EXPECT_EQ(reason(), Reason::kWaitingForAgreement);
    EXPECT_EQ(clock_.clock_state(), ClockState::kNeverSynchronised);
}

TEST_F(OffsetSampleTest, MayComeSeveralTimesASecond) {
    clock_.set_sources({{.id = 1}});
    for (int i = 0; i < 20; ++i) {
        clock_.observe(sample(i * 200ms + 50ms));
    }
    EXPECT_EQ(clock_.clock_state(), ClockState::kSynchronised);
}

TEST_F(OffsetSampleTest, BeforeTheFloorAreNotBelieved) {
    Timekeeper::Settings settings;
    settings.floor = kEvening.second.day + 400;
    clock_ = Timekeeper{settings, LeapTable::built_in(), kStart};
    clock_.set_sources({{.id = 1}});
    for (int i = 0; i < 8; ++i) {
        clock_.observe(sample(i * 1s));
    }
    EXPECT_EQ(reason(), Reason::kWrongWeek);
    EXPECT_EQ(clock_.clock_state(), ClockState::kNeverSynchronised);
}

TEST_F(OffsetSampleTest, ThatNameAnotherSecondThanOursAreRefused) {
    clock_.set_sources({{.id = 1}});
    for (int i = 0; i < 8; ++i) {
        clock_.observe(sample(i * 1s));
    }
    for (int i = 8; i < 20; ++i) {
        clock_.observe(sample(i * 1s, 1us, 1s));
    }
    EXPECT_EQ(reason(), Reason::kWrongSecond);
    EXPECT_LE(std::chrono::abs(error_at(20s)), 1ms);
}

TEST_F(OffsetSampleTest, ThatLieBetweenTwoSecondsAreRefusedToo) {
    clock_.set_sources({{.id = 1}});
    for (int i = 0; i < 8; ++i) {
        clock_.observe(sample(i * 1s));
    }
    for (int i = 8; i < 20; ++i) {
        clock_.observe(sample(i * 1s, 1us, -600ms));
    }
    EXPECT_EQ(reason(), Reason::kWrongSecond) << "no sentence delay excuses them";
}

TEST_F(OffsetSampleTest, OutsideTheBoundOfOurClockAreNotTaken) {
    clock_.set_sources({{.id = 1}});
    for (int i = 0; i < 12; ++i) {
        clock_.observe(sample(i * 1s));
    }
    clock_.observe(sample(12s, 1us, 50ms));
    EXPECT_LE(std::chrono::abs(error_at(13s)), 10us);
    EXPECT_LT(clock_.state().root_distance_at(at(13s)), 1ms);
}

TEST_F(OffsetSampleTest, VouchForThePulsesOfAnotherSource) {
    clock_.set_sources({{.id = 1, .noselect = true}, {.id = 2, .refid = reference_id("PPS"), .expects_pulses = true}});
    for (int i = 0; i < 10; ++i) {
        clock_.observe(Pulse{2, at(i * 1s), 100ns});
        clock_.observe(sample(i * 1s + 830ms, 1ms, -2ms));
    }
    EXPECT_EQ(clock_.selected(), 2);
    EXPECT_LE(std::chrono::abs(error_at(10s)), 1us);
}

TEST_F(OffsetSampleTest, TeachTheSentencesOfAnotherSourceTheirDelay) {
    clock_.set_sources({{.id = 1}, {.id = 2}});
    for (int i = 0; i < 30; ++i) {
        clock_.observe(sample(i * 1s));
        clock_.observe(
            Label{.source = 2, .heard = at(i * 1s + 560ms), .time = LeapTable::built_in().utc_at(truth(i * 1s))});
    }
    EXPECT_EQ(clock_.selected(), 1);
    ASSERT_TRUE(clock_.sources()[1].sentence_delay);
    EXPECT_LE(std::chrono::abs(*clock_.sources()[1].sentence_delay - 560ms), 1ms);
    EXPECT_FALSE(clock_.sources()[0].sentence_delay);
}

TEST_F(OffsetSampleTest, AnnounceALeapSecond) {
    const UtcTime december = parse_utc("2028-12-12T09:00:00Z").value();
    begin_ = LeapTable::built_in().tai_at(december).value();
    clock_.set_sources({{.id = 1, .trust = true}});
    for (int i = 0; i < 8; ++i) {
        OffsetSample announcing = sample(i * 1s);
        announcing.leap_at_month_end = LeapKind::kInsert;
        clock_.observe(announcing);
    }
    const UtcDay last = last_day_of_month(december.second.day);
    EXPECT_EQ(clock_.leap_table().kind_on(last), LeapKind::kInsert);
    clock_.observe(sample(8s));
    EXPECT_EQ(clock_.leap_table().kind_on(last), LeapKind::kInsert) << "not repeated with every sample";
    clock_.advance(at(1h));
    clock_.observe(sample(1h));
    EXPECT_EQ(clock_.leap_table().kind_on(last), LeapKind::kInsert) << "one sample after an hour is not believed";
    for (int i = 1; i < 9; ++i) {
        clock_.observe(sample(1h + i * 1s));
    }
    EXPECT_EQ(clock_.leap_table().kind_on(last), LeapKind::kNone);
}

TEST_F(OffsetSampleTest, OfAnUnknownSourceChangeNothing) {
    clock_.set_sources({{.id = 1}});
    for (int i = 0; i < 8; ++i) {
        clock_.observe(sample(i * 1s, 1us, 0ns, 9));
    }
    EXPECT_EQ(clock_.clock_state(), ClockState::kNeverSynchronised);
    EXPECT_EQ(reason(), Reason::kSilent);
}

TEST_F(OffsetSampleTest, DoNotTakeALeapSecondBackWhenTheNextDayBeginsAHairTooEarlyForUs) {
    begin_ = LeapTable::built_in().tai_at(parse_utc("2028-12-31T23:59:50Z").value()).value();
    SourceSettings trusted{.id = 1};
    trusted.trust = true;
    clock_.set_sources({trusted});
    for (int i = 0; i < 9; ++i) {
        OffsetSample announcing = sample(i * 1s);
        announcing.leap_at_month_end = LeapKind::kDelete;
        clock_.observe(announcing);
    }
    OffsetSample next_day = sample(9s - 300ns);
    next_day.time = parse_utc("2029-01-01T00:00:00Z").value();
    clock_.observe(next_day);
    clock_.advance(at(10s));
    EXPECT_EQ(clock_.leap_table().kind_on(parse_utc("2028-12-31")->second.day), LeapKind::kDelete);
    EXPECT_EQ(reason(), Reason::kSelected);
}

}  // namespace
}  // namespace tokimori
