#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokimori {

/// One `[[refclock]]` for ntpd's 127.127.`type`.`unit`; empty where it has no counterpart.
std::string ntpd_clock(std::string_view type, std::string_view unit);

/// The same for chrony's `refclock DRIVER DEVICE`.
std::string chrony_clock(std::string_view driver, std::string_view device);

/// What ntpd's driver of the free counter has unless a line `fudge` says otherwise.
inline constexpr int kNtpdLocalStratum = 5;
/// The stratum that the words of a line `fudge` give to it; nullopt where the line says anything else.
std::optional<int> ntpd_local_stratum(const std::vector<std::string_view>& words);

/// What the words of chrony's line `local` mean.
struct ImportedLocal {
    int stratum = 0;                 ///< of the source; chrony says what is served, which is one more
    std::vector<std::string> notes;  ///< what was not taken over
};
ImportedLocal chrony_local(const std::vector<std::string_view>& words);

/// The free counter as a last resort, which itself has this stratum: what is served is one more.
std::string local_clock(int stratum);

}  // namespace tokimori
