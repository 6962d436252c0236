#include "server/daemon/toml_document.h"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "server/daemon/complaint_words.h"
#include "server/daemon/escape.h"

namespace tokimori {
namespace {

// The parser builds one level of tables for every part of a dotted key and takes them down by recursion: with long
// lines a small file could exhaust the stack.
constexpr std::size_t kLongestLine = 1024;

// No setting lies deeper than an address in a list in a section.
constexpr int kDeepest = 6;

template <typename Moment>
TomlMoment moment_from(const Moment& value) {
    std::ostringstream text;
    text << value;
    return {text.str()};
}

// Copies the tree of one file.
class Copier {
public:
    explicit Copier(int file) : file_{file} {}

    TomlTable table_from(const toml::table& source, int depth) const {
        TomlTable table;
        for (const auto& [key, node] : source) {
            table.push_back({std::string(key.str()), line_of(key.source()), node_from(node, depth + 1)});
        }
        return table;
    }

private:
    TomlLine line_of(const toml::source_region& region) const { return {file_, static_cast<int>(region.begin.line)}; }

    TomlArray array_from(const toml::array& source, int depth) const {
        TomlArray array;
        for (const toml::node& node : source) {
            array.push_back(node_from(node, depth + 1));
        }
        return array;
    }

    TomlNode node_from(const toml::node& source, int depth) const {
        TomlNode node{line_of(source.source()), TomlTable{}};
        if (depth > kDeepest) {
            return node;
        }
        source.visit([&](const auto& value) {
            if constexpr (toml::is_table<decltype(value)>) {
                node.value = table_from(value, depth);
            } else if constexpr (toml::is_array<decltype(value)>) {
                node.value = array_from(value, depth);
            } else if constexpr (toml::is_chronological<decltype(value)>) {
                node.value = moment_from(*value);
            } else {
                node.value = *value;
            }
        });
        return node;
    }

    int file_;
};

std::optional<Complaint> size_complaint(std::string_view text, int file) {
    if (text.size() > kLargestToml) {
        return complaint_of({file, 0}, ComplaintCode::kFileTooLarge);
    }
    for (int line = 1; !text.empty(); ++line) {
        const std::size_t length = std::min(text.find('\n'), text.size());
        if (length > kLongestLine) {
            return complaint_of({file, line}, ComplaintCode::kLineTooLong, {{"most", std::to_string(kLongestLine)}});
        }
        text.remove_prefix(std::min(length + 1, text.size()));
    }
    return std::nullopt;
}

}  // namespace

TomlResult parse_toml(std::string_view text, int file) {
    if (auto complaint = size_complaint(text, file)) {
        return {{}, std::move(complaint)};
    }
    try {
        return {Copier{file}.table_from(toml::parse(text), 0), std::nullopt};
    } catch (const toml::parse_error& error) {
        return {{},
                complaint_of({file, static_cast<int>(error.source().begin.line)}, ComplaintCode::kSyntax,
                             {{"what", escaped(error.description(), 300)}})};
    }
}

const TomlNode* find_key(const TomlTable& table, std::string_view key) {
    const auto found = std::ranges::find(table, key, &TomlEntry::key);
    return found == table.end() ? nullptr : &found->node;
}

}  // namespace tokimori
