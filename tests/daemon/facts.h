#pragma once

#include <chrono>
#include <string>

#include "server/daemon/clock_facts.h"

namespace tokimori {

/// What a clock room may know, made by hand: at `kNow` it is 2026-11-28T07:12:00.25Z.
struct SampleFacts {
    static constexpr LocalInstant kNow{std::chrono::seconds{1000}};
    static constexpr std::int64_t kSecond = 1'000'000'000;

    static LocalInstant ago(Duration span) { return kNow - span; }

    static SourceReport report(SourceId id, Reason reason) {
        SourceReport report;
        report.source = id;
        report.reason = reason;
        report.refid = reference_id("PPS");
        report.from_pulses = true;
        report.reach = 0377;
        report.poll = std::chrono::seconds{1};
        report.offset = Duration{-123};
        report.jitter = Duration{300};
        report.distance = Duration{2000};
        report.deviation = Duration{40};
        report.frequency_ppm = -0.001;
        report.frequency_bound_ppm = 0.02;
        report.samples = 64;
        report.span = std::chrono::seconds{63};
        report.accepted = 100;
        report.rejected = 3;
        report.last_offset = Duration{456};
        report.last_sample = ago(std::chrono::milliseconds{250});
        report.last_heard = ago(std::chrono::milliseconds{110});
        report.satellites = Satellites{
            id, ago(std::chrono::milliseconds{500}), 12, 8, {{SatelliteSystem::kQzss, 2, 190, 80, 44, true}, {}}};
        report.lost_pulses = 2;
        report.health = ReceiverHealth{id, ago(std::chrono::seconds{3}), ReceiverHealth::Antenna::kOpen, true, 40};
        return report;
    }
    static NamedSource source(const std::string& name, const SourceReport& report) {
        return {.name = name, .driver = "pps-kernel", .prefer = true, .report = report};
    }

    /// Synchronised by the pulses of `pps`; `gps` is silent.
    static ClockFacts synchronised() {
        ClockFacts facts{.now = kNow, .state_since = ago(std::chrono::seconds{60})};
        ServerState& server = facts.clock.server;
        server.model.anchor_local = ago(std::chrono::milliseconds{250});
        server.model.anchor_tai = LeapTable::built_in().tai_at(parse_utc("2026-11-28T07:12:00Z").value()).value();
        server.model.dispersion = Duration{1500};
        server.scale = ServedScale::around(server.model.anchor_tai, LeapTable::built_in(), LeapPolicy{});
        server.valid_until = kNow + std::chrono::hours{1};
        server.reference = server.model.anchor_tai;
        server.refid = reference_id("PPS");
        server.stratum = 1;
        server.ever_synchronised = true;
        facts.clock.was_right = true;
        facts.clock.state = ClockState::kSynchronised;
        facts.clock.selected = SourceId{1};
        facts.clock.by_pulses = true;
        facts.clock.last_update = ago(std::chrono::milliseconds{250});
        facts.clock.offset = Duration{-17};
        facts.clock.jitter = Duration{60};
        facts.clock.frequency_ppm = -7.25;
        facts.clock.frequency_bound_ppm = 0.01;
        facts.clock.wander_ppm = 0.002;
        facts.sources = {source("pps", report(1, Reason::kSelected))};
        SourceReport silent;
        silent.source = 2;
        facts.sources.push_back({.name = "gps", .driver = "gpsd", .trust = true, .report = silent});
        return facts;
    }
};

}  // namespace tokimori
