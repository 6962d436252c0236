#include "server/clock/reason.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace tokimori {
namespace {

TEST(Reason, HasTheCodesThatMonitorsMatchOn) {
    EXPECT_EQ(reason_code(Reason::kSilent), "silent");
    EXPECT_EQ(reason_code(Reason::kLaboratoryOnly), "laboratory_only");
    EXPECT_EQ(reason_code(Reason::kNoselect), "noselect");
    EXPECT_EQ(reason_code(Reason::kWaitingForAgreement), "waiting_for_agreement");
    EXPECT_EQ(reason_code(Reason::kWrongWeek), "wrong_week");
    EXPECT_EQ(reason_code(Reason::kBeforeLastTime), "before_last_time");
    EXPECT_EQ(reason_code(Reason::kWrongSecond), "wrong_second");
    EXPECT_EQ(reason_code(Reason::kWrongLeapSeconds), "wrong_leap_seconds");
    EXPECT_EQ(reason_code(Reason::kNoSuchSecond), "no_such_second");
    EXPECT_EQ(reason_code(Reason::kUnlabelled), "unlabelled");
    EXPECT_EQ(reason_code(Reason::kAmbiguousDelay), "ambiguous_delay");
    EXPECT_EQ(reason_code(Reason::kWaitingForPulses), "waiting_for_pulses");
    EXPECT_EQ(reason_code(Reason::kDistant), "distant");
    EXPECT_EQ(reason_code(Reason::kFalseticker), "falseticker");
    EXPECT_EQ(reason_code(Reason::kSelectable), "selectable");
    EXPECT_EQ(reason_code(Reason::kSelected), "selected");
    EXPECT_EQ(reason_code(Reason::kLastResort), "last_resort");
}

TEST(Reason, HasACodeOfItsOwnForEach) {
    std::set<std::string_view> codes;
    int reasons = 0;
    for (int i = 0; reason_code(static_cast<Reason>(i)) != "unknown"; ++i) {
        codes.insert(reason_code(static_cast<Reason>(i)));
        ++reasons;
    }
    EXPECT_EQ(codes.size(), static_cast<std::size_t>(reasons));
    EXPECT_GE(reasons, 15);
}

}  // namespace
}  // namespace tokimori
