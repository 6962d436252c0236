#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "leap/leap_table.h"
#include "tests/ntp/scene.h"

namespace tokimori {
namespace {

/// The instant of an NTP timestamp of 1958 … 2094 while TAI − UTC is 37 s.
TaiInstant tai_of(std::uint64_t ntp) {
    const PosixNanoseconds pivot = nanoseconds(hours(24 * 365 * 56)).count();
    return TaiInstant{nanoseconds{posix_from_ntp({ntp}, pivot)} + seconds(37)};
}

std::int64_t distance(NtpTimestamp a, NtpTimestamp b) {
    return std::abs(ntp_difference(a, b));
}

/// 2^precision in units of 2^-32 s.
std::int64_t grain(int precision) {
    return std::int64_t{1} << (32 + precision);
}

/// One, and where it was rounded.
constexpr std::int64_t kNanosecond = 6;

NtpHeader stamped_at(const ServerState& state, LocalInstant departure) {
    Responder responder;
    return exchange(responder, state, departure - microseconds(10), departure);
}

TEST(Stamp, RepeatsTheVerifiedExchange) {
    const std::uint64_t reference = 0xEEAC'9FE9'D370'F450;
    const std::uint64_t receive = 0xEEAC'9FED'24E2'AAB7;
    const std::uint64_t transmit = 0xEEAC'9FED'24E3'35AB;
    ServerState state = synchronised_state();
    state.model.anchor_tai = tai_of(receive);
    state.model.dispersion = microseconds(10'147) - nanoseconds(1);
    state.model.dispersion_rate = 0;
    state.reference = tai_of(reference);
    state.root_delay = Duration::zero();
    state.refid = reference_id("GPS");
    const Datagram request = from_hex(
        "23 00 06 ec 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000 eeac9ecf12345678");

    Responder responder;
    Reply reply;
    ASSERT_EQ(responder.answer(request_of(request), state, reply), Verdict::kAnswered);
    responder.stamp(reply, Departure{state, kNow + (tai_of(transmit) - tai_of(receive))});

    const Datagram head(reply.octets.begin(), reply.octets.begin() + 16);
    EXPECT_EQ(head, from_hex("24 01 06 e8 00000000 00000299 47505300"));
    const Datagram origin(reply.octets.begin() + 24, reply.octets.begin() + 32);
    EXPECT_EQ(origin, from_hex("eeac9ecf12345678"));
    const NtpHeader header = header_of(reply);
    EXPECT_LE(distance(header.reference, {reference}), kNanosecond);
    EXPECT_LE(distance(header.receive, {receive}), grain(-24) + kNanosecond);
    EXPECT_LE(distance(header.transmit, {transmit}), grain(-24) + kNanosecond);
}

TEST(Stamp, TellsOfASynchronisedServerAllThatClientsBelieve) {
    const ServerState state = synchronised_state();
    const LocalInstant departure = kNow + seconds(10);
    Responder responder;
    const NtpHeader header = exchange(responder, state, kNow, departure);
    EXPECT_EQ(header.leap, LeapIndicator::kNone);
    EXPECT_EQ(header.stratum, 1);
    EXPECT_EQ(header.precision, -24);
    EXPECT_EQ(header.refid, reference_id("PPS"));
    EXPECT_EQ(header.root_delay, ntp_short_from(microseconds(20)));
    EXPECT_EQ(header.root_dispersion, ntp_short_from(state.model.dispersion_at(departure) - microseconds(10)))
        << "half of the root delay is what else clients reckon with";
    EXPECT_EQ(header.reference, state.scale.at(state.reference).timestamp);
    EXPECT_LE(distance(header.transmit, state.scale.at(state.model.tai_at(departure)).timestamp), grain(-24));
}

TEST(Stamp, TellsNoTimeBeforeTheFirstSynchronisation) {
    const ServerState state;
    for (const LocalInstant departure : {kBoot, kNow, kNow + hours(100'000)}) {
        const NtpHeader header = stamped_at(state, departure);
        EXPECT_EQ(header.leap, LeapIndicator::kUnsynchronised);
        EXPECT_EQ(header.stratum, 0);
        EXPECT_EQ(header.refid, reference_id("INIT"));
        EXPECT_EQ(header.root_delay, 0U);
        EXPECT_GE(header.root_dispersion, 1U << 16);
        EXPECT_EQ(header.reference, NtpTimestamp{});
        EXPECT_EQ(header.receive, NtpTimestamp{});
        EXPECT_EQ(header.transmit, NtpTimestamp{});
        EXPECT_EQ(header.origin.bits, 0x0123'4567'89AB'CDEFU);
    }
}

TEST(Stamp, GoesOnTellingTimeInHoldoverAsBefore) {
    const ServerState state = synchronised_state();
    const NtpHeader fresh = stamped_at(state, kNow);
    const NtpHeader later = stamped_at(state, kNow + hours(23));
    EXPECT_EQ(later.leap, fresh.leap);
    EXPECT_EQ(later.stratum, 1);
    EXPECT_EQ(later.refid, fresh.refid);
    EXPECT_EQ(later.root_delay, fresh.root_delay);
    EXPECT_EQ(later.reference, fresh.reference);
    EXPECT_GT(later.root_dispersion, fresh.root_dispersion);
}

TEST(Stamp, VouchesForNothingOnceHoldoverHasExpiredYetGoesOnTellingTime) {
    const ServerState state = synchronised_state();
    const NtpHeader before = stamped_at(state, state.valid_until - nanoseconds(1));
    const NtpHeader after = stamped_at(state, state.valid_until);
    EXPECT_EQ(before.stratum, 1);
    EXPECT_EQ(after.leap, LeapIndicator::kUnsynchronised);
    EXPECT_EQ(after.stratum, 0);
    EXPECT_EQ(after.refid, reference_id("INIT"));
    EXPECT_EQ(after.root_delay, 0U);
    EXPECT_EQ(after.reference, before.reference);
    EXPECT_GE(after.root_dispersion, before.root_dispersion + before.root_delay / 2);
    EXPECT_LE(distance(after.transmit, before.transmit), 2 * grain(-24));
}

TEST(Stamp, NeverVouchesForTheInternalStratumSixteen) {
    ServerState state = synchronised_state();
    state.stratum = 16;
    const NtpHeader header = stamped_at(state, kNow);
    EXPECT_EQ(header.leap, LeapIndicator::kUnsynchronised);
    EXPECT_EQ(header.stratum, 0);
}

TEST(Stamp, TurnsToUnsynchronisedWhenTheDeadlinePassesBetweenAnswerAndDeparture) {
    ServerState state = synchronised_state();
    state.valid_until = kNow + microseconds(5);
    Responder responder;
    Reply reply;
    responder.answer(request_of(datagram(0x23)), state, reply);
    responder.stamp(reply, Departure{state, kNow + microseconds(4)});
    EXPECT_EQ(header_of(reply).leap, LeapIndicator::kNone);
    responder.stamp(reply, Departure{state, kNow + microseconds(6)});
    EXPECT_EQ(header_of(reply).leap, LeapIndicator::kUnsynchronised);
    EXPECT_EQ(header_of(reply).stratum, 0);
}

TEST(Stamp, MayBeRepeatedWithAnotherState) {
    Responder responder;
    Reply reply;
    responder.answer(request_of(datagram(0x21)), ServerState{}, reply);
    responder.stamp(reply, Departure{synchronised_state(), kNow + microseconds(7)});
    EXPECT_EQ(header_of(reply).stratum, 1);
    EXPECT_NE(header_of(reply).transmit, NtpTimestamp{});
    responder.stamp(reply, Departure{ServerState{}, kNow + microseconds(9)});
    EXPECT_EQ(header_of(reply).stratum, 0);
    EXPECT_EQ(header_of(reply).transmit, NtpTimestamp{});
    EXPECT_EQ(header_of(reply).mode, NtpMode::kSymmetricPassive);
    EXPECT_EQ(header_of(reply).version, 4);
    EXPECT_EQ(header_of(reply).origin.bits, 0x0123'4567'89AB'CDEFU);
}

TEST(Stamp, NeverLetsTheRootDispersionShrink) {
    const ServerState state = synchronised_state();
    std::mt19937_64 random(3);
    std::uint32_t last = 0;
    for (LocalInstant departure = kNow; departure < kNow + hours(24);
         departure += nanoseconds(random() % 60'000'000'000)) {
        const NtpHeader header = stamped_at(state, departure);
        const std::uint32_t told = header.root_dispersion;
        const auto elapsed = std::chrono::duration<double>(departure - kNow).count();
        ASSERT_GE(told, last);
        ASSERT_GE((told + header.root_delay / 2.0) / 65536.0, 50e-6 + 15e-6 * elapsed);
        last = told;
    }
    EXPECT_GT(last, 65536U * 5 / 4);
}

TEST(Stamp, AnnouncesALeapOnlyInsideItsWindow) {
    const LeapEvent event{*day_from_date(2028, 12, 31), LeapKind::kInsert};
    const LeapTable table = LeapTable::built_in().with_event(event);
    const TaiInstant end = table.end_of(event);
    ServerState state = synchronised_state();
    state.model.anchor_tai = end - hours(12) - seconds(3);
    state.scale = ServedScale::around(state.model.anchor_tai, table, {.lead = hours(12)});
    EXPECT_EQ(stamped_at(state, kNow).leap, LeapIndicator::kNone);
    EXPECT_EQ(stamped_at(state, kNow + seconds(4)).leap, LeapIndicator::kInsert);
    EXPECT_EQ(stamped_at(state, kNow + hours(12) + seconds(4)).leap, LeapIndicator::kNone);
}

TEST(Stamp, MarksTheRefidOnlyWhileSmearing) {
    const LeapEvent event{*day_from_date(2028, 12, 31), LeapKind::kInsert};
    const LeapTable table = LeapTable::built_in().with_event(event);
    ServerState state = synchronised_state();
    state.model.anchor_tai = table.end_of(event) - hours(1) - seconds(1);
    state.scale = ServedScale::around(state.model.anchor_tai, table, {.mode = LeapMode::kSmear, .smear = hours(1)});
    EXPECT_EQ(stamped_at(state, kNow).refid, state.refid);
    EXPECT_EQ(stamped_at(state, kNow + seconds(1) + std::chrono::minutes(30)).refid, (ReferenceId{254, 0xE0, 0, 0}));
    EXPECT_EQ(stamped_at(state, kNow + seconds(1) + std::chrono::minutes(30)).leap, LeapIndicator::kNone);
    EXPECT_EQ(stamped_at(state, kNow + seconds(2) + hours(1)).refid, state.refid);
    state.valid_until = kNow + std::chrono::minutes(10);
    EXPECT_EQ(stamped_at(state, kNow + std::chrono::minutes(30)).refid, reference_id("INIT"));
}

TEST(Stamp, KeepsTheRootDispersionABoundWhereASmearHurries) {
    const LeapEvent event{*day_from_date(2028, 12, 31), LeapKind::kDelete};
    const LeapTable table = LeapTable::built_in().with_event(event);
    ServerState state = synchronised_state();
    state.model.dispersion = seconds(1);
    state.model.anchor_tai = table.end_of(event) - std::chrono::minutes(30);
    const std::uint32_t plain = stamped_at(state, kNow).root_dispersion;
    state.scale = ServedScale::around(state.model.anchor_tai, table, {.mode = LeapMode::kSmear, .smear = hours(1)});
    EXPECT_NEAR(stamped_at(state, kNow).root_dispersion - plain, 65536.0 / 3600, 1.0);
}

TEST(Stamp, KeepsAnsweringThroughTheEndOfTheEra) {
    ServerState state = synchronised_state();
    state.model.anchor_tai = tai_of(0) - seconds(1);  // 2036-02-07T06:28:15 UTC
    state.reference = state.model.anchor_tai - seconds(1);
    Responder responder;
    for (int i = -5; i <= 2000; ++i) {
        const LocalInstant departure = kNow + milliseconds(i) + nanoseconds(i % 3);
        const NtpHeader header = exchange(responder, state, departure - microseconds(1), departure);
        ASSERT_EQ(header.stratum, 1);
        ASSERT_GT(ntp_difference(header.transmit, header.receive), 0);
        ASSERT_GT(ntp_difference(header.transmit, header.reference), 0);
        ASSERT_NE(header.transmit, NtpTimestamp{});
        ASSERT_NE(header.receive, NtpTimestamp{});
        const std::int64_t since_wrap = ntp_difference(header.transmit, NtpTimestamp{0});
        ASSERT_NEAR(static_cast<double>(since_wrap) / 4294967296.0, (i - 1000) / 1000.0, 1e-6);
    }
}

TEST(Stamp, FillsTheBitsBelowThePrecisionAndNoOthers) {
    ServerState state = synchronised_state();
    state.precision = -20;
    Responder responder;
    std::set<std::uint64_t> low_bits;
    std::set<std::uint64_t> high_bits;
    for (int i = 0; i < 1000; ++i) {
        const NtpHeader header = exchange(responder, state, kNow, kNow + milliseconds(1));
        low_bits.insert(header.transmit.bits % 4096);
        low_bits.insert(header.receive.bits % 4096);
        high_bits.insert(header.transmit.bits / 4096);
        high_bits.insert(header.receive.bits / 4096);
    }
    EXPECT_GT(low_bits.size(), 1300U);  // 2000 draws from 4096 values: 1580 different ones are to be expected
    EXPECT_EQ(high_bits.size(), 2U);
}

TEST(Stamp, AnnouncesNoFinerPrecisionThanItsInstantsHave) {
    ServerState state = synchronised_state();
    state.precision = -32;
    EXPECT_EQ(stamped_at(state, kNow).precision, -29);
}

void expect_three_different_timestamps(Responder& responder, const ServerState& state, std::uint64_t origin) {
    Reply reply;
    responder.answer(request_of(datagram(0x23, origin)), state, reply);
    responder.stamp(reply, Departure{state, kNow});
    const NtpHeader header = header_of(reply);
    ASSERT_GT(ntp_difference(header.transmit, header.receive), 0);
    ASSERT_NE(header.receive.bits, origin);
    ASSERT_NE(header.transmit.bits, origin);
    ASSERT_NE(header.receive.bits, 0U);
    ASSERT_NE(header.transmit.bits, 0U);
    ASSERT_EQ(header.transmit.bits / 8, header.receive.bits / 8);
}

TEST(Stamp, AvoidsZeroAndOriginEvenWhereOnlyThreeBitsAreFree) {
    ServerState state = synchronised_state();
    state.precision = -29;
    Responder responder;
    for (const TaiInstant now : {tai_of(0), tai_of(0xEEAC'9FED'24E2'AAB4)}) {
        state.model.anchor_tai = now;
        const std::uint64_t block = state.scale.at(now).timestamp.bits & ~std::uint64_t{7};
        for (int round = 0; round < 400; ++round) {
            expect_three_different_timestamps(responder, state, block + static_cast<std::uint64_t>(round % 8));
        }
    }
}

TEST(Stamp, TakesAnArrivalAfterTheDepartureForTheDeparture) {
    Responder responder;
    const NtpHeader header = exchange(responder, synchronised_state(), kNow + milliseconds(3), kNow);
    EXPECT_GT(ntp_difference(header.transmit, header.receive), 0);
    EXPECT_LT(ntp_difference(header.transmit, header.receive), grain(-24));
}

/// States and moments a server may meet, and some it should not.
class RandomScene {
public:
    explicit RandomScene(std::uint64_t seed) : random_(seed) {}

    std::int64_t between(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
    }

    /// Served time at the anchor is `tai`.
    ServerState state_at(TaiInstant tai) {
        ServerState state = synchronised_state();
        state.model.anchor_tai = tai;
        state.model.rate = between(-rate_from_ppm(500), rate_from_ppm(500));
        state.model.slew_rate = between(-rate_from_ppm(500), rate_from_ppm(500));
        state.model.slew_end = kNow + nanoseconds(between(0, 3'000'000'000));
        state.model.dispersion = nanoseconds(between(0, 1'000'000'000));
        state.valid_until = kNow + nanoseconds(between(-1'000'000'000, 3'000'000'000));
        state.reference = tai + nanoseconds(between(-4'000'000'000, 2'000'000'000));
        state.precision = static_cast<std::int8_t>(between(-32, -6));
        return state;
    }

    LocalInstant departure() { return kNow + nanoseconds(between(0, 2'000'000'000)); }

    /// From well before `departure` to a little after it; often the same instant.
    LocalInstant arrival(LocalInstant departure) {
        const std::int64_t widest[] = {0, 10, 10'000, 50'000'000};
        return departure - nanoseconds(between(-10, widest[between(0, 3)]));
    }

private:
    std::mt19937_64 random_;
};

void expect_what_every_reply_promises(Responder& responder, const ServerState& state, LocalInstant arrival,
                                      LocalInstant departure) {
    const NtpHeader header = exchange(responder, state, arrival, departure);
    ASSERT_GT(ntp_difference(header.transmit, header.receive), 0);
    ASSERT_GE(ntp_difference(header.transmit, header.reference), 0);
    ASSERT_EQ(header.leap == LeapIndicator::kUnsynchronised, departure >= state.valid_until);
    ASSERT_EQ(header.stratum == 0, departure >= state.valid_until);

    const TaiInstant transmit = state.model.tai_at(departure);
    const TaiInstant receive = std::min(state.model.tai_at(arrival), transmit);
    const TaiInstant reference = std::min(state.reference, transmit);
    const auto exact = state.scale.stamps(reference, receive, transmit);
    ASSERT_LE(distance(header.transmit, exact.transmit), grain(header.precision));
    ASSERT_LE(distance(header.receive, exact.receive), grain(header.precision) + kNanosecond);
    ASSERT_LE(distance(header.reference, exact.reference), grain(header.precision));
    ASSERT_EQ(header.transmit.bits >> 32, exact.transmit.bits >> 32) << "filling must not leave the second";
}

TEST(Stamp, KeepsOrderAndPrecisionForAnyModel) {
    RandomScene scene(4);
    Responder responder;
    for (int round = 0; round < 20'000; ++round) {
        const TaiInstant tai{seconds(scene.between(500'000'000, 4'000'000'000)) +
                             nanoseconds(scene.between(0, 999'999'999))};
        const ServerState state = scene.state_at(tai);
        const LocalInstant departure = scene.departure();
        expect_what_every_reply_promises(responder, state, scene.arrival(departure), departure);
        ASSERT_FALSE(HasFatalFailure());
    }
}

class StampAroundALeap : public testing::TestWithParam<LeapKind> {};

TEST_P(StampAroundALeap, KeepsOrderAndPrecisionInTheVerySecond) {
    const LeapEvent event{*day_from_date(2028, 12, 31), GetParam()};
    const LeapTable table = LeapTable::built_in().with_event(event);
    const TaiInstant end = table.end_of(event);
    RandomScene scene(5);
    Responder responder;
    for (int round = 0; round < 20'000; ++round) {
        const TaiInstant tai = end + nanoseconds(scene.between(-3'000'000'000, 1'000'000'000));
        ServerState state = scene.state_at(tai);
        state.scale = ServedScale::around(tai, table, {});
        const LocalInstant departure = scene.departure();
        expect_what_every_reply_promises(responder, state, scene.arrival(departure), departure);
        ASSERT_FALSE(HasFatalFailure());
    }
}

INSTANTIATE_TEST_SUITE_P(BothKinds, StampAroundALeap, testing::Values(LeapKind::kInsert, LeapKind::kDelete),
                         [](const auto& leap) { return leap.param == LeapKind::kInsert ? "Insertion" : "Deletion"; });

}  // namespace
}  // namespace tokimori
