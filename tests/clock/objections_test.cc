#include "server/clock/objections.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kBegin{1000s};
constexpr Duration kPatience = 8s;

class ObjectionsTest : public ::testing::Test {
protected:
    void say(SourceId source, std::int64_t off, Duration later) {
        objections_.note(source, off, kBegin + later, kPatience);
    }
    bool stand_at(Duration later) const { return objections_.stand(kBegin + later); }

    Objections objections_;
};

TEST_F(ObjectionsTest, ThereAreNoneWhereNobodySpeaks) {
    EXPECT_FALSE(stand_at(0s));
}

TEST_F(ObjectionsTest, StandFromTheFirstWordUntilItIsTakenBack) {
    say(1, 1, 0s);
    EXPECT_TRUE(stand_at(0s));
    say(1, 0, 1s);
    EXPECT_FALSE(stand_at(1s));
}

TEST_F(ObjectionsTest, EndWhereWhoObjectedIsNotHeardAnyMore) {
    say(1, -1, 0s);
    EXPECT_TRUE(stand_at(kPatience));
    EXPECT_FALSE(stand_at(kPatience + 1ns));
}

TEST_F(ObjectionsTest, AreWorthNothingWhereAnotherBearsUsOutAfterwards) {
    say(1, 1, 0s);
    say(2, 0, 1s);
    EXPECT_FALSE(stand_at(1s));
    say(1, 1, 2s);
    EXPECT_FALSE(stand_at(2s)) << "it only says again what was answered";
}

TEST_F(ObjectionsTest, StandWhereTheOtherBoreUsOutBefore) {
    say(2, 0, 0s);
    say(1, 1, 1s);
    EXPECT_TRUE(stand_at(1s));
}

TEST_F(ObjectionsTest, ChangeTheirSecondAndAreStillTheSame) {
    say(1, 1, 0s);
    say(2, 0, 1s);
    say(1, 2, 2s);
    EXPECT_FALSE(stand_at(2s));
}

TEST_F(ObjectionsTest, AreForgottenWithTheSource) {
    say(1, 1, 0s);
    objections_.forget(1);
    EXPECT_FALSE(stand_at(0s));
}

}  // namespace
}  // namespace tokimori
