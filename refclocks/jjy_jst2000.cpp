#include "refclocks/jjy_serial_model.h"

// C-DEX JST2000: answers each question with one message, tenths of a second included.
namespace tokimori {
namespace {

constexpr char kEtx = '\x03';

class Jst2000 : public JjySerialModel {
public:
    std::string ask() override {
        asked_ = true;
        return "\x05"
               "1J\x03";
    }

    JjyAnswer take(const JjyMessage& message) override {
        if (!asked_ || message.end != kEtx) {
            return {};
        }
        asked_ = false;
        JjyDigits digits;
        if (!read_jjy_digits("JYYMMDD hhmmsst", message.text, digits)) {
            return {.rejection = Rejection::Reason::kUnreadable};
        }
        const std::optional<UtcTime> time = jjy_instant(digits);
        return time ? JjyAnswer{.reading = JjyAnswer::Reading{message.ended, *time}}
                    : JjyAnswer{.rejection = Rejection::Reason::kImpossibleDate};
    }

private:
    bool asked_ = false;
};

}  // namespace

std::unique_ptr<JjySerialModel> make_jst2000() {
    return std::make_unique<Jst2000>();
}

}  // namespace tokimori
