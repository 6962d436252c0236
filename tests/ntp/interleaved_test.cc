#include <gtest/gtest.h>

#include <algorithm>

#include "leap/leap_table.h"
#include "tests/ntp/scene.h"

namespace tokimori {
namespace {

constexpr std::uint64_t kHere = 0x1111'2222'3333'4444;

/// A client of interleaved mode: what it remembers, and what it asks.
struct XleaveClient {
    ClientAddress address = ClientAddress::v4(0xC0A8'0001);
    NtpTimestamp origin{};        ///< the server's receive timestamp in the last valid reply
    NtpTimestamp receive{kHere};  ///< when that came, by the client's clock or at random
    NtpTimestamp transmit{0xABCD'0001'0000'0000};

    Datagram request() {
        NtpHeader header;
        header.origin = origin;
        header.receive = receive;
        header.transmit = transmit;
        Datagram octets(kHeaderSize);
        write_header(header, std::span(octets).first<kHeaderSize>());
        octets[0] = std::byte{0x23};
        return octets;
    }

    /// Takes a reply for valid.
    void accept(const NtpHeader& reply) {
        origin = reply.receive;
        ++receive.bits;
        ++transmit.bits;
    }
};

class Interleaved : public testing::Test {
protected:
    static constexpr Duration kStay = microseconds(10);  ///< from arrival to the stamp
    static constexpr Duration kQueue = microseconds(3);  ///< from the stamp to the departure

    NtpHeader answer(const Datagram& octets, const ClientAddress& from, bool kernel_tells = true) {
        Request request = request_of(octets, now_);
        request.source = from;
        EXPECT_EQ(responder_.answer(request, state_, reply_), Verdict::kAnswered);
        responder_.stamp(reply_, Departure{state_, now_ + kStay});
        if (reply_.departure_matters() && kernel_tells) {
            responder_.sent(reply_.interleaved.ticket, now_ + kStay + kQueue, state_);
        }
        left_.push_back(served_at(now_ + kStay + kQueue));
        return header_of(reply_);
    }
    NtpHeader ask(XleaveClient& client, bool kernel_tells = true) {
        return answer(client.request(), client.address, kernel_tells);
    }
    /// A reply that reaches the client.
    NtpHeader exchange(XleaveClient& client) {
        const NtpHeader reply = ask(client);
        client.accept(reply);
        now_ += kPoll;
        return reply;
    }
    NtpTimestamp served_at(LocalInstant at) const { return state_.scale.at(state_.model.tai_at(at)).timestamp; }

    static bool is_basic(const NtpHeader& reply, const XleaveClient& client) {
        return reply.origin == client.transmit && ntp_difference(reply.transmit, reply.receive) > 0;
    }
    void expect_interleaved(const NtpHeader& reply, const XleaveClient& asked, NtpTimestamp departed) const {
        EXPECT_EQ(reply.origin, asked.receive);
        EXPECT_EQ(reply.transmit.bits, departed.bits & ~std::uint64_t{1});
        EXPECT_LE(std::abs(ntp_difference(reply.receive, served_at(now_))), 256 + 5);
        EXPECT_GE(ntp_difference(reply.transmit, reply.reference), 0);
    }
    /// The reply to its next request tells when the one before left.
    void expect_next_interleaved(XleaveClient& client) {
        const XleaveClient asked = client;
        const NtpTimestamp before = left_.back();
        expect_interleaved(ask(client), asked, before);
    }

    static constexpr Duration kPoll = seconds(16);
    Responder responder_;
    ServerState state_ = synchronised_state();
    LocalInstant now_ = kNow;
    Reply reply_;
    std::vector<NtpTimestamp> left_;
};

TEST_F(Interleaved, BeginsBasicAndThenTellsWhenTheReplyBeforeLeft) {
    XleaveClient client;
    client.receive = {};
    EXPECT_TRUE(is_basic(ask(client), client));
    EXPECT_FALSE(reply_.departure_matters()) << "who has not asked leaves nothing behind";
    client.accept(header_of(reply_));
    now_ += kPoll;
    // Nothing was saved of the first one, as nobody had asked.
    EXPECT_TRUE(is_basic(ask(client), client));
    for (int round = 0; round < 100; ++round) {
        client.accept(header_of(reply_));
        now_ += kPoll;
        expect_next_interleaved(client);
    }
}

TEST_F(Interleaved, AnswersEverybodyInBasicModeWhereItIsNotOffered) {
    XleaveClient client;
    exchange(client);
    exchange(client);
    expect_next_interleaved(client);
    client.accept(header_of(reply_));
    responder_.offer_interleaved(false);
    for (int round = 0; round < 3; ++round) {
        now_ += kPoll;
        EXPECT_TRUE(is_basic(ask(client), client));
        EXPECT_FALSE(reply_.departure_matters()) << "nothing is kept, the kernel is not asked";
        client.accept(header_of(reply_));
    }
}

TEST_F(Interleaved, FallsBackToTheStampWhereTheKernelTellsNothing) {
    XleaveClient client;
    exchange(client);
    const NtpHeader basic = ask(client, false);
    client.accept(basic);
    now_ += kPoll;
    const NtpHeader reply = ask(client, false);
    EXPECT_EQ(reply.origin, client.receive);
    EXPECT_EQ(reply.transmit, basic.transmit);
}

TEST_F(Interleaved, AnswersBasicAfterALostReplyAndGoesOnFromThere) {
    XleaveClient client;
    exchange(client);
    exchange(client);
    ask(client);  // interleaved, but lost
    now_ += kPoll;
    EXPECT_TRUE(is_basic(ask(client), client));
    client.accept(header_of(reply_));
    now_ += kPoll;
    expect_next_interleaved(client);
}

TEST_F(Interleaved, AnswersALostRequestNeverAndTheNextOneInterleaved) {
    XleaveClient client;
    exchange(client);
    exchange(client);
    now_ += 3 * kPoll;
    expect_next_interleaved(client);
}

TEST_F(Interleaved, AnswersADuplicateAndAReplayInBasicMode) {
    XleaveClient client;
    exchange(client);
    exchange(client);
    const Datagram request = client.request();
    EXPECT_EQ(answer(request, client.address).origin, client.receive);
    for (int replay = 0; replay < 3; ++replay) {
        EXPECT_TRUE(is_basic(answer(request, client.address), client));
        now_ += kPoll;
    }
}

TEST_F(Interleaved, GivesNothingToOneWhoKnowsTheTimestampButHasAnotherAddress) {
    XleaveClient client;
    exchange(client);
    exchange(client);
    XleaveClient thief = client;
    thief.address = ClientAddress::v4(0xC0A8'0002);
    EXPECT_TRUE(is_basic(ask(thief), thief));
    const XleaveClient asked = client;
    expect_interleaved(ask(client), asked, left_[1]);
}

TEST_F(Interleaved, ServesClientsThatChangeTheirPort) {
    XleaveClient client;
    exchange(client);
    exchange(client);
    const Datagram octets = client.request();
    Request request = request_of(octets, now_);
    request.source_port = 50'123;
    request.source = client.address;
    ASSERT_EQ(responder_.answer(request, state_, reply_), Verdict::kAnswered);
    EXPECT_EQ(header_of(reply_).origin, client.receive);
}

struct NotAsking {
    const char* what;
    void (*change)(Datagram&);
};

void copy_octets(Datagram& octets, std::size_t from, std::size_t to) {
    std::copy_n(octets.begin() + static_cast<std::ptrdiff_t>(from), 8,
                octets.begin() + static_cast<std::ptrdiff_t>(to));
}

TEST_F(Interleaved, IsOnlyForRequestsThatAskForIt) {
    const NotAsking cases[] = {
        {"receive equals transmit", [](Datagram& octets) { copy_octets(octets, 40, 32); }},
        {"version 3", [](Datagram& octets) { octets[0] = std::byte{0x1B}; }},
        {"symmetric active", [](Datagram& octets) { octets[0] = std::byte{0x21}; }},
        {"no origin", [](Datagram& octets) { std::fill_n(octets.begin() + 24, 8, std::byte{}); }},
        {"an origin we never sent", [](Datagram& octets) { octets[24] ^= std::byte{1}; }},
    };
    for (const NotAsking& one : cases) {
        XleaveClient client;
        exchange(client);
        exchange(client);
        Datagram octets = client.request();
        one.change(octets);
        EXPECT_TRUE(is_basic(answer(octets, client.address), client)) << one.what;
    }
}

TEST_F(Interleaved, IsNoMatterForAClientThatNamesTransmitTimestamps) {
    XleaveClient client;  // as ntpd does in basic mode, RFC 5905
    for (int round = 0; round < 50; ++round) {
        const NtpHeader reply = ask(client);
        EXPECT_TRUE(is_basic(reply, client));
        EXPECT_FALSE(reply_.departure_matters());
        client.accept(reply);
        client.origin = reply.transmit;
        now_ += kPoll;
    }
}

TEST_F(Interleaved, MarksReceiveTimestampsAndNoOthers) {
    for (int precision = -32; precision <= -6; ++precision) {
        state_.precision = static_cast<std::int8_t>(precision);
        for (const Duration stay : {nanoseconds(0), nanoseconds(1), nanoseconds(2), nanoseconds(1'000'000)}) {
            const NtpHeader reply = tokimori::exchange(responder_, state_, now_, now_ + stay);
            ASSERT_EQ(reply.receive.bits % 2, 1U);
            ASSERT_EQ(reply.transmit.bits % 2, 0U);
            ASSERT_GT(ntp_difference(reply.transmit, reply.receive), 0);
        }
    }
}

TEST_F(Interleaved, KeepsTheReceiveTimestampsOfOneClientDifferent) {
    state_.precision = -29;  // four values for one moment
    for (std::uint32_t round = 0; round < 200; ++round) {
        XleaveClient client{.address = ClientAddress::v4(0x0A00'0000 + round), .origin = {1}};
        const NtpTimestamp one = ask(client).receive;
        const NtpTimestamp other = ask(client).receive;
        EXPECT_NE(one, other);
        client.origin = one;
        const NtpTimestamp departed = left_[left_.size() - 2];
        EXPECT_EQ(ask(client).transmit.bits, departed.bits & ~std::uint64_t{1});
    }
}

TEST_F(Interleaved, TellsNoReferenceLaterThanTheTransmitTimestamp) {
    XleaveClient client;
    exchange(client);
    exchange(client);
    state_.reference = state_.model.tai_at(now_) - seconds(1);
    const NtpHeader reply = ask(client);
    EXPECT_EQ(reply.transmit.bits, left_[1].bits & ~std::uint64_t{1});
    EXPECT_EQ(reply.reference, reply.transmit);
}

TEST_F(Interleaved, TellsNothingAcrossAStepOfServedTime) {
    for (const Duration step :
         {Duration{milliseconds(128)}, Duration{milliseconds(-128)}, Duration{seconds(1)}, Duration{hours(-24)}}) {
        XleaveClient client;
        exchange(client);
        exchange(client);
        state_.model.anchor_tai += step;
        EXPECT_TRUE(is_basic(ask(client), client)) << step.count();
    }
}

TEST_F(Interleaved, GoesOnWhileServedTimeIsSlewed) {
    XleaveClient client;
    exchange(client);
    exchange(client);
    // A new model that joins the old one now and leaves it at 400 ppm.
    state_.model.anchor_tai = state_.model.tai_at(now_);
    state_.model.anchor_local = now_;
    state_.model.slew_end = now_ + seconds(100);
    state_.model.slew_rate = rate_from_ppm(0.5);
    expect_next_interleaved(client);
}

TEST_F(Interleaved, TellsNothingWhereServedTimeWasCorrectedByMoreThanIsPromisedNow) {
    state_.root_delay = Duration::zero();
    for (const auto& [dispersion, goes_on] : {std::pair{microseconds(20), false}, {milliseconds(40), true}}) {
        state_.model.dispersion = dispersion;
        XleaveClient client;
        exchange(client);
        exchange(client);
        state_.model.anchor_tai += milliseconds(30);
        EXPECT_EQ(is_basic(ask(client), client), !goes_on) << dispersion.count();
    }
}

TEST_F(Interleaved, PromisesNoMoreOfADepartureThanIsKnownOfItNow) {
    state_.root_delay = Duration::zero();
    state_.model.dispersion = milliseconds(40);
    XleaveClient client;
    const NtpHeader basic = exchange(client);
    exchange(client);
    state_.model.anchor_tai += milliseconds(30);
    const NtpHeader corrected = ask(client);
    ASSERT_FALSE(is_basic(corrected, client));
    EXPECT_GE(corrected.root_dispersion, basic.root_dispersion + ntp_short_from(milliseconds(30)));
    EXPECT_LE(corrected.root_dispersion, basic.root_dispersion + ntp_short_from(milliseconds(31)));
}

TEST_F(Interleaved, TellsNothingAcrossALeapSecond) {
    for (const LeapKind kind : {LeapKind::kInsert, LeapKind::kDelete}) {
        const LeapEvent event{*day_from_date(2028, 12, 31), kind};
        const LeapTable table = LeapTable::built_in().with_event(event);
        state_ = synchronised_state();
        now_ = kNow;
        state_.model.anchor_tai = table.end_of(event) - seconds(40);
        state_.scale = ServedScale::around(state_.model.anchor_tai, table, {});
        XleaveClient client;
        exchange(client);
        exchange(client);
        EXPECT_EQ(ask(client).origin, client.receive) << "the last before the leap";
        client.accept(header_of(reply_));
        now_ += kPoll;
        EXPECT_TRUE(is_basic(ask(client), client));
        client.accept(header_of(reply_));
        now_ += kPoll;
        EXPECT_EQ(ask(client).origin, client.receive) << "the first after it";
    }
}

TEST_F(Interleaved, GoesOnThroughASmear) {
    const LeapEvent event{*day_from_date(2028, 12, 31), LeapKind::kInsert};
    const LeapTable table = LeapTable::built_in().with_event(event);
    state_.model.anchor_tai = table.end_of(event) - std::chrono::minutes(70);
    state_.scale = ServedScale::around(state_.model.anchor_tai, table, {.mode = LeapMode::kSmear, .smear = hours(1)});
    XleaveClient client;
    exchange(client);
    exchange(client);
    for (int round = 0; round < 300; ++round) {
        expect_next_interleaved(client);
        client.accept(header_of(reply_));
        now_ += kPoll;
        ASSERT_FALSE(HasFailure()) << round;
    }
}

TEST_F(Interleaved, PassesOverDeparturesThatCannotBe) {
    for (const Duration wrong : {Duration{-seconds(1)}, Duration{seconds(5)}, -kStay - microseconds(1)}) {
        XleaveClient client;
        exchange(client);
        const NtpHeader basic = ask(client, false);
        responder_.sent(reply_.interleaved.ticket, now_ + kStay + wrong, state_);
        client.accept(basic);
        now_ += kPoll;
        EXPECT_EQ(ask(client).transmit, basic.transmit) << wrong.count();
    }
}

TEST_F(Interleaved, TellsNothingBeforeTheFirstSynchronisation) {
    state_ = ServerState{};
    XleaveClient client;
    client.origin = {1};
    for (int round = 0; round < 3; ++round) {
        const NtpHeader reply = ask(client);
        EXPECT_EQ(reply.origin, client.transmit);
        EXPECT_EQ(reply.receive, NtpTimestamp{});
        EXPECT_EQ(reply.transmit, NtpTimestamp{});
    }
}

TEST_F(Interleaved, SurvivesAFloodOfOthersThatAsk) {
    XleaveClient client;
    exchange(client);
    exchange(client);
    XleaveClient flooder{.address = ClientAddress::v4(0x0A00'0001), .origin = {0xFFFF'0001}};
    for (int i = 0; i < 10'000; ++i) {
        ask(flooder);
        now_ += microseconds(100);
    }
    const XleaveClient asked = client;
    expect_interleaved(ask(client), asked, left_[1]);
}

TEST_F(Interleaved, IsBasicForThoseThatAFloodOfForgedAddressesDisplaced) {
    XleaveClient client;
    exchange(client);
    exchange(client);
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        XleaveClient forged{.address = ClientAddress::v4(0x0A00'0000 + i), .origin = {0xFFFF'0001}};
        ask(forged);
    }
    EXPECT_TRUE(is_basic(ask(client), client));
    client.accept(header_of(reply_));
    EXPECT_EQ(ask(client).origin, client.receive) << "and is served again when the flood has ended";
}

}  // namespace
}  // namespace tokimori
