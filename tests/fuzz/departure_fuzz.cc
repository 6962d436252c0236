// A departure that was moved, and one that is later than the first of its batch, tell what one of that moment tells: by
// any model, near any moment at which something changes for clients.

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "leap/leap_table.h"
#include "server/ntp/departure.h"
#include "tests/fuzz/server_states.h"

namespace tokimori {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr UtcDay kDecember = 20'818;  // 2026-12-31
constexpr LocalInstant kNow{hours{1}};
// In 2^-32 s: below a block bits are random, and two nanoseconds may be lost where the short way rounds once and the
// model twice, for its rate and its slew.
constexpr std::int64_t kBlock = 8;
constexpr std::int64_t kRounded = 10;
// What slew and smear do in the millisecond by which a reply may be later than the first of its batch.
constexpr std::int64_t kBend = 4000;
constexpr int kMoves = 8;

/// What the input chooses; whatever it does not give is 0.
struct Choice {
    std::uint8_t kind = 0;  ///< bit 0: deletion; 1: smear; 2: refid marked; 3 … 5: which change is near; 6, 7: state
    std::uint8_t lead = 0;  ///< hours, or tens of minutes of smear
    std::int16_t rate = 0;  ///< of the model, in 1/64 ppm
    std::int16_t slew = 0;  ///< likewise
    std::int16_t before = 0;            ///< from the departure to the change, in 4 us
    std::int16_t slew_end = 0;          ///< after the departure, in 4 us
    std::int16_t valid = 0;             ///< likewise
    std::uint32_t waited = 0;           ///< ns since the arrival
    std::uint32_t moved = 0;            ///< ns, of 2^23
    std::uint32_t later = 0;            ///< ns, of a millisecond
    std::uint16_t dispersion = 0;       ///< of the model, ns more than usual
    std::uint16_t dispersion_rate = 0;  ///< likewise, in 1/64 ppm
    std::uint16_t moved_again = 0;      ///< ns, time and again
};

Duration microfours(std::int16_t count) {
    return nanoseconds{std::int64_t{count} * 4000};
}

/// All moments at which what is served changes its course, and one at which nothing does.
TaiInstant change_chosen_by(const ServedScale& scale, TaiInstant ends, unsigned choice) {
    const auto span = scale.smear() ? scale.smear() : scale.announcement();
    const std::array moments{span->begins, span->ends, ends - seconds{1}, ends - hours{2}, ends + hours{2}};
    return moments[choice % moments.size()];
}

ServerState state_of(const Choice& choice) {
    const LeapKind kind = (choice.kind & 1U) != 0 ? LeapKind::kDelete : LeapKind::kInsert;
    LeapPolicy policy{.mode = (choice.kind & 2U) != 0 ? LeapMode::kSmear : LeapMode::kInsert};
    policy.lead = hours{choice.lead};
    policy.smear = minutes{choice.lead * 10};
    policy.mark_refid = (choice.kind & 4U) != 0;
    const LeapTable table = LeapTable::built_in().with_event({kDecember, kind});
    const TaiInstant ends = table.end_of({kDecember, kind});
    ServerState state = state_chosen_by(1 + (choice.kind >> 6));
    state.scale = ServedScale::around(ends - hours{30}, table, policy);
    const unsigned which = choice.kind >> 3 & 7U;
    state.model = {.anchor_local = kNow,
                   .anchor_tai = change_chosen_by(state.scale, ends, which) - microfours(choice.before),
                   .rate = rate_from_ppm(choice.rate / 64.0),
                   .slew_rate = rate_from_ppm(choice.slew / 64.0),
                   .slew_end = kNow + microfours(choice.slew_end),
                   .dispersion = nanoseconds{200 + choice.dispersion},
                   .dispersion_rate = rate_from_ppm(15 + choice.dispersion_rate / 64.0)};
    state.precision = Departure::kFinestPrecision;
    state.reference = state.model.anchor_tai - seconds{1};
    state.valid_until = choice.valid == 0 ? LocalInstant::max() : kNow + microfours(choice.valid);
    return state;
}

NtpHeader stamped(const Departure& departure, const Departure::Touch& touch) {
    std::array<std::byte, kHeaderSize> header{};
    departure.stamp(header, touch);
    return read_header(header);
}

bool is_near(NtpTimestamp a, NtpTimestamp b, std::int64_t most) {
    return std::abs(ntp_difference(a, b)) <= most;
}

/// That `header`, told the short way, is what is told by `state` of that moment.
void check_told(const NtpHeader& header, const ServerState& state, LocalInstant arrival, LocalInstant departs) {
    const NtpHeader expected = stamped(Departure{state, departs}, {arrival, 0, {}});
    require(header.leap == expected.leap && header.stratum == expected.stratum && header.refid == expected.refid);
    require(header.root_dispersion == expected.root_dispersion && header.root_delay == expected.root_delay);
    require(is_near(header.reference, expected.reference, 0));
    require(is_near(header.receive, expected.receive, kBlock + kRounded));
    require(is_near(header.transmit, expected.transmit, kBlock + kRounded));
    if (!state.ever_synchronised) {
        return;
    }
    const TaiInstant transmit = state.model.tai_at(departs);
    const auto long_way =
        state.scale.stamps(std::min(state.reference, transmit), state.model.tai_at(arrival), transmit);
    require(is_near(header.receive, long_way.receive, kBlock + kRounded));
    require(is_near(header.transmit, long_way.transmit, kBlock + kRounded));
}

/// A later reply of a batch is stamped so, or as the first one where something changes meanwhile; it says the same.
void check_later(const Departure& departure, const ServerState& state, LocalInstant arrival, Duration later) {
    const NtpHeader first = stamped(departure, {arrival, 0, {}});
    const NtpHeader header = stamped(departure, {arrival, 0, later});
    const NtpHeader moment = stamped(Departure{state, departure.at() + later}, {arrival, 0, {}});
    require(header.leap == first.leap && header.stratum == first.stratum && header.receive == first.receive);
    require(is_near(header.transmit, first.transmit, kBlock) ||
            (is_near(header.transmit, moment.transmit, kBend) && ntp_difference(header.transmit, first.transmit) > 0));
    require(header.leap == moment.leap || is_near(header.transmit, first.transmit, kBlock) ||
            !state.synchronised_at(departure.at() + later));
}

void one_departure(const Choice& choice) {
    const ServerState state = state_of(choice);
    const LocalInstant arrival = kNow - nanoseconds{choice.waited};
    Departure departure{state, kNow};
    check_told(stamped(departure, {arrival, 0, {}}), state, arrival, kNow);
    check_later(departure, state, arrival, nanoseconds{choice.later % 1'000'001});
    LocalInstant at = kNow;
    LocalInstant next = kNow + nanoseconds{choice.moved % (1U << 23)};
    for (int move = 0; move < kMoves && departure.move_to(next); ++move) {
        require(next - kNow <= milliseconds{4});
        check_told(stamped(departure, {arrival, 0, {}}), state, arrival, next);
        check_later(departure, state, arrival, nanoseconds{choice.later % 1'000'001});
        at = std::exchange(next, next + nanoseconds{choice.moved_again});
    }
    require(departure.at() == at);
}

}  // namespace
}  // namespace tokimori

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tokimori::Choice choice;
    std::memcpy(&choice, data, std::min(size, sizeof choice));
    tokimori::one_departure(choice);
    return 0;
}
