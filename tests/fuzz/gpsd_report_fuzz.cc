#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "refclocks/gpsd_receivers.h"
#include "refclocks/line_assembler.h"

namespace {

using namespace tokimori;

/// Nobody to tell.
struct Deaf : ObservationSink {
    void observe(const Observation&) override {}
};

/// All that a gpsd's lines reach without its socket, on a host whose clocks go on by as much as each line is long.
class Lines {
public:
    Lines() { receivers_.set_local(true); }

    void take(std::string_view bytes) {
        lines_.take(
            bytes, [this](std::string_view line) { read(line); }, [] {});
    }

private:
    void read(std::string_view line) {
        now_ += static_cast<std::int64_t>(line.size()) * 10'000'000;
        static GpsdReportReader reader;
        std::visit([this](const auto& report) { hear(report); }, reader.read(line));
    }
    void hear(const DeviceReport& report) { receivers_.lose(report.device); }
    template <typename Report>
    void hear(const Report& report) {
        if constexpr (requires { receivers_.take(report); }) {
            receivers_.take(report);
        }
    }

    std::int64_t now_ = 0;
    Counter counter_{[this] { return ClockReading{now_, now_, 1'512'148'900'000'000'000 + now_, now_, 100}; }};
    Deaf deaf_;
    DeviceWatch watch_{counter_, deaf_, 1};
    GpsdReceivers receivers_{counter_, watch_, deaf_, 1, true};
    LineAssembler lines_;
};

}  // namespace

/// What gpsd, or whoever sits on its port, may send: a stream of lines to one reader and the receivers it tells of.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Lines lines;
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    lines.take(bytes.substr(0, size / 2));
    lines.take(bytes.substr(size / 2));
    return 0;
}
