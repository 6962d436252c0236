#include "refclocks/jjy_serial_model.h"

#include <array>
#include <chrono>
#include <utility>

#include "refclocks/jst.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr char kStx = '\x02';
constexpr std::string_view kEnds{"\r\n\x03\x1a", 4};
constexpr char kSub = '\x1a';

// What ntpd assumes of each of them; a receiver of long waves is late by some tens of milliseconds up to more than 100.
constexpr Duration kRadio = 125ms;
constexpr Duration kSatellites = 50ms;

struct Row {
    JjyModel model;
    JjyModelFacts facts;
    std::unique_ptr<JjySerialModel> (*make)();
};
constexpr std::array kRows{
    Row{JjyModel::kTristateJjy01, {"Tristate TS-JJY01", 9600, true, kRadio}, make_tristate_jjy01},
    Row{JjyModel::kJst2000, {"C-DEX JST2000", 9600, true, kRadio}, make_jst2000},
    Row{JjyModel::kLt2000, {"Echo Keisokuki LT-2000", 9600, true, kRadio}, make_lt2000},
    Row{JjyModel::kJjy200, {"Citizen TIC JJY-200", 4800, false, kRadio}, make_jjy200},
    Row{JjyModel::kTristateGpsClock01, {"Tristate TS-GPSclock-01", 38400, true, kSatellites}, make_tristate_gpsclock01},
    Row{JjyModel::kTdc300, {"Seiko TDC-300", 2400, false, kRadio}, make_tdc300}};

int* field_of(char letter, JjyDigits& digits) {
    switch (letter) {
        case 'Y':
            return &digits.time.year;
        case 'M':
            return &digits.time.month;
        case 'D':
            return &digits.time.day;
        case 'h':
            return &digits.time.hour;
        case 'm':
            return &digits.time.minute;
        case 's':
            return &digits.time.second;
        case 't':
            return &digits.tenth;
        case 'w':
            return &digits.weekday;
        default:
            return nullptr;
    }
}

const Row& row_of(JjyModel model) {
    return kRows.at(static_cast<std::size_t>(model));
}

}  // namespace

std::unique_ptr<JjySerialModel> make_jjy_model(JjyModel model) {
    return row_of(model).make();
}

const JjyModelFacts& jjy_model_facts(JjyModel model) {
    return row_of(model).facts;
}

void JjyMessages::take(std::string_view bytes, LocalInstant read,
                       const std::function<void(const JjyMessage&)>& on_message) {
    for (const char byte : bytes) {
        if (kEnds.find(byte) != std::string_view::npos) {
            JjyMessage message = std::exchange(message_, {});
            message.end = byte;
            message.ended = read;
            const bool says_something = !message.text.empty() || byte == kSub;
            if (!std::exchange(skipping_, false) && says_something) {
                on_message(message);
            }
        } else if (byte == kStx) {
            message_ = {};
            skipping_ = false;
        } else if (message_.text.size() == kLongest) {
            skipping_ = true;
        } else {
            message_.began = message_.text.empty() ? read : message_.began;
            message_.text += byte;
        }
    }
}

bool read_jjy_digits(std::string_view pattern, std::string_view text, JjyDigits& digits) {
    if (text.size() != pattern.size()) {
        return false;
    }
    char last = '\0';
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        int* const field = field_of(pattern[i], digits);
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (field == nullptr ? pattern[i] != '?' && pattern[i] != text[i] : !digit) {
            return false;
        }
        if (field != nullptr) {
            *field = (pattern[i] == last ? *field * 10 : 0) + (text[i] - '0');
        }
        last = pattern[i];
    }
    constexpr int kCentury = 2000;
    const bool short_year = pattern.find("YY") != std::string_view::npos && digits.time.year < 100 &&
                            pattern.find("YYYY") == std::string_view::npos;
    digits.time.year += short_year ? kCentury : 0;
    return true;
}

std::optional<UtcTime> jjy_instant(const JjyDigits& digits) {
    constexpr int kTenth = 100'000'000;
    const std::optional<UtcSecond> second = utc_from_jst(digits.time);
    const bool in_range = digits.time.year >= 2000 && digits.time.year <= 2098;
    return second && in_range ? std::optional{UtcTime{*second, digits.tenth * kTenth}} : std::nullopt;
}

std::optional<int> weekday_of(const CivilTime& time) {
    constexpr int kThursday = 4;  // 1970-01-01
    const std::optional<UtcDay> day = day_from_date(time.year, time.month, time.day);
    return day ? std::optional{((*day + kThursday) % 7 + 7) % 7} : std::nullopt;
}

}  // namespace tokimori
