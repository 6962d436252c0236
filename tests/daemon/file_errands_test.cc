#include "server/daemon/file_errands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

using ::testing::ElementsAre;

class FileErrandsTest : public EventLoopTest, public ::testing::WithParamInterface<bool> {
protected:
    std::vector<int> told_;
};

TEST_P(FileErrandsTest, AreDoneOneAfterTheOtherAndToldLaterOnTheThreadOfTheLoop) {
    FileErrands errands{io_, GetParam()};
    std::thread::id worked_on;
    std::thread::id told_on;
    for (int i = 0; i < 6; ++i) {
        errands.run(
            [i, &worked_on] {
                worked_on = std::this_thread::get_id();
                return i;
            },
            [this, &told_on](int number) {
                told_on = std::this_thread::get_id();
                told_.push_back(number);
            });
    }
    EXPECT_TRUE(told_.empty());
    run_until([&] { return told_.size() == 6; });
    EXPECT_THAT(told_, ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_EQ(told_on, std::this_thread::get_id());
    EXPECT_EQ(worked_on == told_on, !GetParam());
}

TEST_P(FileErrandsTest, BeginAnotherWhereSomebodyIsTold) {
    FileErrands errands{io_, GetParam()};
    errands.run([] { return 1; },
                [&](int first) {
                    errands.run([first] { return first + 1; }, [this](int second) { told_.push_back(second); });
                });
    run_until([&] { return !told_.empty(); });
    EXPECT_THAT(told_, ElementsAre(2));
}

TEST_P(FileErrandsTest, LetTheLoopThrowWhatTheWorkThrew) {
    FileErrands errands{io_, GetParam()};
    errands.run([]() -> int { throw std::runtime_error{"no memory"}; },
                [this](int number) { told_.push_back(number); });
    EXPECT_THROW(run_until([&] { return !told_.empty(); }), std::runtime_error);
    EXPECT_TRUE(told_.empty());
}

TEST_P(FileErrandsTest, TellNobodyOnceTheyHaveGone) {
    {
        FileErrands errands{io_, GetParam()};
        for (int i = 0; i < 3; ++i) {
            errands.run([i] { return i; }, [this](int number) { told_.push_back(number); });
        }
    }
    pass(std::chrono::milliseconds{20});
    EXPECT_TRUE(told_.empty());
}

INSTANTIATE_TEST_SUITE_P(Threads, FileErrandsTest, ::testing::Bool(),
                         [](const auto& threads) { return threads.param ? "OfTheirOwn" : "None"; });

using FileErrandsLoopTest = EventLoopTest;

TEST_F(FileErrandsLoopTest, GoesOnWhileADiskStandsStill) {
    const auto disk = std::make_shared<std::promise<void>>();
    FileErrands errands{io_, true};
    bool told = false;
    errands.run(
        [still = disk->get_future().share()] {
            still.wait();
            return 0;
        },
        [&told](int) { told = true; });
    pass(std::chrono::milliseconds{30});
    EXPECT_FALSE(told);
    disk->set_value();
    run_until([&] { return told; });
}

}  // namespace
}  // namespace tokimori
