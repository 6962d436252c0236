#include "tests/daemon/heard.h"

#include <arpa/inet.h>

#include <array>
#include <stdexcept>

#include "server/daemon/datagram_control.h"

namespace tokimori {
namespace {

constexpr std::uint16_t kOwnPort = 123;

SocketAddress socket_address(const std::string& text, std::uint16_t port) {
    SocketAddress address{};
    if (inet_pton(AF_INET, text.c_str(), &address.v4.sin_addr) == 1) {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(port);
        return address;
    }
    if (inet_pton(AF_INET6, text.c_str(), &address.v6.sin6_addr) != 1) {
        throw std::runtime_error(text + " is no address");
    }
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = htons(port);
    return address;
}

}  // namespace

Request heard_from(const std::string& address, std::uint16_t port, std::span<const std::byte> octets) {
    const SocketAddress peer = socket_address(address, port);
    const bool is_v4 = peer.generic.sa_family == AF_INET;
    const DatagramReader reader{socket_address(is_v4 ? "192.0.2.1" : "2001:db8::1", kOwnPort), SCM_TIMESTAMPNS};
    alignas(cmsghdr) std::array<std::byte, kControlSize> nothing_told{};
    mmsghdr received{};
    received.msg_hdr.msg_control = nothing_told.data();
    received.msg_len = static_cast<unsigned>(octets.size());
    Datagram datagram;
    datagram.request.octets = octets;
    datagram.peer = peer;
    using Hears = DatagramReader::Hears;
    is_v4 ? reader.read<Hears::kV4>(received, datagram) : reader.read<Hears::kV6>(received, datagram);
    return datagram.request;
}

}  // namespace tokimori
