#include "server/daemon/udp_port.h"

#include <arpa/inet.h>
#include <endian.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "server/daemon/steering.h"

namespace tokimori {
namespace {

// Longer requests than this exist nowhere; what is cut is refused by its length.
constexpr std::size_t kLargestRequest = 2048;
constexpr std::size_t kControlSize = 256;
constexpr int kExpeditedForwarding = 46 << 2;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

union SocketAddress {
    sockaddr generic;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

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

bool is_unicast(const in6_addr& address) {
    return !IN6_IS_ADDR_MULTICAST(&address) && !IN6_IS_ADDR_UNSPECIFIED(&address);
}

bool is_unicast(std::uint32_t address) {
    constexpr std::uint32_t kMulticastAndAbove = 0xE000'0000;
    return address < kMulticastAndAbove && address >> 24 != 0;
}

ClientAddress address_of(const in6_addr& address) {
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), &address, sizeof words);
    return {be64toh(words[0]), be64toh(words[1])};
}

void read_sender(const SocketAddress& peer, Datagram& datagram) {
    if (peer.generic.sa_family == AF_INET6) {
        datagram.source = address_of(peer.v6.sin6_addr);
        datagram.source_port = ntohs(peer.v6.sin6_port);
        datagram.from_unicast = is_unicast(peer.v6.sin6_addr);
        return;
    }
    const std::uint32_t address = ntohl(peer.v4.sin_addr.s_addr);
    datagram.source = ClientAddress::v4(address);
    datagram.source_port = ntohs(peer.v4.sin_port);
    datagram.from_unicast = is_unicast(address);
}

/// What the kernel says of a datagram beside its octets.
struct Told {
    std::optional<std::int64_t> stamp;
    ClientAddress asked = {};           ///< of ours
    iovec answers_from = {nullptr, 0};  ///< the control message that sends a reply from there
};

// What the kernel tells of an IPv4 datagram, as it lays it out: the stamp (where departures are told two more, of
// hardware), then the address that was asked. The headers are cmsghdr, which cannot stand within a type.
struct ControlHeader {
    decltype(cmsghdr::cmsg_len) size;
    int level;
    int type;
};
struct StampControl {
    ControlHeader header;
    timespec stamp;
};
struct AddressControl {
    ControlHeader header;
    in_pktinfo address;
};
static_assert(sizeof(ControlHeader) == sizeof(cmsghdr) && alignof(AddressControl) <= alignof(cmsghdr));

struct UsualControl {
    const StampControl* stamp = nullptr;
    AddressControl* address = nullptr;  ///< nullptr: it is laid out otherwise
};

UsualControl usual_control(const msghdr& message) {
    const auto* const stamp = static_cast<const StampControl*>(message.msg_control);
    const int type = stamp->header.type;
    const std::size_t room = CMSG_SPACE((type == SCM_TIMESTAMPING ? 3 : 1) * sizeof(timespec));
    auto* const address = reinterpret_cast<AddressControl*>(static_cast<std::byte*>(message.msg_control) + room);
    const bool usual = message.msg_controllen == room + CMSG_SPACE(sizeof(in_pktinfo)) &&
                       stamp->header.level == SOL_SOCKET && (type == SCM_TIMESTAMPNS || type == SCM_TIMESTAMPING) &&
                       address->header.level == IPPROTO_IP && address->header.type == IP_PKTINFO;
    return usual ? UsualControl{stamp, address} : UsualControl{};
}
static_assert(CMSG_SPACE(3 * sizeof(timespec)) + CMSG_SPACE(sizeof(in6_pktinfo)) + DepartureStamps::kControlRoom <=
              kControlSize);

std::int64_t nanoseconds_of(const timespec& stamp) {
    return static_cast<std::int64_t>(stamp.tv_sec) * kNanosecondsPerSecond + stamp.tv_nsec;
}

// The control message that told the address asked sends the reply from it, by whichever interface the way leads.
void read_address(cmsghdr& part, Told& told) {
    if (part.cmsg_level == IPPROTO_IP && part.cmsg_type == IP_PKTINFO) {
        in_pktinfo info;
        std::memcpy(&info, CMSG_DATA(&part), sizeof info);
        told.asked = ClientAddress::v4(ntohl(info.ipi_addr.s_addr));
        info.ipi_ifindex = 0;
        std::memcpy(CMSG_DATA(&part), &info, sizeof info);
    } else if (part.cmsg_level == IPPROTO_IPV6 && part.cmsg_type == IPV6_PKTINFO) {
        in6_pktinfo info;
        std::memcpy(&info, CMSG_DATA(&part), sizeof info);
        told.asked = address_of(info.ipi6_addr);
        info.ipi6_ifindex = IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr) ? info.ipi6_ifindex : 0;
        std::memcpy(CMSG_DATA(&part), &info, sizeof info);
    } else {
        return;
    }
    told.answers_from = {&part, CMSG_ALIGN(part.cmsg_len)};
}

Told read_control(msghdr& message) {
    Told told;
    // Other control messages may be put there, also where none told the address asked.
    told.answers_from = {message.msg_control, 0};
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == SOL_SOCKET &&
            (part->cmsg_type == SCM_TIMESTAMPNS || part->cmsg_type == SCM_TIMESTAMPING)) {
            timespec stamp;
            std::memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
            told.stamp = nanoseconds_of(stamp);
        } else {
            read_address(*part, told);
        }
    }
    return told;
}

Told read_usual_control(const UsualControl& control) {
    in_pktinfo& info = control.address->address;
    info.ipi_ifindex = 0;
    return {.stamp = nanoseconds_of(control.stamp->stamp),
            .asked = ClientAddress::v4(ntohl(info.ipi_addr.s_addr)),
            .answers_from = {control.address, CMSG_SPACE(sizeof info)}};
}

}  // namespace

struct UdpPort::Buffers {
    std::array<mmsghdr, kBatch> received{};
    std::array<mmsghdr, kBatch> replies{};
    std::array<iovec, kBatch> in{};
    std::array<iovec, kBatch> out{};
    std::array<iovec, kBatch> answers_from{};  ///< control messages of the replies
    std::array<SocketAddress, kBatch> peers{};
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
        prepare(slot);
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

std::span<const Datagram> UdpPort::receive() {
    // Only what the last call changed.
    for (std::size_t slot = 0; slot < received_; ++slot) {
        msghdr& message = buffers_->received[slot].msg_hdr;
        message.msg_namelen = sizeof(SocketAddress);
        message.msg_controllen = kControlSize;
    }
    received_ = 0;
    const int count = recvmmsg(descriptor_, buffers_->received.data(), kBatch, MSG_DONTWAIT, nullptr);
    if (count <= 0) {
        return {};
    }
    const auto size = received_ = static_cast<std::size_t>(count);
    for (std::size_t slot = 0; slot < size; ++slot) {
        read_datagram(slot);
    }
    return {datagrams_.data(), size};
}

bool UdpPort::has_waiting() const {
    pollfd watched{descriptor_, POLLIN, 0};
    return ::poll(&watched, 1, 0) == 1 && (watched.revents & POLLIN) != 0;
}

void UdpPort::prepare(std::size_t slot) {
    datagrams_[slot].slot = slot;
    buffers_->in[slot] = {buffers_->octets[slot].data(), kLargestRequest};
    msghdr& message = buffers_->received[slot].msg_hdr;
    message.msg_name = &buffers_->peers[slot];
    message.msg_namelen = sizeof(SocketAddress);
    message.msg_iov = &buffers_->in[slot];
    message.msg_iovlen = 1;
    message.msg_control = &buffers_->control[slot];
    message.msg_controllen = kControlSize;
    msghdr& reply = buffers_->replies[slot].msg_hdr;
    reply.msg_iov = &buffers_->out[slot];
    reply.msg_iovlen = 1;
}

void UdpPort::read_datagram(std::size_t slot) {
    mmsghdr& received = buffers_->received[slot];
    Datagram& datagram = datagrams_[slot];
    datagram.octets = {buffers_->octets[slot].data(), received.msg_len};
    read_sender(buffers_->peers[slot], datagram);
    const UsualControl usual = usual_control(received.msg_hdr);
    const Told told = usual.address != nullptr ? read_usual_control(usual) : read_control(received.msg_hdr);
    datagram.stamp = told.stamp;
    const bool from_ourselves = datagram.source == told.asked && datagram.source_port == address_.port;
    datagram.from_unicast = datagram.from_unicast && !from_ourselves;
    buffers_->answers_from[slot] = told.answers_from;
}

void UdpPort::reply(std::size_t slot, std::span<const std::byte> octets) {
    buffers_->out[queued_] = {const_cast<std::byte*>(octets.data()), octets.size()};
    msghdr& message = buffers_->replies[queued_].msg_hdr;
    message.msg_name = &buffers_->peers[slot];
    message.msg_namelen = buffers_->received[slot].msg_hdr.msg_namelen;
    message.msg_control = buffers_->answers_from[slot].iov_base;
    message.msg_controllen = buffers_->answers_from[slot].iov_len;
    ++queued_;
}

void UdpPort::flush() {
    std::size_t sent = 0;
    while (sent < queued_) {
        const int count =
            sendmmsg(descriptor_, buffers_->replies.data() + sent, static_cast<unsigned>(queued_ - sent), MSG_DONTWAIT);
        // One that cannot be sent (unreachable, no buffer) must not hold up the others.
        sent += count > 0 ? static_cast<std::size_t>(count) : 1;
    }
    queued_ = 0;
}

void UdpPort::ask_for_departure(std::uint64_t token) {
    if (departures_ && queued_ > 0) {
        const iovec& part = buffers_->out[queued_ - 1];
        departures_->ask_for(buffers_->replies[queued_ - 1].msg_hdr,
                             {static_cast<const std::byte*>(part.iov_base), part.iov_len}, token);
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
