#include "server/tokictl/language.h"

namespace tokimori {

std::optional<Language> language_named(std::string_view name) {
    if (name == "ja") {
        return Language::kJapanese;
    }
    return name == "en" ? std::optional(Language::kEnglish) : std::nullopt;
}

Language language_of(const Variable& variable) {
    for (const char* const name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* const value = variable(name);
        if (value != nullptr && *value != '\0') {
            const std::string_view locale{value};
            const std::string_view language = locale.substr(0, locale.find_first_of("_.@"));
            return language == "ja" ? Language::kJapanese : Language::kEnglish;
        }
    }
    return Language::kEnglish;
}

}  // namespace tokimori
