#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "web/connection.h"
#include "web/web_settings.h"

namespace tokimori::web {

/// Connections at once. One more takes the place of another (`who_makes_room`).
inline constexpr std::size_t kMostConnections = 200;

/// A connection as far as making room goes.
struct WaitingClient {
    std::string address;
    Instant since;  ///< it waits for its client; the greatest instant where it does not
};

/// Whose place a new client takes: of the host with the most connections the one that has waited longest for its
/// client, so that neither a thousand slow ones nor a flood from one host keep anybody else out. None whose answer is
/// being made; nullopt where that are all. Pure.
std::optional<std::size_t> who_makes_room(const std::vector<WaitingClient>& clients);

/// Accepts connections on any number of sockets. On the thread of `io`.
class WebServer {
public:
    WebServer(boost::asio::io_context& io, std::shared_ptr<ConnectionDesk> desk);
    ~WebServer();
    WebServer(const WebServer&) = delete;
    WebServer& operator=(const WebServer&) = delete;

    /// Listens on an address; why not, in words, or empty.
    std::string listen(const NetworkAddress& address, bool encrypted);

    /// Takes over a socket that listens already, as systemd hands it over; why not, or empty.
    std::string adopt(int descriptor, bool encrypted);

private:
    class Doors;
    std::shared_ptr<Doors> doors_;
};

/// A socket from systemd (sd_listen_fds(3)).
struct InheritedSocket {
    int descriptor = 0;
    bool encrypted = true;  ///< its name is not "http"
};

/// What LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES say to process `pid`; null for what is not set. Pure.
std::vector<InheritedSocket> inherited_sockets(const char* listen_pid, const char* listen_fds, const char* names,
                                               long pid);

}  // namespace tokimori::web
