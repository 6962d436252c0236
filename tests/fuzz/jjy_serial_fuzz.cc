#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "refclocks/jjy_serial_model.h"

/// What a receiver may say: the first byte names the model; then pieces of any length, at any moment, the first byte of
/// each tells both. It is asked again now and then.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view bytes{reinterpret_cast<const char*>(data), size};
    if (bytes.empty()) {
        return 0;
    }
    const auto model =
        tokimori::make_jjy_model(static_cast<tokimori::JjyModel>(static_cast<unsigned char>(bytes.front()) % 6U));
    bytes.remove_prefix(1);
    tokimori::JjyMessages messages;
    tokimori::LocalInstant now{std::chrono::seconds{5}};
    model->ask();
    while (!bytes.empty()) {
        const auto head = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        now += std::chrono::milliseconds{50} * (head % 16U);
        const std::size_t length = std::min<std::size_t>(head / 4U, bytes.size());
        messages.take(bytes.substr(0, length), now, [&](const tokimori::JjyMessage& message) {
            const tokimori::JjyAnswer answer = model->take(message);
            const bool named = !answer.reading ||
                               tokimori::second_from_civil(tokimori::civil_from_second(answer.reading->time.second)) ==
                                   answer.reading->time.second;
            if (!named || (answer.reading && answer.rejection) || answer.send.size() > 16) {
                std::abort();
            }
        });
        bytes.remove_prefix(length);
        if (head % 8U == 7U) {
            model->ask();
        }
    }
    return 0;
}
