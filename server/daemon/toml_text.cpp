#include "server/daemon/toml_text.h"

#include <fmt/format.h>

#include "server/daemon/escape.h"

namespace tokimori {
namespace {

bool is_text(SettingType type, const std::string& text) {
    switch (type) {
        case SettingType::kBool:
        case SettingType::kInteger:
        case SettingType::kDegrees:
        case SettingType::kAddresses:
        case SettingType::kChoices:
            return false;
        case SettingType::kIntegerOrAuto:
            return text == "auto";
        default:
            return true;
    }
}

// A list as `value_from_text` reads it; nullopt where it holds anything but words.
std::optional<std::string> text_of_words(const TomlArray& list) {
    std::string text;
    for (const TomlNode& node : list) {
        const auto* const word = std::get_if<std::string>(&node.value);
        if (word == nullptr || word->empty() || word->find(',') != std::string::npos) {
            return std::nullopt;
        }
        text += (text.empty() ? "" : ", ") + *word;
    }
    return text;
}

}  // namespace

std::string shown_toml(const TomlNode& node) {
    struct Words {
        std::string operator()(bool value) const { return value ? "true" : "false"; }
        std::string operator()(std::int64_t value) const { return std::to_string(value); }
        std::string operator()(double value) const { return fmt::format("{}", value); }
        std::string operator()(const std::string& value) const { return in_quotes(value); }
        std::string operator()(const TomlMoment& value) const { return value.text; }
        std::string operator()(const TomlArray& value) const { return value.empty() ? "an empty list" : "a list"; }
        std::string operator()(const TomlTable&) const { return "a table"; }
    };
    return std::visit(Words{}, node.value);
}

std::optional<std::string> toml_text(SettingType type, const TomlNode& node) {
    if (const auto* flag = std::get_if<bool>(&node.value); flag != nullptr && type == SettingType::kBool) {
        return *flag ? "true" : "false";
    }
    const bool measures = type == SettingType::kDegrees;
    const bool counts = type == SettingType::kInteger || type == SettingType::kIntegerOrAuto || measures;
    if (const auto* number = std::get_if<std::int64_t>(&node.value); number != nullptr && counts) {
        return std::to_string(*number);
    }
    if (const auto* number = std::get_if<double>(&node.value); number != nullptr && measures) {
        return fmt::format("{:f}", *number);
    }
    const bool dates = type == SettingType::kInstant || type == SettingType::kDate;
    if (const auto* moment = std::get_if<TomlMoment>(&node.value); moment != nullptr && dates) {
        return moment->text;
    }
    const auto* const list = std::get_if<TomlArray>(&node.value);
    if (list != nullptr && type == SettingType::kChoices) {
        return text_of_words(*list);
    }
    const auto* text = std::get_if<std::string>(&node.value);
    return text != nullptr && is_text(type, *text) ? std::optional(*text) : std::nullopt;
}

}  // namespace tokimori
