#include "server/daemon/udp_port.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "server/daemon/datagram_control.h"
#include "server/daemon/steering.h"

namespace tokimori {
namespace {

// Longer requests than this exist nowhere; what is cut is refused by its length.
constexpr std::size_t kLargestRequest = 2048;
constexpr int kExpeditedForwarding = 46 << 2;

struct BoundAddress {
    SocketAddress address{};
    socklen_t size = 0;
};

std::optional<BoundAddress> socket_address(const ListenAddress& listen) {
    BoundAddress bound;
    if (inet_pton(AF_INET, listen.address.c_str(), &bound.address.v4.sin_addr) == 1) {
        bound.address.v4.sin_family = AF_INET;
        bound.address.v4.sin_port = htons(listen.port);
        bound.size = sizeof(sockaddr_in);
        return bound;
    }
    if (inet_pton(AF_INET6, listen.address.c_str(), &bound.address.v6.sin6_addr) == 1) {
        bound.address.v6.sin6_family = AF_INET6;
        bound.address.v6.sin6_port = htons(listen.port);
        bound.size = sizeof(sockaddr_in6);
        return bound;
    }
    return std::nullopt;
}

void set_option(int socket, int level, int name, int value = 1) {
    setsockopt(socket, level, name, &value, sizeof value);
}

void set_options(int socket, int family, bool shared) {
    if (shared) {
        set_option(socket, SOL_SOCKET, SO_REUSEPORT);
    }
    // An address of an interface that is still down may be listened on already.
    set_option(socket, IPPROTO_IP, IP_FREEBIND);
    if (family == AF_INET) {
        set_option(socket, IPPROTO_IP, IP_PKTINFO);
        set_option(socket, IPPROTO_IP, IP_TOS, kExpeditedForwarding);
        return;
    }
    set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY);
    set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO);
    set_option(socket, IPPROTO_IPV6, IPV6_TCLASS, kExpeditedForwarding);
}

}  // namespace

struct UdpPort::Buffers {
    std::array<mmsghdr, kBatch> received{};
    std::array<mmsghdr, kBatch> replies{};
    mmsghdr* next_reply = replies.data();
    std::array<iovec, kBatch> in{};
    std::array<iovec, kBatch> out{};
    std::array<Way, kBatch> ways{};
    std::array<std::array<std::byte, kLargestRequest>, kBatch> octets{};
    struct alignas(cmsghdr) Control {
        std::array<std::byte, kControlSize> octets{};
    };
    std::array<Control, kBatch> control{};
};

UdpPort::UdpPort(const ListenAddress& address, const Options& options)
    : address_{address}, buffers_{std::make_unique<Buffers>()} {
    const std::optional<BoundAddress> bound = socket_address(address);
    if (!bound) {
        throw std::system_error{EINVAL, std::generic_category()};
    }
    const int family = bound->address.generic.sa_family;
    descriptor_ = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor_ < 0) {
        throw std::system_error{errno, std::generic_category()};
    }
    set_options(descriptor_, family, options.shared);
    departures_ = options.tells_departures ? DepartureStamps::of(descriptor_) : std::nullopt;
    if (!departures_) {
        set_option(descriptor_, SOL_SOCKET, SO_TIMESTAMPNS);
    }
    if (bind(descriptor_, &bound->address.generic, bound->size) != 0) {
        const int error = errno;
        close(descriptor_);
        throw std::system_error{error, std::generic_category()};
    }
    for (std::size_t slot = 0; slot < kBatch; ++slot) {
        prepare(slot, bound->size);
    }
}

UdpPort::~UdpPort() {
    close(descriptor_);
}

bool UdpPort::steer_by_source(std::size_t ports) {
    const int family = address_.address.find(':') != std::string::npos ? AF_INET6 : AF_INET;
    std::vector<sock_filter> code = steering_program(family, ports);
    const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
    return setsockopt(descriptor_, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) == 0;
}

std::span<Datagram> UdpPort::receive() {
    const int count = recvmmsg(descriptor_, buffers_->received.data(), kBatch, MSG_DONTWAIT, nullptr);
    backlog_ = std::clamp(backlog_ + (count == int{kBatch} ? 1 : -1), 0, 2 * kPatience);
    if (count <= 0) {
        return {};
    }
    const auto size = static_cast<std::size_t>(count);
    mmsghdr* received = buffers_->received.data();
    Way* way = buffers_->ways.data();
    const std::uint16_t own_port = address_.port;
    const std::span<Datagram> batch{datagrams_.data(), size};
    for (Datagram& datagram : batch) {
        read_datagram(*received++, *way++, own_port, datagram);
    }
    return batch;
}

bool UdpPort::has_waiting() const {
    pollfd watched{descriptor_, POLLIN, 0};
    return ::poll(&watched, 1, 0) == 1 && (watched.revents & POLLIN) != 0;
}

void UdpPort::prepare(std::size_t slot, std::uint32_t address_size) {
    datagrams_[slot].slot = slot;
    datagrams_[slot].request.octets = {buffers_->octets[slot].data(), 0};
    buffers_->in[slot] = {buffers_->octets[slot].data(), kLargestRequest};
    msghdr& message = buffers_->received[slot].msg_hdr;
    message.msg_name = &buffers_->ways[slot].peer;
    message.msg_namelen = sizeof(SocketAddress);
    message.msg_iov = &buffers_->in[slot];
    message.msg_iovlen = 1;
    message.msg_control = &buffers_->control[slot];
    message.msg_controllen = kControlSize;
    msghdr& reply = buffers_->replies[slot].msg_hdr;
    reply.msg_namelen = address_size;
    reply.msg_iov = &buffers_->out[slot];
    reply.msg_iovlen = 1;
}

void UdpPort::reply(std::size_t slot, std::span<const std::byte> octets) {
    Buffers& buffers = *buffers_;
    Way& way = buffers.ways[slot];
    msghdr& message = (buffers.next_reply++)->msg_hdr;
    *message.msg_iov = {const_cast<std::byte*>(octets.data()), octets.size()};
    message.msg_name = &way.peer;
    message.msg_control = way.answers_from.iov_base;
    message.msg_controllen = way.answers_from.iov_len;
}

std::size_t UdpPort::queued() const {
    return static_cast<std::size_t>(buffers_->next_reply - buffers_->replies.data());
}

void UdpPort::flush() {
    mmsghdr* const end = std::exchange(buffers_->next_reply, buffers_->replies.data());
    for (mmsghdr* first = buffers_->replies.data(); first != end;) {
        const int count = sendmmsg(descriptor_, first, static_cast<unsigned>(end - first), MSG_DONTWAIT);
        // One that cannot be sent (unreachable, no buffer) must not hold up the others.
        first += count > 0 ? count : 1;
    }
}

void UdpPort::ask_for_departure(std::uint64_t token) {
    if (departures_ && queued() > 0) {
        msghdr& last = buffers_->next_reply[-1].msg_hdr;
        departures_->ask_for(last, {static_cast<const std::byte*>(last.msg_iov->iov_base), last.msg_iov->iov_len},
                             token);
    }
}

std::span<const DepartureStamps::Departed> UdpPort::departed() {
    return departures_ ? departures_->collect() : std::span<const DepartureStamps::Departed>{};
}

std::string explain_listen_failure(const ListenAddress& address, int error) {
    const std::string where =
        (address.address.find(':') != std::string::npos ? "[" + address.address + "]" : address.address) + ":" +
        std::to_string(address.port);
    switch (error) {
        case EADDRINUSE:
            return "cannot listen on " + where +
                   ": the port is taken by another program (ss -ulpn shows which); stop it or choose another port";
        case EACCES:
            return "cannot listen on " + where +
                   ": not permitted; ports below 1024 need CAP_NET_BIND_SERVICE (the packaged service has it)";
        default:
            return "cannot listen on " + where + ": " + std::generic_category().message(error);
    }
}

}  // namespace tokimori
