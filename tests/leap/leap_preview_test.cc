#include "leap/leap_preview.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

const UtcDay kDay = *day_from_date(2016, 12, 31);

LeapPreview preview(const LeapPolicy& policy = {}, LeapKind imagined = LeapKind::kInsert, UtcDay day = kDay) {
    return preview_of(LeapTable::built_in(), day, imagined, policy);
}
LeapPolicy smear(int length) {
    return {.mode = LeapMode::kSmear, .smear = std::chrono::minutes{length}};
}

std::vector<std::string> served_in_seconds(const LeapPreview& shown) {
    std::vector<std::string> names;
    for (const LeapPreviewRow& row : preview_series(shown, 3s, 1s, 1s)) {
        names.push_back(format_utc(row.utc).substr(11) + " as " + format_utc(row.served).substr(11) + " LI" +
                        std::to_string(static_cast<int>(row.leap)));
    }
    return names;
}

Follows follows(std::string_view code, const LeapPolicy& policy) {
    const auto all = client_forecasts(policy);
    return std::ranges::find(all, code, &ClientForecast::code)->follows;
}

TEST(LeapPreview, ShowsTheSecond59TwiceAtAnInsertion) {
    EXPECT_EQ(served_in_seconds(preview()),
              (std::vector<std::string>{"23:59:58Z as 23:59:58Z LI1", "23:59:59Z as 23:59:59Z LI1",
                                        "23:59:60Z as 23:59:59Z LI1", "00:00:00Z as 00:00:00Z LI0",
                                        "00:00:01Z as 00:00:01Z LI0"}));
}

TEST(LeapPreview, LeavesSecond59OutAtAnImaginedDeletion) {
    EXPECT_EQ(served_in_seconds(preview({}, LeapKind::kDelete, *day_from_date(2029, 6, 30))),
              (std::vector<std::string>{"23:59:56Z as 23:59:56Z LI2", "23:59:57Z as 23:59:57Z LI2",
                                        "23:59:58Z as 23:59:58Z LI2", "00:00:00Z as 00:00:00Z LI0",
                                        "00:00:01Z as 00:00:01Z LI0"}));
}

TEST(LeapPreview, KnowsWhatHappenedBetterThanWhoImaginesIt) {
    EXPECT_EQ(preview({}, LeapKind::kDelete).event, (LeapEvent{kDay, LeapKind::kInsert}));
}

TEST(LeapPreview, ShowsAroundTheAnnouncementAndEveryHalfSecondOfTheLeap) {
    const auto rows = preview_highlights(preview());
    EXPECT_EQ(rows.front().leap, LeapIndicator::kNone);
    EXPECT_EQ(format_utc(rows.front().utc), "2016-12-30T23:59:59Z");
    EXPECT_EQ(format_utc(rows[1].utc), "2016-12-31T00:00:00Z");
    EXPECT_EQ(rows[1].leap, LeapIndicator::kInsert);
    EXPECT_EQ(std::ranges::count(rows, 86400, [](const auto& row) { return row.utc.second.second; }), 2);
    EXPECT_EQ(format_utc(rows.back().utc), "2017-01-01T00:00:02Z");
}

TEST(LeapPreview, ShowsTheWayOfASmear) {
    const auto rows = preview_highlights(preview(smear(90)));
    EXPECT_EQ(format_utc(rows[1].utc), "2016-12-31T22:30:01Z") << "the last minute has 61 seconds";
    EXPECT_EQ(rows[1].from_utc, 0ns);
    EXPECT_NEAR(rows[1].rate_ppm, -185.2, 0.05);
    EXPECT_TRUE(std::ranges::any_of(rows, [](const auto& row) { return row.from_utc == -500ms; }));
    for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
        EXPECT_LT(rows[i].served, rows[i + 1].served);
        EXPECT_EQ(rows[i].leap, LeapIndicator::kNone);
    }
    EXPECT_EQ(rows.back().rate_ppm, 0.0);
}

TEST(LeapPreview, HoldsASeriesWithinReason) {
    EXPECT_EQ(preview_series(preview(), 25h, 2h, 1s).size(), 27u * 3600 + 1);
    EXPECT_EQ(preview_series(preview(), 25h, 2h, 1ms).size(), 1'000'000u);
}

TEST(ClientForecast, SaysWhereDefaultNtpdIsLeftBehind) {
    for (int length = 60; length <= 400; ++length) {
        EXPECT_EQ(follows("ntpd_default", smear(length)) == Follows::kNo, length < 134) << length;
        EXPECT_NE(follows("ntpd_default", smear(length)), Follows::kYes) << "real ones stepped at any length";
    }
}

TEST(ClientForecast, AgreesWithWhatRealClientsDid) {
    EXPECT_EQ(follows("chrony_64s", smear(60)), Follows::kYes);
    EXPECT_EQ(follows("chrony_default", smear(60)), Follows::kNo);
    EXPECT_EQ(follows("chrony_default", smear(240)), Follows::kDoubtful);
    EXPECT_EQ(follows("chrony_default", smear(400)), Follows::kYes);
    EXPECT_EQ(follows("ntpd_64s", smear(60)), Follows::kDoubtful);
    EXPECT_EQ(follows("ntpd_64s", smear(120)), Follows::kYes);
    EXPECT_EQ(follows("sntp_daily", smear(400)), Follows::kNo);
}

TEST(ClientForecast, OfAnInsertionDependsOnWhoHearsTheAnnouncement) {
    EXPECT_EQ(follows("ntpd_default", {}), Follows::kYes);
    EXPECT_EQ(follows("timesyncd", {.lead = 1h}), Follows::kYes);
    EXPECT_EQ(follows("sntp_hourly", {}), Follows::kDoubtful) << "it does not know what LI means";
    EXPECT_EQ(client_forecasts({}).back().worst, 1s);
}

}  // namespace
}  // namespace tokimori
