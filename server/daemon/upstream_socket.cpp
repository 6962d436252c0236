#include "server/daemon/upstream_socket.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace tokimori {
namespace {

namespace ip = boost::asio::ip;

std::optional<std::int64_t> stamp_in(msghdr& message) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMP) {
            timeval stamp{};
            std::memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
            return std::int64_t{stamp.tv_sec} * 1'000'000'000 + std::int64_t{stamp.tv_usec} * 1000;
        }
    }
    return std::nullopt;
}

UpstreamSocket::Error last_error() {
    return {errno, boost::system::system_category()};
}

}  // namespace

UpstreamSocket::Error UpstreamSocket::open(const ip::udp::endpoint& server) {
    close();
    Error error;
    socket_.open(server.protocol(), error);
    if (!error) {
        socket_.connect(server, error);
    }
    if (!error) {
        socket_.non_blocking(true, error);
        const int yes = 1;
        // Where the kernel gives no stamp, the counter is read instead.
        (void)::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_TIMESTAMP, &yes, sizeof yes);
    }
    return error;
}

void UpstreamSocket::close() {
    Error ignored;
    socket_.close(ignored);
}

UpstreamSocket::Error UpstreamSocket::send(std::span<const std::byte> octets) {
    const ssize_t sent = ::send(socket_.native_handle(), octets.data(), octets.size(), MSG_NOSIGNAL);
    return sent < 0 ? last_error() : Error{};
}

std::optional<CameBack> UpstreamSocket::receive(Error& error) {
    error = {};
    alignas(cmsghdr) std::array<std::byte, 128> control{};
    iovec place{octets_.data(), octets_.size()};
    msghdr message{};
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(socket_.native_handle(), &message, MSG_DONTWAIT);
    const LocalInstant now = counter_.now();
    if (size < 0) {
        error = errno == EAGAIN || errno == EINTR ? Error{} : last_error();
        return std::nullopt;
    }
    const auto stamp = stamp_in(message);
    const auto at = stamp ? counter_.from_realtime(*stamp) : std::nullopt;
    return CameBack{std::span{octets_}.first(static_cast<std::size_t>(size)), at.value_or(now)};
}

ip::address UpstreamSocket::own_address() const {
    Error ignored;
    return socket_.local_endpoint(ignored).address();
}

ClientAddress client_address_of(const ip::address& address) {
    if (address.is_v4()) {
        return ClientAddress::v4(address.to_v4().to_uint());
    }
    const auto octets = address.to_v6().to_bytes();
    ClientAddress result;
    for (std::size_t i = 0; i < octets.size(); ++i) {
        std::uint64_t& half = i < 8 ? result.high : result.low;
        half = half << 8U | octets[i];
    }
    return result;
}

std::vector<ClientAddress> own_addresses() {
    std::vector<ClientAddress> found;
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) {
        return found;
    }
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner{list, ::freeifaddrs};
    for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
        if (each->ifa_addr == nullptr) {
            continue;
        }
        if (each->ifa_addr->sa_family == AF_INET) {
            sockaddr_in address{};
            std::memcpy(&address, each->ifa_addr, sizeof address);
            found.push_back(ClientAddress::v4(ntohl(address.sin_addr.s_addr)));
        } else if (each->ifa_addr->sa_family == AF_INET6) {
            sockaddr_in6 address{};
            std::memcpy(&address, each->ifa_addr, sizeof address);
            ip::address_v6::bytes_type octets{};
            std::memcpy(octets.data(), &address.sin6_addr, octets.size());
            found.push_back(client_address_of(ip::address_v6{octets}));
        }
    }
    return found;
}

NtpTimestamp draw_nonce() {
    NtpTimestamp nonce;
    while (nonce.bits == 0 && ::getrandom(&nonce.bits, sizeof nonce.bits, 0) != sizeof nonce.bits) {
        nonce.bits = 0;
    }
    return nonce;
}

}  // namespace tokimori
