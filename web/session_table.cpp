#include "web/session_table.h"

#include <algorithm>
#include <utility>

namespace tokimori::web {

void SessionTable::begin(const std::string& digest, Session session, Instant now) {
    make_room(now);
    session.began = session.last_used = now;
    sessions_.insert_or_assign(digest, std::move(session));
}

const Session* SessionTable::use(const std::string& digest, Instant now) {
    const auto found = sessions_.find(digest);
    if (found == sessions_.end()) {
        return nullptr;
    }
    if (has_ended(found->second, now)) {
        sessions_.erase(found);
        return nullptr;
    }
    found->second.last_used = std::max(found->second.last_used, now);
    return &found->second;
}

const Session* SessionTable::find(const std::string& digest, Instant now) const {
    const auto found = sessions_.find(digest);
    return found != sessions_.end() && !has_ended(found->second, now) ? &found->second : nullptr;
}

void SessionTable::end_all_of(std::string_view user, std::string_view kept) {
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.user == user && entry.first != kept; });
}

bool SessionTable::has_ended(const Session& session, Instant now) const {
    return now - session.last_used >= limits_.idle || now - session.began >= limits_.absolute;
}

void SessionTable::make_room(Instant now) {
    if (sessions_.size() < limits_.most) {
        return;
    }
    std::erase_if(sessions_, [&](const auto& entry) { return has_ended(entry.second, now); });
    if (sessions_.size() >= limits_.most) {
        sessions_.erase(std::min_element(sessions_.begin(), sessions_.end(), [](const auto& a, const auto& b) {
            return a.second.last_used < b.second.last_used;
        }));
    }
}

}  // namespace tokimori::web
