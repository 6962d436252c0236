#pragma once

#include <chrono>

#include "server/daemon/state_text.h"

namespace tokimori {

/// A state as a daemon would keep it that has run for an hour; `seed` makes them differ.
inline KeptState kept_state(int seed = 0) {
    using namespace std::chrono_literals;
    KeptState state;
    ClockMemory& memory = state.memory;
    memory.rate = rate_from_ppm(-12.345) + seed;
    memory.rate_bound = rate_from_ppm(0.02);
    memory.saved_local = LocalInstant{3600s};
    memory.model = {.anchor_local = LocalInstant{3599s},
                    .anchor_tai = TaiInstant{std::chrono::hours{24} * 20'785 + std::chrono::seconds{seed}},
                    .rate = memory.rate,
                    .slew_rate = rate_from_ppm(1.5),
                    .slew_end = LocalInstant{3603s},
                    .dispersion = 250ns,
                    .dispersion_rate = memory.rate_bound};
    memory.saved = memory.model.tai_at(memory.saved_local);
    memory.valid_until = LocalInstant{3600s + 24h};
    memory.refid = reference_id("PPS");
    memory.stratum = 1;
    memory.leap = {.armed = {.event = {22'279, LeapKind::kDelete}, .voices_for = 2, .voices = 3},
                   .decided = {.event = {22'279, LeapKind::kDelete},
                               .ground = LeapGround::kRemembered,
                               .manual_only = true,
                               .table_updated = 20'000},
                   .counted = {LeapEvent{17'166, LeapKind::kInsert}, LeapEvent{22'097, LeapKind::kDelete}}};
    memory.leap_policy = {
        .mode = LeapMode::kSmear, .lead = 12h, .smear = 90min, .mark_refid = false, .smear_host = true};
    state.boot_id = "0b5f7c1e-9f3f-4a54-8a55-3f1d8f3c2a10";
    state.asleep = 17s;
    state.machine = "0123456789abcdef";
    return state;
}

}  // namespace tokimori
