#include "server/daemon/query_teller.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <cstdint>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr bool kRead = true;

constexpr LocalInstant kNow{1h};

/// How many of `beats` put the view together anew.
int times(QueryNeed& need, int beats, bool read, std::uint64_t news = 0) {
    int told = 0;
    for (int i = 0; i < beats; ++i) {
        told += need.at_beat(kNow, read, news) ? 1 : 0;
    }
    return told;
}

TEST(QueryNeed, IsThereAtEachBeatWhileTheViewIsReadAndForTenAfterThat) {
    QueryNeed need;
    EXPECT_EQ(times(need, 100, kRead), 100);
    EXPECT_EQ(times(need, 10, !kRead), 10);
    EXPECT_EQ(times(need, 4, !kRead), 0);
}

TEST(QueryNeed, IsThereEveryFiveBeatsForEverWhereNobodyReads) {
    QueryNeed need;
    times(need, 10, !kRead);
    EXPECT_EQ(times(need, 1000, !kRead), 200);
    EXPECT_TRUE(need.at_beat(kNow, kRead, 0)) << "at once when somebody does";
    EXPECT_EQ(times(need, 10, !kRead), 10);
}

TEST(QueryNeed, IsThereOnceForWhateverHappens) {
    QueryNeed need;
    times(need, 10, !kRead);
    EXPECT_TRUE(need.at_beat(kNow, !kRead, 7));
    EXPECT_FALSE(need.at_beat(kNow, !kRead, 7));
}

TEST(QueryNeed, IsThereWhileItIsNearThatTheTimeOfTheViewIsVouchedForNoMore) {
    QueryNeed need;
    times(need, 10, !kRead);
    need.made(kNow + 4s);
    EXPECT_FALSE(need.at_beat(kNow, !kRead, 0)) << "not yet";
    EXPECT_TRUE(need.at_beat(kNow + 1ns, !kRead, 0));
    EXPECT_TRUE(need.at_beat(kNow + 4s - 1ns, !kRead, 0)) << "it was not made anew";
    EXPECT_FALSE(need.at_beat(kNow + 4s, !kRead, 0)) << "whoever reads it sees that it is over";
    times(need, 1, kRead);
    times(need, 10, !kRead);
    need.made(kNow + 1h);
    EXPECT_EQ(times(need, 4, !kRead), 0) << "it was vouched for anew";
}

// A clock that nobody tells the time vouches for it ten seconds at a time, beat by beat.
TEST(QueryNeed, IsNotThereMoreOftenWhereTheTimeIsVouchedForTenSecondsAtATime) {
    QueryNeed need;
    times(need, 10, !kRead);
    need.made(kNow + 10s);
    LocalInstant now = kNow;
    int told = 0;
    for (int beat = 0; beat < 100; ++beat) {
        now += 1250ms;
        if (need.at_beat(now, !kRead, 0)) {
            need.made(now + 10s);
            ++told;
        }
    }
    EXPECT_EQ(told, 20);
}

TEST(PublishedQueryView, KnowsWhetherItWasReadSinceItWasAskedLast) {
    PublishedQueryView published{QueryView{}};
    EXPECT_FALSE(published.was_read());
    published.read();
    published.read();
    EXPECT_TRUE(published.was_read());
    EXPECT_FALSE(published.was_read());
}

// As often as it beats, whether or not it has anything to tell.
void beat(boost::asio::io_context& io, int times) {
    for (int i = 0; i < times; ++i) {
        io.run_one_for(10s);
    }
}

TEST(QueryTeller, TellsAtTheStartAndAgainWhenItWasReadOrSomethingHappened) {
    boost::asio::io_context io;
    std::uint64_t made = 0;
    std::uint64_t news = 0;
    LocalInstant now = kNow;
    const auto view = [&] {
        QueryView made_anew;
        made_anew.state.valid_until = kNow + 1h;
        made_anew.keys = static_cast<std::uint32_t>(++made);
        return made_anew;
    };
    QueryTeller teller{io, {view, [&] { return news; }, [&] { return now; }}, 4ms};
    teller.start();
    EXPECT_EQ(teller.published().read().keys, 1U);
    beat(io, 12);
    EXPECT_EQ(made, 12U) << "at the start, at the next beat, and at ten more since it was read";
    news = 1;
    beat(io, 1);
    EXPECT_EQ(made, 13U);
    beat(io, 1);
    EXPECT_EQ(made, 13U);
    EXPECT_EQ(teller.published().read().keys, 13U);
    beat(io, 1);
    EXPECT_EQ(made, 14U);
    beat(io, 1);
    EXPECT_EQ(made, 15U);
    beat(io, 9);
    EXPECT_EQ(made, 24U) << "at ten beats since it was read, once more";
    beat(io, 1);
    EXPECT_EQ(made, 24U);
    now += 1h - 1s;
    beat(io, 1);
    EXPECT_EQ(made, 25U) << "it ends how long its time is vouched for";
    teller.stop();
    io.run();
    EXPECT_EQ(made, 25U);
}

}  // namespace
}  // namespace tokimori
