#include "server/daemon/leap_service.h"

#include <fmt/format.h>

#include <cerrno>
#include <utility>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// How often an operator is reminded of a table that knows nothing more.
constexpr UtcDay kReminderDays = 7;

// A package with a newer list may be installed at any time.
constexpr Duration kListInterval = 1h;

std::string jst_of(const LeapEvent& event) {
    return format_jst(leap_second_of(event));
}

}  // namespace

LeapKnowledge LeapService::begin(const Configuration& configuration, LocalInstant now) {
    take_over(read_leap_lists(LeapListPaths::of(configuration)), now);
    changes_ = LeapChanges{wanted_by(configuration), now};
    tell_leap_table(list_.table, log_, now);
    return changes_.wanted().knowledge;
}

void LeapService::take_over(const ReadLeapLists& lists, LocalInstant now) {
    lists_ = lists.paths;
    list_stamp_ = lists.stamp;
    looked_for_list_ = now;
    list_ = weigh_leap_lists(lists, log_, now);
    expiry_told_.reset();
}

LeapChanges::Wanted LeapService::wanted_by(const Configuration& configuration) const {
    LeapKnowledge knowledge{list_.table};
    knowledge.manual_only = configuration.leap_source == LeapSource::kManual;
    knowledge.manual = configuration.leap_manual;
    return {configuration.leap, knowledge, configuration.leap_change_at_once};
}

void LeapService::reload(const Configuration& configuration, const std::optional<ReadLeapLists>& lists,
                         Timekeeper& timekeeper, LocalInstant now) {
    const LoadedLeapTable before = list_;
    lists_ = LeapListPaths::of(configuration);
    if (lists) {
        take_over(*lists, now);
    }
    if (&LeapTable::better(list_.table, before.table) == &before.table) {
        // One that was given and could not be kept.
        list_ = before;
    }
    tell_leap_table(list_.table, log_, now);
    changes_.configure(wanted_by(configuration));
    waiting_told_ = false;
    advance(timekeeper, now);
}

void LeapService::advance(Timekeeper& timekeeper, LocalInstant now) {
    const auto [waits, policy_changed] = changes_.advance(timekeeper, now);
    if (policy_changed) {
        const LeapPolicy& policy = changes_.policy();
        log_.write(now, LogLevel::kInfo, "leap_policy",
                   {{"mode", leap_mode_code(policy.mode)},
                    {"smear_minutes", policy.smear.count()},
                    {"announce", policy.lead},
                    {"forced", changes_.wanted().at_once}});
    }
    if (!std::exchange(waiting_told_, waits) && waits) {
        log_.write(now, LogLevel::kWarning, "leap_change_waits",
                   {{"what",
                     "[leap] has changed, and a leap second is being announced or smeared: clients would see time "
                     "jump or a warning vanish. The change is made when that is over; change_at_once = true in "
                     "[leap] forces it"}});
    }
}

std::optional<SeenLeapList> LeapService::list_to_look_at(LocalInstant now) {
    if (lists_.configured.empty() || (looked_for_list_ && now - *looked_for_list_ < kListInterval)) {
        return std::nullopt;
    }
    looked_for_list_ = now;
    return SeenLeapList{lists_.configured, list_stamp_};
}

// A list that is bad, gone or older takes nothing away: what was read before is no worse for it.
void LeapService::take_look(const SeenLeapList& seen, const Timekeeper& timekeeper, LocalInstant now) {
    if (!seen.read || seen.path != lists_.configured) {
        return;
    }
    list_stamp_ = seen.stamp;
    if (auto better = better_leap_table(seen.path, *seen.read, list_.table, log_, now)) {
        adopt(std::move(*better), timekeeper);
    }
}

void LeapService::adopt(LoadedLeapTable better, const Timekeeper& timekeeper) {
    list_ = std::move(better);
    expiry_told_.reset();
    changes_.know(list_.table, timekeeper);
}

LeapListOutcome LeapService::take_list(std::string_view text, Timekeeper& timekeeper, LocalInstant now) {
    const LeapListResult read = LeapTable::parse(text);
    if (!read.table) {
        return {.wrong = read.error};
    }
    const LeapTable& table = *read.table;
    if (&LeapTable::better(table, list_.table) != &table) {
        return {.wrong = fmt::format("the list is of {} and expires {}; what is known is of {} and expires {}",
                                     format_date(table.updated()), format_date(table.expires()),
                                     format_date(list_.table.updated()), format_date(list_.table.expires())),
                .updated = table.updated(),
                .expires = table.expires(),
                .in_use_updated = list_.table.updated(),
                .in_use_expires = list_.table.expires()};
    }
    // What came after the last day of which the older one claims to know is no contradiction.
    const UtcDay known_until = std::min(today(timekeeper, now).value_or(0), list_.table.expires());
    if (!list_.table.agrees_until(std::max(known_until, list_.table.rows().back().day), table)) {
        return {.wrong = "the list changes leap seconds of the past, which nobody does: it is a wrong one"};
    }
    adopt({table, true, {}, lists_.kept, true}, timekeeper);
    log_.write(now, LogLevel::kInfo, "leap_list_taken",
               {{"updated", format_date(table.updated())}, {"expires", format_date(table.expires())}});
    advance(timekeeper, now);
    return {.updated = table.updated(), .expires = table.expires()};
}

bool LeapService::tell_kept(const Exchanged& exchanged, LocalInstant now) {
    return tell_kept_leap_list(lists_.kept, exchanged, log_, now);
}

std::optional<UtcDay> LeapService::today(const Timekeeper& timekeeper, LocalInstant now) const {
    const ServerState& state = timekeeper.state();
    return state.ever_synchronised ? std::optional{list_.table.utc_at(state.model.tai_at(now)).second.day}
                                   : std::nullopt;
}

// Without it the time would jump by what was counted then. Who does not know the time cannot tell what has been.
bool LeapService::is_needed(const LeapTable& left, const Timekeeper& timekeeper, LocalInstant now) const {
    return !list_.table.agrees_until(today(timekeeper, now).value_or(list_.table.rows().back().day), left);
}

bool LeapService::may_forget_list(const LoadedLeapTable& left, const Timekeeper& timekeeper, LocalInstant now) const {
    return !list_.given || !is_needed(left.table, timekeeper, now);
}

LeapListForgotten LeapService::forget_list(LoadedLeapTable left, const RemovedFile& removed, Timekeeper& timekeeper,
                                           LocalInstant now) {
    tell_forgotten_leap_list(lists_.kept, removed, log_, now);
    const int error = removed.error;
    if (error == ENOENT && !list_.given) {
        return LeapListForgotten::kNone;
    }
    if (error != 0 && error != ENOENT) {
        return LeapListForgotten::kNot;
    }
    log_.write(now, LogLevel::kInfo, "leap_list_forgotten", {{"counts", left.from_list ? left.file : "built in"}});
    if (!list_.given) {
        return LeapListForgotten::kDone;
    }
    list_ = std::move(left);
    // It was read before the file was removed: whatever came there since is looked at.
    list_stamp_.reset();
    looked_for_list_.reset();
    tell_leap_table(list_.table, log_, now);
    expiry_told_.reset();
    LeapChanges::Wanted wanted = changes_.wanted();
    wanted.knowledge.table = list_.table;
    changes_.configure(std::move(wanted));
    advance(timekeeper, now);
    return changes_.waits() ? LeapListForgotten::kWaits : LeapListForgotten::kDone;
}

void LeapService::watch(Timekeeper& timekeeper, LocalInstant now) {
    advance(timekeeper, now);
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
    told_ = event;
    if (phase == LeapPhase::kAnnounced) {
        log_.write(now, LogLevel::kInfo, "leap_announced",
                   {{"kind", leap_kind_code(event.kind)},
                    {"utc", format_utc(leap_second_of(event))},
                    {"jst", jst_of(event)},
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
    const std::optional<LeapEvent> last = last_event_before(tai, table);
    if (last && tai - table.end_of(*last) < 1h) {
        log_.write(now, LogLevel::kInfo, "leap_done",
                   {{"kind", leap_kind_code(last->kind)},
                    {"utc", format_utc(leap_second_of(*last))},
                    {"jst", jst_of(*last)},
                    {"tai_minus_utc", table.tai_minus_utc_at(tai)}});
    } else if (table.next_event_after(tai) != told_) {
        log_.write(now, LogLevel::kWarning, "leap_withdrawn",
                   {{"what", "the leap second that clients were being prepared for does not happen after all"}});
    }
}

void LeapService::tell_missed(const LeapEvent& missed, LocalInstant now) {
    if (std::exchange(missed_, missed) != missed) {
        log_.write(
            now, LogLevel::kError, "leap_missed",
            {{"kind", leap_kind_code(missed.kind)},
             {"utc", format_utc(leap_second_of(missed))},
             {"jst", jst_of(missed)},
             {"what",
              "nobody had announced this leap second. Receivers count it, and so it is counted now; what was served "
              "between it and now, if anything, was a second wrong. A newer leap-seconds.list (Debian package tzdata) "
              "knows "
              "better"}});
    }
}

void LeapService::tell_decision(const LeapDecision& decision, LocalInstant now) {
    if (decision.event != armed_ &&
        (decision.event.kind != LeapKind::kNone || armed_ == LeapEvent{decision.event.day, armed_.kind})) {
        log_.write(now, LogLevel::kInfo, "leap_decision",
                   {{"day", format_date(decision.event.day)},
                    {"jst", jst_of(decision.event)},
                    {"kind", leap_kind_code(decision.event.kind)},
                    {"by", leap_ground_code(decision.ground)},
                    {"votes", text_of(decision)}});
    }
    armed_ = decision.event;
    const bool disputed = decision.disagreement || decision.unconfirmed;
    if (disputed && !disputed_) {
        log_.write(now, LogLevel::kWarning, decision.disagreement ? "leap_disagreement" : "leap_unconfirmed",
                   {{"day", format_date(decision.event.day)},
                    {"jst", jst_of(decision.event)},
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
                {"expires_jst", format_jst({{list_.table.expires(), 0}, 0})},
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
    return {.policy = changes_.policy(),
            .change_waits = changes_.waits(),
            .list_file = list_.file,
            .list = list_,
            .watch = &timekeeper.leap()};
}

}  // namespace tokimori
