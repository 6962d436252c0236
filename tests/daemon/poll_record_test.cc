#include "server/daemon/poll_record.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <map>

#include "server/ntp/poll_schedule.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

/// Files that outlive the record.
using Files = std::map<std::string, std::string>;

class FilesInMemory : public FileSteps {
public:
    explicit FilesInMemory(Files& files) : files_{files} {}

    int read(const std::string& path, std::size_t limit, std::string& text) override {
        const auto found = files_.find(path);
        text = found != files_.end() ? found->second.substr(0, limit) : "";
        return found != files_.end() ? 0 : ENOENT;
    }
    int create(const std::string& path) override {
        open_ = path;
        files_[path].clear();
        return 0;
    }
    int write(std::string_view text) override {
        files_[open_] += text;
        return 0;
    }
    int sync() override { return 0; }
    int close() override { return 0; }
    int rename(const std::string& from, const std::string& to) override {
        files_[to] = files_[from];
        files_.erase(from);
        return 0;
    }
    int sync_directory(const std::string&) override { return 0; }
    int remove(const std::string& path) override {
        files_.erase(path);
        return 0;
    }
    int room(const std::string&) override { return 0; }

private:
    Files& files_;
    std::string open_;
};

class PollRecordTest : public ::testing::Test {
protected:
    PollRecord record(const std::string& boot = "a", const std::string& directory = "/state") {
        return PollRecord{{directory, boot, false}, std::make_unique<FilesInMemory>(files_)};
    }
    static LocalInstant at(Duration later) { return LocalInstant{5h + later}; }

    Files files_;
    const std::string file_ = "/state/upstream.polls";
};

TEST_F(PollRecordTest, IsThereForTheNextRunOfTheSameBoot) {
    record().note("ntp.nict.jp:123", at(0s));
    {
        PollRecord second = record();
        second.note("ntp.nict.jp:123", at(2s));
        second.note("192.0.2.1:123", at(3s));
    }
    const PollRecord third = record();
    EXPECT_EQ(third.asked("ntp.nict.jp:123"), (std::vector{at(0s), at(2s)}));
    EXPECT_EQ(third.asked("192.0.2.1:123"), std::vector{at(3s)});
    EXPECT_TRUE(third.asked("192.0.2.2:123").empty());
    EXPECT_EQ(files_.size(), 1U) << "nothing is left beside it";
}

TEST_F(PollRecordTest, CountsWhatWasAskedBeforeTheBootAsAskedWhenItBegan) {
    record().note("a:123", at(0s));
    EXPECT_EQ(record("b").asked("a:123"), std::vector{LocalInstant{}});
    EXPECT_EQ(record("").asked("a:123"), std::vector{LocalInstant{}});
}

TEST_F(PollRecordTest, ForgetsWhatIsOlderThanAnHour) {
    PollRecord first = record();
    first.note("a:123", at(0s));
    first.note("b:123", at(2h));
    EXPECT_TRUE(record().asked("a:123").empty());
    EXPECT_EQ(files_[file_].find("a:123"), std::string::npos);
}

TEST_F(PollRecordTest, KeepsNoMoreThanCount) {
    PollRecord first = record();
    for (int i = 0; i < 100; ++i) {
        first.note("a:123", at(i * 1s));
    }
    const auto asked = record().asked("a:123");
    ASSERT_EQ(asked.size(), PollSchedule::kMostAnHour);
    EXPECT_EQ(asked.back(), at(99s));
}

TEST_F(PollRecordTest, PassesOverWhatIsDamaged) {
    for (const char* const text : {"", "rubbish", "tokimori-polls 2\nboot a\na:123 1\n", "tokimori-polls 1\n",
                                   "tokimori-polls 1\nboot a\na:123 x 7\n\n \n"}) {
        files_[file_] = text;
        EXPECT_TRUE(record().asked("a:123").empty()) << text;
    }
}

TEST_F(PollRecordTest, WritesNothingWithoutADirectory) {
    record("a", "").note("a:123", at(0s));
    EXPECT_TRUE(files_.empty());
}

TEST_F(PollRecordTest, HoldsAScheduleThatBeginsAgainAndAgainToTwentyAnHour) {
    int sent = 0;
    for (int start = 0; start < 600; ++start) {
        PollRecord polls = record();
        PollSchedule schedule{PollPolicy{}};
        schedule.recall(polls.asked("a:123"));
        schedule.begin(at(start * 5s));
        while (schedule.next() < at((start + 1) * 5s)) {
            const LocalInstant now = schedule.next();
            polls.note("a:123", now);
            schedule.sent(now);
            schedule.failed();
            ++sent;
        }
    }
    EXPECT_EQ(sent, 20);
}

}  // namespace
}  // namespace tokimori
