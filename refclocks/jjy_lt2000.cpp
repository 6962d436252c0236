#include <chrono>
#include <utility>

#include "refclocks/jjy_serial_model.h"

// Echo Keisokuki LT-2000: in its continuous mode it names each second half a second before, and sends SUB when it
// begins. One second is taken, then the stream is stopped.
namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr char kSub = '\x1a';
constexpr Duration kEarliest = 200ms;
constexpr Duration kLatest = 800ms;

class Lt2000 : public JjySerialModel {
public:
    std::string ask() override {
        asked_ = true;
        named_.reset();
        return "C";
    }

    JjyAnswer take(const JjyMessage& message) override {
        if (!asked_) {
            return {};
        }
        return message.end == kSub ? take_second(message.ended) : take_name(message);
    }

private:
    // Four characters of status follow, whose meaning is not published.
    JjyAnswer take_name(const JjyMessage& message) {
        named_.reset();
        JjyDigits digits;
        if (!read_jjy_digits("YYMMDDwhhmmss????", message.text, digits)) {
            return {.rejection = Rejection::Reason::kUnreadable};
        }
        const std::optional<UtcTime> time = jjy_instant(digits);
        if (!time) {
            return {.rejection = Rejection::Reason::kImpossibleDate};
        }
        named_ = JjyAnswer::Reading{message.ended, *time};
        return {};
    }

    JjyAnswer take_second(LocalInstant at) {
        std::optional<JjyAnswer::Reading> named = std::exchange(named_, std::nullopt);
        if (!named) {
            return {};
        }
        const Duration waited = at - named->heard;
        asked_ = false;
        if (waited < kEarliest || waited > kLatest) {
            return {.rejection = Rejection::Reason::kStale, .send = "#"};
        }
        named->heard = at;
        return {.reading = named, .send = "#"};
    }

    bool asked_ = false;
    std::optional<JjyAnswer::Reading> named_;
};

}  // namespace

std::unique_ptr<JjySerialModel> make_lt2000() {
    return std::make_unique<Lt2000>();
}

}  // namespace tokimori
