#pragma once

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "refclocks/counter.h"
#include "server/ntp/client_address.h"
#include "server/ntp/packet.h"

namespace tokimori {

/// A datagram that came back, and when.
struct CameBack {
    std::span<const std::byte> octets;  ///< until the next one
    LocalInstant at;
};

/// The socket of one request to another server: connected, from a port that the kernel draws, with kernel receive
/// stamps where they can be had.
class UpstreamSocket {
public:
    using Error = boost::system::error_code;

    UpstreamSocket(boost::asio::io_context& io, Counter& counter) : socket_{io}, counter_{counter} {}

    /// Opens it towards `server`; what was open before is closed.
    Error open(const boost::asio::ip::udp::endpoint& server);
    void close();
    /// Sends all of `octets`, or says why not.
    Error send(std::span<const std::byte> octets);
    /// Whatever waits; nullopt with `error` set where that is more than having to wait.
    std::optional<CameBack> receive(Error& error);
    /// Calls `ready(error)` once something waits.
    template <typename Handler>
    void await(Handler ready) {
        socket_.async_wait(boost::asio::ip::udp::socket::wait_read, std::move(ready));
    }
    /// Our address, from which the server is asked.
    boost::asio::ip::address own_address() const;

private:
    boost::asio::ip::udp::socket socket_;
    Counter& counter_;
    std::array<std::byte, 1280> octets_{};
};

/// An address of Boost.Asio as the NTP room writes it.
ClientAddress client_address_of(const boost::asio::ip::address& address);

/// The addresses of this host, as its kernel knows them now.
std::vector<ClientAddress> own_addresses();

/// A transmit timestamp that nobody can guess; never zero.
NtpTimestamp draw_nonce();

}  // namespace tokimori
