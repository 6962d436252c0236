#include <gtest/gtest.h>

#include <random>

#include "server/daemon/state_text.h"
#include "tests/clock/bench.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// Whatever the clock wants kept must come back from the text of the state file.
class StateOfAClock : public Bench {
protected:
    /// What a next run reads; nullopt where there is nothing to keep.
    std::optional<ClockMemory> read_back() const {
        const auto memory = clock_.memory();
        if (!memory) {
            return std::nullopt;
        }
        const StateResult read = parse_state(state_text({.memory = *memory, .boot_id = {}, .machine = {}}));
        EXPECT_TRUE(read.state) << read.error;
        return read.state ? std::optional{read.state->memory} : std::nullopt;
    }
};

TEST_F(StateOfAClock, SurvivesASuspend) {
    clock_.set_sources({gps()});
    feed(0, 60);
    const ClockMemory before = clock_.memory().value();
    clock_.lose_time(at(60s));
    const auto kept = read_back();
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->rate, before.rate);
    EXPECT_EQ(kept->rate_bound, before.rate_bound);
    EXPECT_EQ(kept->leap, before.leap);
    EXPECT_GE(kept->saved, before.saved);
    EXPECT_LE(kept->saved - before.saved, 1s);
    clock_ = Timekeeper{laboratory(), LeapTable::built_in(), at(61s)};
    clock_.recall(*kept, true);
    EXPECT_FALSE(serving_at(61s));
}

/// A life of a clock that nobody planned.
class Life {
public:
    explicit Life(unsigned seed) : random_{seed} {}
    int below(int end) { return std::uniform_int_distribution{0, end - 1}(random_); }
    Duration up_to(Duration most) {
        return Duration{std::uniform_int_distribution<std::int64_t>{-most.count(), most.count()}(random_)};
    }

private:
    std::mt19937 random_;
};

class AnyClock : public StateOfAClock, public ::testing::WithParamInterface<unsigned> {
protected:
    void restart(const ClockMemory& memory, int second) {
        clock_ = Timekeeper{laboratory(), LeapTable::built_in(), at(seconds(second))};
        clock_.recall(memory, life_.below(2) == 0);
        clock_.set_sources(sources_);
    }
    /// Something happens; how many seconds it takes.
    int live(int second) {
        switch (life_.below(6)) {
            case 0:
                clock_.lose_time(at(seconds(second)));
                return 1;
            case 1:
                pass(second, second + 40);
                return life_.below(2) == 0 ? 40 : 100'000;
            case 2:
                lies_[1] = seconds(life_.below(3) - 1);
                return 0;
            case 3:
                if (const auto memory = clock_.memory()) {
                    restart(*memory, second);
                }
                return 1;
            default:
                return hear(second);
        }
    }
    int hear(int second) {
        const Duration per_second = life_.up_to(600us);
        const Duration scatter = life_.up_to(life_.below(2) == 0 ? 1us : 5ms);
        const bool pulses = life_.below(3) > 0;
        const int count = 10 + life_.below(60);
        for (int i = 0; i < count; ++i) {
            behind_[1] += per_second + life_.up_to(std::chrono::abs(scatter));
            if (std::chrono::abs(behind_[1]) > 300ms) {
                behind_[1] = Duration::zero();
            }
            feed(second + i, second + i + 1, 1, pulses);
        }
        return count;
    }

    Life life_{GetParam()};
    std::vector<SourceSettings> sources_{gps()};
};

TEST_P(AnyClock, LeavesWhatTheNextOneCanRead) {
    clock_.set_sources(sources_);
    feed(0, 30);
    ASSERT_TRUE(read_back());
    int second = 30;
    int kept = 0;
    for (int step = 0; step < 100; ++step) {
        second += live(second);
        kept += read_back() ? 1 : 0;
    }
    EXPECT_GT(kept, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnyClock, ::testing::Range(1U, 21U));

}  // namespace
}  // namespace tokimori
