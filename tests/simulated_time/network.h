#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <vector>

namespace tokimori::simulated_time {

/// A datagram on its way to the program.
struct Packet {
    std::vector<std::byte> octets;
    std::int64_t stamp = 0;  ///< CLOCK_REALTIME of its arrival, POSIX ns
};

/// The only network of a simulated world: a client at 192.168.77.2 and the program's UDP sockets at 192.168.77.1. A
/// socket is an eventfd, readable as long as something waits in it.
class Network {
public:
    using Hear = std::function<void(const std::byte* octets, std::size_t size)>;

    /// A new socket, or −1 with errno.
    int open();
    bool owns(int socket) const { return sockets_.contains(socket); }
    void close(int socket) { sockets_.erase(socket); }
    void bind(int socket, std::uint16_t port) { sockets_.at(socket).port = port; }

    /// From the client to all sockets of that port.
    void deliver(std::uint16_t port, const Packet& packet);
    /// Who hears what the program sends.
    void listen(Hear hear) { hear_ = std::move(hear); }

    /// As recvmmsg(2) of a socket that does not block, with kernel stamps and packet information.
    int receive(int socket, mmsghdr* messages, unsigned count);
    /// As sendmmsg(2).
    int send(const mmsghdr* messages, unsigned count);

private:
    struct Socket {
        std::uint16_t port = 0;
        std::deque<Packet> waiting;
    };
    std::map<int, Socket> sockets_;
    Hear hear_;
};

}  // namespace tokimori::simulated_time
