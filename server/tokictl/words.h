#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/tokictl/language.h"

namespace tokimori {

/// A code of the daemon and what people read instead.
struct Word {
    std::string_view code;
    Text text;
};

/// What stands for `code`; the code itself where the table does not have it.
std::string in_words(std::span<const Word> words, std::string_view code, Language language);

}  // namespace tokimori
