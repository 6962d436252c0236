#include "server/daemon/state_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/daemon/kept_state.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Keeping : public ::testing::TestWithParam<bool> {
protected:
    static constexpr const char* kBoot = "0b5f7c1e-9f3f-4a54-8a55-3f1d8f3c2a10";

    Keeping() {
        std::string name = (std::filesystem::temp_directory_path() / "tokimori-state-XXXXXX").string();
        directory_ = ::mkdtemp(name.data());
        settings_ = {directory_.string(), false, GetParam(), kBoot};
    }
    ~Keeping() override { std::filesystem::remove_all(directory_); }

    StateKeeper keeper() { return {settings_, counter_, log_}; }
    std::optional<ClockMemory> tell() {
        ++asked_;
        return memory_;
    }
    void keep(StateKeeper& keeper) {
        keeper.keep([this] { return tell(); });
    }
    void pass(Duration span) {
        reading_.raw += span.count();
        reading_.monotonic += span.count();
        reading_.boottime += span.count();
    }
    bool is_kept() const { return std::filesystem::exists(directory_ / "clock.state"); }
    /// Saves as an earlier run did.
    void leave() { keeper().finish(memory_); }

    std::filesystem::path directory_;
    StateKeeper::Settings settings_;
    ClockReading reading_{.raw = 7200'000'000'000, .monotonic = 7200'000'000'000, .boottime = 7217'000'000'000};
    Counter counter_{[this] { return reading_; }};
    std::vector<std::string> lines_;
    Log log_{[this](std::string_view line) { lines_.emplace_back(line); }, LogLevel::kInfo, nullptr};
    std::optional<ClockMemory> memory_ = kept_state().memory;
    int asked_ = 0;
};

TEST_P(Keeping, WhatAnEarlierRunLeftComesBack) {
    leave();
    const auto recalled = keeper().recall();
    ASSERT_TRUE(recalled);
    EXPECT_EQ(recalled->memory.rate, memory_->rate);
    EXPECT_EQ(recalled->memory.saved, memory_->saved);
    EXPECT_TRUE(recalled->same_boot);
    EXPECT_THAT(lines_, IsEmpty());
}

TEST_P(Keeping, NothingIsKeptWithoutADirectory) {
    settings_.directory.clear();
    StateKeeper none = keeper();
    keep(none);
    none.finish(memory_);
    EXPECT_FALSE(none.recall());
    EXPECT_EQ(asked_, 0);
    EXPECT_THAT(lines_, IsEmpty());
}

TEST_P(Keeping, AnotherBootKeepsTheFrequencyAndNotTheModel) {
    leave();
    for (const char* boot : {"ffffffff-9f3f-4a54-8a55-3f1d8f3c2a10", ""}) {
        settings_.boot_id = boot;
        const auto recalled = keeper().recall();
        ASSERT_TRUE(recalled);
        EXPECT_FALSE(recalled->same_boot) << boot;
    }
}

TEST_P(Keeping, ASleepBetweenTheRunsMakesTheCounterWorthless) {
    leave();
    reading_.boottime += 1'000'000'000;
    EXPECT_FALSE(keeper().recall()->same_boot);
}

TEST_P(Keeping, ACounterBehindTheOneThatWasKeptIsOfAnotherBoot) {
    leave();
    reading_.raw = 1'000'000'000;
    EXPECT_FALSE(keeper().recall()->same_boot);
}

TEST_P(Keeping, ALaboratoryAndAServerInServiceDoNotReadEachOther) {
    for (const bool laboratory : {false, true}) {
        settings_.laboratory = laboratory;
        leave();
        settings_.laboratory = !laboratory;
        EXPECT_FALSE(keeper().recall());
        EXPECT_THAT(lines_, Contains(HasSubstr("state_not_used")));
        lines_.clear();
    }
}

TEST_P(Keeping, ItIsWrittenOnceThereIsSomethingToKeepThenEveryHour) {
    {
        StateKeeper keeper = this->keeper();
        std::optional<ClockMemory> later;
        later.swap(memory_);
        keep(keeper);
        EXPECT_EQ(asked_, 1);
        EXPECT_FALSE(is_kept());
        later.swap(memory_);
        keep(keeper);
        EXPECT_EQ(asked_, 2);
        pass(59min);
        keep(keeper);
        EXPECT_EQ(asked_, 2);
        pass(61s);
        while (asked_ == 2) {  // the thread of the first write may still be at it
            keep(keeper);
        }
        EXPECT_EQ(asked_, 3);
    }
    EXPECT_TRUE(is_kept());
}

TEST_P(Keeping, WhatIsUrgentIsWrittenAtOnce) {
    StateKeeper keeper = this->keeper();
    keep(keeper);
    EXPECT_EQ(asked_, 1);
    while (!keeper.keep([this] { return tell(); }, true)) {  // the thread of the first write may still be at it
    }
    EXPECT_EQ(asked_, 2);
}

TEST_P(Keeping, AtTheEndTheNewestIsThereWhateverWasBeingWritten) {
    StateKeeper keeper = this->keeper();
    keep(keeper);
    memory_->rate += 1000;
    keeper.finish(memory_);
    EXPECT_EQ(this->keeper().recall()->memory.rate, memory_->rate);
}

TEST_P(Keeping, AtTheEndNothingNewLeavesWhatIsThere) {
    leave();
    keeper().finish(std::nullopt);
    EXPECT_TRUE(keeper().recall());
}

TEST_P(Keeping, ADirectoryThatCannotBeWrittenIsToldOnceUntilItCan) {
    settings_.directory = directory_ / "absent";
    {
        StateKeeper keeper = this->keeper();
        for (int hour = 0; hour < 5; ++hour) {
            keep(keeper);
            pass(1h);
        }
        keeper.finish(memory_);
    }
    EXPECT_THAT(lines_, ElementsAre(AllOf(HasSubstr("warning state "), HasSubstr("No such file"))));
    std::filesystem::create_directory(settings_.directory);
    lines_.clear();
    keeper().finish(memory_);
    EXPECT_THAT(lines_, IsEmpty());
}

TEST_P(Keeping, ADamagedFileIsToldAndSetAside) {
    std::ofstream{directory_ / "clock.state"} << "tokimori clock state 2\nrate 5\n";
    EXPECT_FALSE(keeper().recall());
    EXPECT_THAT(lines_, ElementsAre(AllOf(HasSubstr("damaged"), HasSubstr("clock.state.refused"))));
    EXPECT_FALSE(keeper().recall());
    EXPECT_EQ(lines_.size(), 1U);
}

TEST(HostBootId, IsThatOfThisKernel) {
    EXPECT_EQ(host_boot_id().size(), 36U);
    EXPECT_EQ(host_boot_id(), host_boot_id());
}

INSTANTIATE_TEST_SUITE_P(Threads, Keeping, ::testing::Bool(),
                         [](const auto& threads) { return threads.param ? "OfItsOwn" : "None"; });

}  // namespace
}  // namespace tokimori
