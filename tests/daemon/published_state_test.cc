#include "server/daemon/published_state.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <stdexcept>
#include <thread>
#include <utility>

namespace tokimori {
namespace {

using Pattern = std::array<std::uint64_t, 21>;

Pattern pattern_of(std::uint64_t number) {
    Pattern pattern{};
    pattern.fill(number);
    return pattern;
}

/// What a test does before a word is looked at or changed.
struct Interruption {
    std::function<void()> before_load = [] {};
    std::function<void()> before_store = [] {};
};

class Word {
public:
    std::uint64_t load(std::memory_order order) const {
        interruption.before_load();
        return value_.load(order);
    }
    void store(std::uint64_t value, std::memory_order order) {
        interruption.before_store();
        value_.store(value, order);
    }

    inline static Interruption interruption;

private:
    std::atomic<std::uint64_t> value_{0};
};

constexpr int kLoadsOfARead = 2 + std::tuple_size_v<Pattern>;
constexpr int kStoresOfAWrite = 1 + std::tuple_size_v<Pattern>;

/// A latch whose writer and readers can be held up between any two words.
class InterruptedPublished : public ::testing::Test {
protected:
    ~InterruptedPublished() override { Word::interruption = {}; }

    /// False if the writer died before it had changed its `after`-th word.
    bool write(std::uint64_t number, int after) {
        Word::interruption.before_store = [after]() mutable {
            if (after-- == 0) {
                throw std::runtime_error{"killed"};
            }
        };
        bool whole = true;
        try {
            published_.write(pattern_of(number));
        } catch (const std::runtime_error&) {
            whole = false;
        }
        Word::interruption.before_store = [] {};
        return whole;
    }
    void write(std::uint64_t number) { ASSERT_TRUE(write(number, kStoresOfAWrite)); }

    /// What is read at once: without a second look.
    std::uint64_t read_at_once() const {
        Word::interruption.before_load = [loads = kLoadsOfARead]() mutable {
            if (loads-- == 0) {
                throw std::runtime_error{"the reader waits"};
            }
        };
        const Pattern seen = published_.read();
        Word::interruption.before_load = [] {};
        EXPECT_EQ(seen, pattern_of(seen[0]));
        return seen[0];
    }

    Published<Pattern, Word> published_{pattern_of(1)};
};

TEST_F(InterruptedPublished, GivesAtOnceWhatWasBeforeAWriteThatStandsStill) {
    for (int after = 0; after < kStoresOfAWrite; ++after) {
        const auto number = static_cast<std::uint64_t>(2 * after + 2);
        ASSERT_FALSE(write(number, after));
        ASSERT_EQ(read_at_once(), number - 1) << "after " << after << " words";
        write(number + 1);
        ASSERT_EQ(read_at_once(), number + 1);
    }
}

TEST_F(InterruptedPublished, ReadsAgainWhatWasWrittenOverMeanwhile) {
    std::uint64_t newest = 1;
    for (int writes = 1; writes <= 4; ++writes) {
        for (int before = 0; before < kLoadsOfARead; ++before) {
            // The last of them is under way still.
            const auto begin_writes = [&, left = before]() mutable {
                if (left-- != 0) {
                    return;
                }
                for (int i = 0; i < writes; ++i) {
                    write(++newest);
                }
                ASSERT_FALSE(write(newest + 1, kStoresOfAWrite / 2));
            };
            const std::uint64_t oldest = newest;
            Word::interruption.before_load = begin_writes;
            const Pattern seen = published_.read();
            ASSERT_EQ(seen, pattern_of(seen[0])) << writes << " writes before word " << before;
            ASSERT_GE(seen[0], oldest);
            ASSERT_EQ(read_at_once(), newest);
        }
    }
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
