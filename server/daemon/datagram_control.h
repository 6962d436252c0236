#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "server/ntp/request.h"

namespace tokimori {

/// An address of either family.
union SocketAddress {
    sockaddr generic;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

/// Room for what the kernel tells of a datagram beside its octets, and for what is added to a reply.
inline constexpr std::size_t kControlSize = 256;

/// A datagram as the kernel handed it over, and which way a reply goes.
struct alignas(64) Datagram {
    Request request;  ///< but for `arrival` and what is looked up; from unicast: neither multicast nor this very port
    /// Where the kernel told none: longer ago than any clock shows.
    static constexpr std::int64_t kNoStamp = std::numeric_limits<std::int64_t>::min() / 4;
    std::int64_t stamp = kNoStamp;  ///< kernel receive time, CLOCK_REALTIME, POSIX nanoseconds
    SocketAddress peer{};
    iovec answers_from{};  ///< the control message that sends a reply from the address asked; or room for others
};

/// What a stamp of the kernel, a timespec there, says: POSIX nanoseconds.
std::int64_t nanoseconds_at(const void* stamp);

/// Whether who is bound to it is asked at this address alone and answers from it. What is broadcast to on some network
/// looks like any other.
bool is_unicast(const SocketAddress& address);

/// Whether what was received where the kernel tells the address that was asked is broadcast or multicast: every socket
/// that shares the port gets it, not one of them.
bool is_for_all(const Datagram& datagram);

/// Takes apart what the kernel tells of the datagrams of one socket. One thread at a time.
class DatagramReader {
public:
    /// `bound`: where the socket is. Which of its addresses was asked the kernel must tell (IP_PKTINFO,
    /// IPV6_RECVPKTINFO) unless that is one address alone. `stamp`: SCM_TIMESTAMPNS or SCM_TIMESTAMPING.
    DatagramReader(const SocketAddress& bound, int stamp);

    /// Of which kind all its datagrams are: of IPv4, sent to the one address that it is bound to or to any; or of IPv6.
    enum class Hears : std::uint8_t { kV4, kV4AtAny, kV6 };
    Hears hears() const { return hears_; }

    /// A datagram, of the kind that it hears, that was received into its `peer` and where its octets begin;
    /// `answers_from` began where the control messages do. `received` is made ready for the next.
    template <Hears kHears>
    void read(mmsghdr& received, Datagram& datagram) const;

private:
    using Kind = std::array<int, 2>;  // level and type of a control message

    template <Hears kHears>
    [[gnu::always_inline]] inline void take(mmsghdr& received, Datagram& datagram) const;
    void beware_of_ourselves(Datagram& datagram) const;
    template <Hears kHears>
    bool is_usual(const msghdr& message) const;
    template <Hears kHears>
    void take_usual(const msghdr& message, Datagram& datagram) const;

    Hears hears_;
    std::uint16_t own_port_;
    std::optional<ClientAddress> own_address_;  ///< nullopt: it is told with every datagram
    // What nearly all come with: a stamp, and of IPv4 the address that was asked.
    Kind stamp_kind_;
    std::size_t address_at_ = 0;
    std::size_t usual_size_;
};

}  // namespace tokimori
