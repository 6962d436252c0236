#include "refclocks/sock.h"

#include <sys/socket.h>
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

#include "refclocks/refused.h"
#include "refclocks/retried_device.h"
#include "refclocks/sock_datagram.h"
#include "refclocks/socket_file.h"
#include "refclocks/stamp_uncertainty.h"

namespace tokimori {
namespace {

namespace asio = boost::asio;
using Datagrams = asio::local::datagram_protocol;
using Reason = Rejection::Reason;
using Error = boost::system::error_code;

}  // namespace

class SockRefclock::Listener : public RetriedDevice {
public:
    Listener(asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source, SockSettings settings)
        : RetriedDevice{io, counter, sink, source, {.silence = settings.silence}},
          socket_{io},
          settings_{std::move(settings)} {}

private:
    std::optional<std::string> open_device() override {
        if (const std::error_code error = open_socket()) {
            return "the socket " + settings_.path + " cannot be made (" + error.message() +
                   "): " + remedy_for_socket(error) + "; trying again";
        }
        watch().succeeded();
        refused_.reset();
        heard();
        receive();
        return std::nullopt;
    }

    void close_device() override {
        file_.remove();
        Error ignored;
        socket_.close(ignored);
    }

    void silent() override {
        if (!file_.is_ours()) {
            reopen();
        }
        const std::optional<Reason> refused = std::exchange(refused_, std::nullopt);
        watch().tell(false, refused ? words_for_refused("what arrives at the socket " + settings_.path, *refused)
                                    : "nobody sends to the socket " + settings_.path +
                                          ": start the program that should, after this one, and let it send there");
    }

    std::error_code open_socket() {
        const SocketFile::Bound bound = file_.make(settings_.path, SOCK_DGRAM);
        if (bound.error) {
            return bound.error;
        }
        Error error;
        socket_.assign(Datagrams{}, bound.descriptor, error);
        if (error) {
            ::close(bound.descriptor);
        }
        return error;
    }

    void receive() { socket_.async_receive(asio::buffer(bytes_), in_this_opening(&Listener::received)); }

    void received(const Error& error, std::size_t count) {
        if (error) {
            lose("the socket " + settings_.path + " was lost (" + error.message() + "); trying again");
            return;
        }
        const std::uint64_t receiving = opening();
        std::visit([this](const auto& what) { take(what); }, read_sock_datagram(std::span{bytes_}.first(count)));
        if (is_under_way(receiving)) {
            receive();
        }
    }

    void take(Reason reason) {
        refused_ = reason;
        watch().reject(reason);
    }

    void take(const SockSample& sample) {
        const auto local = local_of(sample.stamp);
        if (local && settings_.late) {
            sink().observe(Label{.source = source(),
                                 .heard = *local,
                                 .time = sample.time,
                                 .uncertainty = kSentenceStampUncertainty,
                                 .leap_at_month_end = sample.leap_at_month_end});
        } else if (local) {
            sink().observe(
                OffsetSample{source(), *local, sample.time, kProgramStampUncertainty, sample.leap_at_month_end});
        }
    }

    void take(const SockPulse& pulse) {
        if (const auto local = local_of(pulse.stamp)) {
            sink().observe(Pulse{source(), *local, kProgramStampUncertainty});
        }
    }

    std::optional<LocalInstant> local_of(std::int64_t stamp) {
        const StampedInstant stamped = counter().from_realtime(stamp);
        if (!stamped.at) {
            take(stamped.refusal);
            return std::nullopt;
        }
        heard();
        watch().tell(true, "measurements arrive at the socket " + settings_.path);
        return stamped.at;
    }

    Datagrams::socket socket_;
    const SockSettings settings_;
    // One more than the longest: what is longer is seen as such.
    std::array<std::uint8_t, kSockBytes + 1> bytes_{};
    SocketFile file_;
    std::optional<Reason> refused_;  // the last since it was said to be silent
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
