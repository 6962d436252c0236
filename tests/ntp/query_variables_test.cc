#include "server/ntp/query_variables.h"

#include <gtest/gtest.h>

#include <utility>

#include "server/ntp/query_rows.h"
#include "tests/ntp/query_scene.h"

namespace tokimori {
namespace {

using Expected = std::map<std::string, std::string>;

/// A server of which no two values are alike.
QueryView distinct_view() {
    QueryView view = view_with(3);
    put_text(view.processor, "aarch64");
    put_text(view.system, "Linux/6.1.0");
    view.system_peer = 1;
    view.started = kNow - seconds(7201);
    view.jitter = nanoseconds(1'101);
    view.frequency_ppb = -12'345;
    view.wander_ppb = 67;
    view.kernel = {.status = 0x2010,
                   .offset = nanoseconds(-2'201),
                   .frequency = -3'301,
                   .max_error = microseconds(4'401),
                   .estimated_error = microseconds(5'501),
                   .time_constant = 6,
                   .precision = microseconds(7),
                   .tolerance = 500'008,
                   .pulse_frequency = 9'009,
                   .pulse_stability = 10'010,
                   .pulse_jitter = nanoseconds(11'011),
                   .calibration_time = 16,
                   .calibrations = 12,
                   .jitter_exceeded = 13,
                   .stability_exceeded = 14,
                   .calibration_errors = 15};
    for (std::size_t i = 0; i < view.counts.verdicts.size(); ++i) {
        view.counts.verdicts[i] = std::uint64_t{1} << i;
    }
    view.counts.versions = {0, 1'000, 200, 30, 4};
    view.counts.first_version = {501, 62, 0, 437};
    PeerView& peer = view.peers[1];
    peer.stratum = 5;
    peer.reach = 0x2A;
    peer.poll = 6;
    peer.delay = nanoseconds(3'333);
    peer.offset = nanoseconds(-4'444);
    peer.jitter = nanoseconds(5'555);
    peer.dispersion = nanoseconds(6'666);
    peer.accepted = 90;
    peer.rejected = 7;
    return view;
}

std::string written(QuerySet set, std::string_view name, const QueryScene& scene) {
    static QueryText text;
    text.clear();
    EXPECT_TRUE(write_variable(set, name, scene, text)) << name;
    const auto octets = text.octets();
    const std::string item{octets.data(), octets.size()};
    EXPECT_TRUE(item.starts_with(std::string{name} + "=")) << item;
    return item.substr(name.size() + 1);
}

/// Each variable that there is stands in the table, with its value.
void expect_all(QuerySet set, std::span<const QueryVariable> variables, const QueryScene& scene,
                const Expected& expected) {
    for (const QueryVariable& variable : variables) {
        const std::string name{variable.name};
        ASSERT_TRUE(expected.contains(name)) << name;
        EXPECT_EQ(written(set, name, scene), expected.at(name)) << name;
    }
    EXPECT_EQ(variables.size(), expected.size());
}

TEST(QueryVariables, OfTheSystemTellWhatIsSo) {
    const QueryView view = distinct_view();
    const QueryScene scene{.view = view, .now = kNow + seconds(2)};
    expect_all(QuerySet::kSystem, system_variables(), scene,
               {{"version", "\"tokimorid_0.1\""},
                {"processor", "\"aarch64\""},
                {"system", "\"Linux/6.1.0\""},
                {"leap", "0"},
                {"stratum", "1"},
                {"precision", "-24"},
                {"rootdelay", "0.020000"},
                {"rootdisp", "0.070020"},
                {"refid", "PPS"},
                {"reftime", "0xeeacaeff.00000000"},
                {"clock", "0xeeacaf02.00000000"},
                {"peer", "2"},
                {"tc", "4"},
                {"mintc", "3"},
                {"offset", "-0.045678"},
                {"frequency", "-12.345"},
                {"sys_jitter", "0.001101"},
                {"clk_jitter", "0.001101"},
                {"clk_wander", "0.067"},
                {"tai", "37"},
                {"leapsec", "201701010000"},
                {"expire", "202606280000"},
                {"rootdist", "0.080020"},
                {"peeradr", "127.127.46.1:123"},
                {"peermode", "3"},
                {"bcastdelay", "0.000"},
                {"authdelay", "0.000"},
                {"ss_uptime", "7203"},
                {"ss_reset", "7203"},
                {"ss_received", "16383"},
                {"ss_thisver", "4"},
                {"ss_oldver", "1230"},
                {"ss_badformat", "142"},
                {"ss_badauth", "256"},
                {"ss_declined", "592"},
                {"ss_restricted", "1056"},
                {"ss_limited", "6144"},
                {"ss_kodsent", "4096"},
                {"ss_processed", "1"},
                {"ss_ver1", "1000"},
                {"ss_ver1client", "437"},
                {"ss_ver1zero", "501"},
                {"ss_ver1symm", "62"},
                {"ss_numctlreq", "8192"},
                {"koffset", "-0.002201"},
                {"kfreq", "-3.301"},
                {"kmaxerr", "4.401000"},
                {"kesterr", "5.501000"},
                {"kstflags", "\"ins nano\""},
                {"ktimeconst", "6"},
                {"kprecis", "0.007000"},
                {"kfreqtol", "500.008"},
                {"kppsfreq", "9.009"},
                {"kppsstab", "10.010"},
                {"kppsjitter", "0.011011"},
                {"kppscalibdur", "16"},
                {"kppscalibs", "12"},
                {"kppsjitexc", "13"},
                {"kppsstbexc", "14"},
                {"kppscaliberrs", "15"}});
}

TEST(QueryVariables, ThatCountTellWhatIsSo) {
    QueryView view = distinct_view();
    view.keys = 18;
    view.counts.clients_replaced = 19;
    ClientTable one{1024, 128, {1, 2}};
    ClientTable other{512, 128, {3, 4}};
    const ClientTable* const tables[] = {&one, &other};
    for (unsigned i = 0; i < 30; ++i) {
        ClientTable& table = i % 3 == 0 ? other : one;
        table.note(table.find(ClientAddress::v4(0x0A000000 + i)), {kNow - seconds(100 + i), {std::byte{0x23}}, 123},
                   {});
    }
    const QueryScene scene{.view = view, .now = kNow, .tables = tables};
    expect_all(QuerySet::kSystem, counter_variables(), scene,
               {{"mru_enabled", "1"},
                {"mru_depth", "30"},
                {"mru_deepest", "30"},
                {"mru_maxdepth", "1536"},
                {"mru_mindepth", "16"},
                {"mru_maxage", "0"},
                {"mru_minage", "0"},
                {"mru_mem", "66"},
                {"mru_maxmem", "66"},
                {"mru_new", "30"},
                {"mru_recycleold", "0"},
                {"mru_recyclefull", "19"},
                {"iostats_reset", "7201"},
                {"io_received", "16383"},
                {"io_sent", "4097"},
                {"io_ignored", "4094"},
                {"authreset", "7201"},
                {"authkeys", "18"}});
    const QueryScene without{.view = view, .now = kNow};
    for (const char* const name : {"mru_enabled", "mru_depth", "mru_mindepth", "mru_mem"}) {
        EXPECT_EQ(written(QuerySet::kSystem, name, without), "0") << name;
    }
}

TEST(QueryVariables, OfAPeerAndOfItsClockTellWhatIsSo) {
    const QueryView view = distinct_view();
    const QueryScene scene{.view = view, .now = kNow + seconds(2), .peer = &view.peers[1], .association = 2};
    expect_all(QuerySet::kPeer, peer_variables(), scene,
               {{"srcadr", "127.127.46.1"},
                {"srcport", "123"},
                {"srchost", "\"GPSD(1)\""},
                {"dstadr", "127.0.0.1"},
                {"dstport", "123"},
                {"leap", "0"},
                {"stratum", "5"},
                {"precision", "-24"},
                {"rootdelay", "0.000"},
                {"rootdisp", "0.006666"},
                {"refid", "GPS"},
                {"reftime", "0xeeacaefd.00000000"},
                {"rec", "0xeeacaefd.00000000"},
                {"reach", "0x2a"},
                {"unreach", "0"},
                {"hmode", "3"},
                {"pmode", "4"},
                {"hpoll", "6"},
                {"ppoll", "6"},
                {"headway", "0"},
                {"flash", "0x0"},
                {"keyid", "0"},
                {"offset", "-0.004444"},
                {"delay", "0.003333"},
                {"dispersion", "0.006666"},
                {"jitter", "0.005555"},
                {"filtdelay", "0.003333 0.00 0.00 0.00 0.00 0.00 0.00 0.00"},
                {"filtoffset", "-0.004444 0.00 0.00 0.00 0.00 0.00 0.00 0.00"},
                {"filtdisp", "0.006666 0.00 0.00 0.00 0.00 0.00 0.00 0.00"}});
    expect_all(QuerySet::kClock, clock_variables(), scene,
               {{"device", "\"source1\""},
                {"timecode", "\"\""},
                {"poll", "97"},
                {"noreply", "0"},
                {"badformat", "0"},
                {"baddata", "7"},
                {"fudgetime1", "0.000"},
                {"fudgetime2", "0.000"},
                {"stratum", "5"},
                {"refid", "GPS"},
                {"flags", "0"}});
}

TEST(QueryVariables, TellARefidAsTheNameOrTheAddressItIs) {
    struct Case {
        int driver_number;
        std::uint8_t stratum;
        ReferenceId refid;
        const char* of_peer;
        const char* of_system;  // that follows it
    };
    const Case cases[] = {{46, 0, {'G', 'P', 'S', 0}, "GPS", "GPS"},
                          {1, 10, {'L', 'O', 'C', 'L'}, "LOCL", "LOCL"},
                          {0, 1, {'N', 'I', 'C', 'T'}, "NICT", "78.73.67.84"},
                          {0, 1, {127, 127, 1, 1}, "127.127.1.1", "127.127.1.1"},
                          {0, 1, {'a', ',', 'b', '='}, "97.44.98.61", "97.44.98.61"},
                          {0, 2, {192, 0, 2, 1}, "192.0.2.1", "192.0.2.1"},
                          {0, 2, {50, 60, 70, 80}, "50.60.70.80", "50.60.70.80"}};
    for (const Case& one : cases) {
        QueryView view = distinct_view();
        PeerView& source = view.peers[1];
        source.driver_number = static_cast<std::uint8_t>(one.driver_number);
        source.stratum = one.stratum;
        source.refid = view.state.refid = one.refid;
        view.system_peer = 1;
        const QueryScene scene{.view = view, .now = kNow, .peer = &source, .association = 2};
        EXPECT_EQ(written(QuerySet::kPeer, "refid", scene), one.of_peer);
        EXPECT_EQ(written(QuerySet::kSystem, "refid", scene), one.of_system) << one.of_peer;
        EXPECT_EQ(written(QuerySet::kClock, "refid", scene), one.of_peer);
    }
}

TEST(QueryVariables, ChangeWhereASourceIsSilentAndNothingIsSynchronised) {
    QueryView view = distinct_view();
    view.state = ServerState{};
    view.system_peer = QueryView::kMostPeers;
    view.peers[1].reach = 0;
    view.peers[1].heard = false;
    view.peers[1].driver_number = 0;
    view.peers[1].address = ClientAddress::v4(0xC0000201);
    view.peers[1].port = 1123;
    const QueryScene system{.view = view, .now = kNow};
    const QueryScene peer{.view = view, .now = kNow, .peer = &view.peers[1], .association = 2};
    const std::pair<const char*, const char*> of_system[] = {{"leap", "3"},
                                                             {"stratum", "16"},
                                                             {"refid", "INIT"},
                                                             {"rootdisp", "16000.000000"},
                                                             {"peer", "0"},
                                                             {"peeradr", "0.0.0.0:0"},
                                                             {"peermode", "0"},
                                                             {"reftime", "0x00000000.00000000"},
                                                             {"clock", "0x00000000.00000000"},
                                                             {"rootdist", "16000.000000"}};
    for (const auto& [name, value] : of_system) {
        EXPECT_EQ(written(QuerySet::kSystem, name, system), value) << name;
    }
    const std::pair<const char*, const char*> of_peer[] = {
        {"leap", "3"},           {"stratum", "16"},          {"flash", "0x1000"}, {"rec", "0x00000000.00000000"},
        {"srcadr", "192.0.2.1"}, {"srchost", "\"source1\""}, {"srcport", "1123"}};
    for (const auto& [name, value] : of_peer) {
        EXPECT_EQ(written(QuerySet::kPeer, name, peer), value) << name;
    }
    view.system_peer = 1;
    EXPECT_EQ(written(QuerySet::kSystem, "peeradr", system), "192.0.2.1:1123");
}

TEST(QueryVariables, CountEachVerdictWhereNtpdCountsIt) {
    const std::pair<Verdict, const char*> cases[] = {
        {Verdict::kAnswered, "ss_processed"},        {Verdict::kTooShort, "ss_badformat"},
        {Verdict::kBadLength, "ss_badformat"},       {Verdict::kBadVersion, "ss_badformat"},
        {Verdict::kNotARequest, "ss_declined"},      {Verdict::kControl, "ss_restricted"},
        {Verdict::kPrivate, "ss_declined"},          {Verdict::kMalformed, "ss_badformat"},
        {Verdict::kUnauthenticated, "ss_badauth"},   {Verdict::kForbiddenSource, "ss_declined"},
        {Verdict::kDenied, "ss_restricted"},         {Verdict::kRateLimited, "ss_limited"},
        {Verdict::kKissed, "ss_limited ss_kodsent"}, {Verdict::kQueried, "ss_numctlreq"}};
    static_assert(std::size(cases) == kVerdictCount);
    const char* const variables[] = {"ss_processed",  "ss_badformat", "ss_declined", "ss_badauth",
                                     "ss_restricted", "ss_limited",   "ss_kodsent",  "ss_numctlreq"};
    for (const auto& [verdict, names] : cases) {
        QueryView view = view_with(1);
        view.counts.verdicts[static_cast<std::size_t>(verdict)] = 5;
        const QueryScene scene{.view = view, .now = kNow};
        EXPECT_EQ(written(QuerySet::kSystem, "ss_received", scene), "5");
        for (const char* const variable : variables) {
            const bool counted = std::string_view{names}.find(variable) != std::string_view::npos;
            EXPECT_EQ(written(QuerySet::kSystem, variable, scene), counted ? "5" : "0")
                << verdict_name(verdict) << " in " << variable;
        }
    }
}

TEST(QueryVariables, CountAKissForADeniedClientAsARestrictionNotAsALimit) {
    QueryView view = view_with(1);
    view.counts.verdicts[static_cast<std::size_t>(Verdict::kKissed)] = 7;
    view.counts.denied_kisses = 5;
    const QueryScene scene{.view = view, .now = kNow};
    EXPECT_EQ(written(QuerySet::kSystem, "ss_restricted", scene), "5");
    EXPECT_EQ(written(QuerySet::kSystem, "ss_limited", scene), "2");
    EXPECT_EQ(written(QuerySet::kSystem, "ss_kodsent", scene), "7");
}

TEST(QueryVariables, NameEveryBitOfTheKernelsStatus) {
    QueryView view = view_with(1);
    const QueryScene scene{.view = view, .now = kNow};
    EXPECT_EQ(written(QuerySet::kSystem, "kstflags", scene), "\"unsync\"") << "before the kernel was asked";
    view.kernel.status = 0xFFFF;
    EXPECT_EQ(written(QuerySet::kSystem, "kstflags", scene),
              "\"pll ppsfreq ppstime fll ins del unsync freqhold ppssignal ppsjitter ppswander ppserror clockerr nano "
              "mode=fll src=B\"");
    view.kernel.status = 0;
    EXPECT_EQ(written(QuerySet::kSystem, "kstflags", scene), "\"\"");
}

}  // namespace
}  // namespace tokimori
