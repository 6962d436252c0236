#include "server/daemon/statistics_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

UtcDay day(std::string_view date) {
    return parse_utc(date).value().second.day;
}

class StatisticsFilesTest : public ::testing::Test {
protected:
    std::string directory() const { return scratch_.file("stats"); }
    std::string in_directory(const std::string& name) const { return directory() + "/" + name; }
    std::string content(const std::string& name) const {
        std::ifstream file(in_directory(name));
        std::stringstream text;
        text << file.rdbuf();
        return text.str();
    }
    std::set<std::string> names() const {
        std::set<std::string> names;
        for (const auto& entry : fs::directory_iterator{directory()}) {
            names.insert(entry.path().filename());
        }
        return names;
    }
    std::optional<std::string> write(StatisticsKind kind, std::string_view date, const std::string& text) const {
        StatisticsBatch batch;
        batch.add({kind, day(date), text});
        return write_statistics(directory(), batch);
    }

    ScratchDirectory scratch_;
};

TEST_F(StatisticsFilesTest, AppendToTheFileOfTheirDayAndHaveASecondName) {
    EXPECT_EQ(write(StatisticsKind::kLoop, "2026-11-28", "one\n"), std::nullopt);
    EXPECT_EQ(write(StatisticsKind::kLoop, "2026-11-28", "two\n"), std::nullopt);
    EXPECT_EQ(write(StatisticsKind::kSystem, "2026-11-28", "three\n"), std::nullopt);
    EXPECT_THAT(names(), ElementsAre("loopstats", "loopstats.20261128", "sysstats", "sysstats.20261128"));
    EXPECT_EQ(content("loopstats.20261128"), "one\ntwo\n");
    EXPECT_EQ(content("loopstats"), "one\ntwo\n");
    EXPECT_EQ(fs::hard_link_count(in_directory("loopstats")), 2U);
}

TEST_F(StatisticsFilesTest, GiveTheSecondNameToTheNextDay) {
    StatisticsBatch midnight;
    midnight.add({StatisticsKind::kPeer, day("2026-11-28"), "old\n"});
    midnight.add({StatisticsKind::kPeer, day("2026-11-29"), "new\n"});
    midnight.add({StatisticsKind::kPeer, day("2026-11-29"), "newer\n"});
    EXPECT_EQ(midnight.bytes(), 14U);
    EXPECT_EQ(write_statistics(directory(), midnight), std::nullopt);
    EXPECT_EQ(content("peerstats.20261128"), "old\n");
    EXPECT_EQ(content("peerstats.20261129"), "new\nnewer\n");
    EXPECT_EQ(content("peerstats"), "new\nnewer\n");
}

TEST_F(StatisticsFilesTest, KeepAFileOfThatNameThatIsNoLink) {
    fs::create_directory(directory());
    std::ofstream(in_directory("loopstats")) << "precious";
    EXPECT_EQ(write(StatisticsKind::kLoop, "2026-11-28", "one\n"), std::nullopt);
    EXPECT_EQ(content("loopstats.C" + std::to_string(::getpid())), "precious");
    EXPECT_EQ(content("loopstats"), "one\n");
}

TEST_F(StatisticsFilesTest, ForgetWhatIsOlderAndNothingElse) {
    fs::create_directory(directory());
    for (const char* const name :
         {"loopstats.20261027", "loopstats.20261028", "rawstats.20250101", "loopstats.20260230",
          "loopstats.20261027.gz", "mystats.20200101", "loopstats", "clockstats.2020101"}) {
        std::ofstream(in_directory(name)) << name;
    }
    StatisticsBatch batch;
    batch.forget_before = day("2026-10-28");
    EXPECT_FALSE(batch.empty());
    EXPECT_EQ(write_statistics(directory(), batch), std::nullopt);
    EXPECT_THAT(names(), ElementsAre("clockstats.2020101", "loopstats", "loopstats.20260230", "loopstats.20261027.gz",
                                     "loopstats.20261028", "mystats.20200101"));
}

TEST_F(StatisticsFilesTest, OfALaboratoryAreInAFolderOfTheirOwnAndNoOthersAreRemoved) {
    ASSERT_EQ(write(StatisticsKind::kLoop, "2026-11-28", "in service\n"), std::nullopt);
    StatisticsBatch batch;
    batch.laboratory = true;
    batch.add({StatisticsKind::kLoop, day("2040-01-01"), "made up\n"});
    batch.forget_before = day("2039-12-01");
    EXPECT_EQ(write_statistics(directory(), batch), std::nullopt);
    EXPECT_THAT(names(), ElementsAre("lab", "loopstats", "loopstats.20261128"));
    EXPECT_EQ(content("loopstats"), "in service\n");
    EXPECT_EQ(content("lab/loopstats.20400101"), "made up\n");
    EXPECT_EQ(content("lab/loopstats"), "made up\n");
    batch.forget_before = day("2040-01-02");
    EXPECT_EQ(write_statistics(directory(), batch), std::nullopt);
    EXPECT_FALSE(fs::exists(in_directory("lab/loopstats.20400101")));
}

TEST_F(StatisticsFilesTest, SayWhatIsInTheWay) {
    StatisticsBatch batch;
    batch.add({StatisticsKind::kLoop, day("2026-11-28"), "one\n"});
    EXPECT_THAT(*write_statistics(scratch_.file("none/stats"), batch), HasSubstr("No such file or directory"));
    std::ofstream(directory()) << "a file";
    EXPECT_THAT(*write_statistics(directory(), batch), HasSubstr("loopstats.20261128: Not a directory"));
}

TEST_F(StatisticsFilesTest, DoNotFollowALinkThatSomebodyPutThere) {
    fs::create_directory(directory());
    std::ofstream(scratch_.file("victim")) << "precious";
    fs::create_symlink(scratch_.file("victim"), in_directory("loopstats.20261128"));
    EXPECT_TRUE(write(StatisticsKind::kLoop, "2026-11-28", "one\n").has_value());
    EXPECT_EQ(fs::file_size(scratch_.file("victim")), 8U);
}

TEST_F(StatisticsFilesTest, WriteWholeLinesOrNone) {
    ASSERT_EQ(write(StatisticsKind::kLoop, "2026-11-28", "one\n"), std::nullopt);
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{10, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto trouble = write(StatisticsKind::kLoop, "2026-11-28", "a line that does not fit\n");
    ::setrlimit(RLIMIT_FSIZE, &before);
    ASSERT_TRUE(trouble);
    EXPECT_EQ(content("loopstats.20261128"), "one\n");
    EXPECT_EQ(write(StatisticsKind::kLoop, "2026-11-28", "two\n"), std::nullopt);
    EXPECT_EQ(content("loopstats.20261128"), "one\ntwo\n");
}

TEST(StatisticsFileName, IsThatOfNtpd) {
    EXPECT_EQ(statistics_file_name(StatisticsKind::kClock, day("2026-01-02")), "clockstats.20260102");
    EXPECT_EQ(day_of_statistics_file("clockstats.20260102"), day("2026-01-02"));
    for (const char* const name : {"", "clockstats", "clockstats.", "clockstats.2026010", "clockstats.202601020",
                                   "clockstats.20261301", "clockstats.2026010a", "stats.20260102", ".20260102"}) {
        EXPECT_EQ(day_of_statistics_file(name), std::nullopt) << name;
    }
}

}  // namespace
}  // namespace tokimori
