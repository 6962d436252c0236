#pragma once

#include <string>
#include <string_view>

namespace tokimori {

/// One `[[refclock]]`; `toml` is empty where a clock has no counterpart.
struct ImportedClock {
    std::string name;
    std::string toml;
};

/// ntpd's 127.127.`type`.`unit`; the free counter (type 1) is not one of these.
ImportedClock ntpd_clock(std::string_view type, std::string_view unit);

/// The type of a clock that NTPsec calls by its name, such as "shm"; empty for one that has no counterpart.
std::string_view ntpsec_clock_type(std::string_view name);

/// chrony's `refclock DRIVER DEVICE`.
ImportedClock chrony_clock(std::string_view driver, std::string_view device);

/// The name of the free counter.
inline constexpr std::string_view kLocalName = "local";
/// The least and the most that its own stratum can be.
inline constexpr int kSmallestStratum = 0;
inline constexpr int kLargestStratum = 14;

/// The free counter as a last resort, which itself has this stratum: what is served is one more.
std::string local_clock(int stratum);

}  // namespace tokimori
