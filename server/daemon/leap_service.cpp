#include "server/daemon/leap_service.h"

#include <fmt/format.h>

#include <utility>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// How often an operator is reminded of a table that knows nothing more.
constexpr UtcDay kReminderDays = 7;

// The second that is inserted, or the last one before the one that is left out.
UtcTime second_of(const LeapEvent& event) {
    const std::int32_t length = kSecondsPerDay + static_cast<int>(event.kind);
    return {{event.day, length - 1}, 0};
}

}  // namespace

LeapKnowledge LeapService::begin(const Configuration& configuration, LocalInstant now) {
    policy_ = wanted_ = configuration.leap;
    at_once_ = configuration.leap_change_at_once;
    return read(configuration, now);
}

void LeapService::recall(const LeapPolicy& policy, Timekeeper& timekeeper) {
    if (!at_once_) {
        policy_ = policy;
        timekeeper.set_leap_policy(policy_);
    }
}

LeapKnowledge LeapService::read(const Configuration& configuration, LocalInstant now) {
    list_file_ = configuration.leap_list_file;
    list_ = load_leap_table(list_file_, log_, now);
    expiry_told_.reset();
    LeapKnowledge knowledge{list_.table};
    knowledge.manual_only = configuration.leap_source == LeapSource::kManual;
    knowledge.manual = configuration.leap_manual;
    return knowledge;
}

void LeapService::reload(const Configuration& configuration, Timekeeper& timekeeper, LocalInstant now) {
    timekeeper.set_leap_knowledge(read(configuration, now));
    wanted_ = configuration.leap;
    at_once_ = configuration.leap_change_at_once;
    waits_ = false;
    change(timekeeper, now);
}

void LeapService::change(Timekeeper& timekeeper, LocalInstant now) {
    if (policy_ == wanted_) {
        waits_ = false;
        return;
    }
    const ServerState& state = timekeeper.state();
    const bool shows = state.ever_synchronised &&
                       leap_change_shows(state.model.tai_at(now), timekeeper.leap_table(), policy_, wanted_);
    if (!at_once_ && (shows || !state.ever_synchronised)) {
        if (shows && !std::exchange(waits_, true)) {
            log_.write(now, LogLevel::kWarning, "leap_change_waits",
                       {{"what",
                         "[leap] has changed, and a leap second is being announced or smeared: clients would see time "
                         "jump or a warning vanish. The change is made when that is over; change_at_once = true in "
                         "[leap] forces it"}});
        }
        return;
    }
    policy_ = wanted_;
    waits_ = false;
    timekeeper.set_leap_policy(policy_);
    log_.write(now, LogLevel::kInfo, "leap_policy",
               {{"mode", policy_.mode == LeapMode::kSmear ? "smear" : "insert"},
                {"smear_minutes", policy_.smear.count()},
                {"announce", policy_.lead},
                {"forced", at_once_}});
}

void LeapService::watch(Timekeeper& timekeeper, LocalInstant now) {
    change(timekeeper, now);
    const ServerState& state = timekeeper.state();
    if (!state.ever_synchronised) {
        return;
    }
    tell_phase(timekeeper, now);
    tell_missed(timekeeper.leap().missed(), now);
    tell_decision(timekeeper.leap().decision(), now);
    tell_expiry(timekeeper.leap_table().utc_at(state.model.tai_at(now)).second.day, now);
}

void LeapService::tell_phase(const Timekeeper& timekeeper, LocalInstant now) {
    const ServerState& state = timekeeper.state();
    const LeapPhase phase = leap_phase(state.scale, state.model.tai_at(now));
    const LeapPhase before = std::exchange(phase_, phase);
    if (phase == before) {
        return;
    }
    if (before != LeapPhase::kQuiet) {
        tell_end(timekeeper, now);
    }
    if (phase != LeapPhase::kQuiet) {
        tell_begin(phase, timekeeper, now);
    }
}

void LeapService::tell_begin(LeapPhase phase, const Timekeeper& timekeeper, LocalInstant now) {
    const ServerState& state = timekeeper.state();
    const TaiInstant tai = state.model.tai_at(now);
    const LeapEvent event = timekeeper.leap_table().next_event_after(tai).value_or(LeapEvent{});
    const UtcTime second = second_of(event);
    if (phase == LeapPhase::kAnnounced) {
        log_.write(now, LogLevel::kInfo, "leap_announced",
                   {{"kind", leap_kind_code(event.kind)},
                    {"utc", format_utc(second)},
                    {"jst", format_jst(second)},
                    {"what", "the leap indicator tells clients from now on"}});
        return;
    }
    const UtcTime end = timekeeper.leap_table().utc_at(state.scale.smear()->ends);
    log_.write(now, LogLevel::kWarning, "leap_smear",
               {{"kind", leap_kind_code(event.kind)},
                {"rate_ppm", fmt::format("{:+.1f}", state.scale.rate_ppm_at(tai))},
                {"from_utc", state.scale.offset_from_utc_at(tai)},
                {"until_utc", format_utc(end)},
                {"until_jst", format_jst(end)},
                {"what", "served time is not UTC until then: it departs from it by up to a second, and LI stays 0"}});
}

void LeapService::tell_end(const Timekeeper& timekeeper, LocalInstant now) {
    const LeapTable& table = timekeeper.leap_table();
    const TaiInstant tai = timekeeper.state().model.tai_at(now);
    const LeapEvent last = timekeeper.leap().memory().last();
    if (last.kind != LeapKind::kNone && tai - table.end_of(last) < 1h && tai >= table.end_of(last)) {
        log_.write(now, LogLevel::kInfo, "leap_done",
                   {{"kind", leap_kind_code(last.kind)},
                    {"utc", format_utc(second_of(last))},
                    {"jst", format_jst(second_of(last))},
                    {"tai_minus_utc", table.tai_minus_utc_at(tai)}});
    } else {
        log_.write(now, LogLevel::kWarning, "leap_withdrawn",
                   {{"what", "the leap second that clients were being prepared for does not happen after all"}});
    }
}

void LeapService::tell_missed(const LeapEvent& missed, LocalInstant now) {
    if (std::exchange(missed_, missed) != missed) {
        log_.write(
            now, LogLevel::kError, "leap_missed",
            {{"kind", leap_kind_code(missed.kind)},
             {"utc", format_utc(second_of(missed))},
             {"jst", format_jst(second_of(missed))},
             {"what",
              "nobody had announced this leap second, and time was served a second wrong until sources "
              "contradicted: it is counted now. A newer leap-seconds.list (Debian package tzdata) knows better"}});
    }
}

void LeapService::tell_decision(const LeapDecision& decision, LocalInstant now) {
    if (decision.event != armed_ &&
        (decision.event.kind != LeapKind::kNone || armed_ == LeapEvent{decision.event.day, armed_.kind})) {
        log_.write(now, LogLevel::kInfo, "leap_decision",
                   {{"day", format_date(decision.event.day)},
                    {"kind", leap_kind_code(decision.event.kind)},
                    {"by", leap_ground_code(decision.ground)},
                    {"votes", text_of(decision)}});
    }
    armed_ = decision.event;
    const bool disputed = decision.disagreement || decision.unconfirmed;
    if (disputed && !disputed_) {
        log_.write(now, LogLevel::kWarning, decision.disagreement ? "leap_disagreement" : "leap_unconfirmed",
                   {{"day", format_date(decision.event.day)},
                    {"decided", leap_kind_code(decision.event.kind)},
                    {"by", leap_ground_code(decision.ground)},
                    {"votes", text_of(decision)}});
    }
    disputed_ = disputed;
}

void LeapService::tell_expiry(UtcDay today, LocalInstant now) {
    const LeapTableState state = leap_table_state(list_.table, today);
    if (state == LeapTableState::kFresh || (expiry_told_ && today - *expiry_told_ < kReminderDays)) {
        return;
    }
    expiry_told_ = today;
    log_.write(now, LogLevel::kWarning, "leap_table_expiry",
               {{"state", leap_table_state_code(state)},
                {"expires", format_date(list_.table.expires())},
                {"what",
                 "time is served all the same; leap seconds beyond that day are known only from sources. A newer "
                 "leap-seconds.list (Debian package tzdata) mends it"}});
}

std::string LeapService::text_of(const LeapDecision& decision) const {
    std::string text;
    for (const auto& [vote, standing] : decision.votes) {
        const std::string who = vote.weight == LeapWeight::kManual ? "[[leap.manual]]" : name_of_(vote.source);
        text += fmt::format("{}{}:{} ({})", text.empty() ? "" : ", ", who, leap_kind_code(vote.event.kind),
                            leap_standing_code(standing));
    }
    return text;
}

LeapFacts LeapService::facts(const Timekeeper& timekeeper) const {
    return {
        .policy = policy_, .change_waits = waits_, .list_file = list_file_, .list = list_, .watch = &timekeeper.leap()};
}

}  // namespace tokimori
