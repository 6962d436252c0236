#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "refclocks/nmea_receiver.h"

namespace {

/// Nobody to tell.
struct Deaf : tokimori::ObservationSink {
    void observe(const tokimori::Observation&) override {}
};

}  // namespace

/// What comes over a serial line: pieces of any length, at any moment. The first byte of each piece tells both.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::int64_t now = 0;
    tokimori::Counter counter{[&now] { return tokimori::ClockReading{.raw = now}; }};
    Deaf deaf;
    tokimori::DeviceWatch watch{counter, deaf, 1};
    tokimori::NmeaReceiver receiver{watch, deaf, 1, std::chrono::milliseconds{30}};
    std::string_view bytes{reinterpret_cast<const char*>(data), size};
    while (!bytes.empty()) {
        const auto head = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        now += std::int64_t{head % 16U} * 20'000'000;
        receiver.take(bytes.substr(0, head), tokimori::LocalInstant{tokimori::Duration{now}});
        bytes.remove_prefix(std::min<std::size_t>(head, bytes.size()));
    }
    return 0;
}
