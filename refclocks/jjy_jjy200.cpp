#include "refclocks/jjy_serial_model.h"

// Citizen TIC JJY-200: names every second as it begins, by itself.
namespace tokimori {
namespace {

using Reason = Rejection::Reason;

class Jjy200 : public JjySerialModel {
public:
    std::string ask() override { return {}; }

    JjyAnswer take(const JjyMessage& message) override {
        JjyDigits digits;
        if (!read_jjy_digits("'?? YY/MM/DD w hh:mm:ss", message.text, digits)) {
            return {.rejection = Reason::kUnreadable};
        }
        const std::string_view status = std::string_view{message.text}.substr(1, 2);
        if (status != "OK") {
            return {.rejection = status == "NG" || status == "ER" ? Reason::kNoFix : Reason::kUnreadable};
        }
        // Its week begins on Monday.
        const std::optional<int> weekday = weekday_of(digits.time);
        const std::optional<UtcTime> time = jjy_instant(digits);
        if (!time || !weekday || (digits.weekday + 1) % 7 != *weekday || digits.weekday > 6) {
            return {.rejection = Reason::kImpossibleDate};
        }
        return {.reading = JjyAnswer::Reading{message.began, *time}};
    }
};

}  // namespace

std::unique_ptr<JjySerialModel> make_jjy200() {
    return std::make_unique<Jjy200>();
}

}  // namespace tokimori
