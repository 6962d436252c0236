#include <gtest/gtest.h>

#include <string>

#include "tests/ntp/query_scene.h"

namespace tokimori {
namespace {

TEST_F(Queries, ListAssociationsWithTheirStatusWords) {
    const Heard heard = ask(question(1), view_with(3));
    EXPECT_EQ(heard.flags, 0x81U);
    EXPECT_EQ(heard.status, 0x0115U) << "LI 0, pps, one event, clock_sync";
    EXPECT_EQ(heard.text, std::string("\0\1\x97\x1a\0\2\x94\x14\0\3\x94\x14", 12));
    EXPECT_EQ(ask(question(1), view_with(0)).text, "");
}

TEST_F(Queries, SayThatNothingIsSynchronised) {
    QueryView view = view_with(1);
    view.state = ServerState{};
    view.system_peer = QueryView::kMostPeers;
    view.peers[0].reach = 0;
    view.peers[0].select = SelectCode::kReject;
    const Heard heard = ask(question(2), view);
    EXPECT_EQ(heard.status, 0xC016U);
    EXPECT_EQ(heard.first_octet >> 6, 3U);
    const auto variables = heard.variables();
    EXPECT_EQ(variables.at("leap"), "3");
    EXPECT_EQ(variables.at("stratum"), "16");
    EXPECT_EQ(variables.at("refid"), "INIT");
    EXPECT_EQ(variables.at("reftime"), "0x00000000.00000000");
    EXPECT_EQ(ask(question(2, 1), view).status, 0x8013U);
}

TEST_F(Queries, NeverTellOfACorrectionInTheFutureEvenWhileASecondIsRepeated) {
    const UtcDay day = day_from_date(2016, 12, 31).value();
    const TaiInstant end = LeapTable::built_in().end_of({day, LeapKind::kInsert});
    for (const Duration before : {milliseconds(900), milliseconds(500), milliseconds(1)}) {
        QueryView view = view_with(1);
        view.state.model.anchor_tai = end - before;
        view.state.reference = end - before - milliseconds(200);
        view.state.scale = ServedScale::around(end, LeapTable::built_in(), {});
        const auto variables = ask(question(2), view).variables();
        EXPECT_LT(variables.at("reftime"), variables.at("clock")) << before.count();
    }
}

TEST_F(Queries, TellAllOfTheSystemInNtpdsOrder) {
    const Heard heard = ask(question(2), view_with(1));
    const auto variables = heard.variables();
    EXPECT_EQ(variables.size(), 22U);
    EXPECT_TRUE(
        heard.text.starts_with("version=\"tokimorid_0.1\", processor=\"\", system=\"\", leap=0, stratum=1,\r\n"))
        << heard.text;
    EXPECT_TRUE(heard.text.ends_with("\r\n"));
    EXPECT_EQ(variables.at("refid"), "PPS");
    EXPECT_EQ(variables.at("peer"), "1");
    EXPECT_EQ(variables.at("offset"), "-0.045678");
    EXPECT_EQ(variables.at("rootdelay"), "0.020000");
    EXPECT_EQ(variables.at("tai"), "37");
    EXPECT_EQ(variables.at("leapsec"), "201701010000");
    EXPECT_EQ(variables.at("expire"), "202606280000");
    EXPECT_TRUE(variables.at("clock").starts_with("0x"));
}

TEST_F(Queries, TellAllThatABillboardNeedsOfAPeer) {
    const Heard heard = ask(question(2, 2), view_with(2));
    EXPECT_EQ(heard.status, 0x9414U);
    const auto variables = heard.variables();
    for (const char* const name : {"srcadr", "srchost", "refid", "stratum", "hmode", "hpoll", "ppoll", "reach", "delay",
                                   "offset", "jitter", "rec"}) {
        EXPECT_TRUE(variables.contains(name)) << name;
    }
    EXPECT_EQ(variables.at("srcadr"), "127.127.46.1");
    EXPECT_EQ(variables.at("srchost"), "\"GPSD(1)\"");
    EXPECT_EQ(variables.at("reach"), "0xff");
    EXPECT_EQ(variables.at("offset"), "-0.000123");
}

TEST_F(Queries, TellOfTheClockBehindAPeer) {
    EXPECT_EQ(ask(question(4, 2), view_with(2)).variables().at("device"), "\"source1\"");
    EXPECT_EQ(ask(question(4, 0), view_with(2)).variables().at("device"), "\"source0\"");
    EXPECT_EQ(error_of(question(4, 0), view_with(0)), 4U);
}

TEST_F(Queries, AnswerTheCommandsOfBothFamilies) {
    const char* const lists[] = {
        "peeradr,peermode,leap,stratum,precision,rootdelay,rootdisp,refid,reftime,sys_jitter,clk_jitter,clk_wander,"
        "bcastdelay,authdelay",
        "peeradr,peermode,leap,stratum,precision,rootdelay,rootdisp,rootdist,refid,reftime,sys_jitter,clk_jitter,"
        "clk_wander,authdelay",
        "ss_uptime,ss_reset,ss_received,ss_thisver,ss_oldver,ss_badformat,ss_badauth,ss_declined,ss_restricted,"
        "ss_limited,ss_kodsent,ss_processed",
        "ss_uptime,ss_numctlreq,ss_received_r,ss_ver1,ss_ver1client,ss_ver1zero,ss_ver1symm,ss_ver1_r",
        "koffset,kfreq,kmaxerr,kesterr,kstflags,ktimeconst,kprecis,kfreqtol,kppsfreq,kppsstab,kppsjitter,"
        "kppscalibdur,kppscalibs,kppsjitexc,kppsstbexc,kppscaliberrs"};
    for (const std::string names : lists) {
        const auto told = ask(question(2, 0, names), view_with(2)).variables();
        EXPECT_EQ(told.size(), static_cast<std::size_t>(std::count(names.begin(), names.end(), ',') + 1)) << names;
    }
    EXPECT_EQ(ask(question(2, 0, "peeradr"), view_with(2)).variables().at("peeradr"), "127.127.22.0:123");
}

TEST_F(Queries, AreRefusedAsNtpdRefusesThem) {
    for (const unsigned opcode : {3U, 5U, 6U, 8U, 9U, 11U, 31U}) {
        EXPECT_EQ(error_of(question(opcode, 0, "leap=1  ")), 1U) << opcode;
    }
    for (const unsigned opcode : {0U, 7U, 13U, 30U}) {
        EXPECT_EQ(error_of(question(opcode)), 3U) << opcode;
    }
    EXPECT_EQ(error_of(question(2, 3)), 4U);
    EXPECT_EQ(error_of(question(2, 0xFFFF)), 4U);
    EXPECT_EQ(error_of(question(2, 0, "nosuch1 ")), 5U);
    EXPECT_EQ(error_of(question(2, 0, "leap,nosuch1")), 5U);
    EXPECT_EQ(error_of(question(2, 1, "ss_uptime")), 5U);
    Datagram too_long = question(2, 0, "leap");
    too_long[11] = std::byte{5};
    EXPECT_EQ(error_of(too_long), 2U);
    EXPECT_EQ(error_of(question(2) + zeros(2)), 2U);
}

TEST_F(Queries, AreRefusedInTheVeryOctetsOfAnNtpdThatKnowsNothing) {
    struct Case {
        const char* asked;
        const char* told;
        const char* what;
    };
    const Case cases[] = {
        {"16030002 00000000 00000008 6c6561703d312020", "d6c30002 01000000 00000000", "permission"},
        {"160d0002 00000000 00000000", "d6cd0002 03000000 00000000", "bad opcode"},
        {"16020002 00000001 00000000", "d6c20002 04000001 00000000", "unknown association"},
        {"16020002 00000000 00000008 6e6f737563683120", "d6c20002 05000000 00000000", "unknown variable"}};
    QueryView view = view_with(0);
    view.state = ServerState{};
    for (const Case& one : cases) {
        ASSERT_EQ(responder_->ask({from_hex(one.asked), kAsker, kNow, true}, view, tables_), 1U) << one.what;
        const std::size_t size = responder_->write(0, fragment_);
        EXPECT_EQ(Datagram(fragment_.begin(), fragment_.begin() + static_cast<std::ptrdiff_t>(size)),
                  from_hex(one.told))
            << one.what;
    }
}

TEST_F(Queries, AreSilentToWhatIsNoQuestion) {
    const QueryView view = view_with(1);
    EXPECT_EQ(ask(from_hex("16020001 00000000 000000"), view).fragments, 0U);
    EXPECT_EQ(ask(question(0x82), view).fragments, 0U);
    EXPECT_EQ(ask(question(0x42), view).fragments, 0U);
    EXPECT_EQ(ask(question(0x22), view).fragments, 0U);
    EXPECT_EQ(ask(question(2, 0, "", 0x06), view).fragments, 0U) << "version 0";
    EXPECT_EQ(ask(question(2, 0, "", 0x2E), view).fragments, 0U) << "version 5";
    EXPECT_EQ(ask(question(2, 0, "", 0x17), view).fragments, 0U) << "mode 7";
    Datagram with_offset = question(2);
    with_offset[9] = std::byte{4};
    EXPECT_EQ(ask(with_offset, view).fragments, 0U);
}

TEST_F(Queries, EchoTheVersionAndTellTheLeapIndicator) {
    for (unsigned version = 1; version <= 4; ++version) {
        EXPECT_EQ(ask(question(1, 0, "", 0xC6 | version << 3), view_with(1)).first_octet, 6U | version << 3);
    }
}

TEST_F(Queries, AreAnsweredInFragmentsWhereTheTextIsLong) {
    QueryView view = view_with(1);
    put_text(view.peers[0].name, "a receiver with a name that is long");
    put_text(view.peers[0].driver, "a driver with one, too");
    view.peers[0].offset = view.peers[0].delay = view.peers[0].jitter = view.peers[0].dispersion = -seconds(1000);
    view.peers[0].accepted = view.peers[0].rejected = UINT64_MAX;
    const Heard heard = ask(question(2, 1), view);
    EXPECT_GE(heard.fragments, 2U);
    EXPECT_GT(heard.text.size(), 468U);
    for (std::size_t at = 0; at < heard.text.size();) {
        const std::size_t end = heard.text.find("\r\n", at);
        EXPECT_LE(end - at, 73U);
        at = end + 2;
    }
}

TEST_F(Queries, StayWithin32FragmentsWhateverThereIsToTell) {
    const QueryView view = view_with(QueryView::kMostPeers);
    std::string all;
    for (int i = 0; i < 60; ++i) {
        all += i == 0 ? "system" : ",system";
    }
    EXPECT_LE(ask(question(2, 0, all), view).fragments, 32U);
    EXPECT_EQ(ask(question(1), view).text.size(), 4 * QueryView::kMostPeers);
}

TEST_F(Queries, KeepMarksOutOfTexts) {
    QueryView view = view_with(1);
    put_text(view.peers[0].name, "a\"b,c=\r\nd\xE6");
    EXPECT_EQ(ask(question(4, 1), view).variables().at("device"), "\"a_b_c=__d_\"");
}

}  // namespace
}  // namespace tokimori
