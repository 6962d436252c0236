#include "server/ntp/departure.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "leap/leap_table.h"
#include "tests/ntp/scene.h"

// The short way and the long way tell the same time.

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr UtcDay kDecember = 20'818;     // 2026-12-31
constexpr std::int64_t kBlock = 8;       // in 2^-32 s: below it, bits are random
constexpr std::int64_t kNanosecond = 6;  // and where it was rounded

/// A state whose model shows `tai` at `kNow`, as precise as is announced.
ServerState state_at(TaiInstant tai, LeapKind kind, const LeapPolicy& policy) {
    ServerState state = synchronised_state();
    state.model.anchor_tai = tai;
    state.model.rate = rate_from_ppm(23.7);
    state.model.slew_rate = rate_from_ppm(-311.0);
    state.model.slew_end = kNow + milliseconds(1);
    state.precision = Departure::kFinestPrecision;
    state.reference = tai - seconds(1);
    state.scale = ServedScale::around(tai, LeapTable::built_in().with_event({kDecember, kind}), policy);
    return state;
}

NtpHeader stamped(const Departure& departure, const Departure::Touch& touch) {
    Reply reply;
    const auto header = std::span(reply.octets).first<kHeaderSize>();
    std::memset(header.data(), 0, header.size());
    departure.stamp(header, touch);
    return read_header(header);
}

NtpHeader stamped(const ServerState& state, LocalInstant at, const Departure::Touch& touch) {
    return stamped(Departure{state, at}, touch);
}

class DepartureTest : public ::testing::TestWithParam<LeapPolicy> {
protected:
    TaiInstant end_of(LeapKind kind) const {
        return LeapTable::built_in().with_event({kDecember, kind}).end_of({kDecember, kind});
    }
};

TEST_P(DepartureTest, TellsTheReceiveTimeThatTheScaleTells) {
    std::mt19937_64 random{20261231};  // NOLINT(cert-msc51-cpp): the same on every run
    for (const LeapKind kind : {LeapKind::kInsert, LeapKind::kDelete}) {
        for (int i = 0; i < 20'000; ++i) {
            const TaiInstant begin = end_of(kind) - seconds(3) + nanoseconds(random() % 6'000'000'000);
            const ServerState state = state_at(begin, kind, GetParam());
            const LocalInstant arrival = kNow + nanoseconds(random() % 2'000'000);
            const LocalInstant departure = arrival + nanoseconds(random() % (i % 3 == 0 ? 3'000'000'000U : 2'000'000U));
            const auto long_way =
                state.scale.stamps(state.reference, state.model.tai_at(arrival), state.model.tai_at(departure));
            const NtpHeader header = stamped(state, departure, {arrival, 0, {}});
            ASSERT_LE(std::abs(ntp_difference(header.receive, long_way.receive)), kBlock + kNanosecond) << i;
            ASSERT_EQ(header.transmit.bits / kBlock, long_way.transmit.bits / kBlock) << i;
            ASSERT_EQ(header.leap, long_way.leap);
        }
    }
}

TEST_P(DepartureTest, IsLaterByAsMuchAsIsSaid) {
    const ServerState state = state_at(end_of(LeapKind::kInsert) - hours(12), LeapKind::kInsert, GetParam());
    for (const Duration later : {Duration{0}, Duration{1us}, Duration{250us}, Duration{1ms}}) {
        const NtpHeader first = stamped(state, kNow, {kNow - microseconds(5), 0, {}});
        const NtpHeader other = stamped(state, kNow, {kNow - microseconds(5), 0, later});
        const NtpHeader expected = stamped(state, kNow + later, {kNow - microseconds(5), 0, {}});
        EXPECT_LE(std::abs(ntp_difference(other.transmit, expected.transmit)), kBlock + kNanosecond);
        EXPECT_EQ(other.receive, first.receive);
    }
}

TEST_P(DepartureTest, MovesToALaterMomentAsIfItWereAnother) {
    std::mt19937_64 random{20261231};  // NOLINT(cert-msc51-cpp): the same on every run
    int moved = 0;
    for (int i = 0; i < 25'000; ++i) {
        const TaiInstant near = end_of(LeapKind::kInsert) - hours(i % 2 * 3) - seconds(3);
        const TaiInstant begin = near + nanoseconds(random() % 6'000'000'000);
        ServerState state = state_at(begin, LeapKind::kInsert, GetParam());
        const LocalInstant at = kNow + nanoseconds(random() % 2'000'000);
        state.valid_until = at + nanoseconds(random() % 10'000'000);
        const LocalInstant next = at + nanoseconds(random() % 4'400'000);
        Departure departure{state, at};
        if (!departure.move_to(next)) {
            continue;
        }
        ++moved;
        const NtpHeader header = stamped(departure, {next - microseconds(7), 0, {}});
        const NtpHeader other = stamped(state, next, {next - microseconds(7), 0, {}});
        ASSERT_LE(std::abs(ntp_difference(header.receive, other.receive)), kBlock + kNanosecond) << i;
        ASSERT_LE(std::abs(ntp_difference(header.transmit, other.transmit)), kBlock + kNanosecond) << i;
        ASSERT_EQ(header.reference, other.reference);
        ASSERT_EQ(header.root_dispersion, other.root_dispersion);
        ASSERT_EQ(header.leap, other.leap);
        ASSERT_EQ(header.stratum, other.stratum);
        ASSERT_EQ(departure.at(), next);
    }
    EXPECT_GT(moved, 5'000);
}

/// `state` with a dispersion that is told otherwise when it has grown by another `grown` after `at`.
ServerState about_to_tell_otherwise(ServerState state, LocalInstant at, Duration grown) {
    constexpr std::int64_t kWords = 40;  // of 2^-16 s, in which it is told
    state.model.dispersion_rate = rate_from_ppm(500);
    const Duration word{kWords * 1'000'000'000 / 65536};
    state.model.dispersion += word - grown - state.root_dispersion_at(at);
    return state;
}

TEST_P(DepartureTest, TellsTheDispersionOfEachMomentItIsMovedTo) {
    std::mt19937_64 random{20261231};  // NOLINT(cert-msc51-cpp): the same on every run
    int told_otherwise = 0;
    for (int i = 0; i < 1'250; ++i) {
        const Duration grown = nanoseconds(random() % 2'040) - nanoseconds(20);  // of 2000 in four milliseconds
        const TaiInstant begin = end_of(LeapKind::kInsert) - hours(36);
        LocalInstant at = kNow + nanoseconds(random() % 2'000'000);  // the slew ends after one
        const ServerState state = about_to_tell_otherwise(state_at(begin, LeapKind::kInsert, GetParam()), at, grown);
        Departure departure{state, at};
        const std::uint32_t first = stamped(departure, {at, 0, {}}).root_dispersion;
        std::uint32_t told = first;
        for (at += nanoseconds(random() % 200'000); departure.move_to(at); at += nanoseconds(random() % 200'000)) {
            told = stamped(departure, {at, 0, {}}).root_dispersion;
            ASSERT_EQ(told, stamped(state, at, {at, 0, {}}).root_dispersion) << i;
        }
        told_otherwise += told != first ? 1 : 0;
    }
    EXPECT_GT(told_otherwise, 500);
}

TEST_P(DepartureTest, IsNotMovedFarNorBack) {
    const ServerState state = state_at(end_of(LeapKind::kInsert) - hours(36), LeapKind::kInsert, GetParam());
    Departure departure{state, kNow + seconds(1)};
    EXPECT_TRUE(departure.move_to(kNow + seconds(1) + milliseconds(4)));
    EXPECT_FALSE(departure.move_to(kNow + seconds(1)));
    EXPECT_FALSE(departure.move_to(kNow + seconds(1) + milliseconds(4) + nanoseconds(1)));
    EXPECT_EQ(departure.at(), kNow + seconds(1) + milliseconds(4));
}

TEST_P(DepartureTest, IsNotCarriedAcrossALeapSecond) {
    for (const LeapKind kind : {LeapKind::kInsert, LeapKind::kDelete}) {
        const Duration step = kind == LeapKind::kInsert ? seconds(1) : seconds(0);
        const TaiInstant change = end_of(kind) - step;
        for (const Duration before : {Duration{10us}, Duration{900us}}) {
            const ServerState state = state_at(change - before, kind, GetParam());
            const NtpHeader first = stamped(state, kNow, {kNow - microseconds(5), 0, {}});
            const NtpHeader other = stamped(state, kNow, {kNow - microseconds(5), 0, milliseconds(1)});
            // In a smear of hours nothing changes but LI, which stays 0.
            const bool inserted = GetParam().mode == LeapMode::kInsert;
            EXPECT_EQ(other.transmit == first.transmit, inserted);
            EXPECT_EQ(other.leap, first.leap);
        }
    }
}

TEST(DepartureNearAnAnnouncement, IsNotMovedIntoIt) {
    for (const LeapKind kind : {LeapKind::kInsert, LeapKind::kDelete}) {
        const LeapTable table = LeapTable::built_in().with_event({kDecember, kind});
        const TaiInstant ends = table.end_of({kDecember, kind});
        const TaiInstant begins = ServedScale::around(ends, table, {}).announcement()->begins;
        for (const Duration before : {Duration{1ns}, Duration{900us}}) {
            ServerState state = state_at(begins - before, kind, {});
            state.model.rate = state.model.slew_rate = 0;
            Departure departure{state, kNow};
            EXPECT_FALSE(departure.move_to(kNow + before));
            EXPECT_EQ(stamped(departure, {kNow, 0, {}}).leap, LeapIndicator::kNone);
            // A later reply of the batch says what the first one says, and is of its moment.
            const NtpHeader later = stamped(departure, {kNow, 0, before});
            EXPECT_EQ(later.leap, LeapIndicator::kNone);
            EXPECT_EQ(later.transmit, stamped(departure, {kNow, 0, {}}).transmit);
            EXPECT_NE(stamped(state, kNow + before, {kNow, 0, {}}).leap, LeapIndicator::kNone);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Policies, DepartureTest, ::testing::Values(LeapPolicy{}, LeapPolicy{.mode = LeapMode::kSmear}),
                         [](const auto& of) { return of.param.mode == LeapMode::kSmear ? "Smear" : "Insert"; });

}  // namespace
}  // namespace tokimori
