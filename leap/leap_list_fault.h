#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tokimori {

/// What is wrong with the text of a leap-seconds.list, for programs that say it in other languages.
struct LeapListFault {
    std::string_view code;  ///< stable: those of leap_list.cpp
    std::size_t line = 0;   ///< from 1; 0: the list as a whole
    std::string mark{};     ///< "#$", "#@" or "#h", where it is about one
    std::string words{};    ///< in English, without the remedy
};

/// The first fault of the text; nullopt where `LeapTable::parse` reads it.
std::optional<LeapListFault> leap_list_fault(std::string_view text);

}  // namespace tokimori
