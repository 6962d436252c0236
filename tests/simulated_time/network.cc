#include "tests/simulated_time/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

namespace tokimori::simulated_time {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::uint16_t kClientPort = 40'123;

void put_sender(msghdr& message) {
    sockaddr_in sender{};
    sender.sin_family = AF_INET;
    sender.sin_port = htons(kClientPort);
    inet_pton(AF_INET, "192.168.77.2", &sender.sin_addr);
    if (message.msg_name != nullptr) {
        std::memcpy(message.msg_name, &sender, std::min<std::size_t>(sizeof sender, message.msg_namelen));
        message.msg_namelen = sizeof sender;
    }
}

template <typename Content>
std::size_t put_control(msghdr& message, std::size_t used, std::pair<int, int> kind, const Content& content) {
    if (used + CMSG_SPACE(sizeof content) > message.msg_controllen) {
        return used;
    }
    cmsghdr header{};
    header.cmsg_level = kind.first;
    header.cmsg_type = kind.second;
    header.cmsg_len = CMSG_LEN(sizeof content);
    auto* const place = static_cast<unsigned char*>(message.msg_control) + used;
    std::memcpy(place, &header, sizeof header);
    std::memcpy(place + CMSG_LEN(0), &content, sizeof content);
    return used + CMSG_SPACE(sizeof content);
}

void put_stamp_and_address(msghdr& message, std::int64_t stamp) {
    const timespec arrival{.tv_sec = stamp / kSecond, .tv_nsec = stamp % kSecond};
    in_pktinfo info{};
    info.ipi_ifindex = 1;
    inet_pton(AF_INET, "192.168.77.1", &info.ipi_addr);
    info.ipi_spec_dst = info.ipi_addr;
    std::size_t used = put_control(message, 0, {SOL_SOCKET, SCM_TIMESTAMPNS}, arrival);
    used = put_control(message, used, {IPPROTO_IP, IP_PKTINFO}, info);
    message.msg_controllen = used;
}

void put(mmsghdr& slot, const Packet& packet) {
    msghdr& message = slot.msg_hdr;
    const std::size_t room = message.msg_iovlen > 0 ? message.msg_iov[0].iov_len : 0;
    const std::size_t size = std::min(room, packet.octets.size());
    std::memcpy(message.msg_iov[0].iov_base, packet.octets.data(), size);
    slot.msg_len = static_cast<unsigned>(size);
    put_sender(message);
    put_stamp_and_address(message, packet.stamp);
}

}  // namespace

int Network::open() {
    const int socket = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (socket >= 0) {
        sockets_[socket] = {};
    }
    return socket;
}

void Network::deliver(std::uint16_t port, const Packet& packet) {
    for (auto& [descriptor, socket] : sockets_) {
        if (socket.port == port) {
            socket.waiting.push_back(packet);
            eventfd_write(descriptor, 1);
        }
    }
}

int Network::receive(int socket, mmsghdr* messages, unsigned count) {
    std::deque<Packet>& waiting = sockets_.at(socket).waiting;
    unsigned taken = 0;
    for (; taken < count && !waiting.empty(); ++taken) {
        put(messages[taken], waiting.front());
        waiting.pop_front();
    }
    if (waiting.empty()) {
        eventfd_t all = 0;
        eventfd_read(socket, &all);
    }
    if (taken == 0) {
        errno = EAGAIN;
        return -1;
    }
    return static_cast<int>(taken);
}

int Network::send(const mmsghdr* messages, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        const msghdr& message = messages[i].msg_hdr;
        if (hear_ && message.msg_iovlen > 0) {
            hear_(static_cast<const std::byte*>(message.msg_iov[0].iov_base), message.msg_iov[0].iov_len);
        }
    }
    return static_cast<int>(count);
}

}  // namespace tokimori::simulated_time
