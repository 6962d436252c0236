#include "server/daemon/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

LocalInstant at(Duration since) {
    return LocalInstant{since};
}

class LogTest : public ::testing::Test {
protected:
    Log log_to_lines(LogLevel level, const char* journal_stream = nullptr, LogLimits limits = {}) {
        return Log([this](std::string_view line) { lines_.emplace_back(line); }, level, journal_stream, limits);
    }

    std::vector<std::string> lines_;
};

TEST_F(LogTest, WritesOneLineForAnEvent) {
    Log log = log_to_lines(LogLevel::kInfo);
    log.write(at(1s), LogLevel::kInfo, "source_selected", {{"source", "gps"}, {"stratum", 1}});
    EXPECT_THAT(lines_, ElementsAre("info source_selected source=gps stratum=1\n"));
}

TEST_F(LogTest, WritesEveryKindOfValue) {
    Log log = log_to_lines(LogLevel::kInfo);
    log.write(at(1s), LogLevel::kWarning, "kinds",
              {{"flag", true},
               {"count", std::uint64_t{18446744073709551615U}},
               {"negative", std::int8_t{-5}},
               {"frequency", -23.5},
               {"offset", Duration{-345}},
               {"long", Duration{1'500'000'000}},
               {"shortest", Duration::min()},
               {"words", "no fix yet"},
               {"empty", ""}});
    EXPECT_THAT(lines_, ElementsAre("warning kinds flag=true count=18446744073709551615 negative=-5 frequency=-23.5 "
                                    "offset=-0.000000345 long=1.500000000 shortest=-9223372036.854775808 "
                                    "words=\"no fix yet\" empty=\"\"\n"));
}

TEST_F(LogTest, DoesNotLetOneFlappingSourceUseUpTheLinesOfAnother) {
    Log log = log_to_lines(LogLevel::kInfo, nullptr, {.burst = 2, .refill = 1min});
    for (int i = 0; i < 5; ++i) {
        log.write(at(1s), LogLevel::kInfo, "source", {{"name", "gps one"}, {"reason", "silent"}});
    }
    log.write(at(1s), LogLevel::kInfo, "source", {{"name", "pps"}, {"reason", "selected"}});
    EXPECT_THAT(lines_,
                ElementsAre("info source name=\"gps one\" reason=silent\n",
                            "info source name=\"gps one\" reason=silent\n", "info source name=pps reason=selected\n"));
    lines_.clear();
    log.tell_suppressed(at(10min));
    EXPECT_THAT(lines_, ElementsAre("info source suppressed=3 name=\"gps one\"\n"));
}

TEST_F(LogTest, GivesTheLevelAsAPriorityToTheJournal) {
    Log log = log_to_lines(LogLevel::kDebug, "8:12345");
    log.write(at(1s), LogLevel::kError, "a");
    log.write(at(1s), LogLevel::kWarning, "b");
    log.write(at(1s), LogLevel::kInfo, "c", {{"key", 1}});
    log.write(at(1s), LogLevel::kDebug, "d");
    EXPECT_THAT(lines_, ElementsAre("<3>a\n", "<4>b\n", "<6>c key=1\n", "<7>d\n"));
}

TEST_F(LogTest, NeverLetsAValueForgeALine) {
    Log log = log_to_lines(LogLevel::kInfo);
    log.write(at(1s), LogLevel::kInfo, "device",
              {{"name", "x\ninfo leap kind=insert"}, {"say", "a\" kind=\"b"}, {"esc", "\x1b[1A"}, {"bad", "\xff"}});
    EXPECT_THAT(lines_, ElementsAre("info device name=\"x\\ninfo leap kind=insert\" say=\"a\\\" kind=\\\"b\" "
                                    "esc=\"\\u{001B}[1A\" bad=\"\\xFF\"\n"));
}

TEST_F(LogTest, NeverLetsAKeyOrAnEventForgeALine) {
    Log log = log_to_lines(LogLevel::kInfo);
    log.write(at(1s), LogLevel::kInfo, "a\nb", {{"k\nl", 1}});
    EXPECT_THAT(lines_, ElementsAre("info \"a\\nb\" \"k\\nl\"=1\n"));
}

TEST_F(LogTest, KeepsALineWithinOneWrite) {
    Log log = log_to_lines(LogLevel::kInfo);
    const std::string long_text(100'000, '\n');
    log.write(at(1s), LogLevel::kInfo, "flood",
              {{"a", long_text}, {"b", long_text}, {"c", long_text}, {"d", long_text}, {"last", 1}});
    ASSERT_EQ(lines_.size(), 1U);
    EXPECT_LE(lines_[0].size(), 4096U);
    EXPECT_THAT(lines_[0], HasSubstr("last=1\n"));
    EXPECT_THAT(lines_[0], HasSubstr("…"));
}

TEST_F(LogTest, LeavesOutWhatIsBelowTheLevel) {
    Log log = log_to_lines(LogLevel::kWarning);
    log.write(at(1s), LogLevel::kInfo, "a");
    log.write(at(1s), LogLevel::kDebug, "b");
    log.write(at(1s), LogLevel::kError, "c");
    EXPECT_THAT(lines_, ElementsAre("error c\n"));
    log.set_level(LogLevel::kInfo);
    log.write(at(1s), LogLevel::kInfo, "d");
    EXPECT_THAT(lines_, ElementsAre("error c\n", "info d\n"));
}

TEST_F(LogTest, LimitsAnEventAndTellsOnceHowOftenItWasLeftOut) {
    Log log = log_to_lines(LogLevel::kInfo, nullptr, {.burst = 2, .refill = 10s});
    for (int i = 0; i < 100; ++i) {
        log.write(at(5s), LogLevel::kInfo, "bad", {{"i", i}});
    }
    EXPECT_THAT(lines_, ElementsAre("info bad i=0\n", "info bad i=1\n"));
    log.write(at(14999ms), LogLevel::kInfo, "bad", {{"i", 100}});
    EXPECT_EQ(lines_.size(), 2U);
    log.write(at(15s), LogLevel::kInfo, "bad", {{"i", 101}});
    log.write(at(25s), LogLevel::kInfo, "bad", {{"i", 102}});
    EXPECT_THAT(lines_,
                ElementsAre("info bad i=0\n", "info bad i=1\n", "info bad suppressed=99 i=101\n", "info bad i=102\n"));
}

TEST_F(LogTest, LimitsEveryEventForItself) {
    Log log = log_to_lines(LogLevel::kInfo, nullptr, {.burst = 1, .refill = 10s});
    log.write(at(1s), LogLevel::kInfo, "a");
    log.write(at(1s), LogLevel::kInfo, "a");
    log.write(at(1s), LogLevel::kInfo, "b");
    EXPECT_THAT(lines_, ElementsAre("info a\n", "info b\n"));
}

TEST_F(LogTest, SavesNoMoreThanABurst) {
    Log log = log_to_lines(LogLevel::kInfo, nullptr, {.burst = 2, .refill = 10s});
    log.write(at(0s), LogLevel::kInfo, "a");
    for (int i = 0; i < 10; ++i) {
        log.write(at(24h * 3650), LogLevel::kInfo, "a");
    }
    EXPECT_EQ(lines_.size(), 3U);
}

TEST_F(LogTest, EventsBelowTheLevelCostNothing) {
    Log log = log_to_lines(LogLevel::kWarning, nullptr, {.burst = 1, .refill = 10s});
    log.write(at(1s), LogLevel::kDebug, "a");
    log.write(at(1s), LogLevel::kWarning, "a");
    EXPECT_THAT(lines_, ElementsAre("warning a\n"));
}

TEST_F(LogTest, TellsWhatWasLeftOutEvenIfItDoesNotHappenAgain) {
    Log log = log_to_lines(LogLevel::kInfo, nullptr, {.burst = 1, .refill = 10s});
    log.write(at(1s), LogLevel::kWarning, "bad");
    log.write(at(2s), LogLevel::kWarning, "bad");
    log.tell_suppressed(at(3s));
    EXPECT_EQ(lines_.size(), 1U);
    log.tell_suppressed(at(20s));
    log.tell_suppressed(at(60s));
    EXPECT_THAT(lines_, ElementsAre("warning bad\n", "warning bad suppressed=1\n"));
}

TEST_F(LogTest, HasNoLimitWhereTheRefillIsZero) {
    Log log = log_to_lines(LogLevel::kInfo, nullptr, {.burst = 1, .refill = 0s});
    for (int i = 0; i < 50; ++i) {
        log.write(at(1s), LogLevel::kInfo, "a");
    }
    EXPECT_EQ(lines_.size(), 50U);
}

TEST_F(LogTest, SurvivesAnInstantBeforeTheLast) {
    Log log = log_to_lines(LogLevel::kInfo, nullptr, {.burst = 1, .refill = 10s});
    log.write(LocalInstant::max(), LogLevel::kInfo, "a");
    log.write(at(1s), LogLevel::kInfo, "a");
    log.write(at(0s), LogLevel::kInfo, "a");
    EXPECT_THAT(lines_, ElementsAre("info a\n"));
}

/// Puts a pipe in the place of stderr for as long as it lives.
class StderrPipe {
public:
    StderrPipe() : saved_(::dup(STDERR_FILENO)) {
        EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC | O_NONBLOCK), 0);
        EXPECT_EQ(::fcntl(ends_[1], F_SETFL, 0), 0);
        EXPECT_EQ(::dup2(ends_[1], STDERR_FILENO), STDERR_FILENO);
    }
    ~StderrPipe() {
        ::dup2(saved_, STDERR_FILENO);
        ::close(saved_);
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    StderrPipe(const StderrPipe&) = delete;
    StderrPipe& operator=(const StderrPipe&) = delete;

    std::string take() {
        std::string text(1 << 20, '\0');
        std::size_t size = 0;
        for (ssize_t count = 0; (count = ::read(ends_[0], text.data() + size, text.size() - size)) > 0;) {
            size += static_cast<std::size_t>(count);
        }
        text.resize(size);
        return text;
    }

private:
    int saved_;
    std::array<int, 2> ends_{};
};

TEST(WriteToStderr, WritesTheLine) {
    StderrPipe pipe;
    write_to_stderr("info started\n");
    EXPECT_EQ(pipe.take(), "info started\n");
}

TEST(WriteToStderr, DropsLinesRatherThanWaitForAReader) {
    StderrPipe pipe;
    const std::string line = std::string(3999, 'x') + "\n";
    for (int i = 0; i < 100; ++i) {
        write_to_stderr(line);
    }
    const std::string read = pipe.take();
    EXPECT_GT(read.size(), 10 * line.size());
    EXPECT_LT(read.size(), 100 * line.size());
    EXPECT_EQ(read.size() % line.size(), 0U);
}

}  // namespace
}  // namespace tokimori
