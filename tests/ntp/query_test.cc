#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "server/ntp/query_responder.h"
#include "server/ntp/query_variables.h"
#include "tests/ntp/scene.h"

namespace tokimori {
namespace {

constexpr ClientAddress kAsker = ClientAddress::v4(0x7F000001);

QueryView view_with(std::size_t peers) {
    QueryView view;
    view.state = synchronised_state();
    view.started = kNow - hours(1);
    view.tai_minus_utc = 37;
    view.leap_second = 1483228800;
    view.leap_expiry = 1782604800;
    view.offset = nanoseconds(-45'678);
    put_text(view.version, "tokimorid 0.1");
    view.peer_count = static_cast<std::uint8_t>(peers);
    for (std::size_t i = 0; i < peers; ++i) {
        PeerView& peer = view.peers[i];
        put_text(peer.name, "source" + std::to_string(i));
        put_text(peer.driver, i == 0 ? "PPS" : "GPSD");
        peer.driver_number = i == 0 ? 22 : 46;
        peer.unit = static_cast<std::uint8_t>(i);
        peer.refid = reference_id(i == 0 ? "PPS" : "GPS");
        peer.reach = 0377;
        peer.kind = i == 0 ? SourceKind::kPps : SourceKind::kUltraHighFrequencyRadio;
        peer.select = i == 0 ? SelectCode::kPpsPeer : SelectCode::kCandidate;
        peer.heard = true;
        peer.last_heard = kNow - seconds(3);
        peer.offset = nanoseconds(-123);
        peer.jitter = nanoseconds(456);
    }
    view.system_peer = peers > 0 ? 0 : QueryView::kMostPeers;
    return view;
}

Datagram question(unsigned opcode, unsigned association = 0, std::string_view data = "", unsigned first_octet = 0x16) {
    Datagram octets(12 + (data.size() + 3) / 4 * 4);
    octets[0] = static_cast<std::byte>(first_octet);
    octets[1] = static_cast<std::byte>(opcode);
    octets[2] = std::byte{0xAB};
    octets[3] = std::byte{0xCD};
    octets[6] = static_cast<std::byte>(association >> 8);
    octets[7] = static_cast<std::byte>(association & 0xFF);
    octets[10] = static_cast<std::byte>(data.size() >> 8);
    octets[11] = static_cast<std::byte>(data.size() & 0xFF);
    std::transform(data.begin(), data.end(), octets.begin() + 12, [](char c) { return static_cast<std::byte>(c); });
    return octets;
}

unsigned word(std::span<const std::byte> octets, std::size_t at) {
    return std::to_integer<unsigned>(octets[at]) << 8 | std::to_integer<unsigned>(octets[at + 1]);
}

/// What an ntpq would make of a train of fragments.
struct Heard {
    std::size_t fragments = 0;
    unsigned first_octet = 0;
    unsigned flags = 0;  ///< R, E and opcode of the last
    unsigned status = 0;
    std::string text;

    std::map<std::string, std::string> variables() const {
        std::map<std::string, std::string> found;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t equals = text.find('=', at);
            std::size_t end =
                text[equals + 1] == '"' ? text.find('"', equals + 2) + 1 : text.find_first_of(",\r", equals);
            found[text.substr(at, equals - at)] = text.substr(equals + 1, end - equals - 1);
            at = std::min(text.find_first_not_of(", \r\n", end), text.size());
        }
        return found;
    }
};

class Queries : public testing::Test {
protected:
    Heard ask(const Datagram& octets, const QueryView& view, bool lists = true, LocalInstant now = kNow) {
        Heard heard;
        heard.fragments = responder_->ask({octets, kAsker, now, lists}, view, tables_);
        for (std::size_t i = 0; i < heard.fragments; ++i) {
            const std::size_t size = responder_->write(i, fragment_);
            const std::span<const std::byte> sent = std::span(fragment_).first(size);
            EXPECT_EQ(size % 4, 0U);
            EXPECT_LE(size, 480U);
            EXPECT_EQ(word(sent, 2), 0xABCDU);
            EXPECT_EQ(word(sent, 6), word(octets, 6));
            EXPECT_EQ(word(sent, 8), heard.text.size()) << "offset";
            EXPECT_EQ((std::to_integer<unsigned>(sent[1]) & 0x20U) != 0, i + 1 < heard.fragments) << "more";
            heard.first_octet = std::to_integer<unsigned>(sent[0]);
            heard.flags = std::to_integer<unsigned>(sent[1]) & 0xDFU;
            heard.status = word(sent, 4);
            for (std::size_t k = 0; k < word(sent, 10); ++k) {
                heard.text += static_cast<char>(sent[12 + k]);
            }
        }
        return heard;
    }

    unsigned error_of(const Datagram& octets, const QueryView& view = view_with(2)) {
        const Heard heard = ask(octets, view);
        EXPECT_TRUE((heard.flags & 0xC0U) == 0xC0U) << heard.flags;
        EXPECT_TRUE(heard.text.empty());
        return heard.status >> 8;
    }

    std::unique_ptr<QueryResponder> responder_ = std::make_unique<QueryResponder>(HashKey{1, 2});
    QueryResponder::Fragment fragment_{};
    ClientTable table_{1000, 128, {3, 4}};
    std::vector<const ClientTable*> tables_{&table_};
};

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

TEST_F(Queries, ListClientsToWhoBringsANonce) {
    for (unsigned i = 0; i < 200; ++i) {
        table_.note(table_.find(ClientAddress::v4(0x0A000000 + i)), {kNow - seconds(300 - i), {std::byte{0xE3}}, 123},
                    nullptr);
    }
    const QueryView view = view_with(1);
    const std::string nonce = ask(question(12), view).text;
    ASSERT_TRUE(nonce.starts_with("nonce=")) << nonce;
    const std::string words = nonce.substr(0, nonce.size() - 2) + ", frags=32";
    const auto told = ask(question(10, 0, words), view).variables();
    EXPECT_EQ(told.at("addr.63"), "10.0.0.199:123");
    EXPECT_EQ(told.at("addr.0"), "10.0.0.136:123");
    EXPECT_EQ(told.at("ct.0"), "1");
    EXPECT_EQ(told.at("mv.0"), "35");
    EXPECT_TRUE(told.contains("now"));
    EXPECT_EQ(told.at("last.newest"), told.at("last.63"));

    EXPECT_EQ(ask(question(10, 0, words), view, false).status >> 8, 7U);
    EXPECT_EQ(ask(question(10, 0, words), view, true, kNow + seconds(16)).status >> 8, 6U);
    EXPECT_EQ(error_of(question(10)), 6U);
    EXPECT_EQ(error_of(question(10, 0, "nonce=0123456789abcdef01234567")), 6U);
    EXPECT_EQ(responder_->ask({question(10, 0, words), ClientAddress::v4(0x7F000002), kNow, true}, view, tables_), 1U)
        << "another address, another nonce";
    responder_->write(0, fragment_);
    EXPECT_EQ(word(fragment_, 4) >> 8, 6U);
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
