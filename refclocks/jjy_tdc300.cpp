#include <chrono>
#include <utility>

#include "refclocks/jjy_serial_model.h"

// Seiko Time Systems TDC-300 with the type 3 output: names a second ahead, and sends one character when it begins.
namespace tokimori {
namespace {

using namespace std::chrono_literals;
using Reason = Rejection::Reason;

constexpr char kEtx = '\x03';
constexpr std::string_view kSecondBegins = "\xe5";
constexpr Duration kNamedBefore = 1200ms;

class Tdc300 : public JjySerialModel {
public:
    std::string ask() override { return {}; }

    JjyAnswer take(const JjyMessage& message) override {
        if (message.end != kEtx) {
            return {.rejection = Reason::kUnreadable};
        }
        return message.text == kSecondBegins ? take_second(message.ended) : take_name(message);
    }

private:
    JjyAnswer take_name(const JjyMessage& message) {
        named_.reset();
        begun_ = false;
        JjyDigits digits;
        if (!read_jjy_digits("YYMMDDwhhmmss", message.text, digits)) {
            return {.rejection = Reason::kUnreadable};
        }
        const std::optional<UtcTime> time = jjy_instant(digits);
        if (!time) {
            return {.rejection = Reason::kImpossibleDate};
        }
        named_ = JjyAnswer::Reading{message.ended, *time};
        return {};
    }

    // The first may be of a second whose name was not heard; two in a row are none.
    JjyAnswer take_second(LocalInstant at) {
        const bool twice = std::exchange(begun_, true);
        std::optional<JjyAnswer::Reading> named = std::exchange(named_, std::nullopt);
        if (!named) {
            return {.rejection = twice ? std::optional{Reason::kUnreadable} : std::nullopt};
        }
        if (at - named->heard > kNamedBefore) {
            return {.rejection = Reason::kStale};
        }
        named->heard = at;
        return {.reading = named};
    }

    std::optional<JjyAnswer::Reading> named_;
    bool begun_ = false;
};

}  // namespace

std::unique_ptr<JjySerialModel> make_tdc300() {
    return std::make_unique<Tdc300>();
}

}  // namespace tokimori
