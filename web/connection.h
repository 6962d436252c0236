#pragma once

#include <memory>
#include <string>

#include "web/application.h"

namespace boost::asio {
class io_context;
namespace ssl {
class context;
}
}  // namespace boost::asio

namespace tokimori::web {

/// How patient the server is with one client.
struct ConnectionLimits {
    std::chrono::milliseconds handshake = std::chrono::seconds{10};
    std::chrono::milliseconds idle = std::chrono::seconds{30};  ///< for a request to begin and its head to end
    std::chrono::milliseconds body = std::chrono::seconds{20};
    std::chrono::milliseconds reply = std::chrono::seconds{20};  ///< to be taken
};

/// What all connections share.
struct ConnectionDesk {
    Application& application;
    std::shared_ptr<boost::asio::ssl::context> tls;
    std::function<Instant()> now;
    ConnectionLimits limits{};
};

/// One client: a request is read, answered, and its reply taken, before the next one is looked at.
class OpenConnection {
public:
    virtual ~OpenConnection() = default;
    virtual bool is_open() const = 0;
    /// Since when it waits for its client; the greatest instant where it does not: its answer is being made, or it is a
    /// viewer of the live stream.
    virtual Instant waiting_since() const = 0;
    virtual const std::string& address() const = 0;
    virtual void close() = 0;
};

/// Begins to serve the client of a connected TCP socket, which is taken over. `address`: of the client. On the thread
/// of `io`.
std::shared_ptr<OpenConnection> open_connection(boost::asio::io_context& io, int descriptor, std::string address,
                                                bool encrypted, std::shared_ptr<ConnectionDesk> desk);

}  // namespace tokimori::web
