#include "server/daemon/state_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <utility>
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
    static constexpr const char* kMachine = "0123456789abcdef";
    static constexpr const char* kBoot = "0b5f7c1e-9f3f-4a54-8a55-3f1d8f3c2a10";

    Keeping() {
        std::string name = (std::filesystem::temp_directory_path() / "tokimori-state-XXXXXX").string();
        directory_ = ::mkdtemp(name.data());
        settings_ = {directory_.string(), false, GetParam(), kBoot, kMachine};
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
    /// Keeps again and again, `span` later each time, until it is `so`. The thread that writes gets some time, or by
    /// ours each write would take so long that the next is due.
    void keep_until(StateKeeper& keeper, Duration span, const std::function<bool()>& so) {
        const auto deadline = std::chrono::steady_clock::now() + 30s;
        while (!so()) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "what was waited for did not come";
            std::this_thread::sleep_for(1ms);
            pass(span);
            keep(keeper);
        }
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

TEST_P(Keeping, AnotherMachineKeepsTheLastTrustedTimeAndNotTheFrequency) {
    leave();
    settings_.machine = "fedcba9876543210";
    const auto recalled = keeper().recall();
    ASSERT_TRUE(recalled);
    EXPECT_FALSE(recalled->same_machine);
    EXPECT_FALSE(recalled->same_boot);
    EXPECT_EQ(recalled->memory.saved, memory_->saved);
    EXPECT_EQ(recalled->memory.leap, memory_->leap);
    EXPECT_GE(recalled->memory.rate_bound, rate_from_ppm(500.0));
}

TEST_P(Keeping, AMachineThatIsNotKnownIsTheSame) {
    settings_.machine.clear();
    leave();
    for (const char* machine : {kMachine, ""}) {
        settings_.machine = machine;
        const auto recalled = keeper().recall();
        ASSERT_TRUE(recalled);
        EXPECT_TRUE(recalled->same_machine && recalled->same_boot);
        EXPECT_EQ(recalled->memory.rate, memory_->rate);
        settings_.machine = kMachine;
        leave();
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

TEST_P(Keeping, ALaboratoryAndAServerInServiceNeitherReadNorOverwriteEachOther) {
    leave();
    const Rate in_service = memory_->rate;
    settings_.laboratory = true;
    EXPECT_FALSE(keeper().recall());
    memory_->rate += 1000;
    {
        StateKeeper laboratory = keeper();
        keep(laboratory);
        laboratory.finish(memory_);
    }
    EXPECT_EQ(keeper().recall()->memory.rate, in_service + 1000);
    settings_.laboratory = false;
    EXPECT_EQ(keeper().recall()->memory.rate, in_service);
    EXPECT_THAT(lines_, IsEmpty());
}

TEST_P(Keeping, AStateUnderTheNameOfTheOtherKindIsNotUsed) {
    for (const bool laboratory : {false, true}) {
        settings_.laboratory = !laboratory;
        leave();
        std::filesystem::copy(directory_ / (laboratory ? "clock.state" : "clock.lab.state"),
                              directory_ / (laboratory ? "clock.lab.state" : "clock.state"));
        settings_.laboratory = laboratory;
        EXPECT_FALSE(keeper().recall());
        EXPECT_THAT(lines_, Contains(HasSubstr("state_not_used")));
        std::filesystem::remove(directory_ / "clock.state");
        std::filesystem::remove(directory_ / "clock.lab.state");
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
        keep_until(keeper, {}, [this] { return asked_ > 2; });
        EXPECT_EQ(asked_, 3);
    }
    EXPECT_TRUE(is_kept());
}

TEST_P(Keeping, WhatIsUrgentIsWrittenAtOnce) {
    StateKeeper keeper = this->keeper();
    keep(keeper);
    EXPECT_EQ(asked_, 1);
    bool written = false;
    keep_until(keeper, {}, [&] { return written = keeper.keep([this] { return tell(); }, true); });
    EXPECT_TRUE(written);
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

TEST_P(Keeping, AWriteThatFailedIsTriedAgainSoonAndToldOnce) {
    settings_.directory = directory_ / "later";
    {
        StateKeeper keeper = this->keeper();
        ASSERT_TRUE(keeper.keep([this] { return tell(); }, true));
        keep_until(keeper, {}, [this] { return !lines_.empty(); });
        pass(29s);
        EXPECT_FALSE(keeper.keep([this] { return tell(); }));
        pass(1s);
        EXPECT_TRUE(keeper.keep([this] { return tell(); }));
        keep_until(keeper, 30s, [this] { return asked_ >= 5; });
        EXPECT_EQ(lines_.size(), 1U);
        std::filesystem::create_directory(settings_.directory);
        keep_until(keeper, 30s, [&] { return std::filesystem::exists(settings_.directory + "/clock.state"); });
    }
    EXPECT_LE(asked_, 7);
    EXPECT_EQ(lines_.size(), 1U);
}

TEST_P(Keeping, ADiskThatTakesNothingAnyMoreIsFoundOutLongBeforeTheNextWrite) {
    settings_.directory = directory_ / "later";
    std::filesystem::create_directory(settings_.directory);
    StateKeeper keeper = this->keeper();
    keep(keeper);
    keep_until(keeper, {}, [&] { return std::filesystem::exists(settings_.directory + "/clock.state"); });
    EXPECT_EQ(keeper.trouble(), "");
    std::filesystem::rename(settings_.directory, directory_ / "gone");
    keep_until(keeper, 1s, [&] { return !keeper.trouble().empty(); });
    EXPECT_THAT(keeper.trouble(), HasSubstr("No such file"));
    keep_until(keeper, 10s, [this] { return asked_ >= 4; });
    EXPECT_THAT(lines_, ElementsAre(HasSubstr("warning state what=")));
    std::filesystem::rename(directory_ / "gone", settings_.directory);
    keep_until(keeper, 10s, [&] { return keeper.trouble().empty(); });
    EXPECT_EQ(lines_.size(), 1U);
}

TEST_P(Keeping, BeforeThereIsAnythingToKeepADiskIsLookedAtAllTheSame) {
    memory_.reset();
    settings_.directory = directory_ / "later";
    StateKeeper keeper = this->keeper();
    keep_until(keeper, 10s, [&] { return !keeper.trouble().empty(); });
    std::filesystem::create_directory(settings_.directory);
    keep_until(keeper, 10s, [&] { return keeper.trouble().empty(); });
    EXPECT_EQ(lines_.size(), 1U);
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

/// A host with these files.
class FewFiles : public FileSteps {
public:
    explicit FewFiles(std::map<std::string, std::string> files) : files_{std::move(files)} {}
    int read(const std::string& path, std::size_t limit, std::string& text) override {
        const auto found = files_.find(path);
        text = found != files_.end() ? found->second.substr(0, limit) : "";
        return found != files_.end() ? 0 : ENOENT;
    }
    int create(const std::string&) override { return EROFS; }
    int write(std::string_view) override { return EROFS; }
    int sync() override { return EROFS; }
    int close() override { return EROFS; }
    int rename(const std::string&, const std::string&) override { return EROFS; }
    int sync_directory(const std::string&) override { return EROFS; }
    int remove(const std::string&) override { return EROFS; }
    int room(const std::string&) override { return EROFS; }

private:
    std::map<std::string, std::string> files_;
};

std::string machine_with(std::map<std::string, std::string> files) {
    FewFiles host{std::move(files)};
    return host_machine(host);
}

TEST(HostMachine, IsTheBoardAndNotTheCardItBootsFrom) {
    const std::string serial{"100000003d1d1c36\0", 17};
    const std::string one = machine_with({{"/proc/device-tree/serial-number", serial}, {"/etc/machine-id", "aa\n"}});
    EXPECT_EQ(one, machine_with({{"/proc/device-tree/serial-number", serial}, {"/etc/machine-id", "bb\n"}}));
    EXPECT_NE(one, machine_with({{"/proc/device-tree/serial-number", "2"}, {"/etc/machine-id", "aa\n"}}));
}

TEST(HostMachine, IsTheInstallationWhereTheBoardHasNoNumber) {
    const std::string one = machine_with({{"/etc/machine-id", "aa\n"}});
    EXPECT_EQ(one.size(), 16U);
    EXPECT_NE(one, machine_with({{"/etc/machine-id", "bb\n"}}));
    EXPECT_EQ(one, machine_with({{"/proc/device-tree/serial-number", "\n"}, {"/etc/machine-id", "aa\n"}}));
    EXPECT_EQ(machine_with({}), "");
}

INSTANTIATE_TEST_SUITE_P(Threads, Keeping, ::testing::Bool(),
                         [](const auto& threads) { return threads.param ? "OfItsOwn" : "None"; });

}  // namespace
}  // namespace tokimori
