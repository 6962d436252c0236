#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokimori {

/// A table for a terminal: columns as wide as what stands in them, wide (Japanese) characters counted as two.
class TextTable {
public:
    enum class Align : std::uint8_t { kLeft, kRight };
    struct Column {
        std::string heading;
        Align align = Align::kLeft;
    };

    explicit TextTable(std::vector<Column> columns) : columns_{std::move(columns)} {}

    /// A row with as many cells as there are columns.
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

    /// Heading, a line, and the rows, each with its newline; no blanks at the end of a line.
    std::string text() const;

private:
    std::size_t width_of(std::size_t column) const;
    std::string line_of(const std::vector<std::string>& cells) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// Lines of "name : value", the colons one below the other.
std::string text_of_lines(const std::vector<std::pair<std::string, std::string>>& lines);

/// How many places of a terminal `text` (UTF-8) takes.
std::size_t display_width(std::string_view text);

/// `text` followed by blanks up to `width` places.
std::string padded(std::string_view text, std::size_t width);

}  // namespace tokimori
