#include "refclocks/gpsd.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "refclocks/gpsd_receiver.h"
#include "refclocks/gpsd_report.h"
#include "refclocks/line_assembler.h"

namespace tokimori {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;
using Milliseconds = std::chrono::milliseconds;

std::string json_string(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        result += c;
    }
    return result + '"';
}

std::string watch_command(const std::string& device) {
    const std::string only = device.empty() ? "" : ",\"device\":" + json_string(device);
    return R"(?WATCH={"enable":true,"json":true,"pps":true)" + only + "};\r\n";
}

std::string place_of(const GpsdSettings& settings) {
    const bool needs_brackets = settings.host.find(':') != std::string::npos;
    const std::string host = needs_brackets ? '[' + settings.host + ']' : settings.host;
    return host + ':' + std::to_string(settings.port);
}

// Without a resolver, as far as that goes: it would need a thread.
std::vector<tcp::endpoint> known_endpoints(const GpsdSettings& settings) {
    if (settings.host == "localhost") {
        return {{asio::ip::address_v4::loopback(), settings.port}, {asio::ip::address_v6::loopback(), settings.port}};
    }
    Error error;
    const asio::ip::address address = asio::ip::make_address(settings.host, error);
    return error ? std::vector<tcp::endpoint>{} : std::vector<tcp::endpoint>{{address, settings.port}};
}

bool is_this_host(const tcp::socket& socket) {
    Error error;
    const asio::ip::address theirs = socket.remote_endpoint(error).address();
    return !error && (theirs.is_loopback() || theirs == socket.local_endpoint(error).address());
}

}  // namespace

/// The connection, kept alive by its pending handlers. After `close` none of them does anything: each belongs to the
/// attempt that started it, and only those of the attempt under way count.
class GpsdRefclock::Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source, GpsdSettings settings)
        : counter_{counter},
          sink_{sink},
          source_{source},
          settings_{std::move(settings)},
          place_{place_of(settings_)},
          watch_{watch_command(settings_.device)},
          resolver_{io},
          socket_{io},
          pause_timer_{io},
          silence_timer_{io},
          dead_timer_{io},
          receiver_{counter, sink, source, settings_.pps},
          pause_{settings_.patience.first_pause} {}

    void open() {
        if (!running_) {
            running_ = true;
            known_.reset();
            begin();
        }
    }

    void close() {
        running_ = false;
        abandon();
    }

private:
    /// Wraps a handler so that it runs only while the attempt that started it is under way.
    template <typename Handler>
    auto while_current(Handler handler) {
        return [self = shared_from_this(), attempt = attempt_, handler](const Error& error, auto&&... rest) {
            if (self->running_ && attempt == self->attempt_) {
                handler(*self, error, rest...);
            }
        };
    }

    template <typename Handler>
    void after(asio::steady_timer& timer, Milliseconds span, Handler handler) {
        timer.expires_after(span);
        timer.async_wait(while_current([handler](Connection& self, const Error& error) {
            if (!error) {
                handler(self);
            }
        }));
    }

    void abandon() {
        ++attempt_;
        resolver_.cancel();
        pause_timer_.cancel();
        silence_timer_.cancel();
        dead_timer_.cancel();
        Error ignored;
        socket_.close(ignored);
    }

    void begin() {
        endpoints_ = known_endpoints(settings_);
        next_endpoint_ = 0;
        first_error_.reset();
        if (!endpoints_.empty()) {
            connect();
            return;
        }
        resolver_.async_resolve(settings_.host, std::to_string(settings_.port),
                                while_current([](Connection& self, const Error& error, const auto& found) {
                                    self.resolved(error, found);
                                }));
    }

    void resolved(const Error& error, const tcp::resolver::results_type& found) {
        if (error || found.empty()) {
            retry("the host name of gpsd at " + place_ + " cannot be looked up (" + error.message() +
                  "): check the name and the DNS server, or configure its numeric address; trying again");
            return;
        }
        for (const auto& entry : found) {
            endpoints_.push_back(entry.endpoint());
        }
        connect();
    }

    void connect() {
        after(pause_timer_, settings_.patience.connect,
              [](Connection& self) { self.connected(asio::error::timed_out); });
        socket_.async_connect(endpoints_[next_endpoint_],
                              while_current([](Connection& self, const Error& error) { self.connected(error); }));
    }

    void connected(const Error& error) {
        if (!error) {
            converse();
            return;
        }
        first_error_ = first_error_.value_or(error);
        abandon();
        if (++next_endpoint_ < endpoints_.size()) {
            connect();
            return;
        }
        retry("gpsd at " + place_ + " does not answer (" + first_error_->message() +
              "): is gpsd running? trying again");
    }

    void converse() {
        pause_timer_.cancel();
        const bool local = is_this_host(socket_);
        receiver_.set_local(local);
        remark_ = settings_.pps && !local
                      ? "; pulses are not taken from another host: run gpsd here, or set pps = false"
                      : "";
        release_.clear();
        lines_.clear();
        explained_ = false;
        asio::async_write(socket_, asio::buffer(watch_),
                          while_current([](Connection& self, const Error& error, std::size_t) {
                              if (error) {
                                  self.lost();
                              }
                          }));
        await_report();
        read();
    }

    void read() {
        after(dead_timer_, settings_.patience.dead, [](Connection& self) { self.pause_and_begin(); });
        socket_.async_read_some(asio::buffer(bytes_),
                                while_current([](Connection& self, const Error& error, std::size_t count) {
                                    self.received(error, count);
                                }));
    }

    void received(const Error& error, std::size_t count) {
        if (error) {
            lost();
            return;
        }
        const std::uint64_t attempt = attempt_;
        lines_.take(
            std::string_view{bytes_.data(), count},
            [&](std::string_view line) {
                if (attempt == attempt_ && !line.empty() && line != "\r") {
                    std::visit([this](const auto& report) { take(report); }, reader_.read(line));
                }
            },
            [&] {
                if (attempt == attempt_) {
                    take(Rejection::Reason::kUnreadable);
                }
            });
        if (attempt == attempt_) {
            read();
        }
    }

    void take(std::monostate) {}
    void take(Rejection::Reason reason) { receiver_.reject(reason); }

    // The first is gpsd's own greeting; a receiver that is itself a gpsd may send another.
    void take(const VersionReport& report) {
        if (release_.empty()) {
            release_ = ' ' + report.release;
        }
    }

    void take(const DeviceReport& report) {
        if (report.present || (!report.device.empty() && !is_wanted(report.device))) {
            return;
        }
        explained_ = true;
        state(false, report.device.empty()
                         ? "gpsd at " + place_ + " has no receiver: plug it in, or name its device in /etc/default/gpsd"
                         : "gpsd at " + place_ + " lost the receiver " + report.device +
                               ": check its cable and power, or plug it in again");
    }

    /// A report of a receiver: TPV, TOFF, PPS or SKY.
    template <typename Report>
    void take(const Report& report) {
        if (!is_wanted(report.device)) {
            return;
        }
        pause_ = settings_.patience.first_pause;
        explained_ = false;
        await_report();
        state(true, "gpsd" + release_ + " at " + place_ + " reports the receiver " + report.device + remark_);
        if (running_) {
            receiver_.take(report);
        }
    }

    bool is_wanted(const std::string& device) const { return settings_.device.empty() || device == settings_.device; }

    void await_report() {
        after(silence_timer_, settings_.patience.silence, [](Connection& self) { self.silent(); });
    }

    // What gpsd itself said about the receiver is better than this guess.
    void silent() {
        if (explained_) {
            return;
        }
        const std::string whom = settings_.device.empty() ? "any receiver" : settings_.device;
        state(false, "gpsd at " + place_ + " answers, but reports nothing of " + whom +
                         ": is it plugged in, powered, and known to gpsd?");
    }

    void lost() { retry("the connection to gpsd at " + place_ + " was lost: is gpsd running? trying again"); }

    void retry(const std::string& sentence) {
        pause_and_begin();
        state(false, sentence);
    }

    void pause_and_begin() {
        abandon();
        after(pause_timer_, pause_, [](Connection& self) { self.begin(); });
        pause_ = std::min(pause_ * 2, settings_.patience.longest_pause);
    }

    void state(bool working, const std::string& sentence) {
        const bool same = known_ && known_->working == working && (working || known_->sentence == sentence);
        if (!same) {
            known_ = DeviceState{source_, counter_.now(), working, sentence};
            sink_.observe(*known_);
        }
    }

    Counter& counter_;
    ObservationSink& sink_;
    const SourceId source_;
    const GpsdSettings settings_;
    const std::string place_;
    const std::string watch_;
    tcp::resolver resolver_;
    tcp::socket socket_;
    asio::steady_timer pause_timer_;    // while connecting: the limit; between attempts: the pause
    asio::steady_timer silence_timer_;  // since the last report
    asio::steady_timer dead_timer_;     // since the last byte
    GpsdReportReader reader_;
    GpsdReceiver receiver_;
    LineAssembler lines_;
    std::array<char, 8192> bytes_{};
    std::vector<tcp::endpoint> endpoints_;
    std::size_t next_endpoint_ = 0;
    std::optional<Error> first_error_;
    std::string release_;
    std::string remark_;
    std::optional<DeviceState> known_;
    Milliseconds pause_;
    std::uint64_t attempt_ = 0;
    bool explained_ = false;  // gpsd told why nothing can come
    bool running_ = false;
};

GpsdRefclock::GpsdRefclock(asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                           GpsdSettings settings)
    : connection_{std::make_shared<Connection>(io, counter, sink, source, std::move(settings))} {}

GpsdRefclock::~GpsdRefclock() {
    connection_->close();
}

void GpsdRefclock::start() {
    connection_->open();
}

void GpsdRefclock::stop() {
    connection_->close();
}

}  // namespace tokimori
