#include <algorithm>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leap/leap_list_fault.h"
#include "leap/leap_table.h"
#include "leap/ntp_timestamp.h"
#include "leap/sha1.h"

namespace tokimori {
namespace {

constexpr std::size_t kLargestList = std::size_t{1} << 20;
constexpr std::string_view kBlanks = " \t";
constexpr LeapTable::Row kFirstRow{730, 10};
constexpr std::int64_t kNtpDayAtPosixEpoch = kNtpSecondsAtPosixEpoch / kSecondsPerDay;
// No stamp in a list reaches the year 10000, the end of the calendar.
constexpr std::int64_t kNtpSecondsEnd =
    kNtpSecondsAtPosixEpoch +
    std::chrono::sys_days{std::chrono::year{10000} / 1 / 1}.time_since_epoch().count() * std::int64_t{kSecondsPerDay};

// What the lines say, before they are judged together. The digits are those the hash covers.
struct LeapList {
    std::string_view updated;
    std::string_view expires;
    std::string row_digits;
    std::optional<Sha1Digest> hash;
    std::vector<LeapTable::Row> rows;
};

// An empty code means: nothing wrong. Programs translate by the code, so a new one goes to the page, too
// (web/page/src/text/leap_list_words.ts).
struct Problem {
    std::string_view code{};
    std::string words{};  // what the line, or the whole list, does
    std::string mark{};   // the mark that it is about

    bool is_none() const { return code.empty(); }
};

template <std::integral T>
std::optional<T> number_from(std::string_view text, int base = 10) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    const bool signed_text = text.starts_with('-');
    return error == std::errc{} && end == text.data() + text.size() && !signed_text ? std::optional{value}
                                                                                    : std::nullopt;
}

std::optional<std::int64_t> ntp_seconds_from(std::string_view text) {
    const std::optional<std::int64_t> value = number_from<std::int64_t>(text);
    return value && *value < kNtpSecondsEnd ? value : std::nullopt;
}

std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

std::string_view take_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
    text.remove_prefix(word.size());
    return word;
}

Problem read_stamp(std::string_view rest, std::string_view name, std::string_view& stamp) {
    const std::string_view word = take_word(rest);
    if (!stamp.empty()) {
        return Problem{"mark_twice", "is a second " + std::string{name} + " line", std::string{name}};
    }
    if (!ntp_seconds_from(word) || !take_word(rest).empty()) {
        return Problem{"mark_wrong", "does not hold one time in NTP seconds after " + std::string{name},
                       std::string{name}};
    }
    stamp = word;
    return {};
}

Problem read_hash(std::string_view rest, std::optional<Sha1Digest>& hash) {
    if (hash) {
        return Problem{"mark_twice", "is a second #h line", "#h"};
    }
    Sha1Digest digest{};
    for (std::uint32_t& word : digest) {
        const std::optional<std::uint32_t> value = number_from<std::uint32_t>(take_word(rest), 16);
        if (!value) {
            return Problem{"hash_wrong", "does not hold five hexadecimal words of 32 bits after #h"};
        }
        word = *value;
    }
    hash = digest;
    return take_word(rest).empty() ? Problem{} : Problem{"hash_long", "holds more than five words after #h"};
}

Problem judge_row(const std::vector<LeapTable::Row>& rows, std::int64_t ntp_seconds, const LeapTable::Row& row) {
    if (rows.empty()) {
        return row == kFirstRow && ntp_seconds % kSecondsPerDay == 0
                   ? Problem{}
                   : Problem{"first_row", "is not the row 2272060800 10 (1972-01-01) with which every table begins"};
    }
    if (row.day >= LeapTable::kRowsEnd) {
        return Problem{"row_too_late", "lies after the year 2261, beyond what can be counted"};
    }
    if (ntp_seconds % kSecondsPerDay != 0 || !is_last_day_of_month(row.day - 1)) {
        return Problem{"row_no_month", "does not name 00:00:00 UTC of the first day of a month"};
    }
    if (row.day <= rows.back().day) {
        return Problem{"row_order", "is not later than the row before it"};
    }
    const int step = row.tai_minus_utc - rows.back().tai_minus_utc;
    return step == 1 || step == -1 ? Problem{}
                                   : Problem{"row_step", "changes TAI-UTC by something other than one second"};
}

Problem read_row(std::string_view line, LeapList& list) {
    std::string_view rest = line.substr(0, line.find('#'));
    const std::string_view first = take_word(rest);
    const std::string_view second = take_word(rest);
    const std::optional<std::int64_t> ntp_seconds = ntp_seconds_from(first);
    const std::optional<std::int16_t> tai_minus_utc = number_from<std::int16_t>(second);
    if (!ntp_seconds || !tai_minus_utc || !take_word(rest).empty()) {
        return Problem{"line_unknown", "is neither a comment nor a row of two whole numbers, NTP seconds and TAI-UTC"};
    }
    const LeapTable::Row row{static_cast<UtcDay>(*ntp_seconds / kSecondsPerDay - kNtpDayAtPosixEpoch), *tai_minus_utc};
    Problem problem = judge_row(list.rows, *ntp_seconds, row);
    list.rows.push_back(row);
    list.row_digits.append(first).append(second);
    return problem;
}

Problem read_line(std::string_view line, LeapList& list) {
    if (line.starts_with("#$")) {
        return read_stamp(line.substr(2), "#$", list.updated);
    }
    if (line.starts_with("#@")) {
        return read_stamp(line.substr(2), "#@", list.expires);
    }
    if (line.starts_with("#h") && (line.size() == 2 || kBlanks.find(line[2]) != std::string_view::npos)) {
        return read_hash(line.substr(2), list.hash);
    }
    const bool comment = line.starts_with('#') || line.find_first_not_of(kBlanks) == std::string_view::npos;
    return comment ? Problem{} : read_row(line, list);
}

UtcDay day_from(std::string_view ntp_seconds) {
    return static_cast<UtcDay>(ntp_seconds_from(ntp_seconds).value_or(0) / kSecondsPerDay - kNtpDayAtPosixEpoch);
}

Problem judge(const LeapList& list) {
    if (list.updated.empty()) {
        return Problem{"mark_missing", "has no #$ line, the time of its last change", "#$"};
    }
    if (list.expires.empty()) {
        return Problem{"mark_missing", "has no #@ line, the time of its expiry", "#@"};
    }
    if (!list.hash) {
        return Problem{"mark_missing", "has no #h line, the SHA-1 hash that shows it is whole", "#h"};
    }
    if (list.rows.empty()) {
        return Problem{"no_rows", "has no rows"};
    }
    if (day_from(list.updated) >= LeapTable::kRowsEnd) {
        return Problem{"changed_too_late", "was last changed after the year 2261, beyond what can be counted"};
    }
    const std::string covered = std::string{list.updated}.append(list.expires) + list.row_digits;
    return sha1(covered) == *list.hash
               ? Problem{}
               : Problem{"hash_differs", "does not match its SHA-1 hash (#h), so it is damaged or was changed"};
}

LeapListFault fault(const Problem& problem, const std::string& beginning, std::size_t line) {
    return {problem.code, line, problem.mark, beginning + problem.words};
}

std::optional<LeapListFault> read(std::string_view text, LeapList& list) {
    if (text.size() > kLargestList) {
        return fault(Problem{"too_large", "is larger than 1 MiB"}, "The file ", 0);
    }
    for (std::size_t number = 1; !text.empty(); ++number) {
        if (const Problem problem = read_line(take_line(text), list); !problem.is_none()) {
            return fault(problem, "Line " + std::to_string(number) + " of the leap second list ", number);
        }
    }
    const Problem problem = judge(list);
    return problem.is_none() ? std::nullopt : std::optional{fault(problem, "The leap second list ", 0)};
}

}  // namespace

LeapListResult LeapTable::parse(std::string_view text) {
    LeapList list;
    if (const std::optional<LeapListFault> wrong = read(text, list)) {
        return {std::nullopt, wrong->words + "; install a fresh leap-seconds.list as IERS publishes it."};
    }
    return {LeapTable{std::move(list.rows), day_from(list.updated), day_from(list.expires)}, {}};
}

std::optional<LeapListFault> leap_list_fault(std::string_view text) {
    LeapList list;
    return read(text, list);
}

}  // namespace tokimori
