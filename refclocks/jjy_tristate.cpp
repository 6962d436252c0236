#include <algorithm>
#include <array>
#include <span>

#include "refclocks/jjy_serial_model.h"

// Tristate TS-JJY01 and TS-JJY02 hear long waves, TS-GPSclock-01 hears satellites. All answer to commands in lines.
namespace tokimori {
namespace {

using Reason = Rejection::Reason;

enum class Step : std::uint8_t { kValid, kAdjusted, kStatus, kTime, kDate, kAgain };

struct Command {
    Step step;
    std::string_view text;
};
constexpr std::array kRadioCommands{Command{Step::kValid, "dcst\r\n"}, Command{Step::kAdjusted, "stus\r\n"},
                                    Command{Step::kTime, "time\r\n"}, Command{Step::kDate, "date\r\n"},
                                    Command{Step::kAgain, "stim\r\n"}};
constexpr std::array kGpsCommands{Command{Step::kStatus, "stus\r\n"}, Command{Step::kTime, "time\r\n"},
                                  Command{Step::kDate, "date\r\n"}, Command{Step::kAgain, "time\r\n"}};

constexpr int kSlowest = 2;
// The time is asked for again until the second changes, which takes a second.
constexpr int kMostRepeats = 2000;
constexpr std::string_view kPrompt = "$Cmd>";
constexpr std::array<std::string_view, 7> kWeekdays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

std::string lower_case(std::string_view text) {
    std::string lower{text};
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

int second_of_day(const JjyDigits& digits) {
    return (digits.time.hour * 60 + digits.time.minute) * 60 + digits.time.second;
}

class Tristate : public JjySerialModel {
public:
    /// `repeats`: it answers at once, not at the beginning of the second.
    Tristate(std::span<const Command> commands, bool repeats) : commands_{commands}, repeats_{repeats} {}

    std::string ask() override {
        next_ = 0;
        repeated_ = 0;
        digits_ = {};
        return std::string{commands_[next_].text};
    }

    JjyAnswer take(const JjyMessage& message) override {
        std::string_view text = message.text;
        if (text.starts_with("$GP") || text.starts_with("$PFEC")) {
            return {};
        }
        text.remove_prefix(text.starts_with(kPrompt) ? kPrompt.size() : 0);
        if (text.empty() || next_ >= commands_.size()) {
            return {};
        }
        switch (commands_[next_].step) {
            case Step::kValid:
                return judge(lower_case(text), "valid", "invalid");
            case Step::kAdjusted:
                return judge(lower_case(text), "adjusted", "unadjusted");
            case Step::kStatus:
                return judge_status(text);
            case Step::kTime:
                return go_on_if(read_jjy_digits("hh:mm:ss", text, digits_));
            case Step::kDate:
                return go_on_if(read_date(lower_case(text)));
            case Step::kAgain:
                return take_second_time(text, message.began);
        }
        return {};
    }

private:
    JjyAnswer give_up(std::optional<Reason> reason) {
        next_ = commands_.size();
        return {.rejection = reason};
    }
    JjyAnswer go_on_if(bool readable) {
        if (!readable) {
            return give_up(Reason::kUnreadable);
        }
        ++next_;
        return {.send = std::string{commands_[next_].text}};
    }
    JjyAnswer judge(std::string_view text, std::string_view good, std::string_view bad) {
        return text == bad ? give_up(Reason::kNoFix) : go_on_if(text == good);
    }
    // Its own clock alone, and GPS time without the leap seconds, are no UTC.
    JjyAnswer judge_status(std::string_view text) {
        return text == "*R" || text == "*G" ? give_up(Reason::kNoFix) : go_on_if(text == "*U" || text == "+U");
    }

    bool read_date(std::string_view text) {
        if (repeats_) {
            return read_jjy_digits("YYYY/MM/DD", text, digits_);
        }
        if (!read_jjy_digits("YYYY/MM/DD ???", text, digits_)) {
            return false;
        }
        const std::optional<int> weekday = weekday_of(digits_.time);
        return weekday && kWeekdays.at(static_cast<std::size_t>(*weekday)) == text.substr(text.size() - 3);
    }

    JjyAnswer take_second_time(std::string_view text, LocalInstant began) {
        JjyDigits now = digits_;
        if (!read_jjy_digits("hh:mm:ss", text, now)) {
            return give_up(Reason::kUnreadable);
        }
        const int passed = second_of_day(now) - second_of_day(digits_);
        const bool same = now.time == digits_.time;
        if (repeats_ && same && ++repeated_ < kMostRepeats) {
            return {.send = std::string{commands_[next_].text}};
        }
        // Nobody knows on which side of midnight the date was told.
        if (passed < 0) {
            return give_up(std::nullopt);
        }
        if (passed > kSlowest || (repeats_ && same)) {
            return give_up(Reason::kStale);
        }
        next_ = commands_.size();
        const std::optional<UtcTime> time = jjy_instant(now);
        return time ? JjyAnswer{.reading = JjyAnswer::Reading{began, *time}}
                    : JjyAnswer{.rejection = Reason::kImpossibleDate};
    }

    const std::span<const Command> commands_;
    const bool repeats_;
    std::size_t next_ = 1'000;  ///< nothing was asked
    int repeated_ = 0;
    JjyDigits digits_;
};

}  // namespace

std::unique_ptr<JjySerialModel> make_tristate_jjy01() {
    return std::make_unique<Tristate>(kRadioCommands, false);
}

std::unique_ptr<JjySerialModel> make_tristate_gpsclock01() {
    return std::make_unique<Tristate>(kGpsCommands, true);
}

}  // namespace tokimori
