#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "refclocks/counter.h"
#include "server/ntp/client_address.h"
#include "server/ntp/packet.h"

namespace boost::asio {
class io_context;
}
namespace boost::system {
class error_code;
}

namespace tokimori {

/// A datagram that came back, and when.
struct CameBack {
    std::span<const std::byte> octets;  ///< until the next one
    LocalInstant at;
};

/// An address of another server, and the number of the interface through which it is reached where it is link-local.
struct ReachedAddress {
    ClientAddress address;
    unsigned interface = 0;  ///< 0: any

    friend bool operator==(const ReachedAddress&, const ReachedAddress&) = default;
};

/// The socket of one request to another server: connected, from a port that the kernel draws, with kernel receive
/// stamps where they can be had. Clock thread only.
class UpstreamSocket {
public:
    /// Both must outlive the object.
    UpstreamSocket(boost::asio::io_context& io, Counter& counter);
    ~UpstreamSocket();
    UpstreamSocket(const UpstreamSocket&) = delete;
    UpstreamSocket& operator=(const UpstreamSocket&) = delete;

    /// Opens it towards a server; what was open before is closed.
    std::error_code open(const ReachedAddress& server, std::uint16_t port);
    void close();
    /// Sends all of `octets`, or says why not.
    std::error_code send(std::span<const std::byte> octets);
    /// Whatever waits; nullopt with `error` set where that is more than having to wait.
    std::optional<CameBack> receive(std::error_code& error);
    /// Calls `ready` once something waits, or with an error once it is closed.
    void await(std::function<void(const boost::system::error_code&)> ready);
    /// Our address, from which the server is asked, in numbers.
    std::string own_address() const;

private:
    struct Socket;
    std::unique_ptr<Socket> socket_;
    Counter& counter_;
    std::array<std::byte, 1280> octets_{};
};

/// An address in numbers, as people write it.
std::string text_of_address(const ClientAddress& address);

/// The addresses of this host, as its kernel knows them now.
std::vector<ClientAddress> own_addresses();

/// A transmit timestamp that nobody can guess; never zero.
NtpTimestamp draw_nonce();

}  // namespace tokimori
