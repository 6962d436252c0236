#include "server/ntp/poll_schedule.h"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kStart{1000s};

/// Asks as the schedule says for so long; `answer` says what comes of each request. When each went.
template <typename Answer>
std::vector<LocalInstant> ask(PollSchedule& schedule, Duration span, Answer answer) {
    std::vector<LocalInstant> requests;
    while (schedule.next() < kStart + span) {
        requests.push_back(schedule.next());
        schedule.sent(requests.back());
        answer(requests.size());
    }
    return requests;
}

std::size_t most_within_an_hour(const std::vector<LocalInstant>& requests) {
    std::size_t most = 0;
    std::deque<LocalInstant> hour;
    for (const LocalInstant at : requests) {
        hour.push_back(at);
        while (at - hour.front() >= 1h) {
            hour.pop_front();
        }
        most = std::max(most, hour.size());
    }
    return most;
}

PollSchedule begun(const PollPolicy& policy = {}) {
    PollSchedule schedule{policy};
    schedule.begin(kStart);
    return schedule;
}

TEST(PollSchedule, BeginsWithABurst) {
    PollSchedule schedule = begun();
    const auto requests = ask(schedule, 600s, [&](std::size_t) { schedule.answered(1ms); });
    ASSERT_EQ(requests.size(), 8U);
    EXPECT_EQ(requests.front(), kStart);
    EXPECT_EQ(requests[5], kStart + 10s);
    EXPECT_EQ(requests[6], kStart + 266s);
}

/// Ends after so long and begins again at once, until `span` is over; all requests of all runs.
std::vector<LocalInstant> restart_every(Duration run, Duration span, const PollPolicy& policy) {
    std::vector<LocalInstant> sent;
    for (LocalInstant begin = kStart; begin < kStart + span; begin += run) {
        PollSchedule schedule{policy};
        const std::size_t known = std::min(sent.size(), PollSchedule::kMostAnHour);
        schedule.recall(std::span{sent}.last(known));
        schedule.begin(begin);
        while (schedule.next() < begin + run) {
            sent.push_back(schedule.next());
            schedule.sent(sent.back());
            schedule.failed();
        }
    }
    return sent;
}

TEST(PollSchedule, AsksNoMoreOftenWhereItIsStartedAgainAndAgain) {
    for (const Duration run : {Duration{1s}, Duration{7s}, Duration{61s}, Duration{20min}}) {
        const auto sent = restart_every(run, 6h, {});
        EXPECT_EQ(most_within_an_hour(sent), PollSchedule::kMostAnHour) << run.count();
    }
}

TEST(PollSchedule, LeavesHalfOfTheHourToTheNextStartAndSaysWhenThereIsNoneLeft) {
    std::vector<LocalInstant> sent(10, kStart - 30min);
    for (const int burst : {5, 2, 1, 1, 1}) {
        PollSchedule schedule{PollPolicy{}};
        schedule.recall(sent);
        schedule.begin(kStart);
        EXPECT_FALSE(schedule.held_back());
        const auto requests = ask(schedule, 60s, [&](std::size_t) { schedule.answered(1ms); });
        EXPECT_EQ(requests.size(), static_cast<std::size_t>(burst));
        sent.insert(sent.end(), requests.begin(), requests.end());
    }
    PollSchedule schedule{PollPolicy{}};
    schedule.recall(sent);
    schedule.begin(kStart + 60s);
    EXPECT_TRUE(schedule.held_back());
    EXPECT_EQ(schedule.next(), kStart + 30min);
    schedule.sent(schedule.next());
    EXPECT_FALSE(schedule.held_back());
}

TEST(PollSchedule, CountsNothingWhereTheOperatorDecidesHimself) {
    PollSchedule schedule{PollPolicy{.minpoll = 6}};
    const std::vector<LocalInstant> sent(20, kStart - 1s);
    schedule.recall(sent);
    schedule.begin(kStart);
    EXPECT_EQ(ask(schedule, 20s, [&](std::size_t) { schedule.answered(1ms); }).size(), 6U);
}

TEST(PollSchedule, ForgetsWhatIsOlderThanAnHour) {
    PollSchedule schedule{PollPolicy{}};
    const std::vector<LocalInstant> sent(20, kStart - 1h);
    schedule.recall(sent);
    schedule.begin(kStart);
    EXPECT_EQ(ask(schedule, 20s, [&](std::size_t) { schedule.answered(1ms); }).size(), 6U);
}

TEST(PollSchedule, BeginsWithoutOneWhereItShallNot) {
    PollSchedule schedule = begun({.iburst = false});
    EXPECT_EQ(ask(schedule, 600s, [&](std::size_t) { schedule.answered(1ms); }).size(), 3U);
}

TEST(PollSchedule, NeverAsksMoreThanTwentyTimesAnHourWhateverComesOfIt) {
    PollSchedule silent = begun();
    EXPECT_EQ(most_within_an_hour(ask(silent, 24h, [&](std::size_t) { silent.failed(); })), 20U);
    PollSchedule answered = begun();
    EXPECT_LE(most_within_an_hour(ask(answered, 24h, [&](std::size_t) { answered.answered(100us); })), 20U);
    PollSchedule restless = begun();
    const auto requests = ask(restless, 24h, [&](std::size_t count) {
        if (count % 7 < 5) {
            restless.failed();
        } else {
            restless.answered(100us);
        }
    });
    EXPECT_EQ(most_within_an_hour(requests), 20U);
}

TEST(PollSchedule, LeavesItToTheOperatorToAskMoreOften) {
    PollSchedule schedule = begun({.minpoll = 4, .maxpoll = 4});
    EXPECT_GT(most_within_an_hour(ask(schedule, 2h, [&](std::size_t) { schedule.answered(1ms); })), 200U);
}

TEST(PollSchedule, AsksMoreSeldomWhereMoreAnswersTellLittle) {
    PollSchedule far = begun();
    ask(far, 12h, [&](std::size_t) { far.answered(30ms); });
    EXPECT_EQ(far.poll(), 10);
    PollSchedule near = begun();
    ask(near, 12h, [&](std::size_t) { near.answered(200us); });
    EXPECT_EQ(near.poll(), 8);
    ask(far, 24h, [&](std::size_t) { far.answered(200us); });
    EXPECT_EQ(far.poll(), 8) << "and more often when the way has become short";
}

TEST(PollSchedule, SlowsDownForAServerThatWantsItAndNeverGoesBack) {
    PollSchedule schedule = begun();
    schedule.sent(kStart);
    schedule.slow_down();
    EXPECT_EQ(schedule.next(), kStart + 512s) << "the burst is over, too";
    for (int i = 0; i < 10; ++i) {
        schedule.slow_down();
    }
    EXPECT_EQ(schedule.poll(), 12);
    ask(schedule, 48h, [&](std::size_t) { schedule.answered(100us); });
    EXPECT_EQ(schedule.poll(), 12);
}

TEST(PollSchedule, StaysAwayForADayFromAServerThatRefuses) {
    PollSchedule schedule = begun();
    schedule.sent(kStart);
    schedule.refused();
    EXPECT_EQ(schedule.next(), kStart + 24h);
    EXPECT_EQ(ask(schedule, 72h, [&](std::size_t) { schedule.refused(); }).size(), 2U);
}

TEST(PollSchedule, AsksAnotherAddressSoonAndStillNoMoreThanTwentyTimesAnHour) {
    PollSchedule schedule = begun();
    const auto requests = ask(schedule, 24h, [&](std::size_t count) {
        schedule.failed();
        if (count % PollSchedule::kBurst == 0) {
            schedule.begin_elsewhere(kStart + 1min);
        }
    });
    ASSERT_GT(requests.size(), 12U);
    EXPECT_EQ(requests[6] - requests[5], 2s);
    EXPECT_EQ(requests[11] - requests[6], 10s);
    EXPECT_EQ(most_within_an_hour(requests), 20U);
}

TEST(PollSchedule, AsksAgainSoonWhatIsContestedOnceAnHour) {
    PollSchedule schedule{{.iburst = true, .minpoll = 6, .maxpoll = 6}};
    schedule.begin(kStart);
    ask(schedule, 10min, [&](std::size_t) { schedule.answered(100us); });
    LocalInstant now = schedule.next();
    const auto gap_when_contested = [&](Duration later) {
        now += later;
        schedule.sent(now);
        schedule.answered(100us);
        schedule.contested(now);
        return schedule.next() - now;
    };
    EXPECT_EQ(gap_when_contested(0s), 2s);
    for (int i = 0; i < PollSchedule::kBurst; ++i) {
        now = schedule.next();
        schedule.sent(now);
        schedule.answered(100us);
    }
    EXPECT_EQ(gap_when_contested(30min), 64s);
    EXPECT_EQ(gap_when_contested(30min), 2s);
    schedule.slow_down();
    EXPECT_EQ(gap_when_contested(2h), 128s) << "it wanted to be asked more seldom";
}

TEST(PollSchedule, NeverAsksMoreThanTwentyTimesAnHourHoweverOftenItIsContested) {
    PollSchedule schedule = begun();
    const auto requests = ask(schedule, 24h, [&](std::size_t) {
        schedule.answered(100us);
        schedule.contested(schedule.next() - 2s);
    });
    EXPECT_LE(most_within_an_hour(requests), 20U);
}

TEST(PollSchedule, TriesAgainSoonAfterTheNetworkWasMissingAndDoesNotCountThat) {
    PollSchedule schedule = begun();
    LocalInstant at = kStart;
    for (const Duration gap : {2s, 4s, 8s, 16s, 32s, 64s, 64s}) {
        schedule.not_sent(at);
        EXPECT_EQ(schedule.next(), at + gap);
        at = schedule.next();
    }
    const auto requests = ask(schedule, at - kStart + 60s, [&](std::size_t) { schedule.answered(1ms); });
    EXPECT_EQ(requests.size(), 6U) << "the whole burst is still to come";
}

TEST(PollSchedule, BeginsAnewWithABurstAfterTheServerWasAway) {
    PollSchedule schedule = begun();
    const auto requests = ask(schedule, 3h, [&](std::size_t count) {
        if (count < 30) {
            schedule.failed();
        } else {
            schedule.answered(100us);
        }
    });
    ASSERT_GT(requests.size(), 31U);
    EXPECT_EQ(requests[30] - requests[29], 2s);
}

}  // namespace
}  // namespace tokimori
