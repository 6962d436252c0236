#include "server/daemon/value_text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

namespace tokimori {
namespace {

struct Unit {
    std::string_view name;
    double nanoseconds;
};

constexpr std::array<Unit, 9> kUnits{{{"ns", 1.0},
                                      {"us", 1e3},
                                      {"\u00B5s", 1e3},  // micro sign
                                      {"\u03BCs", 1e3},  // Greek mu, which keyboards give as well
                                      {"ms", 1e6},
                                      {"s", 1e9},
                                      {"m", 60e9},
                                      {"h", 3600e9},
                                      {"d", 86400e9}}};

struct Quantity {
    double number = 0.0;
    std::string_view unit;
};

std::string_view without_plus(std::string_view text) {
    return text.size() > 1 && text[0] == '+' && text[1] != '-' ? text.substr(1) : text;
}

bool begins_like_a_number(std::string_view text) {
    const std::size_t sign = text.starts_with('-') ? 1 : 0;
    return text.size() > sign && text[sign] >= '0' && text[sign] <= '9';
}

std::optional<Quantity> parse_quantity(std::string_view text) {
    text = without_plus(text);
    if (!begins_like_a_number(text)) {
        return std::nullopt;
    }
    Quantity quantity;
    const char* const end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, quantity.number, std::chars_format::fixed);
    if (result.ec != std::errc{}) {
        return std::nullopt;
    }
    quantity.unit = text.substr(static_cast<std::size_t>(result.ptr - text.data()));
    return quantity;
}

std::optional<std::string> canonical_address(int family, std::string_view text) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    std::array<char, INET6_ADDRSTRLEN> canonical{};
    if (text.find('\0') != std::string_view::npos ||
        ::inet_pton(family, std::string(text).c_str(), bytes.data()) != 1) {
        return std::nullopt;
    }
    return ::inet_ntop(family, bytes.data(), canonical.data(), canonical.size());
}

std::optional<std::string> bracketed_address(std::string_view text) {
    if (!text.starts_with('[')) {
        return canonical_address(AF_INET, text);
    }
    return text.ends_with(']') ? canonical_address(AF_INET6, text.substr(1, text.size() - 2)) : std::nullopt;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, port);
    return result.ec == std::errc{} && result.ptr == end && port != 0 ? std::optional(port) : std::nullopt;
}

// Nobody writes longer names; a hostile file may.
constexpr std::size_t kLongestName = 64;

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
    text = without_plus(text);
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value);
    return result.ec == std::errc{} && result.ptr == end ? std::optional(value) : std::nullopt;
}

std::optional<Duration> parse_duration(std::string_view text) {
    const auto quantity = parse_quantity(text);
    if (!quantity) {
        return std::nullopt;
    }
    const auto unit = std::ranges::find(kUnits, quantity->unit, &Unit::name);
    if (unit == kUnits.end()) {
        return std::nullopt;
    }
    const double nanoseconds = quantity->number * unit->nanoseconds;
    constexpr double kBeyond = 9.2e18;
    return std::abs(nanoseconds) < kBeyond ? std::optional(Duration{std::llround(nanoseconds)}) : std::nullopt;
}

std::optional<double> parse_frequency(std::string_view text) {
    const auto quantity = parse_quantity(text);
    return quantity && quantity->unit == "ppm" ? std::optional(quantity->number) : std::nullopt;
}

std::optional<double> parse_degrees(std::string_view text) {
    const auto quantity = parse_quantity(text);
    return quantity && quantity->unit.empty() ? std::optional(quantity->number) : std::nullopt;
}

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    const auto address = bracketed_address(text.substr(0, colon));
    const auto port = parse_port(text.substr(colon + 1));
    return address && port ? std::optional(ListenAddress{*address, *port}) : std::nullopt;
}

std::optional<ClientAddress> parse_address(std::string_view text) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    if (text.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    const std::string copy{text};
    const auto word = [&](std::size_t from, std::size_t size) {
        return std::accumulate(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                               bytes.begin() + static_cast<std::ptrdiff_t>(from + size), std::uint64_t{0},
                               [](std::uint64_t sum, unsigned char byte) { return sum << 8 | byte; });
    };
    if (::inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) {
        return ClientAddress::v4(static_cast<std::uint32_t>(word(0, 4)));
    }
    return ::inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1 ? std::optional(ClientAddress{word(0, 8), word(8, 8)})
                                                                  : std::nullopt;
}

std::optional<std::vector<Prefix>> parse_prefixes(std::string_view text) {
    if (text == "private") {
        return private_networks();
    }
    if (text == "loopback") {
        return loopback_networks();
    }
    if (text == "any") {
        return all_networks();
    }
    const std::size_t slash = std::min(text.find('/'), text.size());
    const auto address = parse_address(text.substr(0, slash));
    if (!address) {
        return std::nullopt;
    }
    const bool is_v4 = text.find(':') == std::string_view::npos;
    const int longest = is_v4 ? 128 - Prefix::kV4Bits : 128;
    const auto length =
        slash == text.size() ? std::optional<std::int64_t>(longest) : parse_integer(text.substr(slash + 1));
    if (!length || *length < 0 || *length > longest) {
        return std::nullopt;
    }
    const Prefix prefix{*address, static_cast<int>(*length) + (is_v4 ? Prefix::kV4Bits : 0)};
    return prefix.first() == *address ? std::optional(std::vector{prefix}) : std::nullopt;
}

std::string_view nearest_name(std::string_view text, std::span<const std::string_view> names) {
    text = text.substr(0, kLongestName);
    const auto nearest = std::ranges::min_element(names, {}, [&](auto name) { return edit_distance(text, name); });
    return nearest == names.end() ? std::string_view{} : *nearest;
}

}  // namespace tokimori
