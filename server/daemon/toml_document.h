#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tokimori {

struct TomlEntry;
struct TomlNode;

/// Where something stands. In the order in which files and lines are read.
struct TomlLine {
    int file = 0;    ///< which of the files that are read together, from 0
    int number = 0;  ///< from 1; 0: the file as a whole

    friend auto operator<=>(const TomlLine&, const TomlLine&) = default;
};

/// A date, time or date-time, as ISO 8601 text; UTC ends in `Z`.
struct TomlMoment {
    std::string text;
};
using TomlArray = std::vector<TomlNode>;
using TomlTable = std::vector<TomlEntry>;  ///< keys are unique

/// A value of a TOML file and where it stands.
struct TomlNode {
    TomlLine line;
    std::variant<bool, std::int64_t, double, std::string, TomlMoment, TomlArray, TomlTable> value;
};

/// A key with its value.
struct TomlEntry {
    std::string key;
    TomlLine line;  ///< of the key
    TomlNode node;
};

/// What the sentence of a complaint fills in, by name.
using ComplaintValues = std::vector<std::pair<std::string_view, std::string>>;

/// Something wrong with a file.
struct Complaint {
    TomlLine line;
    std::string sentence;     ///< for the operator, with the remedy
    std::string_view code{};  ///< its name, of complaint_words.h
    ComplaintValues values{};
};

/// A TOML file, or why it is none.
struct TomlResult {
    TomlTable root;
    std::optional<Complaint> complaint;
};

/// Files larger than this are refused.
inline constexpr std::size_t kLargestToml = std::size_t{1024} * 1024;

/// Reads TOML 1.0. Refused besides wrong syntax: more than `kLargestToml` bytes, lines of more than 1024 bytes. What is
/// nested deeper than any setting is left out. `file` is its number among those that are read together.
TomlResult parse_toml(std::string_view text, int file = 0);

/// The value of `key`, or null.
const TomlNode* find_key(const TomlTable& table, std::string_view key);

}  // namespace tokimori
