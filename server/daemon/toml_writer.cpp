#include "server/daemon/toml_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace tokimori {
namespace {

// Longer text goes on in the next line; each byte may become six.
constexpr std::size_t kTextInALine = 120;

bool needs_escape(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F || c == '"' || c == '\\';
}

std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += needs_escape(c) ? fmt::format("\\u{:04X}", byte) : std::string(1, c);
    }
    return out;
}

std::string in_quotes(std::string_view text) {
    return '"' + escape(text) + '"';
}

// A character of UTF-8 must not be torn apart.
std::size_t piece_of(std::string_view text) {
    std::size_t size = std::min(text.size(), kTextInALine);
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
        ++size;
    }
    return size;
}

// A backslash at the end of a line takes all blanks with it that follow, so that those are written by their number.
std::string over_several_lines(std::string_view text) {
    std::string out = "\"\"\"";
    while (!text.empty()) {
        const bool blank = text.front() == ' ';
        const std::size_t size = piece_of(text);
        out += "\\\n" + (blank ? "\\u0020" + escape(text.substr(1, size - 1)) : escape(text.substr(0, size)));
        text.remove_prefix(size);
    }
    return out + "\"\"\"";
}

std::string number(double value) {
    std::string text = fmt::format("{}", value);
    const bool is_plain = std::isfinite(value) && text.find_first_of(".e") == std::string::npos;
    return is_plain ? text + ".0" : text;
}

std::string value_of(const TomlNode& node);

std::string list_of(const TomlArray& list) {
    std::string out = "[";
    for (const TomlNode& node : list) {
        out += "\n  " + value_of(node) + ",";
    }
    return out + (list.empty() ? "]" : "\n]");
}

std::string value_of(const TomlNode& node) {
    struct Words {
        std::string operator()(bool value) const { return value ? "true" : "false"; }
        std::string operator()(std::int64_t value) const { return std::to_string(value); }
        std::string operator()(double value) const { return number(value); }
        std::string operator()(const std::string& value) const {
            return value.size() <= kTextInALine ? in_quotes(value) : over_several_lines(value);
        }
        std::string operator()(const TomlMoment& value) const { return value.text; }
        std::string operator()(const TomlArray& value) const { return list_of(value); }
        std::string operator()(const TomlTable&) const { return "{}"; }
    };
    return std::visit(Words{}, node.value);
}

bool is_bare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::string key_of(std::string_view key) {
    return !key.empty() && std::ranges::all_of(key, is_bare) ? std::string(key) : in_quotes(key);
}

bool is_section(const TomlNode& node) {
    return std::holds_alternative<TomlTable>(node.value);
}

bool is_repeated(const TomlNode& node) {
    const auto* const list = std::get_if<TomlArray>(&node.value);
    return list != nullptr && !list->empty() && std::ranges::all_of(*list, is_section);
}

// Values stand before the sections, which would swallow them.
void write(const TomlTable& table, const std::string& path, std::string& out) {
    for (const TomlEntry& entry : table) {
        if (!is_section(entry.node) && !is_repeated(entry.node)) {
            out += key_of(entry.key) + " = " + value_of(entry.node) + '\n';
        }
    }
    for (const TomlEntry& entry : table) {
        const std::string name = path + (path.empty() ? "" : ".") + key_of(entry.key);
        if (const auto* const section = std::get_if<TomlTable>(&entry.node.value)) {
            out += "\n[" + name + "]\n";
            write(*section, name, out);
        } else if (is_repeated(entry.node)) {
            for (const TomlNode& each : std::get<TomlArray>(entry.node.value)) {
                out += "\n[[" + name + "]]\n";
                write(std::get<TomlTable>(each.value), name, out);
            }
        }
    }
}

}  // namespace

std::string toml_value(const TomlNode& node) {
    return value_of(node);
}

std::string toml_from(const TomlTable& root) {
    std::string out;
    write(root, {}, out);
    return out;
}

}  // namespace tokimori
