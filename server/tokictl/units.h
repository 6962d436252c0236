#pragma once

#include <cstdint>
#include <optional>
#include <string>

/// Figures as chronyc writes them. What is not known is "-".
namespace tokimori {

/// "479ns", "12us", "1234ms", "-3.5s": at most four digits and the unit; ± with `plus`.
std::string short_span(std::optional<std::int64_t> nanoseconds, bool plus = false);

/// Seconds with nine decimals: "0.000006523", "-1.500000000".
std::string full_seconds(std::optional<std::int64_t> nanoseconds);

/// An age in whole seconds, minutes, hours or days: "11", "17m", "25h", "30d"; below 100 s one decimal on request.
std::string age(std::optional<std::int64_t> nanoseconds, bool fine = false);

/// A number with so many decimals; ± with `plus`.
std::string decimal(std::optional<double> value, int decimals, bool plus = false);

/// A count.
std::string count(std::optional<std::int64_t> value);

}  // namespace tokimori
