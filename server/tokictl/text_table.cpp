#include "server/tokictl/text_table.h"

#include <algorithm>
#include <array>

namespace tokimori {
namespace {

constexpr std::string_view kGap = "  ";

struct Range {
    char32_t first;
    char32_t last;
};

// East Asian Width W and F (Unicode Standard Annex 11), in the blocks that a terminal of ours meets.
constexpr std::array kWide{Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},  Range{0x3041, 0x33FF},
                           Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},  Range{0xA000, 0xA4CF},
                           Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},  Range{0xFE30, 0xFE6F},
                           Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},  Range{0x1F300, 0x1F64F},
                           Range{0x1F900, 0x1F9FF}, Range{0x20000, 0x3FFFD}};

constexpr std::array kWithoutWidth{Range{0x0300, 0x036F}, Range{0x200B, 0x200F}, Range{0x3099, 0x309A},
                                   Range{0xFE00, 0xFE0F}};

bool is_in(char32_t character, const auto& ranges) {
    return std::ranges::any_of(
        ranges, [character](const Range& range) { return character >= range.first && character <= range.last; });
}

// Reads one character and removes it. A byte that begins none counts as one.
char32_t next_character(std::string_view& text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    const std::size_t length = first >= 0xF0 ? 4U : first >= 0xE0 ? 3U : first >= 0xC0 ? 2U : 1U;
    if (length == 1 || length > text.size()) {
        text.remove_prefix(1);
        return first;
    }
    char32_t character = first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        character = character << 6 | (byte(i) & 0x3FU);
    }
    text.remove_prefix(length);
    return character;
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const char32_t character = next_character(text);
        if (!is_in(character, kWithoutWidth)) {
            width += is_in(character, kWide) ? 2U : 1U;
        }
    }
    return width;
}

std::string padded(std::string_view text, std::size_t width) {
    const std::size_t taken = display_width(text);
    return std::string(text) + std::string(width > taken ? width - taken : 0, ' ');
}

std::string text_of_lines(const std::vector<std::pair<std::string, std::string>>& lines) {
    std::size_t width = 0;
    for (const auto& [name, value] : lines) {
        width = std::max(width, display_width(name));
    }
    std::string text;
    for (const auto& [name, value] : lines) {
        text += padded(name, width) + " : " + value + '\n';
    }
    return text;
}

std::string TextTable::text() const {
    std::vector<std::string> headings;
    std::size_t width = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        headings.push_back(columns_[i].heading);
        width += width_of(i) + (i == 0 ? 0 : kGap.size());
    }
    std::string text = line_of(headings) + std::string(width, '=') + '\n';
    for (const auto& row : rows_) {
        text += line_of(row);
    }
    return text;
}

std::size_t TextTable::width_of(std::size_t column) const {
    std::size_t width = display_width(columns_[column].heading);
    for (const auto& row : rows_) {
        width = std::max(width, display_width(row[column]));
    }
    return width;
}

std::string TextTable::line_of(const std::vector<std::string>& cells) const {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        line += i == 0 ? "" : kGap;
        const std::size_t width = width_of(i);
        line += columns_[i].align == Align::kRight ? std::string(width - display_width(cells[i]), ' ') + cells[i]
                                                   : padded(cells[i], width);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

}  // namespace tokimori
