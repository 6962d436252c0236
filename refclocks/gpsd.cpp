#include "refclocks/gpsd.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "refclocks/gpsd_receivers.h"
#include "refclocks/gpsd_report.h"
#include "refclocks/line_assembler.h"
#include "refclocks/retried_device.h"

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

class GpsdRefclock::Connection : public RetriedDevice {
public:
    Connection(asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source, GpsdSettings settings)
        : RetriedDevice{io, counter, sink, source, settings.patience.device},
          settings_{std::move(settings)},
          place_{place_of(settings_)},
          watch_command_{watch_command(settings_.device)},
          resolver_{io},
          socket_{io},
          connect_timer_{io},
          dead_timer_{io},
          receivers_{counter, watch(), this->sink(), source, settings_.pps} {}

private:
    std::optional<std::string> open_device() override {
        if (next_endpoint_ >= endpoints_.size()) {
            endpoints_ = known_endpoints(settings_);
            next_endpoint_ = 0;
            first_error_.reset();
        }
        if (!endpoints_.empty()) {
            connect();
        } else {
            resolver_.async_resolve(settings_.host, std::to_string(settings_.port),
                                    in_this_opening(&Connection::resolved));
        }
        return std::nullopt;
    }

    void close_device() override {
        resolver_.cancel();
        connect_timer_.cancel();
        dead_timer_.cancel();
        Error ignored;
        socket_.close(ignored);
    }

    void resolved(const Error& error, const tcp::resolver::results_type& found) {
        if (error || found.empty()) {
            lose("the host name of gpsd at " + place_ + " cannot be looked up (" + error.message() +
                 "): check the name and the DNS server, or configure its numeric address; trying again");
            return;
        }
        for (const auto& entry : found) {
            endpoints_.push_back(entry.endpoint());
        }
        connect();
    }

    void connect() {
        after(connect_timer_, settings_.patience.connect, &Connection::give_up_connecting);
        socket_.async_connect(endpoints_[next_endpoint_], in_this_opening(&Connection::connected));
    }

    void give_up_connecting() { connected(asio::error::timed_out); }

    // Each address is an opening of its own.
    void connected(const Error& error) {
        if (!error) {
            converse();
            return;
        }
        first_error_ = first_error_.value_or(error);
        if (++next_endpoint_ < endpoints_.size()) {
            reopen();
            return;
        }
        lose("gpsd at " + place_ + " does not answer (" + first_error_->message() + "): is gpsd running? trying again");
    }

    void converse() {
        endpoints_.clear();
        connect_timer_.cancel();
        const bool local = is_this_host(socket_);
        receivers_.set_local(local);
        remark_ = settings_.pps && !local
                      ? "; pulses are not taken from another host: run gpsd here, or set pps = false"
                      : "";
        greeted_ = false;
        name_ = "gpsd at " + place_;
        receivers_.set_name(name_);
        lines_.clear();
        explained_ = false;
        asio::async_write(socket_, asio::buffer(watch_command_), in_this_opening(&Connection::asked));
        heard();
        read();
    }

    void asked(const Error& error, std::size_t) {
        if (error) {
            lose_connection();
        }
    }

    void read() {
        after(dead_timer_, settings_.patience.dead, &Connection::reopen);
        socket_.async_read_some(asio::buffer(bytes_), in_this_opening(&Connection::received));
    }

    void received(const Error& error, std::size_t count) {
        if (error) {
            lose_connection();
            return;
        }
        const std::uint64_t reading = opening();
        lines_.take(
            std::string_view{bytes_.data(), count},
            [&](std::string_view line) {
                if (is_under_way(reading) && !line.empty() && line != "\r") {
                    std::visit([this](const auto& report) { take(report); }, reader_.read(line));
                }
            },
            [&] {
                if (is_under_way(reading)) {
                    take(Rejection::Reason::kUnreadable);
                }
            });
        if (is_under_way(reading)) {
            read();
        }
    }

    void take(std::monostate) {}
    void take(Rejection::Reason reason) { watch().reject(reason); }

    // The first is gpsd's own greeting; a receiver that is itself a gpsd may send another.
    void take(const VersionReport& report) {
        if (!std::exchange(greeted_, true)) {
            name_ = "gpsd " + report.release + " at " + place_;
            receivers_.set_name(name_);
        }
    }

    void take(const DeviceReport& report) {
        const bool of_nobody = report.device.empty();
        if (report.present || (!of_nobody && !(is_wanted(report.device) && receivers_.lose(report.device)))) {
            return;
        }
        explained_ = true;
        watch().tell(false, of_nobody ? "gpsd at " + place_ +
                                            " has no receiver: plug it in, or name its device in /etc/default/gpsd"
                                      : "gpsd at " + place_ + " lost the receiver " + report.device +
                                            ": check its cable and power, or plug it in again");
    }

    void take(const PulseReport& report) {
        if (is_wanted(report.device)) {
            receivers_.take(report);
        }
    }

    /// Anything else that a receiver reports: TPV, TOFF, SKY, SUBFRAME.
    template <typename Report>
    void take(const Report& report) {
        if (!is_wanted(report.device)) {
            return;
        }
        watch().succeeded();
        explained_ = false;
        heard();
        watch().tell(true, name_ + " reports the receiver " + report.device + remark_);
        receivers_.take(report);
    }

    bool is_wanted(const std::string& device) const { return settings_.device.empty() || device == settings_.device; }

    // What gpsd itself said about the receiver is better than this guess.
    void silent() override {
        if (explained_) {
            return;
        }
        const std::string whom = settings_.device.empty() ? "any receiver" : settings_.device;
        watch().tell(false, "gpsd at " + place_ + " answers, but reports nothing of " + whom +
                                ": is it plugged in, powered, and known to gpsd?");
    }

    void lose_connection() { lose("the connection to gpsd at " + place_ + " was lost: is gpsd running? trying again"); }

    const GpsdSettings settings_;
    const std::string place_;
    const std::string watch_command_;
    tcp::resolver resolver_;
    tcp::socket socket_;
    DeviceTimer connect_timer_;
    DeviceTimer dead_timer_;  // since the last byte
    GpsdReportReader reader_;
    GpsdReceivers receivers_;
    LineAssembler lines_;
    std::array<char, 8192> bytes_{};
    std::vector<tcp::endpoint> endpoints_;
    std::size_t next_endpoint_ = 0;
    std::optional<Error> first_error_;
    bool greeted_ = false;
    std::string name_;
    std::string remark_;
    bool explained_ = false;  // gpsd told why nothing can come
};

GpsdRefclock::GpsdRefclock(asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                           GpsdSettings settings)
    : connection_{std::make_shared<Connection>(io, counter, sink, source, std::move(settings))} {}

GpsdRefclock::~GpsdRefclock() {
    connection_->stop();
}

void GpsdRefclock::start() {
    connection_->start();
}

void GpsdRefclock::stop() {
    connection_->stop();
}

}  // namespace tokimori
