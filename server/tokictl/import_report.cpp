#include "server/tokictl/import_report.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "server/tokictl/import_words.h"

namespace tokimori {
namespace {

// Nearly: what else UTF-8 forbids harms nobody who reads a report.
bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto lead = static_cast<unsigned char>(text[0]);
        const std::size_t length = lead < 0x80   ? 1
                                   : lead < 0xC2 ? 0
                                   : lead < 0xE0 ? 2
                                   : lead < 0xF0 ? 3
                                   : lead < 0xF5 ? 4
                                                 : 0;
        const std::string_view rest = text.substr(0, length);
        const auto follows = std::count_if(
            rest.begin(), rest.end(), [](char letter) { return (static_cast<unsigned char>(letter) & 0xC0U) == 0x80; });
        if (length == 0 || rest.size() < length || static_cast<std::size_t>(follows) != length - 1) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace

void ImportReport::begin_line(int number, std::string_view text) {
    line_ = {number, shown(text)};
    const bool is_text = is_utf8(line_.text);
    for (char& letter : line_.text) {
        const auto byte = static_cast<unsigned char>(letter);
        const bool is_control = (byte < ' ' && byte != '\t') || byte == 0x7F;
        letter = is_control || (byte > 0x7F && !is_text) ? '?' : letter;
    }
}

void ImportReport::note_of(ImportLine line, ImportReason why) {
    notes_.push_back({std::move(line), std::move(why)});
}

std::vector<ImportNote> ImportReport::take() {
    std::stable_sort(notes_.begin(), notes_.end(), [](const ImportNote& one, const ImportNote& other) {
        return one.line.number != 0 && (other.line.number == 0 || one.line.number < other.line.number);
    });
    return std::move(notes_);
}

std::string toml_quoted(std::string_view text) {
    std::string quoted = "\"";
    for (const char letter : text) {
        quoted += letter == '"' || letter == '\\' ? std::string{'\\', letter} : std::string{letter};
    }
    return quoted + '"';
}

std::string toml_listed(const std::vector<std::string>& words) {
    constexpr std::size_t kLongest = 100;
    std::string list;
    std::string by_line;
    for (const std::string& word : words) {
        list += (list.empty() ? "" : ", ") + toml_quoted(word);
        by_line += "    " + toml_quoted(word) + ",\n";
    }
    return list.size() <= kLongest ? "[" + list + "]" : "[\n" + by_line + "]";
}

}  // namespace tokimori
