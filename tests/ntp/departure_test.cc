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

constexpr UtcDay kDecember = 20'818;  // 2026-12-31
constexpr std::uint64_t kBelow = 0xFF;

/// A state whose model shows `tai` at `kNow`, and whose finest bits are 2^-24 s.
ServerState state_at(TaiInstant tai, LeapKind kind, const LeapPolicy& policy) {
    ServerState state = synchronised_state();
    state.model.anchor_tai = tai;
    state.model.rate = rate_from_ppm(23.7);
    state.model.slew_rate = rate_from_ppm(-311.0);
    state.model.slew_end = kNow + milliseconds(1);
    state.reference = tai - seconds(1);
    state.scale = ServedScale::around(tai, LeapTable::built_in().with_event({kDecember, kind}), policy);
    return state;
}

NtpHeader stamped(const ServerState& state, LocalInstant at, const Departure::Touch& touch) {
    Reply reply;
    const auto header = std::span(reply.octets).first<kHeaderSize>();
    std::memset(header.data(), 0, header.size());
    Departure{state, at}.stamp(header, touch);
    return read_header(header);
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
            ASSERT_EQ(header.receive.bits & ~kBelow, long_way.receive.bits & ~kBelow) << i;
            ASSERT_EQ(header.transmit.bits & ~kBelow, long_way.transmit.bits & ~kBelow) << i;
            ASSERT_EQ(header.leap, long_way.leap);
        }
    }
}

TEST_P(DepartureTest, IsLaterByAsMuchAsIsSaid) {
    const ServerState state = state_at(end_of(LeapKind::kInsert) - hours(12), LeapKind::kInsert, GetParam());
    for (const Duration later : {Duration{0}, Duration{1us}, Duration{250us}, Duration{1ms}}) {
        const NtpHeader first = stamped(state, kNow, {kNow - microseconds(5), 0, {}});
        const NtpHeader other = stamped(state, kNow, {kNow - microseconds(5), 0, later});
        const auto expected = later.count() * 4'294'967'296 / 1'000'000'000;
        EXPECT_NEAR(static_cast<double>(ntp_difference(other.transmit, first.transmit)), static_cast<double>(expected),
                    256.0);
        EXPECT_EQ(other.receive, first.receive);
    }
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

INSTANTIATE_TEST_SUITE_P(Policies, DepartureTest, ::testing::Values(LeapPolicy{}, LeapPolicy{.mode = LeapMode::kSmear}),
                         [](const auto& of) { return of.param.mode == LeapMode::kSmear ? "Smear" : "Insert"; });

}  // namespace
}  // namespace tokimori
