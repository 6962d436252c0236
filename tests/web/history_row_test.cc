#include "web/history_row.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace tokimori::web {
namespace {

namespace json = boost::json;

constexpr std::size_t kOffset = 0;
constexpr std::size_t kBound = 2;
constexpr std::size_t kTemperature = 4;
constexpr std::size_t kSatellites = 5;
constexpr std::size_t kRequests = 6;

HistoryRow row_at(std::int64_t time, double offset = 0, int state = 0) {
    HistoryRow row;
    row.time = time;
    row.values[kOffset] = offset;
    row.state = state;
    return row;
}

TEST(HistoryRow, ReadsAStatus) {
    const json::object status = json::parse(R"({"at":{"utc":"2026-11-28T23:02:16.318058450Z","state":"holdover"},
        "tracking":{"last_offset_ns":-74,"frequency_ppm":-0.015,"root_distance_ns":1921,"jitter_ns":null},
        "sources":[{"satellites":null},{"satellites":{"used":7}},{"satellites":{"used":4}}]})")
                                    .as_object();
    const HistoryRow row = row_of_status(status, 48.5);
    EXPECT_EQ(row.time, 1'795'906'936);
    EXPECT_EQ(history_json(std::vector{row}),
              R"({"columns":["time","offset_ns","frequency_ppb","bound_ns","jitter_ns","temperature","satellites",)"
              R"("requests_per_second","state"],"rows":[[1795906936,-74,-15,1921,null,48.5,7,null,"holdover"]]})");
    EXPECT_EQ(history_csv(std::vector{row}),
              "time,offset_ns,frequency_ppb,bound_ns,jitter_ns,temperature,satellites,requests_per_second,state\r\n"
              "1795906936,-74,-15,1921,,48.5,7,,holdover\r\n");
}

TEST(HistoryRow, KnowsNoTimeOutOfNonsense) {
    for (const char* const utc :
         {R"(null)", R"("")", R"("2026-13-28T23:02:16.318Z")", R"("2026-11-28 what is this?")", "7"}) {
        EXPECT_FALSE(time_of_status(json::parse(std::string(R"({"at":{"utc":)") + utc + "}}").as_object())) << utc;
    }
    EXPECT_FALSE(time_of_status({}));
    EXPECT_EQ(row_of_status({}, std::nullopt).state, 5) << "what is not known is the worst";
}

TEST(HistoryRow, KeepsTheWorstOfSeveral) {
    std::vector<HistoryRow> rows{row_at(10, 5, 0), row_at(11, -9, 1), row_at(12, 7, 0)};
    rows[0].values[kBound] = 100;
    rows[1].values[kBound] = 300;
    rows[0].values[kTemperature] = 40;
    rows[2].values[kTemperature] = 50;
    rows[1].values[kSatellites] = 3;
    rows[2].values[kSatellites] = 9;
    const HistoryRow row = merged(rows);
    EXPECT_EQ(row.time, 10);
    EXPECT_EQ(row.values[kOffset], -9);
    EXPECT_EQ(row.values[kBound], 300);
    EXPECT_EQ(row.values[kTemperature], 45);
    EXPECT_EQ(row.values[kSatellites], 3);
    EXPECT_FALSE(row.values[kRequests]);
    EXPECT_EQ(row.state, 1);
}

TEST(HistoryRow, ResamplesToMultiplesOfTheStep) {
    const std::vector<HistoryRow> rows{row_at(58, 1), row_at(59, 2), row_at(60, 3), row_at(200, 4)};
    const auto result = resampled(rows, 60);
    ASSERT_EQ(result.size(), 3U);
    EXPECT_EQ(result[0].time, 0);
    EXPECT_EQ(result[0].values[kOffset], 2);
    EXPECT_EQ(result[1].time, 60);
    EXPECT_EQ(result[2].time, 180) << "what was not recorded is a gap";
    EXPECT_TRUE(resampled({}, 60).empty());
}

TEST(HistoryRow, ShowsWhereNothingWasRecorded) {
    const std::vector<HistoryRow> rows{row_at(0, 1), row_at(10, 2), row_at(1000, 3)};
    const auto result = with_gaps(rows, 10);
    ASSERT_EQ(result.size(), 4U);
    EXPECT_EQ(result[2].time, 20);
    EXPECT_EQ(result[2].state, -1);
    EXPECT_NE(history_json(result).find("[20,null,null,null,null,null,null,null,null],[1000,3,"), std::string::npos);
    EXPECT_EQ(history_csv(result).find("\r\n20,"), std::string::npos);
    EXPECT_EQ(with_gaps(rows, 1000).size(), 3U);
}

TEST(HistoryRow, ChoosesAStepForThePoints) {
    EXPECT_EQ(step_for(0, 3600, 600), 10);
    EXPECT_EQ(step_for(0, 86'400, 600), 150);
    EXPECT_EQ(step_for(0, 1, 600), 10);
    EXPECT_EQ(step_for(0, 86'400, 1), 86'400);
}

TEST(HistoryCollector, MakesOneRowOfTenSeconds) {
    HistoryCollector collector;
    for (std::int64_t time = 103; time < 110; ++time) {
        EXPECT_FALSE(collector.add(row_at(time, static_cast<double>(time)), 1000 + (time - 103) * 50));
    }
    const auto row = collector.add(row_at(110), 1350);
    ASSERT_TRUE(row);
    EXPECT_EQ(row->time, 100);
    EXPECT_EQ(row->values[kOffset], 109);
    EXPECT_EQ(row->values[kRequests], 50);
}

TEST(HistoryCollector, CountsNothingOverARestartOfTheDaemon) {
    HistoryCollector collector;
    collector.add(row_at(100), 5000);
    collector.add(row_at(101), 3);
    const auto row = collector.add(row_at(110), std::nullopt);
    ASSERT_TRUE(row);
    EXPECT_FALSE(row->values[kRequests]);
}

TEST(HistoryCollector, HoldsLittleWhereTheTimeStandsStill) {
    HistoryCollector collector;
    for (int i = 0; i < 100'000; ++i) {
        EXPECT_FALSE(collector.add(row_at(100, i < 50 ? 1 : 2), i));
    }
    EXPECT_EQ(collector.add(row_at(110), 0)->values[kOffset], 2);
}

}  // namespace
}  // namespace tokimori::web
