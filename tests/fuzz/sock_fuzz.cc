#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "refclocks/sock_datagram.h"

/// Any datagram that somebody sends to the socket.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto result = tokimori::read_sock_datagram({data, size});
    const auto* const sample = std::get_if<tokimori::SockSample>(&result);
    if (sample != nullptr && (sample->time.nanosecond < 0 || sample->time.nanosecond > 999'999'999)) {
        std::abort();
    }
    return 0;
}
