#include "server/daemon/control_permission.h"

#include <pwd.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>

namespace tokimori {

std::optional<uid_t> user_of(const std::string& name) {
    std::array<char, std::size_t{16} * 1024> room{};
    passwd entry{};
    passwd* found = nullptr;
    const bool known = ::getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found) == 0 && found != nullptr;
    return known ? std::optional{entry.pw_uid} : std::nullopt;
}

std::optional<uid_t> peer_of(int descriptor) {
    ucred peer{};
    socklen_t size = sizeof peer;
    const bool told = ::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && size == sizeof peer;
    return told ? std::optional{peer.uid} : std::nullopt;
}

}  // namespace tokimori
