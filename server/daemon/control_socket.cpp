#include "server/daemon/control_socket.h"

#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "refclocks/socket_file.h"
#include "server/daemon/control_connection.h"
#include "server/daemon/pacer.h"

namespace tokimori {
namespace {

namespace asio = boost::asio;
using Stream = asio::local::stream_protocol;
using Error = boost::system::error_code;

// What the kernel holds back while we pace; more have to wait in their own connect.
constexpr int kBacklog = 16;
constexpr Duration kAfterFailure = std::chrono::seconds{1};

std::optional<gid_t> group_of(const std::string& name) {
    std::array<char, std::size_t{16} * 1024> room{};
    group entry{};
    group* found = nullptr;
    const bool known = ::getgrnam_r(name.c_str(), &entry, room.data(), room.size(), &found) == 0 && found != nullptr;
    return known ? std::optional{entry.gr_gid} : std::nullopt;
}

}  // namespace

class ControlSocket::Listener : public std::enable_shared_from_this<Listener> {
public:
    Listener(asio::io_context& io, Log& log, std::shared_ptr<ControlDesk> desk)
        : io_{io},
          acceptor_{io},
          accept_timer_{io},
          watch_timer_{io},
          log_{log},
          desk_{std::move(desk)},
          pacer_{desk_->limits.burst, desk_->limits.pause} {}

    const ControlCounts& counts() const { return desk_->counts; }

    void serve(const ControlAddress& address) {
        allow_changes_by(address.changes_by);
        if (address == address_ && acceptor_.is_open()) {
            return;
        }
        close();
        address_ = address;
        complained_ = false;
        if (!address.path.empty()) {
            running_ = true;
            look_after_file();
        }
    }

    void close() {
        running_ = false;
        watch_timer_.cancel();
        close_socket();
        connections_.clear();
    }

private:
    template <typename Handler>
    auto while_running(Handler handler) {
        return [self = shared_from_this(), attempt = attempt_, handler](const Error& error, auto&&... rest) {
            const bool current = self->running_ && attempt == self->attempt_;
            if (current && error != asio::error::operation_aborted) {
                handler(*self, error, std::forward<decltype(rest)>(rest)...);
            }
        };
    }

    void allow_changes_by(const std::string& user) {
        const std::optional<uid_t> named = user.empty() ? std::nullopt : user_of(user);
        desk_->permission.allow(named);
        if (!user.empty() && !named) {
            log_.write(desk_->now(), LogLevel::kWarning, "control_user_unknown",
                       {{"changes_by", user},
                        {"effect",
                         "nobody but root and the user of the daemon may change settings over the control "
                         "socket; make the user, then reload"}});
        }
    }

    void close_socket() {
        ++attempt_;
        Error ignored;
        accept_timer_.cancel();
        file_.remove();
        acceptor_.close(ignored);
    }

    // Who starts later, or cleans up in the wrong place, must not leave the daemon deaf for ever.
    void look_after_file() {
        if (!acceptor_.is_open() || !file_.is_ours()) {
            open();
        }
        watch_timer_.expires_after(desk_->limits.watch);
        watch_timer_.async_wait([self = shared_from_this()](const Error& error) {
            if (!error && self->running_) {
                self->look_after_file();
            }
        });
    }

    void open() {
        close_socket();
        const SocketFile::Bound bound = file_.make(address_.path, SOCK_STREAM);
        if (bound.error) {
            complain(bound.error);
            return;
        }
        Error error;
        acceptor_.assign(Stream{}, bound.descriptor, error);
        if (error) {
            ::close(bound.descriptor);
        } else {
            acceptor_.listen(kBacklog, error);
        }
        if (error) {
            close_socket();
            complain(error);
            return;
        }
        complained_ = false;
        log_.write(desk_->now(), LogLevel::kInfo, "control_socket", {{"path", address_.path}, {"group", given_to()}});
        accept();
    }

    void complain(const std::error_code& error) {
        if (!std::exchange(complained_, true)) {
            log_.write(desk_->now(), LogLevel::kWarning, "control_socket_absent",
                       {{"path", address_.path},
                        {"why", error.message()},
                        {"what", remedy_for_socket(error)},
                        {"effect", "tokictl and the page get no answer until it can be made; time is served"}});
        }
    }

    // In words, for the log.
    std::string given_to() const {
        if (address_.group.empty()) {
            return "of this user";
        }
        const std::optional<gid_t> group = group_of(address_.group);
        if (!group) {
            return "of this user, for there is no group " + address_.group;
        }
        const int error = file_.give_to(*group);
        return error == 0 ? address_.group
                          : "of this user, who may not give it to " + address_.group + ": " +
                                std::generic_category().message(error);
    }

    void accept() {
        acceptor_.async_accept(while_running([](Listener& self, const Error& error, Stream::socket socket) {
            self.accepted(error, std::move(socket));
        }));
    }

    void accepted(const Error& error, Stream::socket socket) {
        if (!error) {
            take(std::move(socket));
        }
        // Without descriptors, too, the loop must not spin.
        accept_timer_.expires_after(error ? kAfterFailure : pacer_.wait_after(desk_->now()));
        accept_timer_.async_wait(while_running([](Listener& self, const Error&) { self.accept(); }));
    }

    void take(Stream::socket socket) {
        Error error;
        const int descriptor = socket.release(error);
        if (!error) {
            ++desk_->counts.accepted;
            make_room();
            connections_.push_back(std::make_unique<ControlConnection>(io_, descriptor, desk_));
        }
    }

    void make_room() {
        std::erase_if(connections_, [](const auto& connection) { return !connection->is_open(); });
        if (connections_.size() < desk_->limits.connections) {
            return;
        }
        const auto longest = std::ranges::min_element(
            connections_, {}, [](const auto& connection) { return connection->waiting_since(); });
        (*longest)->drop();
        connections_.erase(longest);
    }

    asio::io_context& io_;
    Stream::acceptor acceptor_;
    asio::steady_timer accept_timer_;
    asio::steady_timer watch_timer_;
    Log& log_;
    std::shared_ptr<ControlDesk> desk_;
    Pacer pacer_;
    SocketFile file_;
    ControlAddress address_;
    std::vector<std::unique_ptr<ControlConnection>> connections_;
    std::uint64_t attempt_ = 0;
    bool running_ = false;
    bool complained_ = false;
};

ControlSocket::ControlSocket(asio::io_context& io, Log& log, std::function<LocalInstant()> now, Answer answer,
                             const ControlLimits& limits)
    : listener_{std::make_shared<Listener>(
          io, log,
          std::make_shared<ControlDesk>(
              ControlDesk{std::move(now), std::move(answer), limits, {}, ControlPermission{::geteuid()}}))} {}

ControlSocket::~ControlSocket() {
    listener_->close();
}

void ControlSocket::serve(const ControlAddress& address) {
    listener_->serve(address);
}

void ControlSocket::stop() {
    listener_->close();
}

ControlCounts ControlSocket::counts() const {
    return listener_->counts();
}

}  // namespace tokimori
