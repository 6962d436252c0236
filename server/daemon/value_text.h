#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "leap/instant.h"
#include "server/daemon/configuration.h"

namespace tokimori {

/// Reads a decimal integer with an optional sign; nullopt for anything else.
std::optional<std::int64_t> parse_integer(std::string_view text);

/// Reads "300ns", "-1.5us" (also "µs"), "140ms", "20s", "10m", "24h", "7d": a number and a unit without space. Exact
/// to the nanosecond up to 104 days; nullopt for anything else and beyond ±292 years.
std::optional<Duration> parse_duration(std::string_view text);

/// Reads "0ppm", "-23.5ppm"; parts per million. nullopt for anything else.
std::optional<double> parse_frequency(std::string_view text);

/// Reads "35.69", "-139": degrees. nullopt for anything else.
std::optional<double> parse_degrees(std::string_view text);

/// Reads "192.0.2.1:123" or "[2001:db8::1]:123": numeric, port 1 … 65535. The address comes back in its canonical form.
std::optional<ListenAddress> parse_listen_address(std::string_view text);

/// Reads "192.0.2.0/24", "2001:db8::/32", an address alone, or one of the words "private", "loopback" and "any".
/// nullopt for anything else, and where bits are set behind the prefix.
std::optional<std::vector<Prefix>> parse_prefixes(std::string_view text);

/// Reads an IPv4 or IPv6 address in numbers, without brackets.
std::optional<ClientAddress> parse_address(std::string_view text);

/// The one of `names` with the fewest letters to change, leave out or add (Levenshtein); the first of equals; empty
/// where there are none.
std::string_view nearest_name(std::string_view text, std::span<const std::string_view> names);

}  // namespace tokimori
