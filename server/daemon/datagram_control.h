#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>

#include "server/daemon/udp_port.h"

namespace tokimori {

/// An address of either family.
union SocketAddress {
    sockaddr generic;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

/// Room for what the kernel tells of a datagram beside its octets, and for what is added to a reply.
inline constexpr std::size_t kControlSize = 256;

/// Where a datagram came from and which way a reply goes.
struct alignas(64) Way {
    SocketAddress peer{};
    iovec answers_from{};  ///< the control message that sends a reply from the address asked; or room for others
};

/// Takes apart what the kernel told of a datagram that was received into `way.peer`, and makes `received` ready for the
/// next. `own_port`: where it was received. One thread at a time.
void read_datagram(mmsghdr& received, Way& way, std::uint16_t own_port, Datagram& datagram);

}  // namespace tokimori
