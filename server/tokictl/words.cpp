#include "server/tokictl/words.h"

#include <algorithm>

namespace tokimori {

std::string in_words(std::span<const Word> words, std::string_view code, Language language) {
    const auto word = std::ranges::find(words, code, &Word::code);
    return std::string{word != words.end() ? word->text.in(language) : code};
}

}  // namespace tokimori
