#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "web/account_store.h"
#include "web/audit_pacer.h"
#include "web/control_request.h"
#include "web/gate.h"
#include "web/history_store.h"
#include "web/live_hub.h"
#include "web/metrics.h"
#include "web/served_time.h"
#include "web/standing.h"
#include "web/web_settings.h"

namespace tokimori::web {

/// What the desk of the daemon needs of the world.
struct DaemonWorld {
    std::function<Instant()> now;
    std::function<std::int64_t()> host_time;             ///< the host's clock in Unix seconds
    std::function<std::optional<double>()> temperature;  ///< of the machine
    std::function<const DaemonReply&()> latest;          ///< the newest status
    std::function<Instant()> heard;                      ///< since when it is true
    std::function<std::optional<UnixNanoseconds>()> served_time;
    /// Asks the daemon something else.
    std::function<void(const std::string& name, const std::string& more, std::function<void(DaemonReply)>)> ask;
    /// What somebody should know of this server's certificate, as JSON.
    std::function<std::string()> certificate_alarms = [] { return std::string{"[]"}; };
    /// Tells the log: an event and a word about it.
    std::function<void(const std::string& event, const std::string& what)> log;
};

/// Everything about the clock: what the daemon says, its history, and how machines read it. Interprets nothing. On the
/// thread of the event loop.
class DaemonDesk {
public:
    DaemonDesk(const WebSettings& settings, HistoryStore& history, AccountStore& audit, DaemonWorld world);

    /// Answers a request that the gate let pass. One reply, now or later.
    void answer(Destination destination, const WebRequest& request, const Caller* caller, const Respond& respond);

    /// There is a new status, or none came: the history, the log of states and the viewers get it.
    void take_news(LiveHub& hub, const std::function<bool(const std::string&)>& lives);

    /// Unix seconds as the daemon serves them; the host's where it does not.
    std::int64_t unix_time() const;

    WebCounts counts;

private:
    const DaemonReply* fresh() const;
    WebReply status_reply(std::string_view name) const;
    void ask_clients(const WebRequest& request, const Respond& respond);
    void preview_leap(const WebRequest& request, const Respond& respond);
    void bundle_for_support(const Respond& respond);
    WebReply history_reply(const WebRequest& request, bool as_csv);
    WebReply events_reply(const WebRequest& request, const Caller* caller);
    WebReply metrics_reply(const Caller* caller) const;
    WebReply nict_answer(const WebRequest& request) const;
    std::string live_data() const;
    void note_state(const std::string& state);
    void keep_history();

    WebSettings settings_;
    HistoryStore& history_;
    AccountStore& audit_;
    DaemonWorld world_;
    HistoryCollector collector_;
    StandingSince standing_;
    std::string state_;
    AuditPacer changes_;
    bool history_works_ = true;
    std::optional<std::int64_t> last_time_;  ///< of the newest status that knew it, and when that was
    Instant last_time_at_;

    /// Who waits for the same question about clients, or its answer.
    struct ClientsAnswer {
        Instant at;
        std::optional<WebReply> reply;
        std::vector<Respond> waiting;
    };
    std::map<std::string, ClientsAnswer> clients_;
};

}  // namespace tokimori::web
