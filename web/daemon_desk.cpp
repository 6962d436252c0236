#include "web/daemon_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "web/json_value.h"
#include "web/nict.h"
#include "web/passed_on.h"
#include "web/support_bundle.h"

namespace tokimori::web {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

// What is older is not the present any more.
constexpr std::chrono::seconds kFresh{3};

std::string state_of(const DaemonReply& reply) {
    if (reply.members == nullptr) {
        return "no_daemon";
    }
    const std::string_view state = text_in(member_of(*reply.members, "at", "state"));
    return std::string(state.empty() ? "unknown" : state);
}

std::optional<std::int64_t> received_in(const json::object& status) {
    return integer_in(member_of(status, "serverstats", "received"));
}

}  // namespace

DaemonDesk::DaemonDesk(const WebSettings& settings, HistoryStore& history, AccountStore& audit, DaemonWorld world)
    : settings_{settings}, history_{history}, audit_{audit}, world_{std::move(world)} {}

void DaemonDesk::answer(Destination destination, const WebRequest& request, const Caller* caller,
                        const Respond& respond) {
    switch (destination) {
        case Destination::kDaemon:
            return respond(status_reply(std::string_view{request.path}.substr(request.path.rfind('/') + 1)));
        case Destination::kClients:
            return ask_clients(request, respond);
        case Destination::kLeapPreview:
            return preview_leap(request, respond);
        case Destination::kSupport:
            return bundle_for_support(respond);
        case Destination::kHistory:
            return respond(history_reply(request, false));
        case Destination::kHistoryCsv:
            return respond(history_reply(request, true));
        case Destination::kEvents:
            return respond(events_reply(request, caller));
        case Destination::kMetrics:
            return respond(metrics_reply(caller));
        case Destination::kNict:
            return respond(nict_answer(request));
        default:
            return respond({.content_type = "text/event-stream", .live = true, .credential = caller->credential()});
    }
}

const DaemonReply* DaemonDesk::fresh() const {
    const DaemonReply& latest = world_.latest();
    return latest.members != nullptr && world_.now() - world_.heard() <= kFresh ? &latest : nullptr;
}

WebReply DaemonDesk::status_reply(std::string_view name) const {
    const DaemonReply* const latest = fresh();
    if (latest == nullptr) {
        return daemon_silent();
    }
    std::string body = name == "status" ? latest->line : reply_out_of_status(*latest->members, name);
    return body.empty() ? daemon_silent() : json_reply(std::move(body));
}

WebReply DaemonDesk::history_reply(const WebRequest& request, bool as_csv) {
    constexpr std::int64_t kLast = std::int64_t{1} << 40U;
    constexpr std::int64_t kMostRows = 20'000;
    // The next finer resolution has up to twelve times as many.
    constexpr std::int64_t kRowsOfAPoint = 16;
    const std::int64_t to = query_number(request.query, "to", unix_time() + 1, 0, kLast);
    const std::int64_t last = query_number(request.query, "last", 3600, 1, kLast);
    const std::int64_t from = query_number(request.query, "from", to - last, 0, kLast);
    const std::int64_t points = query_number(request.query, "points", as_csv ? kMostRows : 600, 1, kMostRows);
    if (from >= to) {
        return error_reply(400, "bad_request", "from must be earlier than to.");
    }
    const HistorySpan span = history_.rows(from, to, std::min(points * kRowsOfAPoint, kMostRows));
    const std::int64_t step = step_for(from, to, points);
    const auto rows = with_gaps(resampled(span.rows, step), std::max(step, span.step));
    if (!as_csv) {
        return json_reply(history_json(rows));
    }
    return {.content_type = "text/csv; charset=utf-8; header=present",
            .body = history_csv(rows),
            .headers = {{"Content-Disposition", "attachment; filename=\"tokimori-history.csv\""}}};
}

// Names and addresses of people, and what they typed by mistake, are for those who see the accounts anyhow.
WebReply DaemonDesk::events_reply(const WebRequest& request, const Caller* caller) {
    const auto events = audit_.events({.skipped = query_number(request.query, "first", 0, 0, 1'000'000),
                                       .count = query_number(request.query, "count", 100, 1, 500),
                                       .kind = query_value(request.query, "kind"),
                                       .with_people = caller != nullptr && caller->role == Role::kAdmin});
    return json_reply("{\"events\":" + events_json(events) + '}');
}

WebReply DaemonDesk::metrics_reply(const Caller* caller) const {
    if (settings_.metrics == MetricsAccess::kOff) {
        return error_reply(404, "switched_off", "/metrics is switched off.");
    }
    if (settings_.metrics == MetricsAccess::kToken && caller == nullptr) {
        return error_reply(401, "not_logged_in", "Show a token of the API.");
    }
    const DaemonReply* const latest = fresh();
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
            .body = metrics_text(latest != nullptr ? latest->members.get() : nullptr, counts)};
}

WebReply DaemonDesk::nict_answer(const WebRequest& request) const {
    const std::string name = request.path.substr(request.path.rfind('/') + 1);
    if (std::ranges::find(settings_.cgi_bin, name) == settings_.cgi_bin.end()) {
        return error_reply(404, "switched_off", "This service is switched off.");
    }
    const auto now = world_.served_time();
    if (!now) {
        return error_reply(503, "not_synchronised", "The time is not known.");
    }
    NictFacts facts{.host = request.host, .now = *now};
    const DaemonReply* const latest = fresh();
    const json::value* const leap = latest != nullptr ? latest->members->if_contains("leap") : nullptr;
    if (leap != nullptr && leap->is_object()) {
        facts.leap = nict_leap(leap->get_object());
    }
    return nict_reply(request.path, request.query, facts);
}

void DaemonDesk::take_news(LiveHub& hub, const std::function<bool(const std::string&)>& lives) {
    counts.live = hub.size();
    note_state(state_of(world_.latest()));
    if (const auto& status = world_.latest().members) {
        standing_.look(*status, world_.now());
    }
    keep_history();
    hub.tell(live_event("status", live_data()), live_event("ended", R"({"why":"session_ended"})"), lives);
}

std::string DaemonDesk::live_data() const {
    const DaemonReply& latest = world_.latest();
    if (latest.members == nullptr) {
        return json::serialize(json::object{{"daemon", false}, {"why", latest.why}});
    }
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(world_.now() - world_.heard());
    const auto time = world_.served_time();
    return fmt::format(
        R"({{"asked_ms_ago":{},"daemon":true,"server_time_unix_ns":{},"certificate":{},"standing":{},"status":{}}})",
        age.count(), time ? std::to_string(*time) : "null", world_.certificate_alarms(), standing_.text(world_.now()),
        latest.line);
}

// The first one says how things are, not that they changed. What there is no room for now is told later, if it lasts.
void DaemonDesk::note_state(const std::string& state) {
    if (state == state_ || !changes_.admit(world_.now())) {
        return;
    }
    const std::string before = std::exchange(state_, state);
    world_.log(state == "no_daemon" ? "daemon_silent" : "clock", state);
    if (!before.empty()) {
        audit_.record({unix_time(), "clock", "", state, before});
    }
}

void DaemonDesk::keep_history() {
    const DaemonReply& latest = world_.latest();
    const auto time = latest.members != nullptr ? time_of_status(*latest.members) : std::nullopt;
    if (time) {
        last_time_ = time;
        last_time_at_ = world_.now();
    } else if (latest.members != nullptr || !last_time_) {
        return;
    }
    const std::int64_t since = std::chrono::duration_cast<std::chrono::seconds>(world_.now() - last_time_at_).count();
    const HistoryRow row =
        time ? row_of_status(*latest.members, world_.temperature()) : row_without_daemon(*last_time_ + since);
    const auto finished = collector_.add(row, time ? received_in(*latest.members) : std::nullopt);
    if (!finished) {
        return;
    }
    const bool works = history_.add(*finished);
    if (works != history_works_) {
        world_.log(works ? "history_written" : "history_not_written", "");
        history_works_ = works;
    }
}

std::int64_t DaemonDesk::unix_time() const {
    const auto served = world_.served_time();
    return served ? *served / 1'000'000'000 : world_.host_time();
}

}  // namespace tokimori::web
