#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "web/account_rules.h"
#include "web/request.h"

namespace tokimori::web {

/// Somebody who logged in.
struct Session {
    std::string user{};
    Role role = Role::kViewer;
    std::string csrf_token{};  ///< what each change must carry
    Instant began{};
    Instant last_used{};
};

/// How long sessions last, and how many there may be.
struct SessionLimits {
    std::chrono::seconds idle = std::chrono::minutes{15};
    std::chrono::seconds absolute = std::chrono::hours{12};
    std::size_t most = 256;
};

/// The sessions, in memory only: a restart logs everybody out. Keys are digests of the cookies, so that neither a look
/// at the memory's order nor the time of a search tells a cookie. Pure; the time comes in.
class SessionTable {
public:
    explicit SessionTable(SessionLimits limits = {}) : limits_{limits} {}

    /// A new session; where there are too many the one that was idle longest makes room.
    void begin(const std::string& digest, Session session, Instant now);

    /// The session, which is used by this; null where it has ended. Good until the next call.
    const Session* use(const std::string& digest, Instant now);

    /// The session without using it, such as for what a page asks by itself; null where it has ended.
    const Session* find(const std::string& digest, Instant now) const;

    void end(const std::string& digest) { sessions_.erase(digest); }
    /// Ends all sessions of a user but `kept`.
    void end_all_of(std::string_view user, std::string_view kept = {});

    std::size_t size() const { return sessions_.size(); }

private:
    bool has_ended(const Session& session, Instant now) const;
    void make_room(Instant now);

    SessionLimits limits_;
    std::map<std::string, Session> sessions_;
};

}  // namespace tokimori::web
