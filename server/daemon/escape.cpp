#include "server/daemon/escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace tokimori {
namespace {

/// `length` 0: not UTF-8.
struct CodePoint {
    char32_t value = 0;
    std::size_t length = 0;
};

std::size_t length_from_lead(unsigned char lead) {
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xC2 || lead > 0xF4) {
        return 0;
    }
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

bool is_valid(char32_t value, std::size_t length) {
    constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    return value >= kSmallest.at(length) && value <= 0x10FFFF && !surrogate;
}

CodePoint first_code_point(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = length_from_lead(lead);
    if (length == 0 || length > text.size()) {
        return {};
    }
    char32_t value = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (const char next : text.substr(1, length - 1)) {
        const auto byte = static_cast<unsigned char>(next);
        if ((byte & 0xC0U) != 0x80) {
            return {};
        }
        value = (value << 6U) | (byte & 0x3FU);
    }
    return is_valid(value, length) ? CodePoint{value, length} : CodePoint{};
}

struct Range {
    char32_t first;
    char32_t last;
};

// Controls, separators, and what is invisible or turns the direction of writing (Unicode categories Cc, Zl, Zp, Cf).
constexpr std::array kHarmful{
    Range{0x00, 0x1F},     Range{0x7F, 0x9F},     Range{0xAD, 0xAD},       Range{0x61C, 0x61C},
    Range{0x180E, 0x180E}, Range{0x200B, 0x200F}, Range{0x2028, 0x202E},   Range{0x2060, 0x206F},
    Range{0xFEFF, 0xFEFF}, Range{0xFFF9, 0xFFFB}, Range{0xE0000, 0xE0FFF},
};

bool is_harmful(char32_t value) {
    return std::ranges::any_of(kHarmful, [&](const Range& r) { return value >= r.first && value <= r.last; });
}

std::string escape_of(char32_t value) {
    switch (value) {
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            return fmt::format("\\u{{{:04X}}}", static_cast<std::uint32_t>(value));
    }
}

void append_escaped(std::string& out, std::string_view bytes, CodePoint point) {
    if (point.length == 0) {
        fmt::format_to(std::back_inserter(out), "\\x{:02X}", static_cast<unsigned char>(bytes.front()));
    } else if (is_harmful(point.value)) {
        out += escape_of(point.value);
    } else {
        if (point.value == '"' || point.value == '\\') {
            out += '\\';
        }
        out += bytes.substr(0, point.length);
    }
}

}  // namespace

std::string escaped(std::string_view text, std::size_t limit) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = first_code_point(text.substr(at));
        if (at + std::max<std::size_t>(point.length, 1) > limit) {
            return out + "…";
        }
        append_escaped(out, text.substr(at), point);
        at += std::max<std::size_t>(point.length, 1);
    }
    return out;
}

std::string in_quotes(std::string_view text) {
    return '"' + escaped(text, 80) + '"';
}

bool is_plain_text(std::string_view text) {
    while (!text.empty()) {
        const CodePoint point = first_code_point(text);
        if (point.length == 0 || is_harmful(point.value)) {
            return false;
        }
        text.remove_prefix(point.length);
    }
    return true;
}

}  // namespace tokimori
