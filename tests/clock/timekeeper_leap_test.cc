#include <cstdint>
#include <string>

#include "tests/clock/bench.h"
#include "tests/leap/leap_list_text.h"

// What is served where leap seconds become known late. The counter and the receiver are right all the time.

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr UtcDay kDecember = 20'818;  // 2026-12-31

class LateLeap : public Bench {
protected:
    explicit LateLeap(const char* begin = "2026-12-31T23:29:00Z") : Bench{parse_utc(begin).value()} {
        clock_.set_sources({gps()});
    }

    Duration served_at(Duration later) const {
        const ServerState& state = clock_.state();
        return state.scale.offset_at(state.model.tai_at(at(later)));
    }
    static LeapKnowledge knowing(LeapKind kind) {
        LeapKnowledge knowledge{LeapTable::built_in()};
        knowledge.manual = {{kDecember, kind}};
        return knowledge;
    }
    // Sources are not asked where the table knows the day.
    static LeapKnowledge by_hand(LeapKind kind) {
        LeapKnowledge knowledge = knowing(kind);
        knowledge.manual_only = true;
        return knowledge;
    }
};

TEST_F(LateLeap, ThatShouldHaveBeenSmearedAlreadyIsNoStepWithLiZero) {
    clock_.set_leap_policy({.mode = LeapMode::kSmear, .smear = std::chrono::minutes{60}});
    feed(0, 60);
    ASSERT_TRUE(serving_at(60s));
    EXPECT_EQ(served_at(60s), -37s);
    clock_.set_leap_knowledge(by_hand(LeapKind::kInsert));
    clock_.advance(at(60s));
    EXPECT_FALSE(serving_at(60s));
    feed(61, 63);
    EXPECT_TRUE(serving_at(63s));
    EXPECT_LT(std::chrono::abs(served_at(60s) + 37s + 500ms), 1ms) << "half of the smear is over";
    EXPECT_LT(std::chrono::abs(error_at(63s)), 1us);
}

TEST_F(LateLeap, ThatIsTakenBackWithinItsSmearIsNoStepWithLiZero) {
    clock_.set_leap_policy({.mode = LeapMode::kSmear, .smear = std::chrono::minutes{60}});
    clock_.set_leap_knowledge(by_hand(LeapKind::kInsert));
    feed(0, 60);
    ASSERT_TRUE(serving_at(60s));
    clock_.set_leap_knowledge(by_hand(LeapKind::kNone));
    clock_.advance(at(60s));
    EXPECT_FALSE(serving_at(60s));
    feed(61, 63);
    EXPECT_TRUE(serving_at(63s));
    EXPECT_EQ(served_at(63s), -37s);
}

TEST_F(LateLeap, ThatIsInsertedNeedsNoGap) {
    feed(0, 60);
    clock_.set_leap_knowledge(by_hand(LeapKind::kInsert));
    clock_.advance(at(60s));
    EXPECT_TRUE(serving_at(60s));
    clock_.set_leap_knowledge(by_hand(LeapKind::kNone));
    clock_.advance(at(61s));
    EXPECT_TRUE(serving_at(61s));
}

// The sky has inserted a second; our table does not know.
class MissedLeap : public LateLeap {
protected:
    MissedLeap() : LateLeap("2027-01-01T00:00:10Z") {}

    // What a receiver says that counts so many leap seconds more than our table.
    void feed_with_count(int from, int to, int more, SourceId id = 1) {
        for (int second = from; second < to; ++second) {
            pulse(second, id);
            Label said = label(second, id);
            said.time = LeapTable::built_in().utc_at(truth(seconds(second - more)));
            said.gps_minus_utc = 18 + more;
            clock_.observe(said);
            clock_.advance(at(seconds(second) + 900ms));
        }
    }
    int tai_minus_utc() const { return clock_.leap_table().tai_minus_utc_at(truth(60s)); }
};

TEST_F(MissedLeap, IsMadeUpForByTheCountOfATrustedReceiver) {
    SourceSettings settings = gps();
    settings.trust = true;
    clock_.set_sources({settings});
    feed(0, 20);
    ASSERT_TRUE(serving_at(20s));
    for (int second = 20; second < 40; ++second) {
        feed_with_count(second, second + 1, 1);
        EXPECT_FALSE(second > 20 && tai_minus_utc() == 37 && serving_at(seconds(second) + 900ms))
            << "from its second word on";
    }
    EXPECT_EQ(clock_.leap().missed(), (LeapEvent{kDecember, LeapKind::kInsert}));
    EXPECT_TRUE(serving_at(40s));
    EXPECT_EQ(tai_minus_utc(), 38);
    EXPECT_LT(std::chrono::abs(error_at(40s)), 1us) << "TAI was right all the time";
    EXPECT_EQ(clock_.memory()->leap.last(), clock_.leap().missed()) << "and stays so after a restart";
}

// That one has not inserted yet may be its almanac's fault; a leap second that just has been is another matter.
TEST_F(LateLeap, ThatATrustedReceiverDoesNotCountIsServedToNobody) {
    SourceSettings settings = gps();
    settings.trust = true;
    clock_.set_sources({settings});
    clock_.set_leap_knowledge(by_hand(LeapKind::kInsert));
    feed(0, 20);
    ASSERT_TRUE(serving_at(20s));
    const int after =
        static_cast<int>((LeapTable::built_in().end_of({kDecember, LeapKind::kNone}) - truth(0s)) / 1s) + 1;
    for (int second = 20; second < after + 60; ++second) {
        pulse(second);
        Label said = label(second);
        said.gps_minus_utc = 18;
        clock_.observe(said);
        clock_.advance(at(seconds(second) + 900ms));
        if (second > after + 1) {
            EXPECT_FALSE(serving_at(seconds(second) + 900ms)) << second - after;
        }
    }
}

TEST_F(MissedLeap, IsNotBelievedOfALoneReceiver) {
    feed(0, 20);
    feed_with_count(20, 120, 1);
    EXPECT_TRUE(serving_at(120s)) << "by the clock itself";
    EXPECT_EQ(clock_.clock_state(), ClockState::kHoldover);
    EXPECT_EQ(report().reason, Reason::kWrongLeapSeconds);
    EXPECT_EQ(tai_minus_utc(), 37);
    LeapKnowledge better{LeapTable::built_in().with_event({kDecember, LeapKind::kInsert})};
    clock_.set_leap_knowledge(better);
    clock_.advance(at(120s));
    EXPECT_FALSE(serving_at(120s)) << "served time jumps";
    feed_with_count(121, 130, 1);
    EXPECT_TRUE(serving_at(130s)) << "the truth is proved, and it is taken up again by itself";
    EXPECT_EQ(report().reason, Reason::kSelected);
}

TEST_F(MissedLeap, IsNotWhatAnOldAlmanacSays) {
    SourceSettings settings = gps();
    settings.trust = true;
    clock_.set_sources({settings});
    feed(0, 20);
    feed_with_count(20, 120, -3);
    EXPECT_TRUE(serving_at(120s));
    EXPECT_EQ(tai_minus_utc(), 37);
}

TEST_F(MissedLeap, IsLookedForOnlyBehindAMonthInWhichThereMayBeOne) {
    LeapWatch watch{LeapTable::built_in()};
    for (const char* day : {"2027-02-02", "2027-01-20", "2026-12-31"}) {
        watch.count_missed(LeapTable::built_in().tai_at(parse_utc(day).value()).value());
        EXPECT_EQ(watch.missed().kind, LeapKind::kNone) << day;
    }
    watch.count_missed(LeapTable::built_in().tai_at(parse_utc("2027-07-03").value()).value());
    EXPECT_EQ(format_date(watch.missed().day), "2027-06-30");
}

// The table has expired, and a leap second came of which it does not know.
class ExpiredTable : public Bench {
protected:
    static constexpr UtcDay kLeapDay = 21'549;  // 2028-12-31

    explicit ExpiredTable(const char* begin = "2029-03-01T00:00:00Z") : Bench{parse_utc(begin).value()} {
        clock_.set_sources({gps()});
    }
    static SourceSettings trusted() {
        SourceSettings settings = gps();
        settings.trust = true;
        return settings;
    }
    // What a receiver says that counts so many leap seconds more than our table.
    void hear(int from, int to, int more, SourceId id = 1) {
        for (int second = from; second < to; ++second) {
            say(second, more, id);
            clock_.advance(at(seconds(second) + 900ms));
        }
    }
    void say(int second, int more, SourceId id) {
        pulse(second, id);
        Label said = label(second, id);
        said.time = LeapTable::built_in().utc_at(truth(seconds(second - more)));
        said.gps_minus_utc = 18 + more;
        clock_.observe(said);
    }
    int tai_minus_utc() const { return clock_.leap_table().tai_minus_utc_at(truth(60s)); }
};

TEST_F(ExpiredTable, IsMadeUpForByTheCountOfALoneReceiverAtTheStart) {
    ASSERT_EQ(format_date(kLeapDay), "2028-12-31");
    for (const bool trust : {false, true}) {
        clock_ = Timekeeper{laboratory(), LeapTable::built_in(), kStart};
        clock_.set_sources({trust ? trusted() : gps()});
        hear(0, 8, 1);
        EXPECT_FALSE(serving_at(8s));
        hear(8, 30, 1);
        EXPECT_TRUE(serving_at(30s));
        EXPECT_EQ(tai_minus_utc(), 38);
        EXPECT_EQ(clock_.leap_table().kind_on(kLeapDay), LeapKind::kInsert);
        EXPECT_LT(std::chrono::abs(error_at(30s)), 1us);
        EXPECT_EQ(clock_.memory()->leap.last(), (LeapEvent{kLeapDay, LeapKind::kInsert}));
    }
}

// A server's line was drawn by the count of before.
TEST_F(ExpiredTable, IsNotFollowedByWhoSaidBeforeWhatItWasWhenItIsMadeUpFor) {
    clock_.set_sources({gps(1), {.id = 2, .kin = Kin::kNetwork}});
    for (int second = 0; second < 600; ++second) {
        say(second, 1, 1);
        if (second < 10 ? second % 2 == 0 : second % 256 == 0) {
            // True UTC, which counts one second more than the table.
            const UtcTime time = LeapTable::built_in().utc_at(truth(seconds(second - 1)));
            const ServerFacts facts{.next = second < 8 ? Duration{2s} : Duration{256s}};
            clock_.observe(OffsetSample{
                .source = 2, .local = at(seconds(second)), .time = time, .uncertainty = 1ms, .server = facts});
        }
        clock_.advance(at(seconds(second) + 900ms));
        if (serving_at(seconds(second) + 900ms)) {
            ASSERT_LT(std::chrono::abs(error_at(seconds(second) + 900ms)), 10ms) << second;
            ASSERT_EQ(tai_minus_utc(), 38) << second;
        }
    }
    EXPECT_TRUE(serving_at(600s));
}

TEST_F(ExpiredTable, IsNotMadeUpForByOneLabelWithAnotherDate) {
    for (int second = 0; second < 60; ++second) {
        pulse(second);
        Label said = label(second);
        // No two of them agree.
        said.time = LeapTable::built_in().utc_at(truth(seconds(second) + 24h * 400 * (second % 3)));
        said.gps_minus_utc = 19;
        clock_.observe(said);
        clock_.advance(at(seconds(second) + 900ms));
    }
    EXPECT_FALSE(serving_at(60s));
    EXPECT_EQ(tai_minus_utc(), 37);
}

TEST_F(ExpiredTable, LacksNoMoreThanThereWereJunesAndDecembersSince) {
    hear(0, 60, 4);
    EXPECT_TRUE(serving_at(60s)) << "June and December of 2027 and 2028";
    EXPECT_EQ(tai_minus_utc(), 41);
    clock_ = Timekeeper{laboratory(), LeapTable::built_in(), kStart};
    clock_.set_sources({trusted()});
    hear(0, 60, 5);
    EXPECT_FALSE(serving_at(60s));
    EXPECT_EQ(report().reason, Reason::kWrongLeapSeconds);
}

TEST_F(ExpiredTable, IsRightAgainstWhoCountsFewer) {
    clock_.set_sources({trusted()});
    hear(0, 60, -1);
    EXPECT_FALSE(serving_at(60s)) << "it has not read its almanac yet";
    EXPECT_EQ(tai_minus_utc(), 37);
    hear(60, 80, 0);
    EXPECT_TRUE(serving_at(80s));
}

TEST_F(ExpiredTable, IsNotMadeUpForWhereReceiversContradictEachOther) {
    clock_.set_sources({gps(1), gps(2)});
    for (int second = 0; second < 60; ++second) {
        say(second, 1, 1);
        say(second, 2, 2);
        clock_.advance(at(seconds(second) + 900ms));
    }
    EXPECT_FALSE(serving_at(60s));
    EXPECT_EQ(tai_minus_utc(), 37);
}

TEST_F(ExpiredTable, ThatIsWrongEndsHoldoverOnlyUntilTheCountIsBelieved) {
    ClockPolicy policy;
    policy.holdover = 60s;
    clock_.set_policy(policy);
    hear(0, 20, 0);
    ASSERT_TRUE(serving_at(20s));
    hear(20, 70, 1);
    EXPECT_EQ(clock_.clock_state(), ClockState::kHoldover) << "a lone receiver is not believed against our own clock";
    EXPECT_EQ(tai_minus_utc(), 37);
    hear(70, 120, 1);
    EXPECT_EQ(clock_.clock_state(), ClockState::kSynchronised);
    EXPECT_EQ(tai_minus_utc(), 38);
    EXPECT_LT(std::chrono::abs(error_at(120s)), 1us) << "TAI was right all the time";
}

TEST_F(ExpiredTable, IsNotMadeUpForWhereTheOperatorAloneDecides) {
    LeapKnowledge knowledge{LeapTable::built_in()};
    knowledge.manual_only = true;
    clock_.set_leap_knowledge(knowledge);
    hear(0, 60, 1);
    EXPECT_FALSE(serving_at(60s));
}

class FreshTable : public ExpiredTable {
protected:
    FreshTable() : ExpiredTable{"2027-03-01T00:00:00Z"} {}
};

TEST_F(FreshTable, IsRightAgainstALoneReceiver) {
    clock_.set_sources({trusted()});
    hear(0, 60, 1);
    EXPECT_FALSE(serving_at(60s));
    EXPECT_EQ(report().reason, Reason::kWrongLeapSeconds);
}

// Sources that were wrong together made us insert a second. The next list does not know of it.
TEST_F(ExpiredTable, IsFollowedByAListThatDeniesWhatWasCountedAndServiceGoesOn) {
    hear(0, 30, 1);
    ASSERT_EQ(tai_minus_utc(), 38);
    const auto ntp = [](UtcDay day) { return std::to_string(std::int64_t{day} * 86'400 + 2'208'988'800); };
    std::string text = "#$ " + ntp(kLeapDay + 10) + "\n#@ " + ntp(kLeapDay + 180) + "\n";
    for (const LeapTable::Row& row : LeapTable::built_in().rows()) {
        text += ntp(row.day) + " " + std::to_string(row.tai_minus_utc) + "\n";
    }
    clock_.set_leap_knowledge(LeapTable::parse(testing::with_hash(text)).table.value());
    EXPECT_FALSE(serving_at(30s)) << "served time jumps";
    EXPECT_EQ(tai_minus_utc(), 37);
    // It names the same seconds as before, and says nothing of leap seconds.
    lies_[1] = -1s;
    feed(31, 60);
    EXPECT_TRUE(serving_at(60s));
    EXPECT_LT(std::chrono::abs(error_at(60s) + 1s), 1us);
}

}  // namespace
}  // namespace tokimori
