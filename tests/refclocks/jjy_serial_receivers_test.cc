// The six receivers, each played at the other end of a serial line: ordinary seconds and nonsense, midnight, the end of
// a year and a leap second.

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <string>
#include <vector>

#include "refclocks/jjy_serial.h"
#include "tests/refclocks/driver_fixture.h"
#include "tests/refclocks/pseudo_terminal.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

/// A second of JST, and what a receiver must know to tell it.
struct Moment {
    std::string date;       ///< "2026-11-21"
    int weekday = 0;        ///< 0 = Sunday
    std::string time;       ///< "12:34:56"
    std::string before;     ///< the second before
    bool nonsense = false;  ///< it is not told as it should

    std::string with(char separator) const {
        std::string text = date;
        std::replace(text.begin(), text.end(), '-', separator);
        return text;
    }
    std::string short_date() const { return digits(date).substr(2); }
    std::string short_time() const { return digits(time); }
    std::string in_words() const { return date + " " + time + " JST"; }

private:
    static std::string digits(std::string text) {
        text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '-' || c == ':'; }), text.end());
        return text;
    }
};

const Moment kOrdinary{"2026-11-21", 6, "12:34:56", "12:34:55"};
const Moment kLastOfYear{"2026-12-31", 4, "23:59:59", "23:59:58"};
const Moment kMidnight{"2027-01-01", 5, "00:00:00", "23:59:59"};
const Moment kFirstOfYear{"2027-01-01", 5, "00:00:01", "00:00:00"};
const Moment kLeapSecond{"2017-01-01", 0, "08:59:60", "08:59:59"};
const Moment kAfterLeapSecond{"2017-01-01", 0, "09:00:00", "08:59:60"};

/// What one model says. It answers to `commands`, or says all of it by itself where there are none.
struct Speech {
    std::string command;
    std::string text;
    std::chrono::milliseconds later{0};
};

std::vector<Speech> speech_of(JjyModel model, const Moment& now) {
    constexpr std::array kDays{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};
    const std::string weekday = std::to_string(now.weekday);
    const std::string from_monday = std::to_string((now.weekday + 6) % 7);
    const std::string ymd = now.nonsense ? "26x121" : now.short_date();
    switch (model) {
        case JjyModel::kTristateJjy01:
            return {{"dcst\r\n", now.nonsense ? "invalid\r\n" : "valid\r\n"},
                    {"stus\r\n", "adjusted\r\n"},
                    {"time\r\n", now.before + "\r\n"},
                    {"date\r\n", now.with('/') + " " + kDays.at(static_cast<std::size_t>(now.weekday)) + "\r\n"},
                    {"stim\r\n", now.time + "\r\n"}};
        case JjyModel::kTristateGpsClock01:
            return {{"stus\r\n", now.nonsense ? "$Cmd>*R\r\n" : "$Cmd>+U\r\n"},
                    {"time\r\n", "$Cmd>" + now.before + "\r\n"},
                    {"date\r\n", "$Cmd>" + now.with('/') + "\r\n"},
                    {"time\r\n", "$Cmd>" + now.time + "\r\n"}};
        case JjyModel::kJst2000:
            return {{"\x05"s + "1J\x03", "\x02J" + ymd + " " + now.short_time() + "0\x03"}};
        case JjyModel::kLt2000:
            return {{"C", ymd + weekday + now.short_time() + "0000\r"}, {"", "\x1a", 400ms}};
        case JjyModel::kJjy200:
            return {{"", (now.nonsense ? "'NG " : "'OK ") + now.with('/').substr(2) + " " + from_monday + " " +
                             now.time + "\r"}};
        case JjyModel::kTdc300:
            return {{"", "\x02" + ymd + weekday + now.short_time() + "\x03"}, {"", "\x02\xe5\x03"}};
    }
    return {};
}

/// Plays one model at the far end of a line, as long as it exists.
class PlayedReceiver {
public:
    PlayedReceiver(boost::asio::io_context& io, JjyModel model) : look_{io}, later_{io}, model_{model} { look(); }

    std::string device() const { return line_.device(); }
    /// How often it has said all that it says.
    int dialogues() const { return dialogues_; }
    /// From the next question on; who is not asked says it at once.
    void show(const Moment& moment) {
        shown_ = moment;
        if (!jjy_model_facts(model_).asked) {
            begin();
        }
    }

private:
    void begin() {
        script_ = speech_of(model_, shown_);
        at_ = 0;
        say_what_needs_no_question();
    }
    void look() {
        heard_ += line_.heard();
        const std::string first = shown_.date.empty() ? "" : speech_of(model_, shown_).front().command;
        if (!first.empty() && heard_.ends_with(first) && (at_ >= script_.size() || script_[at_].command != first)) {
            begin();
        }
        const std::string wanted = at_ < script_.size() ? script_[at_].command : "";
        if (!wanted.empty() && heard_.ends_with(wanted)) {
            heard_.clear();
            say_next();
            say_what_needs_no_question();
        }
        look_.expires_after(1ms);
        look_.async_wait([this](const boost::system::error_code& error) { error ? void() : look(); });
    }
    void say_next() {
        line_.say(script_[at_++].text);
        dialogues_ += at_ == script_.size() ? 1 : 0;
    }
    void say_what_needs_no_question() {
        if (at_ == script_.size() || !script_[at_].command.empty()) {
            return;
        }
        later_.expires_after(script_[at_].later);
        later_.async_wait([this](const boost::system::error_code& error) {
            if (!error) {
                say_next();
                say_what_needs_no_question();
            }
        });
    }

    PseudoTerminal line_;
    boost::asio::steady_timer look_;
    boost::asio::steady_timer later_;
    const JjyModel model_;
    Moment shown_;
    std::vector<Speech> script_;
    std::size_t at_ = 0;
    int dialogues_ = 0;
    std::string heard_;
};

class JjySerialReceivers : public DriverTest, public ::testing::WithParamInterface<JjyModel> {
protected:
    std::size_t count(const std::string& told) const {
        const auto labels = kept_.of<Label>();
        return static_cast<std::size_t>(std::count_if(
            labels.begin(), labels.end(), [&](const Label& label) { return format_jst(label.time) == told; }));
    }

    PlayedReceiver receiver_{io_, GetParam()};
    JjySerialRefclock clock_{
        io_,
        counter_,
        kept_,
        9,
        {.device = receiver_.device(), .model = GetParam(), .poll = 700ms, .patience = {1ms, 4ms, 20s}}};
};

TEST_P(JjySerialReceivers, TellEachSecondByItsNameAndNothingOfNonsense) {
    clock_.start();
    std::size_t told = 0;
    for (const Moment& moment : {kOrdinary, kLastOfYear, kFirstOfYear, kLeapSecond, kAfterLeapSecond}) {
        receiver_.show(moment);
        run_until([&] { return count(moment.in_words()) > 0; });
        Moment nonsense = moment;
        nonsense.nonsense = true;
        const std::size_t refused = kept_.of<Rejection>().size();
        receiver_.show(nonsense);
        run_until([&] { return kept_.of<Rejection>().size() > refused; });
        told += count(moment.in_words());
    }
    EXPECT_EQ(kept_.of<Label>().size(), told) << "and no other second";
    clock_.stop();
}

// The date that was told with the second before may be that of either day.
TEST_P(JjySerialReceivers, TellMidnightOrNothing) {
    const bool asks_twice = GetParam() == JjyModel::kTristateJjy01 || GetParam() == JjyModel::kTristateGpsClock01;
    clock_.start();
    for (const Moment& moment :
         asks_twice ? std::vector{kLastOfYear, kMidnight, kFirstOfYear} : std::vector{kLastOfYear, kMidnight}) {
        receiver_.show(moment);
        if (!asks_twice || moment.time != kMidnight.time) {
            run_until([&] { return count(moment.in_words()) > 0; });
        } else {
            // What was told in the first of two dialogues was read before the second.
            const int before = receiver_.dialogues();
            run_until([&] { return receiver_.dialogues() > before + 2; });
        }
    }
    EXPECT_EQ(count(kMidnight.in_words()) > 0, !asks_twice);
    EXPECT_EQ(kept_.of<Label>().size(),
              count(kLastOfYear.in_words()) + count(kMidnight.in_words()) + count(kFirstOfYear.in_words()));
    clock_.stop();
}

std::string name_of(const ::testing::TestParamInfo<JjyModel>& each) {
    constexpr std::array kNames{"Jjy01", "Jst2000", "Lt2000", "Jjy200", "GpsClock01", "Tdc300"};
    return kNames.at(static_cast<std::size_t>(each.param));
}

INSTANTIATE_TEST_SUITE_P(All, JjySerialReceivers,
                         ::testing::Values(JjyModel::kTristateJjy01, JjyModel::kJst2000, JjyModel::kLt2000,
                                           JjyModel::kJjy200, JjyModel::kTristateGpsClock01, JjyModel::kTdc300),
                         name_of);

}  // namespace
}  // namespace tokimori
