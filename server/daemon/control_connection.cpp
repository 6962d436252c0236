#include "server/daemon/control_connection.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "server/daemon/pacer.h"

namespace tokimori {
namespace {

namespace asio = boost::asio;
using Stream = asio::local::stream_protocol;
using Error = boost::system::error_code;

// It is we who keep a client waiting then, and he is the last to make room.
constexpr LocalInstant kNotWaiting = LocalInstant::max();

}  // namespace

/// One client: a request is read, answered, and the reply taken before the next one is looked at.
class ControlConnection::Client : public std::enable_shared_from_this<Client> {
public:
    Client(asio::io_context& io, int descriptor, std::shared_ptr<ControlDesk> desk)
        : socket_{io},
          timer_{io},
          desk_{std::move(desk)},
          pacer_{desk_->limits.burst, desk_->limits.pause},
          user_{peer_of(descriptor)} {
        Error error;
        socket_.assign(Stream{}, descriptor, error);
        if (error) {
            ::close(descriptor);
        } else {
            ++desk_->counts.open;
        }
    }

    bool is_open() const { return socket_.is_open(); }
    /// Since when it waits for its client.
    LocalInstant waiting_since() const { return waiting_since_; }

    void close() {
        Error ignored;
        if (is_open()) {
            --desk_->counts.open;
        }
        timer_.cancel();
        socket_.close(ignored);
    }

    void drop() {
        ++desk_->counts.dropped;
        close();
    }

    void next_request() {
        if (!is_open()) {
            return;
        }
        begin_wait(desk_->limits.patience);
        read_on();
    }

private:
    /// Wraps a handler so that it runs only while the connection is open.
    template <typename Handler>
    auto while_open(Handler handler) {
        return [self = shared_from_this(), handler](const Error& error, auto&&... rest) {
            if (self->is_open() && error != asio::error::operation_aborted) {
                handler(*self, error, rest...);
            }
        };
    }

    void begin_wait(Duration longest) {
        waiting_since_ = desk_->now();
        timer_.expires_after(longest);
        timer_.async_wait(while_open([](Client& self, const Error&) { self.drop(); }));
    }

    // A reload may change who may do what.
    ControlPeer peer() const { return {user_ && desk_->permission.holds(*user_)}; }

    void read_on() {
        const auto end = std::find(input_.begin(), input_.begin() + held_, '\n');
        if (end != input_.begin() + held_) {
            answer(end - input_.begin());
        } else if (held_ == std::ssize(input_) && input_.size() > peer().longest_request()) {
            ++desk_->counts.requests;
            last_ = true;
            send(refuse_long_request(peer()));
        } else {
            make_room();
            socket_.async_read_some(
                asio::buffer(&input_[static_cast<std::size_t>(held_)], input_.size() - static_cast<std::size_t>(held_)),
                while_open([](Client& self, const Error& error, std::size_t count) { self.take(error, count); }));
        }
    }

    void make_room() {
        if (held_ == std::ssize(input_)) {
            input_.resize(std::min(2 * input_.size(), peer().longest_request() + 1));
        }
    }

    void take(const Error& error, std::size_t count) {
        if (error) {
            close();
            return;
        }
        held_ += static_cast<std::ptrdiff_t>(count);
        read_on();
    }

    void answer(std::ptrdiff_t length) {
        ++desk_->counts.requests;
        const std::string line(input_.begin(), input_.begin() + length);
        std::copy(input_.begin() + length + 1, input_.begin() + held_, input_.begin());
        held_ -= length + 1;
        timer_.cancel();
        waiting_since_ = kNotWaiting;
        desk_->answer(line, peer(), [self = shared_from_this()](ControlReply reply) {
            if (self->is_open()) {
                self->send(std::move(reply));
            }
        });
    }

    void send(ControlReply reply) {
        desk_->counts.refused += reply.refused ? 1 : 0;
        output_ = std::move(reply.line);
        output_ += '\n';
        begin_wait(desk_->limits.slowness);
        asio::async_write(socket_, asio::buffer(output_),
                          while_open([](Client& self, const Error& error, std::size_t) { self.sent(error); }));
    }

    // What is asked too quickly stays with the client meanwhile.
    void sent(const Error& error) {
        if (error || last_) {
            close();
            return;
        }
        timer_.expires_after(pacer_.wait_after(desk_->now()));
        timer_.async_wait(while_open([](Client& self, const Error&) { self.next_request(); }));
    }

    Stream::socket socket_;
    asio::steady_timer timer_;
    std::shared_ptr<ControlDesk> desk_;
    Pacer pacer_;
    std::optional<uid_t> user_;
    std::vector<char> input_ = std::vector<char>(kLongestControlRequest + 1);
    std::ptrdiff_t held_ = 0;
    std::string output_;
    LocalInstant waiting_since_;
    bool last_ = false;
};

ControlConnection::ControlConnection(asio::io_context& io, int descriptor, std::shared_ptr<ControlDesk> desk)
    : client_{std::make_shared<Client>(io, descriptor, std::move(desk))} {
    client_->next_request();
}

ControlConnection::~ControlConnection() {
    close();
}

bool ControlConnection::is_open() const {
    return client_->is_open();
}

LocalInstant ControlConnection::waiting_since() const {
    return client_->waiting_since();
}

void ControlConnection::close() {
    client_->close();
}

void ControlConnection::drop() {
    client_->drop();
}

}  // namespace tokimori
