#include "server/daemon/turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tokimori {
namespace {

using ::testing::ElementsAre;

class TurnsTest : public ::testing::Test {
protected:
    Turns::Job job(const std::string& name) {
        return [this, name](Turns::End end) {
            seen_.push_back(name);
            ends_.push_back(std::move(end));
        };
    }
    void take(const std::string& name) {
        turns_.take(job(name), [this, name](Turns::Refusal why) {
            seen_.push_back(name + (why == Turns::Refusal::kMany ? " is one too many" : " is refused"));
        });
    }
    void end() { std::exchange(ends_.back(), nullptr)(); }

    std::vector<std::string> seen_;
    std::vector<Turns::End> ends_;
    int changes_ = 0;
    Turns turns_{[this] { ++changes_; }, 2};
};

TEST_F(TurnsTest, BeginAtOnceWhereNobodyIsBefore) {
    take("one");
    EXPECT_TRUE(turns_.under_way());
    end();
    EXPECT_FALSE(turns_.under_way());
    take("two");
    EXPECT_THAT(seen_, ElementsAre("one", "two"));
    EXPECT_EQ(changes_, 3);
}

TEST_F(TurnsTest, AreTakenOneAfterTheOtherInTheOrderInWhichTheyCame) {
    take("one");
    take("two");
    turns_.take_surely(job("three"));
    EXPECT_THAT(seen_, ElementsAre("one"));
    end();
    EXPECT_THAT(seen_, ElementsAre("one", "two"));
    end();
    EXPECT_THAT(seen_, ElementsAre("one", "two", "three"));
    end();
    EXPECT_FALSE(turns_.under_way());
}

TEST_F(TurnsTest, MayEndBeforeTheyHaveBegunForGood) {
    int done = 0;
    for (int i = 0; i < 3; ++i) {
        turns_.take_surely([&done](const Turns::End& end) {
            ++done;
            end();
        });
    }
    EXPECT_EQ(done, 3);
}

TEST_F(TurnsTest, AreWaitedForByAFewOnly) {
    for (const char* const name : {"one", "two", "three", "four"}) {
        take(name);
    }
    EXPECT_THAT(seen_, ElementsAre("one", "four is one too many"));
    turns_.take_surely(job("five"));
    end();
    end();
    end();
    EXPECT_THAT(seen_, ElementsAre("one", "four is one too many", "two", "three", "five"));
}

TEST_F(TurnsTest, AreRefusedWhileTheOneUnderWayStandsStill) {
    turns_.stand_still();
    EXPECT_FALSE(turns_.stands_still()) << "nobody does";
    take("one");
    take("two");
    turns_.take_surely(job("three"));
    turns_.stand_still();
    EXPECT_TRUE(turns_.stands_still());
    take("four");
    EXPECT_THAT(seen_, ElementsAre("one", "two is refused", "four is refused"));
    end();
    EXPECT_FALSE(turns_.stands_still());
    take("five");
    end();
    EXPECT_THAT(seen_, ElementsAre("one", "two is refused", "four is refused", "three", "five"));
}

TEST_F(TurnsTest, TellAtTheirEndThatTheyStoodStill) {
    std::vector<bool> still;
    Turns* told = nullptr;
    Turns turns{[&] { still.push_back(told->stands_still()); }};
    told = &turns;
    Turns::End end;
    turns.take_surely([&end](Turns::End given) { end = std::move(given); });
    turns.stand_still();
    end();
    EXPECT_THAT(still, ElementsAre(false, true));
    EXPECT_FALSE(turns.stands_still());
}

}  // namespace
}  // namespace tokimori
