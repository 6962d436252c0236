#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <string>

namespace tokimori {

/// The socket on which a service manager hears its services; "@..." is an abstract name.
class ManagerSocket {
public:
    explicit ManagerSocket(std::string name) : descriptor_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)} {
        name[0] = name[0] == '@' ? '\0' : name[0];
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name.copy(address.sun_path, sizeof address.sun_path);
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        bound_ = ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), size) == 0;
    }
    ~ManagerSocket() { ::close(descriptor_); }
    ManagerSocket(const ManagerSocket&) = delete;
    ManagerSocket& operator=(const ManagerSocket&) = delete;

    bool bound() const { return bound_; }
    /// The next message that has come, "" where there is none.
    std::string hear() const {
        std::array<char, 256> room{};
        const ssize_t size = ::recv(descriptor_, room.data(), room.size(), 0);
        return size > 0 ? std::string{room.data(), static_cast<std::size_t>(size)} : "";
    }

private:
    int descriptor_;
    bool bound_ = false;
};

}  // namespace tokimori
