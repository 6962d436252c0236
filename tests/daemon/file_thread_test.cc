#include "server/daemon/file_thread.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

namespace tokimori {
namespace {

FileThread::Outcome wait_for_outcome(FileThread& files) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (std::chrono::steady_clock::now() < deadline) {
        if (const auto outcome = files.next_outcome()) {
            return *outcome;
        }
        std::this_thread::yield();
    }
    return "nothing came of it";
}

TEST(FileThread, WorksBesideAndTellsWhatCameOfIt) {
    FileThread files{true};
    std::thread::id worked_on;
    EXPECT_FALSE(files.next_outcome());
    EXPECT_TRUE(files.run([&worked_on] {
        worked_on = std::this_thread::get_id();
        return FileThread::Outcome{};
    }));
    EXPECT_TRUE(files.run([] { return FileThread::Outcome{"full"}; }));
    EXPECT_EQ(wait_for_outcome(files), std::nullopt);
    EXPECT_EQ(wait_for_outcome(files), "full");
    EXPECT_NE(worked_on, std::this_thread::get_id());
    EXPECT_FALSE(files.next_outcome());
}

TEST(FileThread, WorksAtOnceWhereThereMayBeNoThread) {
    FileThread files{false};
    std::thread::id worked_on;
    EXPECT_TRUE(files.run([&worked_on] {
        worked_on = std::this_thread::get_id();
        return FileThread::Outcome{};
    }));
    EXPECT_EQ(worked_on, std::this_thread::get_id());
    EXPECT_TRUE(files.next_outcome());
}

TEST(FileThread, TakesNoMoreThanAFewAndDoesNotWaitForAStuckDisk) {
    auto release = std::make_shared<std::promise<void>>();
    auto left = std::make_shared<std::promise<void>>();
    {
        FileThread files{true};
        ASSERT_TRUE(files.run([stuck = release->get_future().share(), left] {
            stuck.wait();
            left->set_value();
            return FileThread::Outcome{};
        }));
        int taken = 1;
        while (files.run([] { return FileThread::Outcome{}; })) {
            ++taken;
        }
        EXPECT_EQ(taken, 4);
    }
    release->set_value();
    left->get_future().wait();
}

TEST(FileThread, FinishesWhatItCanAtTheEnd) {
    bool done = false;
    {
        FileThread files{true};
        files.run([&done] {
            done = true;
            return FileThread::Outcome{};
        });
    }
    EXPECT_TRUE(done);
}

}  // namespace
}  // namespace tokimori
