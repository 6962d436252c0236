#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "server/daemon/escape.h"
#include "server/daemon/settings_table.h"
#include "server/daemon/value_text.h"

namespace tokimori {
namespace {

template <typename Parse>
std::optional<SettingValue> ranged(const Setting& setting, std::string_view text, Parse parse) {
    const auto value = parse(text);
    if (!value || *value < *parse(setting.minimum) || *parse(setting.maximum) < *value) {
        return std::nullopt;
    }
    return SettingValue(*value);
}

std::optional<UtcTime> parse_date(std::string_view text) {
    constexpr std::size_t kDateLength = 10;
    return text.size() == kDateLength ? parse_utc(text) : std::nullopt;
}

std::optional<SettingValue> bool_from(std::string_view text) {
    return text == "true" || text == "false" ? std::optional<SettingValue>(text == "true") : std::nullopt;
}

std::optional<SettingValue> choice_from(const Setting& setting, std::string_view text) {
    const auto found = std::ranges::find(setting.choices, text, &Choice::text);
    return found == setting.choices.end() ? std::nullopt : std::optional<SettingValue>(&*found);
}

std::optional<SettingValue> choices_from(const Setting& setting, std::string_view text) {
    std::vector<const Choice*> chosen;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const auto choice = choice_from(setting, text.substr(0, comma));
        const Choice* const word = choice ? std::get<const Choice*>(*choice) : nullptr;
        if (word == nullptr || std::ranges::count(chosen, word) > 0) {
            return std::nullopt;
        }
        chosen.push_back(word);
        text.remove_prefix(std::min(comma + 1, text.size()));
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    }
    return chosen;
}

std::optional<SettingValue> text_from(const Setting& setting, std::string_view text) {
    const auto size = static_cast<std::int64_t>(text.size());
    const bool fits = parse_integer(setting.minimum) <= size && parse_integer(setting.maximum) >= size;
    return fits && is_plain_text(text) ? std::optional<SettingValue>(std::string(text)) : std::nullopt;
}

std::optional<SettingValue> refid_from(std::string_view text) {
    constexpr std::size_t kLongest = 4;
    const bool visible = std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
    const bool fits = !text.empty() && text.size() <= kLongest;
    return visible && fits ? std::optional<SettingValue>(std::string(text)) : std::nullopt;
}

std::optional<SettingValue> addresses_from(std::string_view text) {
    std::vector<ListenAddress> addresses;
    while (true) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const auto address = parse_listen_address(text.substr(0, comma));
        if (!address || std::ranges::count(addresses, *address) > 0) {
            return std::nullopt;
        }
        addresses.push_back(*address);
        if (comma == text.size()) {
            return addresses;
        }
        text.remove_prefix(comma + 1);
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    }
}

std::optional<SettingValue> prefixes_from(std::string_view text) {
    std::vector<Prefix> prefixes;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const auto some = parse_prefixes(text.substr(0, comma));
        if (!some) {
            return std::nullopt;
        }
        prefixes.insert(prefixes.end(), some->begin(), some->end());
        text.remove_prefix(std::min(comma + 1, text.size()));
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    }
    return prefixes;
}

std::optional<SettingValue> script_from(std::string_view text) {
    auto script = parse_sky_script(text);
    return script ? std::optional<SettingValue>(std::move(*script)) : std::nullopt;
}

std::string listed_choices(const Setting& setting) {
    std::string list;
    for (const Choice& choice : setting.choices) {
        list += fmt::format("{}\"{}\"", list.empty() ? "" : " or ", choice.text);
    }
    return list;
}

std::string_view example(const Setting& setting) {
    return setting.default_text.empty() ? setting.maximum : setting.default_text;
}

}  // namespace

std::optional<SettingValue> value_from_text(const Setting& setting, std::string_view text) {
    switch (setting.type) {
        case SettingType::kBool:
            return bool_from(text);
        case SettingType::kInteger:
            return ranged(setting, text, parse_integer);
        case SettingType::kIntegerOrAuto:
            return text == "auto" ? SettingValue() : ranged(setting, text, parse_integer);
        case SettingType::kDuration:
            return ranged(setting, text, parse_duration);
        case SettingType::kFrequency:
            return ranged(setting, text, parse_frequency);
        case SettingType::kDegrees:
            return ranged(setting, text, parse_degrees);
        case SettingType::kChoice:
            return choice_from(setting, text);
        case SettingType::kChoices:
            return choices_from(setting, text);
        case SettingType::kText:
            return text_from(setting, text);
        case SettingType::kRefid:
            return refid_from(text);
        case SettingType::kAddresses:
            return addresses_from(text);
        case SettingType::kPrefixes:
            return prefixes_from(text);
        case SettingType::kInstant:
            return ranged(setting, text, parse_utc);
        case SettingType::kDate:
            return ranged(setting, text, parse_date);
        case SettingType::kSkyScript:
            return script_from(text);
    }
    return std::nullopt;
}

std::string expectation(const Setting& setting) {
    switch (setting.type) {
        case SettingType::kBool:
            return "true or false, without quotes";
        case SettingType::kInteger:
            return fmt::format("an integer from {} to {}, without quotes", setting.minimum, setting.maximum);
        case SettingType::kIntegerOrAuto:
            return fmt::format("\"auto\" or an integer from {} to {}", setting.minimum, setting.maximum);
        case SettingType::kDuration:
            return fmt::format("a duration from {} to {} in quotes, such as \"{}\"", setting.minimum, setting.maximum,
                               example(setting));
        case SettingType::kFrequency:
            return fmt::format("a frequency from {} to {} in quotes, such as \"{}\"", setting.minimum, setting.maximum,
                               example(setting));
        case SettingType::kDegrees:
            return fmt::format("degrees from {} to {}, without quotes", setting.minimum, setting.maximum);
        case SettingType::kChoice:
            return listed_choices(setting);
        case SettingType::kChoices:
            return fmt::format("a list of {}, none of them twice", listed_choices(setting));
        case SettingType::kText:
            return fmt::format("{} to {} bytes of text without control characters, in quotes", setting.minimum,
                               setting.maximum);
        case SettingType::kRefid:
            return "1 to 4 visible ASCII characters in quotes, such as \"PPS\"";
        case SettingType::kAddresses:
            return "numeric addresses with a port from 1 to 65535, such as [\"0.0.0.0:123\", \"[::]:123\"]";
        case SettingType::kPrefixes:
            return "a list of networks such as [\"192.168.1.0/24\", \"2001:db8::/32\"], or of \"private\", "
                   "\"loopback\", "
                   "\"any\"";
        case SettingType::kInstant:
            return fmt::format("a UTC time from {} to {}, such as \"2016-12-31T23:59:60Z\"", setting.minimum,
                               setting.maximum);
        case SettingType::kDate:
            return fmt::format("a date from {} to {}, such as \"2016-12-31\"", setting.minimum, setting.maximum);
        case SettingType::kSkyScript:
            return "faults separated by semicolons, such as \"60s no-pulses for 10s; 2m wrong-second +1 for 30s\"";
    }
    return {};
}

}  // namespace tokimori
