#include "leap/leap_phase.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

const LeapEvent kEvent{*day_from_date(2028, 12, 31), LeapKind::kInsert};
const LeapTable kTable = LeapTable::built_in().with_event(kEvent);
const TaiInstant kEnd = kTable.end_of(kEvent);
const LeapPolicy kInsertion{};
const LeapPolicy kSmear{.mode = LeapMode::kSmear, .smear = 60min};

LeapPhase phase(Duration from_end, const LeapPolicy& policy) {
    return leap_phase(ServedScale::around(kEnd + from_end, kTable, policy), kEnd + from_end);
}

TEST(LeapPhase, IsWhatClientsNotice) {
    EXPECT_EQ(phase(-25h, kInsertion), LeapPhase::kQuiet);
    EXPECT_EQ(phase(-24h, kInsertion), LeapPhase::kAnnounced);
    EXPECT_EQ(phase(-1ns, kInsertion), LeapPhase::kAnnounced);
    EXPECT_EQ(phase(0s, kInsertion), LeapPhase::kQuiet);
    EXPECT_EQ(phase(-61min, kSmear), LeapPhase::kQuiet);
    EXPECT_EQ(phase(-60min, kSmear), LeapPhase::kSmearing);
    EXPECT_EQ(phase(-1ns, kSmear), LeapPhase::kSmearing);
    EXPECT_EQ(phase(0s, kSmear), LeapPhase::kQuiet);
}

TEST(LeapSecond, IsNamedWhetherInsertedOrLeftOut) {
    EXPECT_EQ(format_utc(leap_second_of(kEvent)), "2028-12-31T23:59:60Z");
    EXPECT_EQ(format_utc(leap_second_of({kEvent.day, LeapKind::kDelete})), "2028-12-31T23:59:59Z");
    EXPECT_EQ(format_utc(leap_second_of({kEvent.day, LeapKind::kNone})), "2028-12-31T23:59:59Z");
}

TEST(LeapSecond, ThatIsTheLastIsFoundOnceItIsOver) {
    const LeapEvent historic{*day_from_date(2016, 12, 31), LeapKind::kInsert};
    const LeapEvent first{*day_from_date(1972, 6, 30), LeapKind::kInsert};
    EXPECT_EQ(last_event_before(TaiInstant::min(), kTable), std::nullopt);
    EXPECT_EQ(last_event_before(kTable.end_of(first) - 1ns, kTable), std::nullopt);
    EXPECT_EQ(last_event_before(kTable.end_of(first), kTable), first);
    EXPECT_EQ(last_event_before(kEnd - 1ns, kTable), historic);
    EXPECT_EQ(last_event_before(kEnd, kTable), kEvent);
}

TEST(LeapChange, ShowsWhileEitherWayIsAtWork) {
    const LeapPolicy longer{.mode = LeapMode::kSmear, .smear = 120min};
    const LeapPolicy later{.lead = 1h};
    const auto shows = [](Duration from_end, const LeapPolicy& before, const LeapPolicy& after) {
        return leap_change_shows(kEnd + from_end, kTable, before, after);
    };
    EXPECT_FALSE(shows(-25h, kInsertion, kSmear));
    EXPECT_TRUE(shows(-23h, kInsertion, kSmear)) << "a warning would vanish";
    EXPECT_TRUE(shows(-23h, kSmear, kInsertion)) << "and here appear late";
    EXPECT_TRUE(shows(-90min, kSmear, longer)) << "time would step";
    EXPECT_FALSE(shows(-121min, kSmear, longer));
    EXPECT_TRUE(shows(-5h, kInsertion, later));
    EXPECT_FALSE(shows(-5h, kInsertion, kInsertion)) << "nothing changes";
    EXPECT_TRUE(shows(1s, kInsertion, kSmear)) << "to a reader a hair behind";
    EXPECT_FALSE(shows(10s, kInsertion, kSmear));
}

TEST(LeapTableState, WarnsSixtyDaysAhead) {
    const LeapTable& table = LeapTable::built_in();
    EXPECT_EQ(leap_table_state(table, table.expires() - 61), LeapTableState::kFresh);
    EXPECT_EQ(leap_table_state(table, table.expires() - 60), LeapTableState::kExpiresSoon);
    EXPECT_EQ(leap_table_state(table, table.expires() - 1), LeapTableState::kExpiresSoon);
    EXPECT_EQ(leap_table_state(table, table.expires()), LeapTableState::kExpired);
}

}  // namespace
}  // namespace tokimori
