#include "web/connection.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <utility>

#include "web/client_stream.h"

namespace tokimori::web {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Error = boost::system::error_code;

constexpr std::uint32_t kLongestHead = 16 * 1024;
// What a client still sends after it was refused is taken and thrown away, so that it gets to read the reply.
constexpr std::size_t kMostThrownAway = std::size_t{2} * 1024 * 1024;
constexpr int kMostMissed = 10;

std::string text(const http::fields& fields, std::string_view name) {
    const auto found = fields.find({name.data(), name.size()});
    return found == fields.end() ? std::string{} : std::string(found->value());
}

WebRequest request_from(const http::request<http::string_body>& message, const std::string& address, bool encrypted) {
    WebRequest request;
    const std::string target(message.target());
    const std::size_t question = std::min(target.find('?'), target.size());
    // What HEAD gets is what GET gets, without the body.
    request.method = message.method() == http::verb::head ? "GET" : std::string(message.method_string());
    request.path = target.substr(0, question);
    request.query = target.substr(std::min(question + 1, target.size()));
    request.host = text(message, "Host");
    request.origin = text(message, "Origin");
    request.cookie = text(message, "Cookie");
    request.authorization = text(message, "Authorization");
    request.csrf_token = text(message, "X-CSRF-Token");
    request.content_type = text(message, "Content-Type");
    request.if_none_match = text(message, "If-None-Match");
    request.automatic = !text(message, "X-Automatic").empty();
    request.address = address;
    request.encrypted = encrypted;
    return request;
}

/// What is wrong with a head or a body that could not be read; nothing where there is nobody to tell.
std::optional<WebReply> complaint(const Error& error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        return error_reply(431, "head_too_long", "The head of a request has at most 16 KiB.");
    }
    if (error == http::error::body_limit) {
        return error_reply(413, "body_too_long", "The body is too long.");
    }
    if (error.category() == http::make_error_code(http::error::bad_target).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message) {
        return error_reply(400, "bad_request", "This is not HTTP.");
    }
    return std::nullopt;
}

/// A ClientStream as Beast wants its streams.
class HttpStream {
public:
    using executor_type = asio::io_context::executor_type;

    HttpStream(asio::io_context& io, ClientStream& stream) : io_{io}, stream_{stream} {}
    executor_type get_executor() { return io_.get_executor(); }

    template <typename Buffers, typename Handler>
    void async_read_some(const Buffers& buffers, Handler handler) {
        const asio::mutable_buffer first = *asio::buffer_sequence_begin(buffers);
        stream_.read(first.data(), first.size(), erased(std::move(handler)));
    }

    template <typename Buffers, typename Handler>
    void async_write_some(const Buffers& buffers, Handler handler) {
        std::vector<StreamPart> parts;
        for (auto part = asio::buffer_sequence_begin(buffers); part != asio::buffer_sequence_end(buffers); ++part) {
            const asio::const_buffer bytes = *part;
            parts.push_back({bytes.data(), bytes.size()});
        }
        stream_.write(parts, erased(std::move(handler)));
    }

private:
    // A handler can only be moved, a std::function wants to be copied.
    template <typename Handler>
    static ClientStream::Done erased(Handler handler) {
        return [held = std::make_shared<Handler>(std::move(handler))](const Error& error, std::size_t count) {
            (*held)(error, count);
        };
    }

    asio::io_context& io_;
    ClientStream& stream_;
};

/// One client, by TLS or without.
class Visit : public OpenConnection, public std::enable_shared_from_this<Visit> {
    /// What comes after an operation that worked; after any other the connection ends.
    template <typename Next>
    auto then(Next next) {
        return [self = shared_from_this(), next](const Error& error, auto&&...) {
            if (error || !self->is_open()) {
                self->close();
            } else {
                next(*self, error);
            }
        };
    }

public:
    Visit(asio::io_context& io, std::unique_ptr<ClientStream> stream, std::string address,
          std::shared_ptr<ConnectionDesk> desk)
        : stream_{std::move(stream)}, http_{io, *stream_}, address_{std::move(address)}, desk_{std::move(desk)} {}

    bool is_open() const override { return stream_->is_open(); }
    Instant waiting_since() const override { return waiting_since_; }
    const std::string& address() const override { return address_; }
    void close() override { stream_->close(); }

    void begin() {
        wait(desk_->limits.handshake);
        stream_->handshake(then([](Visit& self, const Error&) { self.read_head(); }));
    }

private:
    void wait(std::chrono::milliseconds longest) {
        waiting_since_ = desk_->now();
        stream_->expires_after(longest);
    }

    void read_head() {
        parser_.emplace();
        parser_->header_limit(kLongestHead);
        parser_->body_limit(kLongestLongBody);
        wait(desk_->limits.idle);
        http::async_read_header(http_, buffer_, *parser_, [self = shared_from_this()](const Error& error, std::size_t) {
            self->take_head(error);
        });
    }

    void take_head(const Error& error) {
        if (error) {
            return give_up(error);
        }
        request_ = request_from(parser_->get(), address_, stream_->is_encrypted());
        head_only_ = parser_->get().method() == http::verb::head;
        admission_ = desk_->application.admit(request_);
        if (text(parser_->get(), "Expect") == "100-continue" || parser_->upgrade()) {
            return refuse(error_reply(417, "not_expected", "This server neither waits nor changes the protocol."));
        }
        // Strangers and most routes have no use for a long one.
        const bool is_long = !admission_.refusal && admission_.route != nullptr && admission_.route->long_body;
        const std::size_t longest = is_long ? kLongestLongBody : kLongestBody;
        if (parser_->content_length().value_or(0) > longest) {
            return give_up(http::make_error_code(http::error::body_limit));
        }
        parser_->body_limit(longest);
        wait(desk_->limits.body);
        http::async_read(http_, buffer_, *parser_,
                         [self = shared_from_this()](const Error& failed, std::size_t) { self->take_body(failed); });
    }

    void take_body(const Error& error) {
        if (error) {
            return give_up(error);
        }
        request_.body = std::move(parser_->get().body());
        keep_alive_ = parser_->get().keep_alive();
        waiting_since_ = Instant::max();
        desk_->application.answer(admission_, request_,
                                  [self = shared_from_this()](WebReply reply) { self->send(std::move(reply)); });
    }

    void give_up(const Error& error) {
        if (auto reply = complaint(error); reply && is_open()) {
            refuse(*std::move(reply));
        } else {
            end();
        }
    }

    /// Says why, and takes no other request.
    void refuse(WebReply reply) {
        keep_alive_ = false;
        throwing_away_ = true;
        send(desk_->application.dressed(std::move(reply), request_.path.empty() ? "/api/" : request_.path));
    }

    void send(WebReply reply) {
        if (!is_open()) {
            return;
        }
        reply_ = {};
        reply_.version(11);
        reply_.result(reply.status);
        for (const auto& [name, value] : reply.headers) {
            reply_.insert(name, value);
        }
        if (!reply.content_type.empty()) {
            reply_.set(http::field::content_type, reply.content_type);
        }
        wait(desk_->limits.reply);
        if (reply.live && !head_only_) {
            return go_live(reply.credential);
        }
        reply_.keep_alive(keep_alive_);
        if (reply.status != 204 && reply.status != 304 && !reply.live) {
            reply_.content_length(reply.body.size());
        }
        if (!head_only_) {
            reply_.body() = std::move(reply.body);
        }
        http::async_write(http_, reply_, then([](Visit& self, const Error&) { self.sent(); }));
    }

    void sent() {
        reply_ = {};
        request_ = {};
        if (keep_alive_) {
            read_head();
        } else if (throwing_away_) {
            wait(std::chrono::seconds{2});
            throw_away();
        } else {
            end();
        }
    }

    void throw_away() {
        buffer_.clear();
        http_.async_read_some(buffer_.prepare(4096),
                              [self = shared_from_this()](const Error& error, std::size_t count) {
                                  self->thrown_away_ += count;
                                  if (error || self->thrown_away_ > kMostThrownAway) {
                                      self->end();
                                  } else {
                                      self->throw_away();
                                  }
                              });
    }

    /// Says good-bye, as far as that is possible without waiting for long.
    void end() {
        if (!is_open()) {
            return;
        }
        wait(std::chrono::seconds{2});
        stream_->shutdown([self = shared_from_this()](const Error&, std::size_t) { self->close(); });
    }

    // Without a length: the stream ends with the connection.
    void go_live(const std::string& credential) {
        reply_.keep_alive(false);
        serializer_.emplace(reply_);
        http::async_write_header(http_, *serializer_, then([credential](Visit& self, const Error&) {
                                     self.waiting_since_ = Instant::max();
                                     self.join(credential);
                                 }));
    }

    void join(const std::string& credential) {
        const bool joined = desk_->application.hub().join(
            credential, [self = shared_from_this()](const LiveHub::Event& event) { return self->push(event); });
        if (!joined) {
            end();
        }
    }

    /// A viewer that is too slow misses events; one that misses too many is sent away, as the end of the stream does.
    bool push(const LiveHub::Event& event) {
        if (event == nullptr) {
            ending_ = true;
            end_if_told();
            return false;
        }
        if (!is_open() || (event_ != nullptr && ++missed_ > kMostMissed)) {
            close();
            return false;
        }
        if (event_ == nullptr) {
            write(event);
        }
        return true;
    }

    void write(const LiveHub::Event& event) {
        event_ = event;
        missed_ = 0;
        stream_->expires_after(desk_->limits.reply);
        asio::async_write(http_, asio::buffer(*event_), then([](Visit& self, const Error&) {
                              self.event_ = nullptr;
                              self.end_if_told();
                          }));
    }

    void end_if_told() {
        if (ending_ && event_ == nullptr) {
            end();
        }
    }

    std::unique_ptr<ClientStream> stream_;
    HttpStream http_;
    std::string address_;
    std::shared_ptr<ConnectionDesk> desk_;
    beast::flat_buffer buffer_{std::size_t{2} * kLongestHead};
    std::optional<http::request_parser<http::string_body>> parser_;
    http::response<http::string_body> reply_;
    std::optional<http::response_serializer<http::string_body>> serializer_;
    WebRequest request_;
    Admission admission_;
    LiveHub::Event event_;  ///< the one that is being written
    std::size_t thrown_away_ = 0;
    int missed_ = 0;
    bool keep_alive_ = false;
    bool head_only_ = false;
    bool throwing_away_ = false;
    bool ending_ = false;  ///< the live stream ends with the event that is being written
    Instant waiting_since_;
};

}  // namespace

std::shared_ptr<OpenConnection> open_connection(asio::io_context& io, int descriptor, std::string address,
                                                bool encrypted, std::shared_ptr<ConnectionDesk> desk) {
    const bool v6 = address.find(':') != std::string::npos;
    auto stream = std::make_unique<ClientStream>(io, descriptor, v6, encrypted ? desk->tls : nullptr);
    if (!stream->is_open()) {
        return nullptr;
    }
    auto visit = std::make_shared<Visit>(io, std::move(stream), std::move(address), std::move(desk));
    visit->begin();
    return visit;
}

}  // namespace tokimori::web
