#include <boost/json.hpp>

#include "leap/leap_phase.h"
#include "server/daemon/control_reply.h"

namespace tokimori {
namespace {

namespace json = boost::json;

/// What the reply is about, as of one moment.
struct Moment {
    const ClockFacts& clock;
    const ServerState& server;
    const LeapWatch& watch;
    const LeapTable& table;
    TaiInstant now;
};

// Both times of day: the leap second is in the morning in Japan.
json::object instant(const Moment& moment, TaiInstant at, const UtcTime& utc) {
    return {{"utc", format_utc(utc)}, {"jst", format_jst(utc)}, {"in_ns", (at - moment.now).count()}};
}

json::object instant(const Moment& moment, TaiInstant at) {
    return instant(moment, at, moment.table.utc_at(at));
}

json::value span(const Moment& moment, const std::optional<TaiSpan>& span) {
    return span ? json::value{{"begins", instant(moment, span->begins)}, {"ends", instant(moment, span->ends)}}
                : json::value(nullptr);
}

// One that is left out would begin where the next day does.
json::object leap_second(const Moment& moment, const LeapEvent& event) {
    const TaiInstant end = moment.table.end_of(event);
    return instant(moment, event.kind == LeapKind::kInsert ? end - std::chrono::seconds{1} : end,
                   leap_second_of(event));
}

json::value next_event(const Moment& moment) {
    const std::optional<LeapEvent> event = moment.table.next_event_after(moment.now);
    if (!event) {
        return nullptr;
    }
    const LeapDecision& decision = moment.watch.decision();
    const ServedScale scale = ServedScale::around(moment.table.end_of(*event), moment.table, moment.clock.leap.policy);
    return {{"kind", leap_kind_code(event->kind)},
            {"day", format_date(event->day)},
            {"at", leap_second(moment, *event)},
            {"by", decision.event == *event ? leap_ground_code(decision.ground) : leap_ground_code(LeapGround::kTable)},
            {"announced", span(moment, scale.announcement())},
            {"smeared", span(moment, scale.smear())}};
}

json::value last_event(const Moment& moment) {
    const std::optional<LeapEvent> last = last_event_before(moment.now, moment.table);
    if (!last) {
        return nullptr;
    }
    return {{"kind", leap_kind_code(last->kind)}, {"day", format_date(last->day)}, {"at", leap_second(moment, *last)}};
}

json::object table_of(const LeapFacts& leap, UtcDay today) {
    const LeapTable& table = leap.list.table;
    return {{"from", leap.list.from_list ? "list" : "built_in"},
            {"file", leap.list_file},
            {"given", leap.list.given},
            {"refused", leap.list.refused.empty() ? json::value(nullptr) : json::value(leap.list.refused)},
            {"updated", format_date(table.updated())},
            {"expires", format_date(table.expires())},
            {"expires_in_days", table.expires() - today},
            {"state", leap_table_state_code(leap_table_state(table, today))}};
}

std::string source_name(const ClockFacts& clock, const LeapVote& vote) {
    for (const NamedSource& source : clock.sources) {
        if (source.report.source == vote.source) {
            return source.name;
        }
    }
    return vote.weight == LeapWeight::kManual ? "leap.manual" : "?";
}

json::array votes_of(const Moment& moment) {
    json::array votes;
    for (const auto& [vote, standing] : moment.watch.decision().votes) {
        const bool manual = vote.weight == LeapWeight::kManual;
        votes.push_back({{"name", source_name(moment.clock, vote)},
                         {"says", leap_kind_code(vote.event.kind)},
                         {"day", format_date(vote.event.day)},
                         {"jst", format_jst(leap_second_of(vote.event))},
                         {"weight", leap_weight_code(vote.weight)},
                         {"age_ns", manual ? json::value(nullptr) : json::value(vote.age.count())},
                         {"standing", leap_standing_code(standing)}});
    }
    return votes;
}

json::object policy_of(const LeapFacts& leap) {
    return {{"mode", leap_mode_code(leap.policy.mode)},
            {"smear_minutes", leap.policy.smear.count()},
            {"announce_ns", leap.policy.lead.count()},
            {"mark_refid", leap.policy.mark_refid},
            {"smear_system_clock", leap.policy.smear_host},
            {"source", leap.watch->knowledge().manual_only ? "manual" : "auto"},
            {"change_waits", leap.change_waits}};
}

}  // namespace

json::object leap_reply(const ControlFacts& facts) {
    const ClockFacts& clock = facts.clock;
    const ServerState& server = clock.clock.server;
    if (clock.leap.watch == nullptr) {
        return {{"known", false}};
    }
    if (!server.ever_synchronised) {
        return {{"known", false}, {"policy", policy_of(clock.leap)}};
    }
    const TaiInstant now = server.model.tai_at(clock.now);
    const Moment moment{clock, server, *clock.leap.watch, *clock.leap_table, now};
    const LeapDecision& decision = moment.watch.decision();
    const UtcDay today = moment.table.utc_at(now).second.day;
    const LeapPhase phase = leap_phase(server.scale, now);
    return {{"known", true},
            {"policy", policy_of(clock.leap)},
            {"phase", leap_phase_code(phase)},
            {"tai_minus_utc", moment.table.tai_minus_utc_at(now)},
            {"from_utc_ns", server.scale.offset_from_utc_at(now).count()},
            {"rate_ppm", server.scale.rate_ppm_at(now)},
            {"not_utc_until", phase == LeapPhase::kSmearing ? json::value(instant(moment, server.scale.smear()->ends))
                                                            : json::value(nullptr)},
            {"next", next_event(moment)},
            {"last", last_event(moment)},
            {"month_end",
             {{"day", format_date(decision.event.day)},
              {"jst", format_jst(leap_second_of(decision.event))},
              {"kind", leap_kind_code(decision.event.kind)},
              {"by", leap_ground_code(decision.ground)}}},
            {"disagreement", decision.disagreement},
            {"unconfirmed", decision.unconfirmed},
            {"table", table_of(clock.leap, today)},
            {"votes", votes_of(moment)}};
}

}  // namespace tokimori
