#include "refclocks/jjy_serial.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <utility>

#include "refclocks/retried_device.h"
#include "refclocks/serial_port.h"

namespace tokimori {
namespace {

namespace asio = boost::asio;

}  // namespace

class JjySerialRefclock::Port : public RetriedDevice {
public:
    Port(asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source, JjySerialSettings settings)
        : RetriedDevice{io, counter, sink, source, settings.patience},
          port_{io},
          ask_again_{io},
          settings_{std::move(settings)},
          facts_{jjy_model_facts(settings_.model)},
          model_{make_jjy_model(settings_.model)} {}

private:
    std::optional<std::string> open_device() override {
        const SerialPort port = open_serial_port(settings_.device, facts_.baud, SerialDirection::kBoth);
        if (port.descriptor < 0) {
            return port.fault;
        }
        if (auto fault = hand_over_serial_port(port_, port.descriptor, settings_.device)) {
            return fault;
        }
        model_ = make_jjy_model(settings_.model);
        messages_.clear();
        heard_ = Heard::kNothing;
        heard();
        read();
        ask();
        return std::nullopt;
    }

    void close_device() override {
        Error ignored;
        ask_again_.cancel();
        port_.close(ignored);
    }

    void silent() override {
        const std::string at = settings_.device + " at " + std::to_string(facts_.baud) + " baud";
        switch (std::exchange(heard_, Heard::kNothing)) {
            case Heard::kNothing:
                watch().tell(false, serial_port_silent(settings_.device, facts_.baud));
                return;
            case Heard::kBytes:
                watch().tell(false, "what comes from " + at + " is not what a " + std::string{facts_.name} +
                                        " says: check model, and the settings of the receiver");
                return;
            case Heard::kNoTime:
                watch().tell(
                    false, "the receiver at " + settings_.device + " has not heard the time itself: check its antenna");
                return;
        }
    }

    void ask() {
        if (facts_.asked) {
            after(ask_again_, settings_.poll, &Port::ask);
            send(model_->ask());
        }
    }

    // A few bytes always fit into the port; where they do not, nobody answers, and silence is told.
    void send(const std::string& text) {
        Error error;
        if (!text.empty() && port_.is_open()) {
            port_.write_some(asio::buffer(text), error);
        }
    }

    void read() { port_.async_read_some(asio::buffer(bytes_), in_this_opening(&Port::received)); }

    void received(const Error& error, std::size_t count) {
        if (error) {
            lose(serial_port_lost(settings_.device, error.message()));
            return;
        }
        const std::uint64_t reading = opening();
        heard_ = std::max(heard_, Heard::kBytes);
        messages_.take({bytes_.data(), count}, counter().now(), [this, reading](const JjyMessage& message) {
            if (is_under_way(reading)) {
                take(model_->take(message));
            }
        });
        if (is_under_way(reading)) {
            read();
        }
    }

    void take(const JjyAnswer& answer) {
        send(answer.send);
        if (answer.rejection) {
            heard_ = *answer.rejection == Rejection::Reason::kNoFix ? Heard::kNoTime : heard_;
            watch().reject(*answer.rejection);
        }
        if (answer.reading) {
            heard();
            watch().succeeded();
            watch().tell(true, "the " + std::string{facts_.name} + " at " + settings_.device + " tells the time");
            sink().observe(Label{.source = source(),
                                 .heard = answer.reading->heard,
                                 .time = answer.reading->time,
                                 .uncertainty = facts_.uncertainty});
        }
    }

    /// The most useful thing since the last silence.
    enum class Heard : std::uint8_t { kNothing, kBytes, kNoTime };

    asio::posix::stream_descriptor port_;
    DeviceTimer ask_again_;
    const JjySerialSettings settings_;
    const JjyModelFacts& facts_;
    std::unique_ptr<JjySerialModel> model_;
    JjyMessages messages_;
    std::array<char, 1024> bytes_{};
    Heard heard_ = Heard::kNothing;
};

JjySerialRefclock::JjySerialRefclock(asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                                     JjySerialSettings settings)
    : port_{std::make_shared<Port>(io, counter, sink, source, std::move(settings))} {}

JjySerialRefclock::~JjySerialRefclock() {
    port_->stop();
}

void JjySerialRefclock::start() {
    port_->start();
}

void JjySerialRefclock::stop() {
    port_->stop();
}

}  // namespace tokimori
