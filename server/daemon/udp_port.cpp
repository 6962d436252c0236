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

#include "server/daemon/steering.h"

namespace tokimori {
namespace {

constexpr std::size_t kLongestRequest = 2048;
// Longer ones exist nowhere. What is cut ends within a word, as no request does that gets the time.
constexpr std::size_t kCutAt = kLongestRequest + 2;
constexpr int kExpeditedForwarding = 46 << 2;
// What most hosts give who asks for it, doubled by Linux, which is twice what they give who does not.
constexpr int kReceiveBuffer = 212'992;
// As much as packaging/sysctl lets us have; where that is not in force, twice what is usual.
constexpr int kSendBuffer = 2'097'152;

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

// Who tuned his host has given us more already.
void enlarge(int socket, int buffer, int wanted) {
    int size = 0;
    socklen_t room = sizeof size;
    getsockopt(socket, SOL_SOCKET, buffer, &size, &room);
    if (size <= wanted) {
        set_option(socket, SOL_SOCKET, buffer, wanted);
    }
}

// Replies are never cut into fragments, which others could add theirs to, whatever path MTU somebody tells us of.
void set_options(int socket, const SocketAddress& bound, bool shared) {
    if (shared) {
        set_option(socket, SOL_SOCKET, SO_REUSEPORT);
    }
    enlarge(socket, SO_RCVBUF, kReceiveBuffer);
    enlarge(socket, SO_SNDBUF, kSendBuffer);
    // An address of an interface that is still down may be listened on already.
    set_option(socket, IPPROTO_IP, IP_FREEBIND);
    const int tells_address = is_unicast(bound) ? 0 : 1;
    if (bound.generic.sa_family == AF_INET) {
        set_option(socket, IPPROTO_IP, IP_PKTINFO, tells_address);
        set_option(socket, IPPROTO_IP, IP_TOS, kExpeditedForwarding);
        set_option(socket, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
        return;
    }
    set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY);
    set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, tells_address);
    set_option(socket, IPPROTO_IPV6, IPV6_TCLASS, kExpeditedForwarding);
    set_option(socket, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
}

}  // namespace

struct UdpPort::Buffers {
    std::array<iovec, kBatch> in{};
    std::array<iovec, kBatch> out{};
    // A line of the cache lies between two, so that they do not all begin in the same places of it.
    std::array<std::array<std::byte, kLongestRequest + 64>, kBatch> octets{};
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
    set_options(descriptor_, bound->address, options.shared);
    leaves_to_first_ = options.leaves_to_first && !is_unicast(bound->address);
    departures_ = options.tells_departures ? DepartureStamps::of(descriptor_) : std::nullopt;
    if (!departures_) {
        set_option(descriptor_, SOL_SOCKET, SO_TIMESTAMPNS);
    }
    reader_.emplace(bound->address, departures_ ? SCM_TIMESTAMPING : SCM_TIMESTAMPNS);
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

bool UdpPort::steer_by_source(std::size_t ports, int ipv6_prefix) {
    const int family = is_v6(address_) ? AF_INET6 : AF_INET;
    std::vector<sock_filter> code = steering_program(family, ports, ipv6_prefix);
    const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
    return setsockopt(descriptor_, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) == 0;
}

// How many datagrams came.
std::size_t UdpPort::fetch() {
    const int count = recvmmsg(descriptor_, received_.data(), kBatch, MSG_DONTWAIT, nullptr);
    backlog_ = std::clamp(backlog_ + (count == int{kBatch} ? 1 : -1), 0, 2 * kPatience);
    return static_cast<std::size_t>(std::max(count, 0));
}

// Those that stay keep the octets they were received into.
std::span<Datagram> UdpPort::without_those_for_all(std::span<Datagram> batch) {
    std::size_t kept = 0;
    for (std::size_t slot = 0; slot < batch.size(); ++slot) {
        if (is_for_all(batch[slot])) {
            ++left_;
            continue;
        }
        if (kept != slot) {
            std::swap(batch[kept], batch[slot]);
            std::swap(buffers_->in[kept], buffers_->in[slot]);
        }
        ++kept;
    }
    return batch.first(kept);
}

bool UdpPort::has_waiting() const {
    pollfd watched{descriptor_, POLLIN, 0};
    return ::poll(&watched, 1, 0) == 1 && (watched.revents & POLLIN) != 0;
}

void UdpPort::prepare(std::size_t slot, std::uint32_t address_size) {
    Datagram& datagram = datagrams_[slot];
    datagram.request.octets = {buffers_->octets[slot].data(), 0};
    datagram.answers_from = {&buffers_->control[slot], 0};
    buffers_->in[slot] = {buffers_->octets[slot].data(), kCutAt};
    msghdr& message = received_[slot].msg_hdr;
    message.msg_name = &datagram.peer;
    message.msg_namelen = sizeof(SocketAddress);
    message.msg_iov = &buffers_->in[slot];
    message.msg_iovlen = 1;
    message.msg_control = &buffers_->control[slot];
    message.msg_controllen = kControlSize;
    msghdr& reply = replies_[slot].msg_hdr;
    reply.msg_namelen = address_size;
    reply.msg_iov = &buffers_->out[slot];
    reply.msg_iovlen = 1;
}

void UdpPort::reply(Datagram& datagram, std::span<const std::byte> octets) {
    msghdr& message = (next_reply_++)->msg_hdr;
    *message.msg_iov = {const_cast<std::byte*>(octets.data()), octets.size()};
    message.msg_name = &datagram.peer;
    message.msg_control = datagram.answers_from.iov_base;
    message.msg_controllen = datagram.answers_from.iov_len;
}

bool UdpPort::flush() {
    mmsghdr* const end = std::exchange(next_reply_, replies_.data());
    bool took_all = true;
    for (mmsghdr* first = replies_.data(); first != end;) {
        const int count = sendmmsg(descriptor_, first, static_cast<unsigned>(end - first), MSG_DONTWAIT);
        // One that cannot be sent (unreachable, no buffer) must not hold up the others.
        first += count > 0 ? count : 1;
        took_all = took_all && count > 0 && first == end;
    }
    return took_all;
}

void UdpPort::ask_for_departure(std::size_t reply, std::uint64_t token) {
    if (departures_ && reply < queued()) {
        msghdr& asked = replies_[reply].msg_hdr;
        departures_->ask_for(asked, {static_cast<const std::byte*>(asked.msg_iov->iov_base), asked.msg_iov->iov_len},
                             token);
    }
}

std::span<const DepartureStamps::Departed> UdpPort::departed() {
    return departures_ ? departures_->collect() : std::span<const DepartureStamps::Departed>{};
}

bool is_v6(const ListenAddress& listen) {
    return listen.address.find(':') != std::string::npos;
}

std::string explain_listen_failure(const ListenAddress& address, int error) {
    const std::string where =
        (is_v6(address) ? "[" + address.address + "]" : address.address) + ":" + std::to_string(address.port);
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
