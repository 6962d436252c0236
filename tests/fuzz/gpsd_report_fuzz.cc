#include <cstddef>
#include <cstdint>
#include <string_view>

#include "refclocks/gpsd_report.h"
#include "refclocks/line_assembler.h"

/// What gpsd, or whoever sits on its port, may send: a stream of lines to one reader.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static tokimori::GpsdReportReader reader;
    tokimori::LineAssembler lines;
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    const auto read = [](std::string_view line) { reader.read(line); };
    lines.take(bytes.substr(0, size / 2), read, [] {});
    lines.take(bytes.substr(size / 2), read, [] {});
    return 0;
}
