#include "web/client_stream.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <optional>
#include <utility>

namespace tokimori::web {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Error = boost::system::error_code;

asio::ip::tcp::socket socket_of(asio::io_context& io, int descriptor, bool v6) {
    asio::ip::tcp::socket socket{io};
    Error error;
    socket.assign(v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), descriptor, error);
    if (error) {
        ::close(descriptor);
    }
    return socket;
}

}  // namespace

/// One of the two is there.
class ClientStream::Way {
public:
    Way(asio::ip::tcp::socket socket, std::shared_ptr<asio::ssl::context> context) : context_{std::move(context)} {
        if (context_ != nullptr) {
            secure_.emplace(std::move(socket), *context_);
        } else {
            plain_.emplace(std::move(socket));
        }
    }

    beast::tcp_stream& tcp() { return secure_ ? secure_->next_layer() : *plain_; }

    template <typename Use>
    void use(const Use& use) {
        if (secure_) {
            use(*secure_);
        } else {
            use(*plain_);
        }
    }

    std::optional<beast::ssl_stream<beast::tcp_stream>>& secure() { return secure_; }

private:
    std::shared_ptr<asio::ssl::context> context_;
    std::optional<beast::ssl_stream<beast::tcp_stream>> secure_;
    std::optional<beast::tcp_stream> plain_;
};

ClientStream::ClientStream(asio::io_context& io, int descriptor, bool v6, std::shared_ptr<asio::ssl::context> tls)
    : way_{std::make_unique<Way>(socket_of(io, descriptor, v6), std::move(tls))} {}

ClientStream::~ClientStream() = default;

bool ClientStream::is_open() const {
    return way_->tcp().socket().is_open();
}

bool ClientStream::is_encrypted() const {
    return way_->secure().has_value();
}

void ClientStream::close() {
    Error ignored;
    way_->tcp().socket().close(ignored);
}

void ClientStream::expires_after(std::chrono::milliseconds span) {
    way_->tcp().expires_after(span);
}

void ClientStream::handshake(Done done) {
    if (way_->secure()) {
        way_->secure()->async_handshake(asio::ssl::stream_base::server,
                                        [done = std::move(done)](const Error& error) { done(error, 0); });
    } else {
        asio::post(way_->tcp().get_executor(), [done = std::move(done)] { done({}, 0); });
    }
}

void ClientStream::shutdown(Done done) {
    if (way_->secure()) {
        way_->secure()->async_shutdown([done = std::move(done)](const Error& error) { done(error, 0); });
    } else {
        asio::post(way_->tcp().get_executor(), [done = std::move(done)] { done({}, 0); });
    }
}

void ClientStream::read(void* data, std::size_t size, Done done) {
    way_->use([&](auto& stream) { stream.async_read_some(asio::mutable_buffer{data, size}, std::move(done)); });
}

void ClientStream::write(std::span<const StreamPart> parts, Done done) {
    std::array<asio::const_buffer, 16> buffers;
    for (std::size_t i = 0; i < std::min(parts.size(), buffers.size()); ++i) {
        buffers.at(i) = asio::const_buffer{parts[i].data, parts[i].size};
    }
    way_->use([&](auto& stream) { stream.async_write_some(buffers, std::move(done)); });
}

}  // namespace tokimori::web
