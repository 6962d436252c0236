#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>

namespace boost::system {
class error_code;
}
namespace boost::asio {
class io_context;
namespace ssl {
class context;
}
}  // namespace boost::asio

namespace tokimori::web {

/// A part of what is to be written.
struct StreamPart {
    const void* data = nullptr;
    std::size_t size = 0;
};

/// The bytes of one client, by TLS or without, so that whoever speaks HTTP need not know which. One operation of
/// reading and one of writing at a time; what takes longer than `expires_after` allows fails. On the thread of the
/// event loop.
class ClientStream {
public:
    using Done = std::function<void(const boost::system::error_code& error, std::size_t count)>;

    /// Takes over a connected TCP socket; closes it and is not open where that is none.
    ClientStream(boost::asio::io_context& io, int descriptor, bool v6, std::shared_ptr<boost::asio::ssl::context> tls);
    ~ClientStream();
    ClientStream(const ClientStream&) = delete;
    ClientStream& operator=(const ClientStream&) = delete;

    bool is_open() const;
    bool is_encrypted() const;
    void close();
    void expires_after(std::chrono::milliseconds span);

    /// What comes before the first byte and after the last one; nothing without TLS. `done` is never called before this
    /// returns.
    void handshake(Done done);
    void shutdown(Done done);

    /// Reads what there is, into memory that stays until `done`.
    void read(void* data, std::size_t size, Done done);
    /// Writes some of the parts, sixteen at most; their bytes stay until `done`.
    void write(std::span<const StreamPart> parts, Done done);

private:
    class Way;
    std::unique_ptr<Way> way_;
};

}  // namespace tokimori::web
