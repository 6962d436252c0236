#include "server/daemon/datagram_control.h"

#include <endian.h>
#include <linux/errqueue.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <utility>

#include "server/daemon/departure_stamps.h"

namespace tokimori {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

bool is_unicast_v6(const in6_addr& address) {
    return !IN6_IS_ADDR_MULTICAST(&address) && !IN6_IS_ADDR_UNSPECIFIED(&address);
}

bool is_unicast_v4(std::uint32_t address) {
    constexpr std::uint32_t kFirst = 0x0100'0000;
    constexpr std::uint32_t kMulticastAndAbove = 0xE000'0000;
    return address - kFirst < kMulticastAndAbove - kFirst;
}

ClientAddress address_of(const in6_addr& address) {
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), &address, sizeof words);
    return {be64toh(words[0]), be64toh(words[1])};
}

void read_v4_sender(const sockaddr_in& peer, Request& request) {
    const std::uint32_t address = ntohl(peer.sin_addr.s_addr);
    request.source = ClientAddress::v4(address);
    request.source_port = ntohs(peer.sin_port);
    request.from_unicast = is_unicast_v4(address);
}

void read_v6_sender(const sockaddr_in6& peer, Request& request) {
    request.source = address_of(peer.sin6_addr);
    request.source_port = ntohs(peer.sin6_port);
    request.from_unicast = is_unicast_v6(peer.sin6_addr);
}

static_assert(CMSG_SPACE(sizeof(scm_timestamping)) + CMSG_SPACE(sizeof(in6_pktinfo)) + DepartureStamps::kControlRoom <=
              kControlSize);

// More than there is room for: of IPv6 it is looked at message by message.
constexpr std::size_t kNever = kControlSize + 1;

bool is_kind(const std::byte* part, const std::array<int, 2>& kind) {
    static_assert(offsetof(cmsghdr, cmsg_type) == offsetof(cmsghdr, cmsg_level) + sizeof(int));
    return std::memcmp(part + offsetof(cmsghdr, cmsg_level), kind.data(), sizeof kind) == 0;
}

// By whichever interface the way leads. False where it is not told, and of multicast, to which the kernel chooses the
// address of the reply.
bool can_be_answered_from(cmsghdr& part) {
    if (part.cmsg_level == IPPROTO_IP && part.cmsg_type == IP_PKTINFO) {
        in_pktinfo info;
        std::memcpy(&info, CMSG_DATA(&part), sizeof info);
        info.ipi_ifindex = 0;
        std::memcpy(CMSG_DATA(&part), &info, sizeof info);
        return true;
    }
    if (part.cmsg_level == IPPROTO_IPV6 && part.cmsg_type == IPV6_PKTINFO) {
        in6_pktinfo info;
        std::memcpy(&info, CMSG_DATA(&part), sizeof info);
        info.ipi6_ifindex = IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr) ? info.ipi6_ifindex : 0;
        std::memcpy(CMSG_DATA(&part), &info, sizeof info);
        return !IN6_IS_ADDR_MULTICAST(&info.ipi6_addr);
    }
    return false;
}

[[gnu::noinline]] void take_control(msghdr& message, Datagram& datagram) {
    datagram.stamp = Datagram::kNoStamp;
    datagram.answers_from = {message.msg_control, 0};
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == SOL_SOCKET &&
            (part->cmsg_type == SCM_TIMESTAMPNS || part->cmsg_type == SCM_TIMESTAMPING)) {
            datagram.stamp = nanoseconds_at(CMSG_DATA(part));
        } else if (can_be_answered_from(*part)) {
            datagram.answers_from = {part, CMSG_ALIGN(part->cmsg_len)};
        }
    }
}

/// The address of ours that was asked, as the kernel told.
ClientAddress told_address(const Datagram& datagram) {
    if (datagram.answers_from.iov_len == 0) {
        return {};
    }
    const auto& part = *static_cast<const cmsghdr*>(datagram.answers_from.iov_base);
    if (part.cmsg_level == IPPROTO_IP) {
        in_pktinfo info;
        std::memcpy(&info, CMSG_DATA(&part), sizeof info);
        return ClientAddress::v4(ntohl(info.ipi_addr.s_addr));
    }
    in6_pktinfo info;
    std::memcpy(&info, CMSG_DATA(&part), sizeof info);
    return address_of(info.ipi6_addr);
}

}  // namespace

std::int64_t nanoseconds_at(const void* stamp) {
    timespec copy;
    std::memcpy(&copy, stamp, sizeof copy);
    return static_cast<std::int64_t>(copy.tv_sec) * kNanosecondsPerSecond + copy.tv_nsec;
}

bool is_unicast(const SocketAddress& address) {
    return address.generic.sa_family == AF_INET6 ? is_unicast_v6(address.v6.sin6_addr)
                                                 : is_unicast_v4(ntohl(address.v4.sin_addr.s_addr));
}

// Multicast of IPv6 has nothing to be answered from. Of IPv4 the kernel tells where from instead of what was asked.
bool is_for_all(const Datagram& datagram) {
    if (datagram.answers_from.iov_len == 0) {
        return true;
    }
    const auto& part = *static_cast<const cmsghdr*>(datagram.answers_from.iov_base);
    in_pktinfo info;
    std::memcpy(&info, CMSG_DATA(&part), sizeof info);
    return part.cmsg_level == IPPROTO_IP && info.ipi_addr.s_addr != info.ipi_spec_dst.s_addr;
}

DatagramReader::DatagramReader(const SocketAddress& bound, int stamp)
    : hears_{bound.generic.sa_family == AF_INET ? Hears::kV4 : Hears::kV6},
      stamp_kind_{SOL_SOCKET, stamp},
      usual_size_{CMSG_SPACE(stamp == SCM_TIMESTAMPING ? sizeof(scm_timestamping) : sizeof(timespec))} {
    Request own;
    hears_ == Hears::kV4 ? read_v4_sender(bound.v4, own) : read_v6_sender(bound.v6, own);
    own_port_ = own.source_port;
    if (own.from_unicast) {
        own_address_ = own.source;
    } else if (hears_ == Hears::kV4) {
        hears_ = Hears::kV4AtAny;
        address_at_ = std::exchange(usual_size_, usual_size_ + CMSG_SPACE(sizeof(in_pktinfo)));
    } else {
        usual_size_ = kNever;
    }
}

template <DatagramReader::Hears kHears>
void DatagramReader::take(mmsghdr& received, Datagram& datagram) const {
    Request& request = datagram.request;
    request.octets = {request.octets.data(), received.msg_len};
    msghdr& message = received.msg_hdr;
    if (is_usual<kHears>(message)) {
        take_usual<kHears>(message, datagram);
    } else {
        take_control(message, datagram);
        if (own_address_) {
            datagram.answers_from = {message.msg_control, 0};
        }
    }
    // For the next; the length of an address is the same for all that a socket hears.
    message.msg_controllen = kControlSize;
}

void DatagramReader::beware_of_ourselves(Datagram& datagram) const {
    Request& request = datagram.request;
    if (request.source_port == own_port_ && request.source == own_address_.value_or(told_address(datagram))) {
        request.from_unicast = false;
    }
}

template <DatagramReader::Hears kHears>
bool DatagramReader::is_usual(const msghdr& message) const {
    const auto* const control = static_cast<const std::byte*>(message.msg_control);
    if (message.msg_controllen != usual_size_ || !is_kind(control, stamp_kind_)) {
        return false;
    }
    return kHears != Hears::kV4AtAny || is_kind(control + address_at_, {IPPROTO_IP, IP_PKTINFO});
}

template <DatagramReader::Hears kHears>
void DatagramReader::take_usual(const msghdr& message, Datagram& datagram) const {
    auto* const control = static_cast<std::byte*>(message.msg_control);
    datagram.stamp = nanoseconds_at(control + CMSG_LEN(0));
    if constexpr (kHears == Hears::kV4AtAny) {
        datagram.answers_from = {control + address_at_, CMSG_SPACE(sizeof(in_pktinfo))};
        constexpr int kAnyInterface = 0;
        std::memcpy(control + address_at_ + CMSG_LEN(offsetof(in_pktinfo, ipi_ifindex)), &kAnyInterface,
                    sizeof kAnyInterface);
    }
}

template <DatagramReader::Hears kHears>
void DatagramReader::read(mmsghdr& received, Datagram& datagram) const {
    take<kHears>(received, datagram);
    if constexpr (kHears == Hears::kV6) {
        read_v6_sender(datagram.peer.v6, datagram.request);
    } else {
        read_v4_sender(datagram.peer.v4, datagram.request);
    }
    beware_of_ourselves(datagram);
}

template void DatagramReader::read<DatagramReader::Hears::kV4>(mmsghdr&, Datagram&) const;
template void DatagramReader::read<DatagramReader::Hears::kV4AtAny>(mmsghdr&, Datagram&) const;
template void DatagramReader::read<DatagramReader::Hears::kV6>(mmsghdr&, Datagram&) const;

}  // namespace tokimori
