#include "refclocks/sock.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <cstddef>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>

#include "refclocks/retried_device.h"
#include "refclocks/sock_datagram.h"

namespace tokimori {
namespace {

namespace asio = boost::asio;
using Datagrams = asio::local::datagram_protocol;
using Reason = Rejection::Reason;
using Error = boost::system::error_code;

constexpr mode_t kMode = 0660;
constexpr std::size_t kLongestPath = 107;
constexpr std::int64_t kOldest = 2'000'000'000;
// The protocol does not tell; its stamps are whole microseconds, taken by the kernel or by a program that waited.
constexpr Duration kUncertainty{10'000};
// A program reads a serial port this late at worst.
constexpr Duration kArrivalUncertainty = std::chrono::milliseconds{10};

/// Which file a path names.
struct FileIdentity {
    dev_t device = 0;
    ino_t number = 0;

    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

std::optional<struct stat> status_of(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 ? std::optional{status} : std::nullopt;
}

std::optional<FileIdentity> identity_of(const std::string& path) {
    const auto status = status_of(path);
    return status ? std::optional{FileIdentity{status->st_dev, status->st_ino}} : std::nullopt;
}

std::string remedy_for(const Error& error) {
    switch (error.value()) {
        case EADDRINUSE:
            return "another program listens there, or it is no socket: configure another path, or end that program";
        case EACCES:
        case EPERM:
        case EROFS:
            return "let this user write into the directory, or configure a path below /run/tokimori";
        case ENOENT:
        case ENOTDIR:
            return "make the directory, or configure a path below /run/tokimori";
        default:
            return "check the path";
    }
}

}  // namespace

class SockRefclock::Listener : public RetriedDevice {
public:
    Listener(asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source, SockSettings settings)
        : RetriedDevice{io, counter, sink, source, {.silence = settings.silence}},
          socket_{io},
          settings_{std::move(settings)} {}

private:
    std::optional<std::string> open_device() override {
        if (const Error error = bind()) {
            return "the socket " + settings_.path + " cannot be made (" + error.message() + "): " + remedy_for(error) +
                   "; trying again";
        }
        bound_ = identity_of(settings_.path);
        watch().succeeded();
        heard();
        receive();
        return std::nullopt;
    }

    void close_device() override {
        if (bound_ && identity_of(settings_.path) == bound_) {
            ::unlink(settings_.path.c_str());
        }
        bound_.reset();
        Error ignored;
        socket_.close(ignored);
    }

    void silent() override {
        if (identity_of(settings_.path) != bound_) {
            reopen();
        }
        watch().tell(false, "nobody sends to the socket " + settings_.path +
                                ": start the program that should, after this one, and let it send there");
    }

    Error bind() {
        if (settings_.path.empty() || settings_.path.size() > kLongestPath) {
            return asio::error::name_too_long;
        }
        const Datagrams::endpoint here{settings_.path};
        Error error;
        const auto status = status_of(settings_.path);
        if (status && S_ISSOCK(status->st_mode) && is_deserted(here)) {
            ::unlink(settings_.path.c_str());
        }
        socket_.open(Datagrams{}, error);
        if (!error) {
            // For nobody before it is for the group: the umask may take away more, never less.
            ::fchmod(socket_.native_handle(), kMode);
            socket_.bind(here, error);
        }
        if (!error && ::chmod(settings_.path.c_str(), kMode) != 0) {
            error.assign(errno, boost::system::system_category());
        }
        return error;
    }

    bool is_deserted(const Datagrams::endpoint& there) {
        Error error;
        Datagrams::socket probe{socket_.get_executor()};
        probe.open(Datagrams{}, error);
        probe.connect(there, error);
        return error == asio::error::connection_refused;
    }

    void receive() { socket_.async_receive(asio::buffer(bytes_), in_this_opening(&Listener::received)); }

    void received(const Error& error, std::size_t count) {
        if (error) {
            reopen();
            return;
        }
        const std::uint64_t receiving = opening();
        std::visit([this](const auto& what) { take(what); }, read_sock_datagram(std::span{bytes_}.first(count)));
        if (is_under_way(receiving)) {
            receive();
        }
    }

    void take(Reason reason) { watch().reject(reason); }

    void take(const SockSample& sample) {
        const auto local = local_of(sample.stamp);
        if (local && settings_.late) {
            sink().observe(Label{.source = source(),
                                 .heard = *local,
                                 .time = sample.time,
                                 .uncertainty = kArrivalUncertainty,
                                 .leap_at_month_end = sample.leap_at_month_end});
        } else if (local) {
            sink().observe(OffsetSample{source(), *local, sample.time, kUncertainty, sample.leap_at_month_end});
        }
    }

    void take(const SockPulse& pulse) {
        if (const auto local = local_of(pulse.stamp)) {
            sink().observe(Pulse{source(), *local, kUncertainty});
        }
    }

    std::optional<LocalInstant> local_of(std::int64_t stamp) {
        const std::optional<LocalInstant> local = counter().from_realtime(stamp);
        if (!local) {
            const bool old = counter().host_date().posix - stamp > kOldest;
            watch().reject(old ? Reason::kStale : Reason::kClockStepped);
            return std::nullopt;
        }
        heard();
        watch().tell(true, "measurements arrive at the socket " + settings_.path);
        return local;
    }

    Datagrams::socket socket_;
    const SockSettings settings_;
    // One more than the longest: what is longer is seen as such.
    std::array<std::uint8_t, kSockBytes + 1> bytes_{};
    std::optional<FileIdentity> bound_;
};

SockRefclock::SockRefclock(asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                           SockSettings settings)
    : listener_{std::make_shared<Listener>(io, counter, sink, source, std::move(settings))} {}

SockRefclock::~SockRefclock() {
    listener_->stop();
}

void SockRefclock::start() {
    listener_->start();
}

void SockRefclock::stop() {
    listener_->stop();
}

}  // namespace tokimori
