#include "server/daemon/statistics_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/daemon/facts.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Ne;

UtcTime utc(std::string_view text) {
    return parse_utc(text).value();
}

/// The sample, so much later: everything goes on as it did.
ClockFacts later(Duration span) {
    ClockFacts facts = SampleFacts::synchronised();
    facts.now += span;
    facts.clock.last_update = *facts.clock.last_update + span;
    for (NamedSource& source : facts.sources) {
        if (source.report.last_sample) {
            source.report.last_sample = *source.report.last_sample + span;
        }
    }
    return facts;
}

std::vector<std::string> texts_of(const std::vector<StatisticsLine>& lines, StatisticsKind kind) {
    std::vector<std::string> texts;
    for (const StatisticsLine& line : lines) {
        if (line.kind == kind) {
            texts.push_back(line.text);
        }
    }
    return texts;
}

TEST(StatisticsTime, IsTheModifiedJulianDayAndTheSecondsPastMidnight) {
    EXPECT_EQ(statistics_time(utc("1858-11-17T00:00:00Z")), "0 0.000");
    EXPECT_EQ(statistics_time(utc("1998-05-05T20:57:20.031Z")), "50938 75440.031");
    EXPECT_EQ(statistics_time(utc("2026-11-28T07:12:00.2599Z")), "61372 25920.259");
}

TEST(StatisticsTime, GoesThroughALeapSecondWithoutRepeatingOrLeavingItsDay) {
    EXPECT_EQ(statistics_time(utc("2016-12-31T23:59:59.999Z")), "57753 86399.999");
    EXPECT_EQ(statistics_time(utc("2016-12-31T23:59:60.500Z")), "57753 86400.500");
    EXPECT_EQ(statistics_time(utc("2017-01-01T00:00:00.000Z")), "57754 0.000");
}

TEST(StatisticsSource, IsOneWordThatIsNoAddress) {
    EXPECT_EQ(statistics_source("gps"), "gps");
    EXPECT_EQ(statistics_source("my gps 2"), "my_gps_2");
    EXPECT_EQ(statistics_source("127.127.1.0"), "_127.127.1.0");
    EXPECT_EQ(statistics_source("受信機"), "受信機");
}

TEST(StatisticsText, HasTheColumnsOfNtpd) {
    ClockFacts facts = SampleFacts::synchronised();
    facts.clock.offset = Duration{6019};
    facts.sources[0].report.delay = Duration{1'500'000};
    EXPECT_EQ(loopstats_text(facts), "0.000006019 -7.250000 0.000000060 0.002000 5");
    EXPECT_EQ(peerstats_text(facts.sources[0], facts), "pps 9714 0.000000456 0.001500000 0.000002000 0.000000300");
    EXPECT_EQ(clockstats_text(facts.sources[0], "2026-11-28T07:12:00Z"),
              "pps 2026-11-28T07:12:00Z satellites=8/12 accepted=100 rejected=3");
}

TEST(StatisticsText, TellsInTheStatusWordWhatBecameOfASource) {
    ClockFacts facts = SampleFacts::synchronised();
    const auto status = [&facts](Reason reason, bool reachable = true) {
        facts.sources[0].report.reason = reason;
        if (!reachable) {
            facts.sources[0].report.last_sample.reset();
        }
        return peerstats_text(facts.sources[0], facts).substr(4, 4);
    };
    EXPECT_EQ(status(Reason::kSelected), "9714");
    EXPECT_EQ(status(Reason::kSelectable), "9314");
    EXPECT_EQ(status(Reason::kFalseticker), "9114");
    EXPECT_EQ(status(Reason::kNoselect), "9014");
    facts.clock.by_pulses = false;
    EXPECT_EQ(status(Reason::kSelected), "9614");
    EXPECT_EQ(status(Reason::kSilent, false), "8013");
}

TEST(StatisticsText, CountsWhatCameSinceTheLastHour) {
    ServerCounts before;
    before.verdicts.fill(100);
    before.versions = {0, 10, 20, 30, 40};
    ServerCounts now = before;
    std::uint64_t more = 1;
    for (std::uint64_t& count : now.verdicts) {
        count += more++;
    }
    now.versions = {0, 11, 22, 33, 50};
    // answered 1, too short 2, bad length 3, bad version 4, not a request 5, control 6, private 7, malformed 8,
    // unauthenticated 9, forbidden source 10, denied 11, rate limited 12, kissed 13, queried 14
    EXPECT_EQ(sysstats_text(3600s, now, before), "3600 105 1 10 6 11 17 9 28 25 13");
}

TEST(StatisticsLines, AreWrittenWhereThereIsNewsAndNotTooOften) {
    StatisticsLines lines{SampleFacts::kNow};
    const auto first = lines.due(later(0s), {});
    EXPECT_THAT(texts_of(first, StatisticsKind::kLoop),
                ElementsAre("61372 25920.000 -0.000000017 -7.250000 0.000000060 0.002000 5\n"));
    EXPECT_THAT(texts_of(first, StatisticsKind::kPeer),
                ElementsAre("61372 25920.000 pps 9714 0.000000456 0.000000000 0.000002000 0.000000300\n"));
    EXPECT_THAT(lines.due(later(15s), {}), IsEmpty());
    EXPECT_EQ(lines.due(later(16s), {}).size(), 2U);
    ClockFacts stale = later(16s);
    stale.now += 100s;
    EXPECT_THAT(lines.due(stale, {}), IsEmpty()) << "nothing is new";
}

ServerReply reply_of(SourceId source, Duration before) {
    return {.source = source,
            .sent = SampleFacts::ago(before + 3ms),
            .came = SampleFacts::ago(before),
            .received = 0xEEB6'3B28'8000'0000,
            .transmitted = 0xEEB6'3B28'8000'4000,
            .leap = 1,
            .version = 4,
            .mode = 4,
            .stratum = 1,
            .poll = 6,
            .precision = -23,
            .root_delay = 15us,
            .root_dispersion = 31us,
            .refid = {'G', 'P', 'S', 0},
            .address = "192.0.2.1",
            .from = "192.0.2.7"};
}

TEST(StatisticsLines, KeepTheStampsOfEachReplyOfAServer) {
    StatisticsLines lines{SampleFacts::kNow};
    ServerReply reply = reply_of(4, 250ms);
    lines.note(reply);
    reply.stratum = 2;
    reply.refid = {10, 0, 0, 1};
    lines.note(reply);
    const std::string stamps =
        "61372 25920.000 192.0.2.1 192.0.2.7 4004838719.997000000 4004920104.500000000 "
        "4004920104.500003814 4004838720.000000000 1 4 4 ";
    EXPECT_THAT(
        texts_of(lines.due(later(0s), {}), StatisticsKind::kRaw),
        ElementsAre(stamps + "1 6 -23 0.000015 0.000031 GPS\n", stamps + "2 6 -23 0.000015 0.000031 10.0.0.1\n"));
    EXPECT_THAT(texts_of(lines.due(later(1s), {}), StatisticsKind::kRaw), IsEmpty());
}

TEST(StatisticsLines, KeepNoMoreThanTwelveRepliesInSixteenSeconds) {
    StatisticsLines lines{SampleFacts::kNow};
    std::size_t kept = 0;
    for (int second = 0; second < 160; ++second) {
        for (int i = 0; i < 20; ++i) {
            lines.note(reply_of(4, -second * 1s));
        }
        kept += texts_of(lines.due(later(second * 1s), {}), StatisticsKind::kRaw).size();
    }
    EXPECT_EQ(kept, 120U);
}

TEST(StatisticsLines, TellWhatASourceSaidLast) {
    StatisticsLines lines{SampleFacts::kNow};
    lines.note(Label{.source = 1, .heard = SampleFacts::ago(300ms), .time = utc("2026-11-28T07:11:59Z")});
    lines.note(Label{.source = 1, .heard = SampleFacts::ago(110ms), .time = utc("2026-11-28T07:12:00Z")});
    lines.note(Label{.source = 9, .heard = SampleFacts::ago(110ms), .time = utc("2026-11-28T07:12:00Z")});
    lines.note(Pulse{.source = 2, .at = SampleFacts::kNow});
    EXPECT_THAT(texts_of(lines.due(later(0s), {}), StatisticsKind::kClock),
                ElementsAre("61372 25920.140 pps 2026-11-28T07:12:00Z satellites=8/12 accepted=100 rejected=3\n"));
    EXPECT_THAT(texts_of(lines.due(later(60s), {}), StatisticsKind::kClock), IsEmpty());
    lines.note(OffsetSample{.source = 1, .local = SampleFacts::kNow + 60s, .time = utc("2026-11-28T07:13:00.5Z")});
    EXPECT_THAT(texts_of(lines.due(later(60s), {}), StatisticsKind::kClock),
                ElementsAre("61372 25980.250 pps 2026-11-28T07:13:00.500000000Z satellites=8/12 accepted=100 "
                            "rejected=3\n"));
}

TEST(StatisticsLines, CountClientsEveryHourAndAtTheEnd) {
    StatisticsLines lines{SampleFacts::kNow};
    ServerCounts counts;
    counts.verdicts[0] = 7;
    EXPECT_THAT(texts_of(lines.due(later(3599s), counts), StatisticsKind::kSystem), IsEmpty());
    EXPECT_THAT(texts_of(lines.due(later(3600s), counts), StatisticsKind::kSystem),
                ElementsAre("61372 29520.250 3600 7 7 0 0 0 0 0 0 0 0\n"));
    counts.verdicts[0] = 10;
    EXPECT_THAT(texts_of(lines.last(later(3700s), counts), StatisticsKind::kSystem),
                ElementsAre("61372 29620.250 100 3 3 0 0 0 0 0 0 0 0\n"));
}

TEST(StatisticsLines, AreNoneBeforeTheTimeIsKnown) {
    StatisticsLines lines{LocalInstant{}};
    ClockFacts facts = later(7200s);
    facts.clock.server.ever_synchronised = false;
    EXPECT_THAT(lines.due(facts, {}), IsEmpty());
    EXPECT_THAT(lines.last(facts, {}), IsEmpty());
}

TEST(StatisticsLines, HaveNoOffsetsFromAClockThatWasNeverRight) {
    StatisticsLines lines{LocalInstant{}};
    ClockFacts facts = later(7200s);
    facts.clock.was_right = false;
    EXPECT_THAT(lines.due(facts, {}), Each(Field(&StatisticsLine::kind, Ne(StatisticsKind::kPeer))));
}

TEST(StatisticsLines, BeginANewFileAfterTheLeapSecondNotBeforeIt) {
    StatisticsLines lines{SampleFacts::kNow};
    std::vector<UtcDay> days;
    std::vector<std::string> times;
    for (const Duration span : {0s, 16s, 32s}) {
        ClockFacts facts = later(span);
        // The sample is at 23:59:44 … 23:59:60 … 00:00:15.
        facts.clock.server.model.anchor_tai = LeapTable::built_in().tai_at(utc("2016-12-31T23:59:44Z")).value();
        for (const StatisticsLine& line : lines.due(facts, {})) {
            if (line.kind == StatisticsKind::kLoop) {
                days.push_back(line.day);
                times.push_back(line.text.substr(0, line.text.find(' ', 6)));
            }
        }
    }
    const UtcDay leap_day = utc("2016-12-31").second.day;
    EXPECT_THAT(days, ElementsAre(leap_day, leap_day, leap_day + 1));
    EXPECT_THAT(times, ElementsAre("57753 86384.000", "57753 86400.000", "57754 15.000"));
}

std::size_t bytes_of_an_hour(std::size_t sources) {
    StatisticsLines lines{SampleFacts::kNow};
    ClockFacts facts = SampleFacts::synchronised();
    facts.sources.resize(sources, facts.sources[0]);
    for (std::size_t i = 0; i < sources; ++i) {
        facts.sources[i].name = std::string(64, 'x');
        facts.sources[i].report.source = static_cast<SourceId>(i);
        facts.sources[i].report.accepted = facts.sources[i].report.rejected = 999'999'999;
    }
    std::size_t bytes = 0;
    for (int second = 0; second < 3600; ++second) {
        facts.now += 1s;
        facts.clock.last_update = facts.now;
        for (NamedSource& source : facts.sources) {
            source.report.last_sample = facts.now;
            lines.note(OffsetSample{.source = source.report.source, .local = facts.now, .time = *facts.utc()});
        }
        for (const StatisticsLine& line : lines.due(facts, {})) {
            bytes += line.text.size();
        }
    }
    return bytes;
}

TEST(StatisticsLines, AreLessThanAMegabyteAnHourHoweverManySourcesThereAre) {
    for (const std::size_t sources : {1U, 4U, 16U, 64U}) {
        const std::size_t bytes = bytes_of_an_hour(sources);
        EXPECT_LT(bytes, 1'000'000U) << sources;
        EXPECT_GT(bytes, 10'000U) << sources;
        RecordProperty("bytes_per_hour_with_" + std::to_string(sources) + "_sources", std::to_string(bytes));
    }
}

}  // namespace
}  // namespace tokimori
