#include "server/daemon/unlisted_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

class UnlistedReportTest : public testing::Test {
protected:
    /// The lines that are written because so many were refused by then.
    std::vector<std::string> told(std::uint64_t unlisted, ClientAddress latest) {
        lines_.clear();
        ServerCounts counts;
        counts.unlisted = unlisted;
        counts.last_unlisted = latest;
        report_.tell(counts, now_, log_);
        return lines_;
    }

    LocalInstant now_{1s};
    std::vector<std::string> lines_;
    Log log_{[this](std::string_view line) { lines_.emplace_back(line); }, LogLevel::kInfo, nullptr};
    UnlistedReport report_;
};

constexpr ClientAddress kPublic = ClientAddress::v4(0xCB00'7107);  // 203.0.113.7

TEST_F(UnlistedReportTest, SaysNothingWhereNobodyIsRefused) {
    EXPECT_TRUE(told(0, {}).empty());
}

TEST_F(UnlistedReportTest, TellsWhatToWriteWithTheFirstWhoIsRefused) {
    const auto lines = told(1, kPublic);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_THAT(lines[0], AllOf(HasSubstr("clients_unlisted"), HasSubstr("count=1"), HasSubstr("203.0.113.0/24")));
}

TEST_F(UnlistedReportTest, NamesAnIPv6NetworkOf64Bits) {
    const auto lines = told(1, {0x2001'0DB8'0000'0001, 0});
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_THAT(lines[0], HasSubstr("2001:db8:0:1::/64"));
}

TEST_F(UnlistedReportTest, SpeaksOnceAnHourAndThenOfAllThatCameSince) {
    ASSERT_EQ(told(1, kPublic).size(), 1U);
    now_ += 59min;
    EXPECT_TRUE(told(1000, kPublic).empty());
    now_ += 1min;
    const auto lines = told(1001, kPublic);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_THAT(lines[0], HasSubstr("count=1000"));
    now_ += 2h;
    EXPECT_TRUE(told(1001, kPublic).empty()) << "nobody new was refused";
}

}  // namespace
}  // namespace tokimori
