#include "server/tokictl/import_words.h"

#include <algorithm>
#include <string>

namespace tokimori {
namespace {

// chrony knows them at the beginning of a line alone.
constexpr std::string_view kChronyComments = "#!;%";

/// Where a word would begin or has ended with a letter of `comment`, the rest is none.
std::vector<std::string_view> words_of(std::string_view line, std::string_view comment) {
    constexpr std::string_view kBlanks = " \t\r\v\f";
    const std::string ends = std::string{kBlanks}.append(comment);
    std::vector<std::string_view> words;
    while (true) {
        line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
        if (line.empty() || comment.find(line[0]) != std::string_view::npos) {
            return words;
        }
        const std::size_t quote = line[0] == '"' ? line.find('"', 1) : std::string_view::npos;
        if (quote != std::string_view::npos) {
            words.push_back(line.substr(1, quote - 1));
            line.remove_prefix(quote + 1);
        } else {
            words.push_back(line.substr(0, line.find_first_of(ends)));
            line.remove_prefix(words.back().size());
        }
    }
}

}  // namespace

std::vector<std::string_view> words_in(std::string_view line, Dialect dialect) {
    if (dialect == Dialect::kNtp) {
        return words_of(line, "#");
    }
    return words_of(line, kChronyComments).empty() ? std::vector<std::string_view>{} : words_of(line, "");
}

std::string shown(std::string_view line) {
    constexpr std::size_t kLongest = 200;
    line = line.substr(0, line.find_last_not_of('\r') + 1);
    if (line.size() <= kLongest) {
        return std::string{line};
    }
    // Not within a letter of UTF-8.
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80) {
        --end;
    }
    return std::string{line.substr(0, end)} + "…";
}

}  // namespace tokimori
