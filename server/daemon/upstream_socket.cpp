#include "server/daemon/upstream_socket.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tokimori {
namespace {

namespace ip = boost::asio::ip;
using Error = boost::system::error_code;

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

std::error_code last_error() {
    return {errno, std::system_category()};
}

ip::address address_of(const ReachedAddress& server) {
    const ClientAddress& address = server.address;
    if (address.is_v4()) {
        return ip::address_v4{static_cast<std::uint32_t>(address.low)};
    }
    ip::address_v6::bytes_type octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) {
        octets[i] = static_cast<std::uint8_t>((i < 8 ? address.high : address.low) >> (56 - 8 * (i % 8)));
    }
    return ip::address_v6{octets, server.interface};
}

ClientAddress from_v6(const in6_addr& address) {
    ClientAddress result;
    for (std::size_t i = 0; i < sizeof address.s6_addr; ++i) {
        std::uint64_t& half = i < 8 ? result.high : result.low;
        half = half << 8U | address.s6_addr[i];
    }
    return result;
}

}  // namespace

struct UpstreamSocket::Socket {
    explicit Socket(boost::asio::io_context& io) : udp{io} {}
    ip::udp::socket udp;
};

UpstreamSocket::UpstreamSocket(boost::asio::io_context& io, Counter& counter)
    : socket_{std::make_unique<Socket>(io)}, counter_{counter} {}

UpstreamSocket::~UpstreamSocket() = default;

std::error_code UpstreamSocket::open(const ReachedAddress& server, std::uint16_t port) {
    close();
    Error error;
    const ip::udp::endpoint endpoint{address_of(server), port};
    socket_->udp.open(endpoint.protocol(), error);
    if (!error) {
        socket_->udp.connect(endpoint, error);
    }
    if (!error) {
        const int yes = 1;
        // Where the kernel gives no stamp, the counter is read instead.
        (void)::setsockopt(socket_->udp.native_handle(), SOL_SOCKET, SO_TIMESTAMP, &yes, sizeof yes);
    }
    return error;
}

void UpstreamSocket::close() {
    Error ignored;
    socket_->udp.close(ignored);
}

std::error_code UpstreamSocket::send(std::span<const std::byte> octets) {
    const ssize_t sent =
        ::send(socket_->udp.native_handle(), octets.data(), octets.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent < 0 ? last_error() : std::error_code{};
}

std::optional<CameBack> UpstreamSocket::receive(std::error_code& error) {
    error = {};
    alignas(cmsghdr) std::array<std::byte, 128> control{};
    iovec place{octets_.data(), octets_.size()};
    msghdr message{};
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(socket_->udp.native_handle(), &message, MSG_DONTWAIT);
    const std::error_code failure = size < 0 ? last_error() : std::error_code{};
    const LocalInstant now = counter_.now();
    if (size < 0) {
        error = failure.value() == EAGAIN || failure.value() == EINTR ? std::error_code{} : failure;
        return std::nullopt;
    }
    const auto stamp = stamp_in(message);
    const auto at = stamp ? counter_.from_realtime(*stamp).at : std::nullopt;
    return CameBack{std::span{octets_}.first(static_cast<std::size_t>(size)), at.value_or(now)};
}

void UpstreamSocket::await(std::function<void(const Error&)> ready) {
    socket_->udp.async_wait(ip::udp::socket::wait_read, std::move(ready));
}

std::string UpstreamSocket::own_address() const {
    Error ignored;
    return socket_->udp.local_endpoint(ignored).address().to_string();
}

std::string text_of_address(const ClientAddress& address) {
    std::array<char, kAddressRoom> room{};
    return std::string{address_text(address, room)};
}

std::vector<ClientAddress> own_addresses() {
    std::vector<ClientAddress> found;
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) {
        return found;
    }
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner{list, ::freeifaddrs};
    for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
        const int family = each->ifa_addr != nullptr ? each->ifa_addr->sa_family : AF_UNSPEC;
        if (family == AF_INET) {
            sockaddr_in address{};
            std::memcpy(&address, each->ifa_addr, sizeof address);
            found.push_back(ClientAddress::v4(ntohl(address.sin_addr.s_addr)));
        } else if (family == AF_INET6) {
            sockaddr_in6 address{};
            std::memcpy(&address, each->ifa_addr, sizeof address);
            found.push_back(from_v6(address.sin6_addr));
        }
    }
    return found;
}

NtpTimestamp draw_nonce() {
    NtpTimestamp nonce;
    while (nonce.bits == 0) {
        if (::getrandom(&nonce.bits, sizeof nonce.bits, 0) != sizeof nonce.bits) {
            nonce.bits = 0;
        }
    }
    return nonce;
}

}  // namespace tokimori
