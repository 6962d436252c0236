#include <gtest/gtest.h>
#include <sys/utsname.h>

#include <string>
#include <utility>

#include "server/daemon/query_teller.h"
#include "tests/daemon/facts.h"

namespace tokimori {
namespace {

ServerCounts counts() {
    ServerCounts counts;
    counts.verdicts[0] = 12;
    counts.denied_kisses = 3;
    return counts;
}

QueryView view_of(const ClockFacts& facts) {
    return query_view_of(facts, counts(), SampleFacts::ago(std::chrono::seconds{77}));
}

TEST(QueryViewOf, TheClockSaysWhatTheFactsSay) {
    const ClockFacts facts = SampleFacts::synchronised();
    const QueryView view = view_of(facts);
    EXPECT_EQ(view.state.reference, facts.clock.server.reference);
    EXPECT_EQ(view.started, SampleFacts::ago(std::chrono::seconds{77}));
    EXPECT_EQ(view.offset, Duration{-17});
    EXPECT_EQ(view.jitter, Duration{60});
    EXPECT_EQ(view.frequency_ppb, -7'250);
    EXPECT_EQ(view.wander_ppb, 2);
    EXPECT_EQ(view.counts.verdicts[0], 12U);
    EXPECT_EQ(view.counts.denied_kisses, 3U);
    EXPECT_EQ(view.tai_minus_utc, 37);
    EXPECT_EQ(view.leap_second, 1'483'228'800) << "2017-01-01, the last one";
    EXPECT_EQ(view.leap_expiry, LeapTable::built_in().expires() * kSecondsPerDay);
    EXPECT_EQ(view.peer_count, 2);
    EXPECT_EQ(view.system_peer, 0);
    utsname host{};
    ASSERT_EQ(uname(&host), 0);
    EXPECT_EQ(std::string{view.system.data()}, std::string{"Linux/"} + host.release);
    EXPECT_EQ(std::string{view.processor.data()}, host.machine);
}

TEST(QueryViewOf, ALeapSecondThatIsDueIsTold) {
    ClockFacts facts = SampleFacts::synchronised();
    const UtcDay day = day_from_date(2026, 12, 31).value();
    const LeapTable table = LeapTable::built_in().with_event({day, LeapKind::kInsert});
    facts.leap_table = &table;
    EXPECT_EQ(view_of(facts).leap_second, (std::int64_t{day} + 1) * kSecondsPerDay);
}

TEST(QueryViewOf, ASourceSaysWhatItsReportSays) {
    ClockFacts facts = SampleFacts::synchronised();
    SourceReport& report = facts.sources[0].report;
    report.stratum = 3;
    report.delay = Duration{99};
    const QueryView view = view_of(facts);
    const PeerView& peer = view.peers[0];
    EXPECT_EQ(std::string{peer.name.data()}, "pps");
    EXPECT_EQ(std::string{peer.driver.data()}, "PPS");
    EXPECT_EQ(peer.driver_number, 22);
    EXPECT_EQ(peer.kind, SourceKind::kPps);
    EXPECT_EQ(peer.select, SelectCode::kPpsPeer);
    EXPECT_EQ(peer.refid, reference_id("PPS"));
    EXPECT_EQ(peer.stratum, 3);
    EXPECT_EQ(peer.reach, 0377);
    EXPECT_EQ(peer.poll, 0);
    EXPECT_TRUE(peer.heard);
    EXPECT_EQ(peer.last_heard, report.last_heard);
    EXPECT_EQ(peer.delay, Duration{99});
    EXPECT_EQ(peer.offset, Duration{456}) << "of its last sample";
    EXPECT_EQ(peer.jitter, Duration{300});
    EXPECT_EQ(peer.dispersion, Duration{2000});
    EXPECT_EQ(peer.accepted, 100U);
    EXPECT_EQ(peer.rejected, 3U);
    report.last_offset.reset();
    EXPECT_EQ(view_of(facts).peers[0].offset, Duration{-123}) << "of its line";
    facts.clock.was_right = false;
    EXPECT_EQ(view_of(facts).peers[0].offset, Duration{}) << "to what, if we never had the time";
    const PeerView& silent = view.peers[1];
    EXPECT_FALSE(silent.heard);
    EXPECT_EQ(silent.reach, 0);
    EXPECT_EQ(silent.select, SelectCode::kReject);
    EXPECT_EQ(silent.driver_number, 46);
    EXPECT_EQ(silent.kind, SourceKind::kUltraHighFrequencyRadio);
}

TEST(QueryViewOf, PollsAreToldAsPowersOfTwoOfASecond) {
    const std::pair<Duration, int> cases[] = {
        {std::chrono::seconds{0}, 4},   {std::chrono::milliseconds{200}, 0}, {std::chrono::seconds{1}, 0},
        {std::chrono::seconds{2}, 1},   {std::chrono::seconds{60}, 6},       {std::chrono::seconds{64}, 6},
        {std::chrono::seconds{100}, 7}, {std::chrono::seconds{1024}, 10},    {std::chrono::hours{1000}, 17}};
    for (const auto& [poll, power] : cases) {
        ClockFacts facts = SampleFacts::synchronised();
        facts.sources[0].report.poll = poll;
        EXPECT_EQ(view_of(facts).peers[0].poll, power) << poll.count();
    }
}

TEST(QueryViewOf, DriversAreCalledAsNtpdCallsThemAndNumberedWithinTheirKind) {
    struct Case {
        const char* ours;
        const char* theirs;
        int number;
        SourceKind kind;
    };
    const Case cases[] = {{"gpsd", "GPSD", 46, SourceKind::kUltraHighFrequencyRadio},
                          {"nmea", "NMEA", 20, SourceKind::kUltraHighFrequencyRadio},
                          {"pps-kernel", "PPS", 22, SourceKind::kPps},
                          {"pps-gpio", "PPS", 22, SourceKind::kPps},
                          {"shm", "SHM", 28, SourceKind::kUltraHighFrequencyRadio},
                          {"sock", "SHM", 28, SourceKind::kUltraHighFrequencyRadio},
                          {"jjy-gpio", "JJY", 40, SourceKind::kLowFrequencyRadio},
                          {"jjy-serial", "JJY", 40, SourceKind::kLowFrequencyRadio},
                          {"upstream", "NTP", 0, SourceKind::kNtp},
                          {"local", "LOCAL", 1, SourceKind::kLocal}};
    for (const Case& one : cases) {
        ClockFacts facts = SampleFacts::synchronised();
        facts.sources.resize(1);
        facts.sources[0].driver = one.ours;
        facts.sources.push_back(facts.sources[0]);
        facts.sources[1].name = "192.0.2.7";
        const QueryView view = view_of(facts);
        EXPECT_EQ(std::string{view.peers[0].driver.data()}, one.theirs);
        EXPECT_EQ(view.peers[0].driver_number, one.number) << one.ours;
        EXPECT_EQ(view.peers[0].kind, one.kind) << one.ours;
        EXPECT_EQ(view.peers[0].unit, 0) << one.ours;
        EXPECT_EQ(view.peers[1].unit, 1) << one.ours;
        EXPECT_EQ(view.peers[1].address, ClientAddress::v4(0xC0000207));
    }
}

TEST(QueryViewOf, AServerIsWhereItWasAskedOnceItHasAnswered) {
    ClockFacts facts = SampleFacts::synchronised();
    facts.sources.resize(1);
    facts.sources[0].driver = "upstream";
    facts.sources[0].name = "clock.example";
    EXPECT_EQ(view_of(facts).peers[0].address, ClientAddress{});
    EXPECT_EQ(view_of(facts).peers[0].port, 123);
    facts.sources[0].report.server = ServerFacts{.address = {0x2001'0db8'0000'0000, 7}, .port = 1123};
    EXPECT_EQ(view_of(facts).peers[0].address, (ClientAddress{0x2001'0db8'0000'0000, 7}));
    EXPECT_EQ(view_of(facts).peers[0].port, 1123);
}

TEST(QueryViewOf, AClockThatWasNeverSetTellsNoTimeAndNoFollowedSource) {
    const QueryView view = query_view_of(ClockFacts{}, {}, LocalInstant{});
    EXPECT_FALSE(view.state.ever_synchronised);
    EXPECT_EQ(view.system_peer, QueryView::kMostPeers);
    EXPECT_EQ(view.tai_minus_utc, 0);
    EXPECT_EQ(view.frequency_ppb, 0);
}

TEST(QueryViewOf, MoreSourcesThanHaveRoomAreLeftOut) {
    ClockFacts facts = SampleFacts::synchronised();
    facts.sources.resize(40, facts.sources[1]);
    EXPECT_EQ(view_of(facts).peer_count, QueryView::kMostPeers);
}

}  // namespace
}  // namespace tokimori
