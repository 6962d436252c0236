#include "server/clock/objections.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kBegin{1000s};

class ObjectionsTest : public ::testing::Test {
protected:
    /// What `source` says then, in a row with what it said before.
    void say(SourceId source, std::int64_t off, Duration later) { note(source, off, later, true, false); }
    /// It contradicts what it said before.
    void jump(SourceId source, std::int64_t off, Duration later, bool seldom = false) {
        note(source, off, later, false, seldom);
    }
    std::optional<SourceId> objector(Duration later, bool borne_out = false) {
        const auto found =
            objections_.weigh({.now = kBegin + later,
                               .lasts = 24h,
                               .off = [this](SourceId source, const Objections::Word&) { return offs_.at(source); },
                               .borne_out_since = [borne_out](LocalInstant) { return borne_out; }});
        return found ? std::optional{found->source} : std::nullopt;
    }

    Objections objections_;
    std::map<SourceId, std::optional<std::int64_t>> offs_;

private:
    void note(SourceId source, std::int64_t off, Duration later, bool follows, bool seldom) {
        offs_[source] = off;
        objections_.note(source, {.said = {.heard = kBegin + later, .second = {}}}, follows, seldom);
    }
};

TEST_F(ObjectionsTest, ThereAreNoneWhereNobodySpeaks) {
    EXPECT_FALSE(objector(0s));
}

TEST_F(ObjectionsTest, StandUntilTheyAreTakenBack) {
    say(1, 1, 0s);
    EXPECT_EQ(objector(0s), 1);
    say(1, 0, 1s);
    EXPECT_FALSE(objector(1s));
}

TEST_F(ObjectionsTest, BeginWithTheSecondWordOfWhoSpeaksOften) {
    jump(1, 1, 0s);
    EXPECT_FALSE(objector(0s));
    say(1, 1, 1s);
    EXPECT_EQ(objector(1s), 1);
}

TEST_F(ObjectionsTest, BeginWithTheFirstWordOfWhoSpeaksSeldom) {
    jump(1, 1, 0s, true);
    EXPECT_EQ(objector(0s), 1);
}

TEST_F(ObjectionsTest, AreNoneOfWhoContradictsItselfWithEveryWord) {
    for (int word = 0; word < 20; ++word) {
        jump(1, word + 1, word * 60s, true);
        EXPECT_EQ(objector(word * 60s).has_value(), word < 2) << word;
    }
    say(1, 3, 1201s);
    EXPECT_TRUE(objector(1201s)) << "now it means it";
}

TEST_F(ObjectionsTest, OutliveTheSilenceOfWhoObjected) {
    say(1, -1, 0s);
    EXPECT_TRUE(objector(0s));
    EXPECT_TRUE(objector(24h));
    EXPECT_FALSE(objector(24h + 1s)) << "so long no clock lives on alone";
}

TEST_F(ObjectionsTest, AreAnsweredForGoodWhereAnotherBearsUsOutAfterwards) {
    say(1, 1, 0s);
    EXPECT_TRUE(objector(0s));
    say(2, 0, 1s);
    EXPECT_FALSE(objector(1s));
    say(1, 1, 2s);
    EXPECT_FALSE(objector(2s)) << "it only says again what was answered";
    offs_[2].reset();
    EXPECT_FALSE(objector(3s)) << "who answered need not say so again";
}

TEST_F(ObjectionsTest, StandWhereTheOtherBoreUsOutBefore) {
    say(2, 0, 0s);
    say(1, 1, 1s);
    EXPECT_TRUE(objector(1s));
}

TEST_F(ObjectionsTest, AreAnsweredBySourcesOfUnlikePhysics) {
    say(1, 1, 0s);
    EXPECT_TRUE(objector(0s));
    EXPECT_FALSE(objector(1s, true));
    EXPECT_FALSE(objector(2s, false));
}

TEST_F(ObjectionsTest, AreOthersWhereTheyNameAnotherSecond) {
    say(1, 1, 0s);
    objector(0s);
    say(2, 0, 1s);
    EXPECT_FALSE(objector(1s));
    say(1, 2, 2s);
    EXPECT_TRUE(objector(2s)) << "and that was answered by nobody yet";
}

// A leap second that we carried out, and that it does not know of.
TEST_F(ObjectionsTest, BeginWhereItIsWeWhoChange) {
    say(1, 0, 0s);
    say(2, 0, 0s);
    EXPECT_FALSE(objector(0s));
    offs_[1] = offs_[2] = 1;
    EXPECT_EQ(objector(1s), 1);
}

TEST_F(ObjectionsTest, StandThoughOneWordIsLate) {
    say(1, 1, 0s);
    EXPECT_TRUE(objector(0s));
    jump(1, 0, 1s);
    EXPECT_TRUE(objector(1s));
    jump(1, 1, 2s);
    EXPECT_TRUE(objector(2s));
}

TEST_F(ObjectionsTest, StayAnsweredThoughAWordSaysNeither) {
    say(1, 1, 0s);
    objector(0s);
    say(2, 0, 1s);
    EXPECT_FALSE(objector(1s));
    offs_[1].reset();
    EXPECT_FALSE(objector(2s));
    offs_[2].reset();
    say(1, 1, 3s);
    EXPECT_FALSE(objector(3s));
}

TEST_F(ObjectionsTest, AreForgottenWithTheSource) {
    say(1, 1, 0s);
    objections_.forget(1);
    EXPECT_FALSE(objector(0s));
}

}  // namespace
}  // namespace tokimori
