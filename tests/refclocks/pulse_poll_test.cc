#include "refclocks/pulse_poll.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kPulse{500s};

TEST(PulsePoll, LooksALittleAfterTheNextPulseIsDue) {
    PulsePoll poll;
    EXPECT_EQ(poll.after_look(kPulse + 80ms, kPulse), 922ms);
    EXPECT_EQ(poll.after_look(kPulse + 1002ms, kPulse + 1s), 1000ms);
}

TEST(PulsePoll, LooksEverLessOftenWhereNothingComes) {
    PulsePoll poll;
    Duration last{};
    for (int look = 0; look < 20; ++look) {
        const Duration pause = poll.after_look(kPulse, std::nullopt);
        EXPECT_GE(pause, last);
        last = pause;
    }
    EXPECT_EQ(last, 100ms);
}

TEST(PulsePoll, LooksOftenAgainWhenAPulseIsOverdue) {
    PulsePoll poll;
    for (int look = 0; look < 20; ++look) {
        poll.after_look(kPulse, std::nullopt);
    }
    poll.after_look(kPulse + 60ms, kPulse);
    EXPECT_EQ(poll.after_look(kPulse + 1002ms, std::nullopt), 2ms);
}

TEST(PulsePoll, NeverLooksWithoutAPause) {
    PulsePoll poll;
    EXPECT_EQ(poll.after_look(kPulse + 1900ms, kPulse), 2ms);
}

}  // namespace
}  // namespace tokimori
