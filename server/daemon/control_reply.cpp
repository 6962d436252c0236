#include "server/daemon/control_reply.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>

#include "server/daemon/tally.h"

namespace tokimori {
namespace {

namespace json = boost::json;

constexpr int kDigits = 9;

json::value nanoseconds(Duration span) {
    return span.count();
}

json::value nanoseconds(const std::optional<Duration>& span) {
    return span ? json::value(span->count()) : json::value(nullptr);
}

json::value age_of(const std::optional<LocalInstant>& at, LocalInstant now) {
    return at ? json::value((now - *at).count()) : json::value(nullptr);
}

// JSON has no infinity.
json::value number(double value) {
    return std::isfinite(value) ? json::value(value) : json::value(nullptr);
}

json::value utc_text(const std::optional<UtcTime>& time) {
    return time ? json::value(format_utc(*time, kDigits)) : json::value(nullptr);
}

json::value jst_text(const std::optional<UtcTime>& time) {
    return time ? json::value(format_jst(*time, kDigits)) : json::value(nullptr);
}

std::string_view leap_name(LeapIndicator leap) {
    switch (leap) {
        case LeapIndicator::kNone:
            return "none";
        case LeapIndicator::kInsert:
            return "insert";
        case LeapIndicator::kDelete:
            return "delete";
        case LeapIndicator::kUnsynchronised:
            return "unsynchronised";
    }
    return "unsynchronised";
}

LeapIndicator leap_at(const ServerState& state, LocalInstant now) {
    return state.synchronised_at(now) ? state.scale.at(state.model.tai_at(now)).leap : LeapIndicator::kUnsynchronised;
}

json::object system_clock_reply(const ClockFacts& facts) {
    json::object reply{{"state", system_clock_name(facts.system_clock)}};
    if (const auto& report = facts.system_clock.report) {
        reply["offset_ns"] = nanoseconds(report->offset);
        reply["max_error_ns"] = nanoseconds(report->max_error);
        reply["leap"] = leap_kind_code(report->leap);
        reply["interventions"] = report->interventions;
        reply["last_intervention_age_ns"] = age_of(report->last_intervention, facts.now);
    }
    return reply;
}

bool shows_a_line(const SourceReport& report) {
    return report.distance > Duration::zero();
}

json::value if_shown(const SourceReport& report, json::value value) {
    return shows_a_line(report) ? std::move(value) : json::value(nullptr);
}

// Offsets are from the clock: before it was first right they would say how far away nowhere is.
json::value if_set(const ControlFacts& facts, json::value offset) {
    return facts.clock.clock.was_right ? std::move(offset) : json::value(nullptr);
}

json::object begin_source(const NamedSource& source, const ControlFacts& facts) {
    return {{"name", source.name},
            {"tally", std::string(1, tally_of(source, facts.clock))},
            {"reason", reason_code(source.report.reason)}};
}

// What a receiver does not say is null.
json::object satellite_reply(const Satellite& satellite) {
    json::object reply{
        {"system", satellite_system_code(satellite.system)}, {"number", satellite.number}, {"used", satellite.used}};
    const auto add = [&reply](const char* name, const std::optional<std::int16_t>& value) {
        reply[name] = value ? json::value(*value) : json::value(nullptr);
    };
    add("azimuth", satellite.azimuth);
    add("elevation", satellite.elevation);
    add("signal_dbhz", satellite.signal);
    return reply;
}

json::value satellites_reply(const SourceReport& report, LocalInstant now) {
    if (!report.satellites) {
        return nullptr;
    }
    json::array list;
    for (const Satellite& satellite : report.satellites->list) {
        list.push_back(satellite_reply(satellite));
    }
    return json::object{{"visible", report.satellites->visible},
                        {"used", report.satellites->used},
                        {"age_ns", age_of(report.satellites->at, now)},
                        {"list", std::move(list)}};
}

json::value receiver_reply(const SourceReport& report, LocalInstant now) {
    static constexpr std::array kAntennas{"unknown", "open", "short"};
    if (!report.health) {
        return nullptr;
    }
    const ReceiverHealth& health = *report.health;
    return json::object{
        {"antenna", kAntennas[static_cast<std::size_t>(health.antenna)]},
        {"antenna_powered", health.antenna_powered ? json::value(*health.antenna_powered) : json::value(nullptr)},
        {"jamming", health.jamming},
        {"age_ns", age_of(health.at, now)}};
}

json::value jjy_reply(const SourceReport& report, LocalInstant now) {
    if (!report.jjy) {
        return nullptr;
    }
    const JjyHeard& heard = *report.jjy;
    const auto if_said = [](std::string_view text) { return text.empty() ? json::value(nullptr) : json::value(text); };
    const auto parity = [](std::optional<bool> right) { return right ? json::value(*right) : json::value(nullptr); };
    return json::object{{"frame", heard.frame},
                        {"minute_utc", format_utc({heard.minute, 0})},
                        {"minute_jst", format_jst({heard.minute, 0})},
                        {"parity_1", parity(heard.hour_parity)},
                        {"parity_2", parity(heard.minute_parity)},
                        {"leap_bits", if_said(heard.leap_bits)},
                        {"stop_bits", if_said(heard.stop_bits)},
                        {"fault", if_said(heard.fault)},
                        {"frames_agreeing", heard.agreeing},
                        {"age_ns", age_of(heard.at, now)}};
}

json::object source_reply(const NamedSource& source, const ControlFacts& facts) {
    const SourceReport& report = source.report;
    const LocalInstant now = facts.clock.now;
    json::object reply = begin_source(source, facts);
    reply["driver"] = source.driver;
    reply["refid"] = refid_text(report.refid);
    reply["stratum"] = report.stratum;
    reply["poll_ns"] = nanoseconds(report.poll);
    reply["reach"] = report.reach;
    reply["from_pulses"] = report.from_pulses;
    reply["last_heard_age_ns"] = age_of(report.last_heard, now);
    reply["last_sample_age_ns"] = age_of(report.last_sample, now);
    reply["last_offset_ns"] = if_set(facts, nanoseconds(report.last_offset));
    reply["offset_ns"] = if_set(facts, if_shown(report, nanoseconds(report.offset)));
    reply["jitter_ns"] = if_shown(report, nanoseconds(report.jitter));
    reply["distance_ns"] = if_shown(report, nanoseconds(report.distance));
    reply["accepted"] = report.accepted;
    reply["rejected"] = report.rejected;
    reply["lost_pulses"] = report.lost_pulses;
    reply["sentence_delay_ns"] = nanoseconds(report.sentence_delay);
    reply["week_mended"] = report.week_mended;
    reply["satellites"] = satellites_reply(report, now);
    reply["receiver"] = receiver_reply(report, now);
    reply["jjy"] = jjy_reply(report, now);
    return reply;
}

json::object statistics_reply(const NamedSource& source, const ControlFacts& facts) {
    const SourceReport& report = source.report;
    json::object reply = begin_source(source, facts);
    reply["samples"] = report.samples;
    reply["span_ns"] = nanoseconds(report.span);
    reply["last_sample_age_ns"] = age_of(report.last_sample, facts.clock.now);
    reply["frequency_ppm"] = if_shown(report, number(report.frequency_ppm));
    reply["skew_ppm"] = if_shown(report, number(report.frequency_bound_ppm));
    reply["offset_ns"] = if_set(facts, if_shown(report, nanoseconds(report.offset)));
    reply["deviation_ns"] = if_shown(report, nanoseconds(report.deviation));
    reply["jitter_ns"] = if_shown(report, nanoseconds(report.jitter));
    reply["delay_ns"] = if_shown(report, nanoseconds(report.delay));
    reply["sentence_delay_ns"] = nanoseconds(report.sentence_delay);
    return reply;
}

json::object selection_reply(const NamedSource& source, const ControlFacts& facts) {
    const SourceReport& report = source.report;
    json::object reply = begin_source(source, facts);
    reply["prefer"] = source.prefer;
    reply["noselect"] = source.noselect;
    reply["trust"] = source.trust;
    reply["last_heard_age_ns"] = age_of(report.last_heard, facts.clock.now);
    reply["lowest_ns"] = if_shown(report, nanoseconds(report.offset - report.distance));
    reply["highest_ns"] = if_shown(report, nanoseconds(report.offset + report.distance));
    reply["delay_ns"] = if_shown(report, nanoseconds(report.delay));
    return reply;
}

template <typename Reply>
json::array for_each_source(const ControlFacts& facts, Reply reply) {
    json::array list;
    for (const NamedSource& source : facts.clock.sources) {
        list.emplace_back(reply(source, facts));
    }
    return list;
}

}  // namespace

json::object at_reply(const ControlFacts& facts) {
    const auto fault = [](const std::string& what) { return what.empty() ? json::value(nullptr) : json::value(what); };
    const ClockFacts& clock = facts.clock;
    return {{"utc", utc_text(clock.utc())},
            {"jst", jst_text(clock.utc())},
            {"uptime_ns", nanoseconds(clock.now - facts.started)},
            {"state", state_name(clock.clock.state)},
            {"state_age_ns", nanoseconds(clock.now - clock.state_since)},
            {"disputed", clock.clock.disputed},
            {"lab_mode", facts.lab_mode},
            {"storage_fault", fault(facts.storage_fault)},
            {"panel_fault", fault(facts.panel_fault)}};
}

json::object tracking_reply(const ControlFacts& facts) {
    const ClockReport& clock = facts.clock.clock;
    const ServerState& server = clock.server;
    const LocalInstant now = facts.clock.now;
    const bool synchronised = server.synchronised_at(now);
    const bool ever = server.ever_synchronised;
    const auto known = [ever](json::value value) { return ever ? std::move(value) : json::value(nullptr); };
    const NamedSource* const selected = facts.clock.selected();
    json::object reply;
    reply["source"] = selected != nullptr ? json::value(selected->name) : json::value(nullptr);
    reply["by_pulses"] = clock.by_pulses;
    reply["refid"] = synchronised ? refid_text(server.refid) : "INIT";
    reply["stratum"] = synchronised ? server.stratum : 0;
    reply["leap"] = leap_name(leap_at(server, now));
    const auto reference = ever ? std::optional{facts.clock.leap_table->utc_at(server.reference)} : std::nullopt;
    reply["reference_utc"] = utc_text(reference);
    reply["reference_jst"] = jst_text(reference);
    reply["last_update_age_ns"] = age_of(clock.last_update, now);
    reply["last_offset_ns"] = known(nanoseconds(clock.offset));
    reply["pending_ns"] = known(nanoseconds(server.model.pending_at(now)));
    reply["jitter_ns"] = known(nanoseconds(clock.jitter));
    reply["frequency_ppm"] = known(number(clock.frequency_ppm));
    reply["skew_ppm"] = known(number(clock.frequency_bound_ppm));
    reply["wander_ppm"] = known(number(clock.wander_ppm));
    reply["root_delay_ns"] = known(nanoseconds(server.root_delay));
    reply["root_dispersion_ns"] = known(nanoseconds(server.root_dispersion_at(now)));
    reply["root_distance_ns"] = known(nanoseconds(server.root_distance_at(now)));
    reply["valid_for_ns"] = synchronised ? nanoseconds(server.valid_until - now) : json::value(0);
    reply["precision"] = server.precision;
    reply["system_clock"] = system_clock_reply(facts.clock);
    return reply;
}

json::array sources_reply(const ControlFacts& facts) {
    return for_each_source(facts, source_reply);
}

json::array sourcestats_reply(const ControlFacts& facts) {
    return for_each_source(facts, statistics_reply);
}

json::array selectdata_reply(const ControlFacts& facts) {
    return for_each_source(facts, selection_reply);
}

json::object serverstats_reply(const ControlFacts& facts) {
    json::object verdicts;
    for (std::size_t i = 0; i < kVerdictCount; ++i) {
        const auto verdict = static_cast<Verdict>(i);
        verdicts[verdict_name(verdict)] = facts.server.of(verdict);
    }
    json::object versions;
    for (std::size_t version = 1; version < facts.server.versions.size(); ++version) {
        versions[std::to_string(version)] = facts.server.versions[version];
    }
    const ControlCounts& control = facts.control;
    return {{"counted_for_ns", nanoseconds(facts.clock.now - facts.started)},
            {"received", facts.server.received()},
            {"verdicts", std::move(verdicts)},
            {"versions", std::move(versions)},
            {"clients_replaced", facts.server.clients_replaced},
            {"control",
             {{"accepted", control.accepted},
              {"open", control.open},
              {"requests", control.requests},
              {"refused", control.refused},
              {"dropped", control.dropped}}}};
}

}  // namespace tokimori
