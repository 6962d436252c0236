#include "web/history_store.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace tokimori::web {
namespace {

constexpr std::int64_t kStart = 1'795'906'800;  // a multiple of 600

HistoryRow row_at(std::int64_t time, double offset = 1) {
    HistoryRow row;
    row.time = time;
    row.values[0] = offset;
    return row;
}

class HistoryStoreTest : public testing::Test {
protected:
    void add(std::int64_t from, std::int64_t to) {
        for (std::int64_t time = from; time < to; time += kFinestStep) {
            ASSERT_TRUE(store_.add(row_at(time, static_cast<double>(time - kStart))));
        }
    }
    std::int64_t stored(std::int64_t step) {
        return integer_of(database_.rows("SELECT count(*) FROM history WHERE step = ?", {step}).front().front());
    }

    Database database_{":memory:", Durability::kRelaxed};
    HistoryStore store_{database_};
};

TEST_F(HistoryStoreTest, WritesOnlyOnceAMinuteAndShowsAllTheSame) {
    add(kStart, kStart + 50);
    EXPECT_EQ(stored(10), 0);
    EXPECT_EQ(store_.rows(kStart, kStart + 100, 1000).rows.size(), 5U);
    add(kStart + 50, kStart + 70);
    EXPECT_EQ(stored(10), 6);
    EXPECT_EQ(store_.rows(kStart, kStart + 100, 1000).rows.size(), 7U);
    EXPECT_TRUE(store_.flush());
    EXPECT_EQ(stored(10), 7);
}

TEST_F(HistoryStoreTest, CompletesCoarserRowsAsTheyCome) {
    add(kStart, kStart + 1800);
    EXPECT_EQ(stored(10), 180);
    EXPECT_EQ(stored(60), 30);
    EXPECT_EQ(stored(600), 3);
    const auto rows = store_.rows(kStart, kStart + 1800, 40).rows;
    ASSERT_EQ(rows.size(), 30U);
    EXPECT_EQ(rows[1].time, kStart + 60);
    EXPECT_EQ(rows[1].values[0], 110) << "the farthest from zero of its minute";
    EXPECT_EQ(store_.rows(kStart, kStart + 1800, 3).rows.size(), 3U);
}

TEST_F(HistoryStoreTest, ForgetsFineRowsAndKeepsCoarseOnes) {
    add(kStart, kStart + 600);
    const std::int64_t later = kStart + 8 * 86'400;
    add(later, later + 600);
    EXPECT_EQ(stored(10), 60);
    EXPECT_EQ(stored(60), 20);
    const auto old = store_.rows(kStart, kStart + 600, 1000).rows;
    ASSERT_EQ(old.size(), 10U);
    const std::int64_t much_later = kStart + 100 * 86'400;
    add(much_later, much_later + 600);
    EXPECT_EQ(store_.rows(kStart, kStart + 600, 1000).rows.size(), 1U);
}

TEST_F(HistoryStoreTest, ReadsABoundedNumberOfRowsForAnyQuestion) {
    // Five years in ten minutes and in two hours, as they are kept.
    database_.run("BEGIN");
    for (const std::int64_t step : {600, 7200}) {
        database_.run(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1) INSERT INTO "
            "history(step, time, offset_ns, state) SELECT ?2, ?3 + i * ?2, i, 0 FROM n",
            {5 * 366 * std::int64_t{86'400} / step, step, kStart});
    }
    database_.run("COMMIT");
    ASSERT_EQ(stored(600), 263'520);
    EXPECT_EQ(store_.rows(0, 4'000'000'000, 9600).rows.size(), 21'960U);
    EXPECT_EQ(store_.rows(0, 4'000'000'000, 20'000).rows.size(), 21'960U);
    EXPECT_LE(store_.rows(kStart, kStart + 30 * 86'400, 9600).rows.size(), 9600U);
}

TEST_F(HistoryStoreTest, LosesLittleToAMinuteOfAnotherCentury) {
    add(kStart, kStart + 3600);
    const std::int64_t wrong = kStart + 100 * std::int64_t{366 * 86'400};
    add(wrong, wrong + 60);
    add(kStart + 3600, kStart + 7200);
    EXPECT_GE(stored(10), 720 - 12);
    const auto rows = store_.rows(kStart + 3600, kStart + 7200, 1000).rows;
    EXPECT_EQ(rows.size(), 360U) << "and it goes on as finely as before";
}

TEST_F(HistoryStoreTest, KeepsRowsThatCouldNotBeWrittenForTheNextTime) {
    database_.run("ALTER TABLE history RENAME TO elsewhere");
    for (int i = 0; i < 6; ++i) {
        EXPECT_EQ(store_.add(row_at(kStart + i * 10)), i < 5);
    }
    database_.run("ALTER TABLE elsewhere RENAME TO history");
    EXPECT_TRUE(store_.add(row_at(kStart + 60)));
    EXPECT_EQ(stored(10), 7);
}

TEST(HistoryOnTheDisk, IsThereAfterAnotherOpening) {
    std::string directory = testing::TempDir() + "tokimori-XXXXXX";
    ASSERT_NE(::mkdtemp(directory.data()), nullptr);
    const std::string path = directory + "/history.db";
    {
        Database database{path, Durability::kRelaxed};
        HistoryStore store{database};
        store.add(row_at(kStart));
        EXPECT_TRUE(store.flush());
    }
    const auto rights = std::filesystem::status(path).permissions();
    EXPECT_EQ(rights & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
              std::filesystem::perms::none);
    Database database{path, Durability::kRelaxed};
    HistoryStore store{database};
    EXPECT_EQ(store.rows(kStart, kStart + 10, 10).rows.size(), 1U);
    std::filesystem::remove_all(directory);
}

TEST(HistoryOnTheDisk, IsRefusedWhereItIsNoDatabase) {
    std::string directory = testing::TempDir() + "tokimori-XXXXXX";
    ASSERT_NE(::mkdtemp(directory.data()), nullptr);
    const std::string path = directory + "/history.db";
    std::FILE* const file = std::fopen(path.c_str(), "w");
    ASSERT_NE(file, nullptr);
    std::fputs(std::string(5000, 'x').c_str(), file);
    std::fclose(file);
    const auto is_broken = [](const std::string& name) {
        try {
            Database{name, Durability::kRelaxed};
        } catch (const DatabaseTrouble& trouble) {
            return trouble.broken;
        }
        ADD_FAILURE() << "opened";
        return false;
    };
    EXPECT_TRUE(is_broken(path));
    EXPECT_FALSE(is_broken(directory)) << "a directory may be there by mistake";
    std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace tokimori::web
