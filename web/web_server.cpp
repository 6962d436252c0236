#include "web/web_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <list>
#include <map>
#include <utility>

#include "web/back_off.h"

namespace tokimori::web {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

long number_in(const char* text) {
    long value = -1;
    const std::string_view view = text != nullptr ? text : "";
    const auto read = std::from_chars(view.data(), view.data() + view.size(), value);
    return read.ec == std::errc{} && read.ptr == view.data() + view.size() ? value : -1;
}

// A client of IPv4 on a socket of both families counts as what it is.
std::string address_text(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    }
    return address.to_string();
}

}  // namespace

class WebServer::Doors : public std::enable_shared_from_this<Doors> {
public:
    Doors(asio::io_context& io, std::shared_ptr<ConnectionDesk> desk) : io_{io}, desk_{std::move(desk)} {}

    std::string listen(const NetworkAddress& address, bool encrypted) {
        Error error;
        const tcp::endpoint endpoint{asio::ip::make_address(address.host), address.port};
        tcp::acceptor acceptor{io_};
        acceptor.open(endpoint.protocol(), error);
        if (!error && endpoint.address().is_v6()) {
            acceptor.set_option(asio::ip::v6_only{true}, error);
        }
        if (!error) {
            acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
        }
        if (!error) {
            acceptor.bind(endpoint, error);
        }
        return begin(std::move(acceptor), encrypted, error, true);
    }

    std::string adopt(int descriptor, bool encrypted) {
        Error error;
        tcp::acceptor acceptor{io_};
        sockaddr_storage address{};
        socklen_t length = sizeof address;
        const bool known = ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) == 0;
        acceptor.assign(known && address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), descriptor, error);
        return begin(std::move(acceptor), encrypted, error, false);
    }

    void close() {
        Error ignored;
        for (Door& door : doors_) {
            door.acceptor.close(ignored);
            door.pause.cancel();
        }
        for (const auto& connection : connections_) {
            connection->close();
        }
    }

private:
    struct Door {
        tcp::acceptor acceptor;
        asio::steady_timer pause;
        bool encrypted;
    };

    std::string begin(tcp::acceptor acceptor, bool encrypted, Error error, bool listens_not_yet) {
        if (!error && listens_not_yet) {
            acceptor.listen(asio::socket_base::max_listen_connections, error);
        }
        if (error) {
            return error.message();
        }
        doors_.push_back({std::move(acceptor), asio::steady_timer{io_}, encrypted});
        accept(doors_.back());
        return {};
    }

    void accept(Door& door) {
        door.acceptor.async_accept([self = shared_from_this(), &door](const Error& error, tcp::socket socket) {
            if (!door.acceptor.is_open()) {
                return;
            }
            if (error) {
                self->accept_later(door);
                return;
            }
            self->take(std::move(socket), door.encrypted);
            self->accept(door);
        });
    }

    // Such as where there are no descriptors left: trying at once would only turn in a circle.
    void accept_later(Door& door) {
        door.pause.expires_after(std::chrono::milliseconds{100});
        door.pause.async_wait([self = shared_from_this(), &door](const Error& error) {
            if (!error && door.acceptor.is_open()) {
                self->accept(door);
            }
        });
    }

    void take(tcp::socket socket, bool encrypted) {
        Error error;
        const auto endpoint = socket.remote_endpoint(error);
        if (error) {
            return;
        }
        if (!make_room()) {
            return;
        }
        const int descriptor = socket.release(error);
        if (error) {
            return;
        }
        if (auto connection = open_connection(io_, descriptor, address_text(endpoint.address()), encrypted, desk_)) {
            connections_.push_back(std::move(connection));
        }
    }

    bool make_room() {
        std::erase_if(connections_, [](const auto& connection) { return !connection->is_open(); });
        if (connections_.size() < kMostConnections) {
            return true;
        }
        std::vector<WaitingClient> clients;
        for (const auto& connection : connections_) {
            clients.push_back({address_key(connection->address()), connection->waiting_since()});
        }
        const auto place = who_makes_room(clients);
        if (place) {
            connections_[*place]->close();
            connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(*place));
        }
        return place.has_value();
    }

    asio::io_context& io_;
    std::shared_ptr<ConnectionDesk> desk_;
    std::list<Door> doors_;
    std::vector<std::shared_ptr<OpenConnection>> connections_;
};

std::optional<std::size_t> who_makes_room(const std::vector<WaitingClient>& clients) {
    std::map<std::string_view, int> waiting;
    for (const WaitingClient& client : clients) {
        waiting[client.address] += client.since < Instant::max() ? 1 : 0;
    }
    std::optional<std::size_t> place;
    const auto goes_before = [&](const WaitingClient& a, const WaitingClient& b) {
        const int of_a = waiting[a.address];
        const int of_b = waiting[b.address];
        return of_a != of_b ? of_a > of_b : a.since < b.since;
    };
    for (std::size_t i = 0; i < clients.size(); ++i) {
        if (clients[i].since < Instant::max() && (!place || goes_before(clients[i], clients[*place]))) {
            place = i;
        }
    }
    return place;
}

WebServer::WebServer(asio::io_context& io, std::shared_ptr<ConnectionDesk> desk)
    : doors_{std::make_shared<Doors>(io, std::move(desk))} {}

WebServer::~WebServer() {
    doors_->close();
}

std::string WebServer::listen(const NetworkAddress& address, bool encrypted) {
    return doors_->listen(address, encrypted);
}

std::string WebServer::adopt(int descriptor, bool encrypted) {
    return doors_->adopt(descriptor, encrypted);
}

std::vector<InheritedSocket> inherited_sockets(const char* listen_pid, const char* listen_fds, const char* names,
                                               long pid) {
    constexpr int kFirst = 3;
    constexpr long kMost = 32;
    std::vector<InheritedSocket> sockets;
    const long count = number_in(listen_pid) == pid ? std::min(number_in(listen_fds), kMost) : 0;
    std::string_view rest = names != nullptr ? names : "";
    for (int i = 0; i < count; ++i) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        sockets.push_back({kFirst + i, rest.substr(0, end) != "http"});
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return sockets;
}

}  // namespace tokimori::web
