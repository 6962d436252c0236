#include "server/daemon/published_state.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

namespace tokimori {
namespace {

using Pattern = std::array<std::uint64_t, 21>;

Pattern pattern_of(std::uint64_t number) {
    Pattern pattern{};
    pattern.fill(number);
    return pattern;
}

TEST(Published, GivesBackWhatWasWritten) {
    ServerState state;
    state.stratum = 1;
    state.refid = reference_id("PPS");
    state.valid_until = LocalInstant{Duration{12345}};
    Published<ServerState> published{ServerState{}};
    EXPECT_EQ(published.read().stratum, 16);
    published.write(state);
    EXPECT_EQ(published.read().stratum, 1);
    EXPECT_EQ(published.read().refid, reference_id("PPS"));
    EXPECT_EQ(published.read().valid_until, LocalInstant{Duration{12345}});
}

TEST(PublishedClock, IsWorthNothingForAHostThatHasSleptSince) {
    const LocalInstant now{Duration{12345}};
    PublishedClock clock;
    clock.state.valid_until = now + std::chrono::hours{1};
    clock.asleep = std::chrono::seconds{100};
    clock.hold_against(clock.asleep);
    EXPECT_TRUE(clock.state.synchronised_at(now));
    clock.hold_against(clock.asleep + std::chrono::microseconds{50});
    EXPECT_TRUE(clock.state.synchronised_at(now));
    clock.hold_against(clock.asleep + std::chrono::milliseconds{2});
    EXPECT_FALSE(clock.state.synchronised_at(now));
}

TEST(Published, NeverShowsHalfOfAWrite) {
    Published<Pattern> published{pattern_of(0)};
    constexpr std::uint64_t kLast = 200'000;
    std::thread writer{[&] {
        for (std::uint64_t i = 1; i <= kLast; ++i) {
            published.write(pattern_of(i));
        }
    }};
    std::uint64_t newest = 0;
    while (newest < kLast) {
        const Pattern seen = published.read();
        ASSERT_EQ(seen, pattern_of(seen[0]));
        ASSERT_GE(seen[0], newest);
        newest = seen[0];
    }
    writer.join();
}

}  // namespace
}  // namespace tokimori
