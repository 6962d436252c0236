#include "refclocks/jjy_frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "refclocks/jst.h"

namespace tokimori {
namespace {

constexpr int kMorseBegins = 40;

std::string text_of(const std::vector<JjySymbol>& symbols) {
    std::string text;
    for (const JjySymbol symbol : symbols) {
        text += "01M*"[static_cast<int>(symbol)];
    }
    return text;
}

std::vector<JjySymbol> symbols_of(std::string_view text) {
    std::vector<JjySymbol> symbols;
    for (const char c : text) {
        if (c != ' ') {
            symbols.push_back(static_cast<JjySymbol>(std::string_view{"01M*"}.find(c)));
        }
    }
    return symbols;
}

UtcSecond utc(std::string_view text) {
    return parse_utc(text).value().second;
}

const UtcDay kEarliest = day_from_date(1970, 1, 1).value();
const UtcDay kPivot = day_from_date(2024, 1, 1).value();

JjyFields fields_of(const std::vector<JjySymbol>& symbols) {
    const auto decoded = decode_jjy(symbols);
    EXPECT_TRUE(std::holds_alternative<JjyFields>(decoded))
        << text_of(symbols) << ", fault " << static_cast<int>(std::get<JjyFault>(decoded));
    const auto* const fields = std::get_if<JjyFields>(&decoded);
    return fields == nullptr ? JjyFields{} : *fields;
}

JjyFault fault_of(const std::vector<JjySymbol>& symbols) {
    const auto decoded = decode_jjy(symbols);
    EXPECT_TRUE(std::holds_alternative<JjyFault>(decoded)) << text_of(symbols);
    const auto* const fault = std::get_if<JjyFault>(&decoded);
    return fault == nullptr ? JjyFault{} : *fault;
}

struct PublishedFrame {
    std::string_view begins;  // UTC
    LeapKind leap;
    std::string_view symbols;
};

// NICT's two examples, and frames computed from its table.
const PublishedFrame kPublished[] = {
    {"2004-04-01T08:25:00Z", LeapKind::kNone, "M01000101M 000100111M 000001001M 001000010M 000000100M 100000000M"},
    {"2016-06-10T08:15:00Z", LeapKind::kNone, "M00100101M 000100111M 000100110M 001000010M *********M 000000000M"},
    {"2020-07-04T02:36:00Z", LeapKind::kNone, "M01100110M 000100001M 000101000M 011000000M 000100000M 110000000M"},
    {"2024-05-26T16:57:00Z", LeapKind::kNone, "M10100111M 000000001M 000100100M 100000110M 000100100M 001000000M"},
    {"2024-12-31T14:59:00Z", LeapKind::kNone, "M10101001M 001000011M 001100110M 011000100M 000100100M 010000000M"},
    {"2025-12-31T15:00:00Z", LeapKind::kNone, "M00000000M 000000000M 000000000M 000100000M 000100110M 100000000M"},
    {"2016-12-02T00:00:00Z", LeapKind::kInsert, "M00000000M 000001001M 001100011M 011100000M 000010110M 101110000M"},
    {"2016-12-31T23:59:00Z", LeapKind::kInsert, "M10101001M 000001000M 000000000M 000100100M 000010111M 0001100000 M"},
    {"2017-01-01T00:00:00Z", LeapKind::kNone, "M00000000M 000001001M 000000000M 000100000M 000010111M 000000000M"},
    {"2016-12-31T23:59:00Z", LeapKind::kDelete, "M10101001M 000001000M 000000000M 000100100M 000010111M 00010000M"},
};

TEST(JjyFrame, IsEncodedAsPublished) {
    for (const PublishedFrame& frame : kPublished) {
        const auto encoded = encode_jjy({.begins = utc(frame.begins), .leap = frame.leap});
        EXPECT_EQ(text_of(encoded), text_of(symbols_of(frame.symbols))) << frame.begins;
    }
}

TEST(JjyFrame, IsReadAsPublished) {
    for (const PublishedFrame& frame : kPublished) {
        const JjyFields fields = fields_of(symbols_of(frame.symbols));
        const UtcDay earliest = fields.year ? kEarliest : utc(frame.begins).day - 1;
        EXPECT_EQ(jjy_begin(fields, earliest), utc(frame.begins)) << frame.begins;
        EXPECT_EQ(fields.leap.value_or(LeapKind::kNone), frame.leap);
    }
}

// The form of another implementation's tests: bit 63 is second 0, markers are 0.
TEST(JjyFrame, EqualsTheMachineWordsOfAnotherImplementation) {
    const struct {
        std::string_view begins;
        LeapKind leap;
        std::uint64_t word;
    } kWords[] = {{"2020-07-04T02:36:00Z", LeapKind::kNone, 0x3304214180103000U},
                  {"2024-05-26T16:57:00Z", LeapKind::kNone, 0x53802122'0C120800U},
                  {"1993-06-30T23:59:00Z", LeapKind::kInsert, 0x548101408849A600U},
                  {"1993-07-01T00:00:00Z", LeapKind::kNone, 0x000121408049A000U}};
    for (const auto& [begins, leap, word] : kWords) {
        std::uint64_t encoded = 0;
        std::uint64_t bit = std::uint64_t{1} << 63U;
        for (const JjySymbol symbol : encode_jjy({.begins = utc(begins), .leap = leap})) {
            encoded |= symbol == JjySymbol::kOne ? bit : 0;
            bit >>= 1U;
        }
        EXPECT_EQ(encoded, word) << begins;
    }
}

TEST(JjyFrame, EveryDayOf2024To2099ComesBack) {
    const UtcDay end = day_from_date(2100, 1, 1).value();
    // 14:59 and 15:00 UTC are the two sides of midnight in Japan.
    for (UtcDay day = kPivot; day < end; ++day) {
        for (const int minute_of_day : {0, 14 * 60 + 59, 15 * 60, (day * 7) % 1440}) {
            const UtcSecond begins{day, minute_of_day * 60};
            const JjyFields fields = fields_of(encode_jjy({.begins = begins}));
            ASSERT_EQ(jjy_begin(fields, fields.year ? kPivot : day - 1), begins) << format_utc({begins, 0});
        }
    }
}

TEST(JjyFrame, EveryMinuteOfADayComesBack) {
    for (int minute = 0; minute < 1440; ++minute) {
        const UtcSecond begins{kPivot + 100, minute * 60};
        const JjyFields fields = fields_of(encode_jjy({.begins = begins}));
        ASSERT_EQ(jjy_begin(fields, kPivot + 99), begins) << minute;
        ASSERT_EQ(fields.stop.has_value(), minute % 60 == 15 || minute % 60 == 45);
    }
}

TEST(JjyFrame, EveryLeapSecondOfHistoryHasItsLongMinute) {
    const LeapTable& table = LeapTable::built_in();
    int events = 0;
    for (UtcDay day = day_from_date(1972, 1, 1).value(); day < day_from_date(2020, 1, 1).value(); ++day) {
        const LeapKind kind = table.kind_on(day);
        if (kind == LeapKind::kNone) {
            continue;
        }
        ++events;
        const UtcSecond last{day, kSecondsPerDay - 60};
        const auto frame = encode_jjy({.begins = last, .leap = kind});
        ASSERT_EQ(frame.size(), 61U);
        EXPECT_EQ(frame[58], JjySymbol::kZero);
        EXPECT_EQ(frame[59], JjySymbol::kZero);
        EXPECT_EQ(frame[60], JjySymbol::kMarker);
        EXPECT_EQ(jjy_begin(fields_of(frame), kEarliest), last);
        const UtcSecond before{day, kSecondsPerDay - 120};
        EXPECT_EQ(jjy_begin(fields_of(encode_jjy({.begins = before, .leap = kind})), kEarliest), before);
        const UtcSecond after{day + 1, 0};
        EXPECT_EQ(jjy_begin(fields_of(encode_jjy({.begins = after})), kEarliest), after);
        EXPECT_EQ(encode_jjy({.begins = after}).size(), 60U);
    }
    EXPECT_EQ(events, 27);
}

TEST(JjyFrame, AMinuteOf59SecondsIsReadWhereItWasAnnounced) {
    const UtcSecond last = utc("2035-12-31T23:59:00Z");
    const auto frame = encode_jjy({.begins = last, .leap = LeapKind::kDelete});
    ASSERT_EQ(frame.size(), 59U);
    EXPECT_EQ(jjy_begin(fields_of(frame), kPivot), last);
}

TEST(JjyFrame, AnotherLengthIsRefusedWhereItCannotBe) {
    const auto middle = encode_jjy({.begins = utc("2016-12-20T23:59:00Z"), .leap = LeapKind::kInsert});
    EXPECT_EQ(middle.size(), 60U);
    // 08:59 JST with the announcement, but not the last day of a UTC month.
    auto longer = middle;
    longer[59] = JjySymbol::kZero;
    longer.push_back(JjySymbol::kMarker);
    EXPECT_EQ(jjy_begin(fields_of(longer), kEarliest), std::nullopt);
    auto unannounced = encode_jjy({.begins = utc("2016-12-31T23:59:00Z")});
    unannounced[59] = JjySymbol::kZero;
    unannounced.push_back(JjySymbol::kMarker);
    EXPECT_EQ(fault_of(unannounced), JjyFault::kLength);
    auto wrong_way = encode_jjy({.begins = utc("2016-12-31T23:59:00Z"), .leap = LeapKind::kInsert});
    wrong_way.pop_back();
    wrong_way[59] = JjySymbol::kMarker;
    EXPECT_EQ(jjy_begin(fields_of(wrong_way), kEarliest), std::nullopt) << "60 seconds, although 61 were announced";
    EXPECT_EQ(fault_of(std::vector<JjySymbol>(58, JjySymbol::kZero)), JjyFault::kLength);
    EXPECT_EQ(fault_of({}), JjyFault::kLength);
}

TEST(JjyFrame, CallSignMinutesForecastStops) {
    for (int begins = 0; begins < 8; ++begins) {
        for (int length = 0; length < 4; ++length) {
            const JjyStop stop{begins, begins % 2 == 1, length};
            const JjyFields fields = fields_of(encode_jjy({.begins = utc("2026-11-28T01:45:00Z"), .stop = stop}));
            EXPECT_EQ(fields.stop, stop);
            EXPECT_FALSE(fields.year || fields.weekday || fields.leap);
        }
    }
}

TEST(JjyFrame, WhatIsKeyedDuringTheCallSignDoesNotMatter) {
    auto frame = encode_jjy({.begins = utc("2026-11-28T01:15:00Z")});
    for (std::size_t i = 0; i < 9; ++i) {
        frame[kMorseBegins + i] = static_cast<JjySymbol>(i % 3);
    }
    EXPECT_EQ(jjy_begin(fields_of(frame), utc("2026-11-27T00:00:00Z").day), utc("2026-11-28T01:15:00Z"));
}

TEST(JjyFrame, SpareBitsAreRead) {
    const JjyFields fields = fields_of(
        encode_jjy({.begins = utc("2026-11-28T01:16:00Z"), .summer_time_changes = true, .summer_time = true}));
    EXPECT_TRUE(fields.summer_time_changes);
    EXPECT_TRUE(fields.summer_time);
    EXPECT_EQ(jjy_begin(fields, kPivot), utc("2026-11-28T01:16:00Z"));
}

TEST(JjyFrame, TwoDigitsOfTheYearMeanAHundredYearsFromThePivot) {
    const UtcSecond begins = utc("2027-03-01T03:00:00Z");
    const JjyFields fields = fields_of(encode_jjy({.begins = begins}));
    EXPECT_EQ(jjy_begin(fields, kPivot), begins);
    // 1927-03-01 was a Tuesday, 2027-03-01 is a Monday, so another century does not even fit.
    EXPECT_EQ(jjy_begin(fields, day_from_date(1900, 1, 1).value()), std::nullopt);
    EXPECT_EQ(jjy_begin(fields, begins.day), begins);
}

/// A sound frame with one second changed.
std::vector<JjySymbol> changed(std::size_t second, JjySymbol symbol) {
    auto frame = encode_jjy({.begins = utc("2026-11-28T01:30:00Z")});
    EXPECT_NE(frame[second], symbol);
    frame[second] = symbol;
    return frame;
}

TEST(JjyFrame, EachKindOfErrorIsNamed) {
    EXPECT_EQ(fault_of(changed(12, JjySymbol::kUnknown)), JjyFault::kUnheard);
    EXPECT_EQ(fault_of(changed(9, JjySymbol::kOne)), JjyFault::kMarkers);
    EXPECT_EQ(fault_of(changed(5, JjySymbol::kMarker)), JjyFault::kMarkers);
    EXPECT_EQ(fault_of(changed(0, JjySymbol::kZero)), JjyFault::kMarkers);
    EXPECT_EQ(fault_of(changed(4, JjySymbol::kOne)), JjyFault::kZeros);
    EXPECT_EQ(fault_of(changed(55, JjySymbol::kOne)), JjyFault::kZeros);
    EXPECT_EQ(fault_of(changed(8, JjySymbol::kOne)), JjyFault::kParity);
    EXPECT_EQ(fault_of(changed(kJjyHourParity, JjySymbol::kZero)), JjyFault::kParity);
    EXPECT_EQ(fault_of(changed(54, JjySymbol::kOne)), JjyFault::kLeapBits);
}

TEST(JjyFrame, IsWrittenInLettersAndItsParitiesAreJudgedOneByOne) {
    std::vector<JjySymbol> symbols = symbols_of(kPublished[0].symbols);
    EXPECT_EQ(jjy_letters(symbols), text_of(symbols));
    EXPECT_EQ(jjy_parity_holds(symbols, JjyField::kHour), true);
    EXPECT_EQ(jjy_parity_holds(symbols, JjyField::kMinute), true);
    symbols[8] = JjySymbol::kZero;
    symbols[36] = JjySymbol::kUnknown;
    EXPECT_EQ(jjy_parity_holds(symbols, JjyField::kMinute), false);
    EXPECT_EQ(jjy_parity_holds(symbols, JjyField::kHour), std::nullopt);
    EXPECT_EQ(jjy_letters(symbols)[36], '?');
    EXPECT_EQ(jjy_parity_holds({}, JjyField::kHour), std::nullopt);
    EXPECT_EQ(jjy_fault_code(JjyFault::kLength), "length");
    EXPECT_EQ(jjy_fault_code(JjyFault::kLeapBits), "leap_bits");
}

TEST(JjyFrame, NoSingleWrongSymbolIsTakenForAnotherTime) {
    const UtcSecond begins = utc("2026-11-28T01:30:00Z");
    const auto sound = encode_jjy({.begins = begins});
    const UtcDay generations = kPivot + 80 * 366;
    int another_time = 0;
    for (std::size_t second = 0; second < sound.size(); ++second) {
        for (const JjySymbol wrong : {JjySymbol::kZero, JjySymbol::kOne, JjySymbol::kMarker}) {
            auto frame = sound;
            frame[second] = wrong;
            const auto decoded = decode_jjy(frame);
            const auto* const fields = std::get_if<JjyFields>(&decoded);
            const auto read = fields == nullptr ? std::nullopt : jjy_begin(*fields, kPivot);
            another_time += read && *read != begins && read->day < generations ? 1 : 0;
        }
    }
    EXPECT_EQ(another_time, 0) << "parity and the weekday find each of them";
}

TEST(JjyFrame, RangesAreWatched) {
    auto frame = encode_jjy({.begins = utc("2026-11-28T01:00:00Z")});
    for (const std::size_t second : {1U, 2U}) {  // minute 60, parity stays even
        frame[second] = JjySymbol::kOne;
    }
    EXPECT_EQ(fault_of(frame), JjyFault::kRange);
    frame = encode_jjy({.begins = utc("2026-11-28T01:00:00Z")});
    frame[5] = frame[6] = JjySymbol::kOne;  // the digit 12
    EXPECT_EQ(fault_of(frame), JjyFault::kRange);
    frame = encode_jjy({.begins = utc("2026-11-28T01:00:00Z")});
    for (const JjyBit& bit : jjy_bits(JjyField::kDayOfYear)) {
        frame[static_cast<std::size_t>(bit.second)] = JjySymbol::kZero;
    }
    EXPECT_EQ(fault_of(frame), JjyFault::kRange) << "day 0";
    frame = encode_jjy({.begins = utc("2026-11-28T01:00:00Z")});
    frame[50] = frame[51] = frame[52] = JjySymbol::kOne;
    EXPECT_EQ(fault_of(frame), JjyFault::kRange) << "weekday 7";
}

TEST(JjyFrame, Day366NeedsALeapYear) {
    JjyFields fields{.minute = 0, .hour = 12, .day_of_year = 366, .year = 27, .weekday = 6, .leap = LeapKind::kNone};
    for (int weekday = 0; weekday < 7; ++weekday) {
        fields.weekday = weekday;
        EXPECT_EQ(jjy_begin(fields, kPivot), std::nullopt);
    }
    fields.year = 28;
    fields.weekday = 0;
    EXPECT_EQ(jjy_begin(fields, kPivot), utc("2028-12-31T03:00:00Z"));
}

TEST(Jst, LiesNineHoursAheadAndHasItsLeapSecondInTheMorning) {
    EXPECT_EQ(utc_from_jst({2026, 1, 1, 0, 0, 0}), utc("2025-12-31T15:00:00Z"));
    EXPECT_EQ(utc_from_jst({2017, 1, 1, 8, 59, 60}), utc("2016-12-31T23:59:60Z"));
    EXPECT_EQ(utc_from_jst({2017, 1, 1, 9, 0, 0}), utc("2017-01-01T00:00:00Z"));
    EXPECT_EQ(utc_from_jst({2017, 1, 1, 23, 59, 60}), std::nullopt);
    EXPECT_EQ(utc_from_jst({2017, 1, 1, 24, 0, 0}), std::nullopt);
    EXPECT_EQ(utc_from_jst({2017, 2, 29, 1, 0, 0}), std::nullopt);
}

}  // namespace
}  // namespace tokimori
