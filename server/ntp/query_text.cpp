#include "server/ntp/query_text.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace tokimori {
namespace {

constexpr std::size_t kLineLength = 72;

/// A short text made on the spot.
class Scratch {
public:
    void put(std::string_view text) {
        for (const char letter : text) {
            put(letter);
        }
    }
    void put(char letter) { room_[size_++] = letter; }
    void number(std::uint64_t value, int base = 10, std::size_t width = 0) {
        std::array<char, 24> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
        const auto length = static_cast<std::size_t>(end - digits.data());
        for (std::size_t i = length; i < width; ++i) {
            put('0');
        }
        put({digits.data(), length});
    }
    /// `value` / 10^decimals.
    void decimal(std::int64_t value, std::size_t decimals) {
        std::uint64_t scale = 1;
        for (std::size_t i = 0; i < decimals; ++i) {
            scale *= 10;
        }
        const auto magnitude = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
        if (value < 0) {
            put('-');
        }
        number(magnitude / scale);
        put('.');
        number(magnitude % scale, 10, decimals);
    }
    std::string_view text() const { return {room_.data(), size_}; }

private:
    std::array<char, 80> room_{};
    std::size_t size_ = 0;
};

struct Date {
    std::uint64_t year = 0;
    unsigned month = 0;
    unsigned day = 0;
};

/// The Gregorian date of a day since 1970-01-01, 0 … 2^31 (Hinnant, "chrono-compatible low-level date algorithms").
Date date_of(std::uint64_t days) {
    days += 719'468;
    const std::uint64_t era = days / 146'097;
    const std::uint64_t of_era = days % 146'097;
    const std::uint64_t year = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
    const std::uint64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const std::uint64_t month = (5 * of_year + 2) / 153;
    const auto day = static_cast<unsigned>(of_year - (153 * month + 2) / 5 + 1);
    const auto civil = static_cast<unsigned>(month < 10 ? month + 3 : month - 9);
    return {year + era * 400 + (civil <= 2 ? 1 : 0), civil, day};
}

}  // namespace

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks{" \t\r\n\0", 5};
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

std::string_view next_item(std::string_view& text) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view item = trimmed(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    return item;
}

std::span<const char> QueryText::finish() {
    if (size_ > 0) {
        room_[size_++] = '\r';
        room_[size_++] = '\n';
    }
    return {room_.data(), size_};
}

void QueryText::words(std::string_view name, std::string_view value) {
    item(name, "=\"", value, "\"");
}

void QueryText::bare(std::string_view name, std::string_view value) {
    item(name, "=", value, "");
}

void QueryText::count(std::string_view name, std::int64_t value) {
    Scratch text;
    if (value < 0) {
        text.put('-');
    }
    text.number(value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value));
    bare(name, text.text());
}

void QueryText::hexadecimal(std::string_view name, std::uint64_t value) {
    Scratch text;
    text.put("0x");
    text.number(value, 16);
    bare(name, text.text());
}

void QueryText::milliseconds(std::string_view name, Duration value) {
    Scratch text;
    text.decimal(value.count(), 6);
    bare(name, text.text());
}

void QueryText::filter(std::string_view name, Duration newest) {
    Scratch text;
    text.decimal(newest.count(), 6);
    for (int stage = 1; stage < 8; ++stage) {
        text.put(" 0.00");
    }
    bare(name, text.text());
}

void QueryText::parts(std::string_view name, std::int64_t thousandths) {
    Scratch text;
    text.decimal(thousandths, 3);
    bare(name, text.text());
}

void QueryText::timestamp(std::string_view name, NtpTimestamp value) {
    Scratch text;
    text.put("0x");
    text.number(value.bits >> 32, 16, 8);
    text.put('.');
    text.number(value.bits & 0xFFFF'FFFFU, 16, 8);
    bare(name, text.text());
}

void QueryText::minute(std::string_view name, std::int64_t posix) {
    constexpr std::uint64_t kSecondsPerDay = 86'400;
    const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(posix, 0));
    const Date date = date_of(seconds / kSecondsPerDay);
    Scratch text;
    text.number(date.year, 10, 4);
    text.number(date.month, 10, 2);
    text.number(date.day, 10, 2);
    text.number(seconds % kSecondsPerDay / 3600, 10, 2);
    text.number(seconds % 3600 / 60, 10, 2);
    bare(name, text.text());
}

void QueryText::address(std::string_view name, const ClientAddress& value) {
    std::array<char, kAddressRoom> room{};
    bare(name, address_text(value, room));
}

void QueryText::address(std::string_view name, const ClientAddress& value, std::uint16_t port) {
    std::array<char, kAddressRoom> room{};
    Scratch text;
    const bool bracketed = !value.is_v4();
    text.put(bracketed ? "[" : "");
    text.put(address_text(value, room));
    text.put(bracketed ? "]:" : ":");
    text.number(port);
    bare(name, text.text());
}

void QueryText::raw(std::uint16_t first, std::uint16_t second) {
    if (!has_room_for(4)) {
        return;
    }
    for (const std::uint16_t word : {first, second}) {
        room_[size_++] = static_cast<char>(word >> 8);
        room_[size_++] = static_cast<char>(word & 0xFFU);
    }
}

void QueryText::item(std::string_view name, std::string_view before, std::string_view value, std::string_view after) {
    const std::size_t length = name.size() + before.size() + value.size() + after.size();
    if (!has_room_for(length + 3)) {
        return;
    }
    const auto put = [this](std::string_view text) {
        std::copy(text.begin(), text.end(), room_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += text.size();
    };
    if (size_ > 0) {
        const bool fits = size_ - line_ + 2 + length <= kLineLength;
        put(fits ? ", " : ",\r\n");
        line_ = fits ? line_ : size_;
    }
    put(name);
    put(before);
    put(value);
    put(after);
}

}  // namespace tokimori
