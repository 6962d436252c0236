#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "web/change_store.h"
#include "web/control_request.h"
#include "web/request.h"

namespace tokimori::web {

/// What changing settings needs of the world.
struct ChangeWorld {
    std::function<Instant()> now;
    std::function<std::int64_t()> unix_time;
    /// Asks the daemon.
    std::function<void(const std::string& name, const std::string& more, std::function<void(DaemonReply)>)> ask;
    /// Adds to the audit log.
    std::function<void(const std::string& user, const std::string& text_code, const std::string& details)> record;
};

/// What somebody wants to change.
struct WantedChange {
    std::string user;
    std::string kind;     ///< as in `SettingsChange`
    std::string overlay;  ///< all that the page shall have set, JSON
    std::string base;     ///< of the settings that the user saw
};

/// Asks a question of the daemon; `next` gets its reply, where there is one, else `respond` says why not.
void ask_daemon(const ChangeWorld& world, const std::string& name, const std::string& more, const Respond& respond,
                std::function<void(const DaemonReply&)> next);

/// Brings changes of settings to the daemon, one after the other, and keeps the record of them. On the thread of the
/// event loop.
class ChangeRunner {
public:
    ChangeRunner(ChangeStore& changes, ChangeWorld world);

    /// Checks and applies a change. One reply, the daemon's.
    void run(WantedChange wanted, const Respond& respond);
    void confirm(std::int64_t daemon_id, const std::string& user, const Respond& respond);
    void give_back(std::int64_t daemon_id, const std::string& user, const Respond& respond);

    /// Compares the newest change whose end is not known with the settings in force, as the daemon told them.
    void settle(const DaemonReply& settings);

    /// Once a second: finds out what became of a change that waits to be confirmed, or whose answer was lost.
    void tick();

private:
    struct Change;
    void compare(const std::shared_ptr<Change>& change, const DaemonReply& settings);
    void hand_over(const std::shared_ptr<Change>& change, const DaemonReply& check);
    void finish(const std::shared_ptr<Change>& change, const DaemonReply& applied);
    void end(const std::shared_ptr<Change>& change, WebReply reply);
    void note_return(const SettingsChange& change, const std::string& user);
    void look_again_in(std::chrono::nanoseconds span);

    ChangeStore& changes_;
    ChangeWorld world_;
    std::optional<Instant> look_again_;
    bool busy_ = false;         ///< a change is under way
    bool handed_over_ = false;  ///< and the daemon has it
    bool asking_ = false;       ///< what became of one
};

}  // namespace tokimori::web
