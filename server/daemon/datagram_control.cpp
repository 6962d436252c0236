#include "server/daemon/datagram_control.h"

#include <endian.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <optional>

namespace tokimori {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

bool is_unicast(const in6_addr& address) {
    return !IN6_IS_ADDR_MULTICAST(&address) && !IN6_IS_ADDR_UNSPECIFIED(&address);
}

bool is_unicast(std::uint32_t address) {
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
    request.from_unicast = is_unicast(address);
}

void read_sender(const SocketAddress& peer, Request& request) {
    if (peer.generic.sa_family != AF_INET6) {
        return read_v4_sender(peer.v4, request);
    }
    request.source = address_of(peer.v6.sin6_addr);
    request.source_port = ntohs(peer.v6.sin6_port);
    request.from_unicast = is_unicast(peer.v6.sin6_addr);
}

// What the kernel tells of an IPv4 datagram, as it lays it out: the stamp (where departures are told two more, of
// hardware), then the address that was asked. The headers are cmsghdr, which cannot stand within a type.
struct ControlHeader {
    decltype(cmsghdr::cmsg_len) size;
    std::array<int, 2> kind;  ///< level and type
};
template <std::size_t stamps>
struct UsualControl {
    ControlHeader of_stamp;
    std::array<timespec, stamps> stamp;
    ControlHeader of_address;
    in_pktinfo address;
};
using StampAlone = UsualControl<1>;
using StampOfThree = UsualControl<3>;

/// Not where a stamp is aligned to more than a header is: of 64 bits on a host of 32.
template <typename Usual>
constexpr bool kIsLaidOutSo = sizeof(ControlHeader) == sizeof(cmsghdr) && alignof(Usual) <= alignof(cmsghdr) &&
                              offsetof(Usual, stamp) == CMSG_LEN(0) &&
                              offsetof(Usual, of_address) == CMSG_SPACE(sizeof(Usual::stamp)) &&
                              offsetof(Usual, address) == offsetof(Usual, of_address) + CMSG_LEN(0);
static_assert(sizeof(void*) < sizeof(std::int64_t) || (kIsLaidOutSo<StampAlone> && kIsLaidOutSo<StampOfThree>));

/// nullptr: it is laid out otherwise.
template <typename Usual>
Usual* usual_control(const msghdr& message, int stamp_type) {
    if constexpr (!kIsLaidOutSo<Usual>) {
        return nullptr;
    }
    const auto word = [](const std::array<int, 2>& kind) { return std::bit_cast<std::uint64_t>(kind); };
    auto* const control = static_cast<Usual*>(message.msg_control);
    const bool usual = message.msg_controllen == CMSG_SPACE(sizeof control->stamp) + CMSG_SPACE(sizeof(in_pktinfo)) &&
                       word(control->of_stamp.kind) == word({SOL_SOCKET, stamp_type}) &&
                       word(control->of_address.kind) == word({IPPROTO_IP, IP_PKTINFO});
    return usual ? control : nullptr;
}
static_assert(CMSG_SPACE(3 * sizeof(timespec)) + CMSG_SPACE(sizeof(in6_pktinfo)) + DepartureStamps::kControlRoom <=
              kControlSize);

std::int64_t nanoseconds_of(const timespec& stamp) {
    return static_cast<std::int64_t>(stamp.tv_sec) * kNanosecondsPerSecond + stamp.tv_nsec;
}

template <typename Usual>
void take_usual_control(Usual& control, Way& way, Datagram& datagram) {
    datagram.stamp = nanoseconds_of(control.stamp[0]);
    control.address.ipi_ifindex = 0;
    way.answers_from = {&control.of_address, CMSG_SPACE(sizeof(in_pktinfo))};
    read_v4_sender(way.peer.v4, datagram.request);
}

// By whichever interface the way leads.
bool forget_interface(cmsghdr& part) {
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
        return true;
    }
    return false;
}

void take_control(msghdr& message, Way& way, Datagram& datagram) {
    datagram.stamp = Datagram::kNoStamp;
    way.answers_from = {message.msg_control, 0};
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == SOL_SOCKET &&
            (part->cmsg_type == SCM_TIMESTAMPNS || part->cmsg_type == SCM_TIMESTAMPING)) {
            timespec stamp;
            std::memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
            datagram.stamp = nanoseconds_of(stamp);
        } else if (forget_interface(*part)) {
            way.answers_from = {part, CMSG_ALIGN(part->cmsg_len)};
        }
    }
}

/// The address of ours that was asked.
ClientAddress asked_address(const Way& way) {
    if (way.answers_from.iov_len == 0) {
        return {};
    }
    const auto& part = *static_cast<const cmsghdr*>(way.answers_from.iov_base);
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

void read_datagram(mmsghdr& received, Way& way, std::uint16_t own_port, Datagram& datagram) {
    Request& request = datagram.request;
    request.octets = {request.octets.data(), received.msg_len};
    if (auto* const of_three = usual_control<StampOfThree>(received.msg_hdr, SCM_TIMESTAMPING)) {
        take_usual_control(*of_three, way, datagram);
    } else if (auto* const alone = usual_control<StampAlone>(received.msg_hdr, SCM_TIMESTAMPNS)) {
        take_usual_control(*alone, way, datagram);
    } else {
        take_control(received.msg_hdr, way, datagram);
        read_sender(way.peer, request);
    }
    if (request.source_port == own_port && request.source == asked_address(way)) {
        request.from_unicast = false;
    }
    // For the next; the length of an address is the same for all that a socket hears.
    received.msg_hdr.msg_controllen = kControlSize;
}

}  // namespace tokimori
