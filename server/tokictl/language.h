#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tokimori {

/// The languages in which tokictl speaks.
enum class Language : std::uint8_t { kEnglish, kJapanese };

/// The value of an environment variable, or null.
using Variable = std::function<const char*(const char* name)>;

/// The words of a table in both languages.
struct Text {
    std::string_view english{};
    std::string_view japanese{};

    constexpr std::string_view in(Language language) const {
        return language == Language::kJapanese ? japanese : english;
    }
};

/// "ja" and "en"; nullopt for anything else.
std::optional<Language> language_named(std::string_view name);

/// What the environment asks for, as setlocale(3) does for messages: the first of LC_ALL, LC_MESSAGES and LANG that is
/// not empty decides. Japanese where it is a Japanese locale, else English.
Language language_of(const Variable& variable);

/// A sentence in one of the languages. Both formats are checked against the values when this is compiled.
template <typename... Values>
std::string say(Language language, fmt::format_string<Values...> english, fmt::format_string<Values...> japanese,
                Values&&... values) {
    return fmt::format(language == Language::kJapanese ? japanese : english, std::forward<Values>(values)...);
}

}  // namespace tokimori
