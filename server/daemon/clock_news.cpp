#include <fmt/format.h>

#include <utility>

#include "server/daemon/clock_service.h"

namespace tokimori {
namespace {

ClockHeadlines headlines_of(const Timekeeper& timekeeper, LocalInstant now) {
    const ServerState& state = timekeeper.state();
    const LeapTable& table = timekeeper.leap_table();
    ClockHeadlines headlines{
        .state = timekeeper.clock_state(), .selected = timekeeper.selected(), .leap_expiry = table.expires()};
    if (state.ever_synchronised) {
        const TaiInstant tai = state.model.tai_at(now);
        headlines.tai_minus_utc = table.tai_minus_utc_at(tai);
        headlines.next_leap = table.next_event_after(tai);
    }
    return headlines;
}

}  // namespace

void ClockService::tell_changes(LocalInstant now) {
    ClockHeadlines headlines = headlines_of(timekeeper_, now);
    headlines.judgements = headlines_.judgements;
    const bool other_state = headlines.state != headlines_.state;
    if (other_state) {
        state_since_ = now;
    }
    if (other_state || (headlines.selected && headlines.selected != logged_source_)) {
        logged_source_ = headlines.selected;
        log_state(headlines.state == ClockState::kSynchronised ? LogLevel::kInfo : LogLevel::kWarning, "clock");
    }
    for (const SourceReport& report : timekeeper_.sources()) {
        headlines.by_pulses |= report.source == headlines.selected && report.from_pulses;
        const auto logged = logged_reasons_.find(report.source);
        if (logged == logged_reasons_.end() || logged->second != report.reason) {
            ++headlines.judgements;
            logged_reasons_[report.source] = report.reason;
            log_source(report);
            if (report.reason == Reason::kObjects) {
                ask_soon(report.source);
            }
        }
    }
    news_ += std::exchange(headlines_, headlines) != headlines ? 1U : 0U;
}

void ClockService::log_source(const SourceReport& report) {
    const auto milliseconds = [](Duration span) { return static_cast<double>(span.count()) * 1e-6; };
    log_.write(counter_.now(), LogLevel::kInfo, "source",
               {{"name", name_of(report.source)},
                {"reason", reason_code(report.reason)},
                {"pulses", report.from_pulses},
                {"jitter", report.jitter},
                {"sentence_delay_ms",
                 report.sentence_delay ? fmt::format("{:.1f}", milliseconds(*report.sentence_delay)) : "unknown"},
                {"satellites", report.satellites ? report.satellites->used : 0},
                {"week_mended", report.week_mended}});
}

void ClockService::log_state(LogLevel level, std::string_view event) {
    const LocalInstant now = counter_.now();
    const ServerState& state = timekeeper_.state();
    const ClockState clock = timekeeper_.clock_state();
    if (clock == ClockState::kNeverSynchronised) {
        log_.write(now, level, event, {{"state", state_name(clock)}, {"serving", "LI=3 stratum 0"}});
        return;
    }
    const UtcTime utc = timekeeper_.leap_table().utc_at(state.model.tai_at(now));
    const auto selected = timekeeper_.selected();
    log_.write(now, level, event,
               {{"state", state_name(clock)},
                {"source", selected ? name_of(*selected) : "-"},
                {"refid", refid_text(state.refid)},
                {"offset", timekeeper_.offset()},
                {"root_distance", state.root_distance_at(now)},
                {"frequency_ppm", fmt::format("{:.3f}", ppm_from_rate(state.model.rate))},
                {"utc", format_utc(utc)},
                {"jst", format_jst(utc)}});
}

void ClockService::log_device(const DeviceState& device) {
    log_.write(counter_.now(), device.working ? LogLevel::kInfo : LogLevel::kWarning, "device",
               {{"name", name_of(device.source)}, {"working", device.working}, {"what", device.sentence}});
}

}  // namespace tokimori
