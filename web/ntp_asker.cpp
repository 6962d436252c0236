#include "web/ntp_asker.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <utility>

#include "web/secret.h"

namespace tokimori::web {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using Error = boost::system::error_code;

}  // namespace

class NtpAsker::Port : public std::enable_shared_from_this<Port> {
public:
    Port(asio::io_context& io, const NetworkAddress& server, std::function<Instant()> now, Heard heard)
        : socket_{io},
          server_{asio::ip::make_address(server.host), server.port},
          now_{std::move(now)},
          heard_{std::move(heard)} {}

    void ask() {
        Error error;
        // A port of its own for each request: what comes late finds nobody.
        socket_.close(error);
        socket_ = udp::socket{socket_.get_executor()};
        socket_.open(server_.protocol(), error);
        socket_.connect(server_, error);
        number_ = random_number();
        asked_ = now_();
        socket_.send(asio::buffer(ntp_request(number_)), 0, error);
        if (!error) {
            receive();
        }
    }

    void close() {
        Error ignored;
        closed_ = true;
        socket_.close(ignored);
    }

private:
    void receive() {
        socket_.async_receive(asio::buffer(input_),
                              [self = shared_from_this(), number = number_](const Error& error, std::size_t length) {
                                  if (!error && !self->closed_ && number == self->number_) {
                                      self->take(length);
                                  }
                              });
    }

    void take(std::size_t length) {
        const Instant heard = now_();
        const auto answer = read_ntp_answer(std::span{input_}.first(length), number_);
        if (answer) {
            heard_(*answer, asked_, heard);
        } else {
            receive();
        }
    }

    udp::socket socket_;
    udp::endpoint server_;
    std::function<Instant()> now_;
    Heard heard_;
    std::array<std::uint8_t, 1280> input_{};
    std::uint64_t number_ = 0;
    Instant asked_;
    bool closed_ = false;
};

NtpAsker::NtpAsker(asio::io_context& io, const NetworkAddress& server, std::function<Instant()> now, Heard heard)
    : port_{std::make_shared<Port>(io, server, std::move(now), std::move(heard))} {}

NtpAsker::~NtpAsker() {
    port_->close();
}

void NtpAsker::ask() {
    port_->ask();
}

}  // namespace tokimori::web
