#include "server/ntp/client_address.h"

#include <charconv>
#include <utility>

namespace tokimori {
namespace {

/// A pen in a room that is large enough.
struct Pen {
    char* at;
    char* end;

    void put(unsigned value, int base) { at = std::to_chars(at, end, value, base).ptr; }
    void put(char letter) { *at++ = letter; }
};

void write_v4(Pen& pen, std::uint32_t address) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        pen.put(address >> shift & 0xFFU, 10);
        if (shift > 0) {
            pen.put('.');
        }
    }
}

unsigned group_of(const ClientAddress& address, int group) {
    const std::uint64_t half = group < 4 ? address.high : address.low;
    return static_cast<unsigned>(half >> (48 - group % 4 * 16) & 0xFFFFU);
}

/// Where the longest run of two or more zero groups begins and ends; the first of equals.
std::pair<int, int> longest_gap(const ClientAddress& address) {
    std::pair<int, int> longest{8, 8};
    for (int begin = 0; begin < 8; ++begin) {
        int end = begin;
        while (end < 8 && group_of(address, end) == 0) {
            ++end;
        }
        if (end - begin > 1 && end - begin > longest.second - longest.first) {
            longest = {begin, end};
        }
    }
    return longest;
}

void write_v6(Pen& pen, const ClientAddress& address) {
    const auto [gap_begin, gap_end] = longest_gap(address);
    for (int group = 0; group < 8; ++group) {
        if (group == gap_begin) {
            pen.put(':');
            pen.put(':');
            group = gap_end - 1;
            continue;
        }
        if (group > 0 && group != gap_end) {
            pen.put(':');
        }
        pen.put(group_of(address, group), 16);
    }
}

}  // namespace

std::string_view address_text(const ClientAddress& address, std::array<char, kAddressRoom>& room) {
    Pen pen{room.data(), room.data() + room.size()};
    if (address.is_v4()) {
        write_v4(pen, static_cast<std::uint32_t>(address.low));
    } else {
        write_v6(pen, address);
    }
    return {room.data(), static_cast<std::size_t>(pen.at - room.data())};
}

}  // namespace tokimori
