#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace tokimori {

/// Who may change something over the control socket: root, the user of the daemon, and one more that is named.
class ControlPermission {
public:
    explicit ControlPermission(uid_t own) : own_{own} {}

    /// The user of `[control] changes_by`; nullopt: nobody else.
    void allow(std::optional<uid_t> named) { named_ = named; }

    bool holds(uid_t peer) const { return peer == 0 || peer == own_ || peer == named_; }

private:
    uid_t own_;
    std::optional<uid_t> named_;
};

/// The user called `name` on this host; nullopt where there is none.
std::optional<uid_t> user_of(const std::string& name);

/// Whose process connected a Unix stream socket (SO_PEERCRED, unix(7)); nullopt where the kernel does not say.
std::optional<uid_t> peer_of(int descriptor);

}  // namespace tokimori
