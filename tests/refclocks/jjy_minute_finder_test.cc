#include "refclocks/jjy_minute_finder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

namespace tokimori {
namespace {

const UtcDay kEarliest = day_from_date(2024, 1, 1).value();
const UtcDay kEnd = day_from_date(2100, 1, 1).value();

/// How many frames the counting tests feed: `tests/soak` asks for more.
int frames_to_feed() {
    const char* const wanted = std::getenv("TOKIMORI_JJY_FRAMES");
    return wanted == nullptr ? 10'000 : std::stoi(wanted);
}

JjySoftSymbol surely(JjySymbol symbol) {
    JjySoftSymbol soft;
    if (symbol != JjySymbol::kUnknown) {
        soft.penalty.fill(1.0);
        soft.penalty[static_cast<std::size_t>(symbol)] = 0.0;
    }
    return soft;
}

UtcSecond minute_after(UtcSecond minute) {
    return minute.second + 60 >= kSecondsPerDay ? UtcSecond{minute.day + 1, 0}
                                                : UtcSecond{minute.day, minute.second + 60};
}

class JjyMinuteFinderTest : public ::testing::Test {
protected:
    int draw(int from, int to) { return std::uniform_int_distribution<int>{from, to}(random_); }
    UtcSecond any_minute() { return {draw(kEarliest, kEnd - 2), 60 * draw(0, 1439)}; }
    JjySymbol any_symbol() { return static_cast<JjySymbol>(draw(0, 2)); }

    void feed(const std::vector<JjySymbol>& frame) {
        for (const JjySymbol symbol : frame) {
            finder_.add(surely(symbol));
        }
    }
    /// Changes so many different seconds.
    void spoil(std::vector<JjySymbol>& frame, int errors) {
        for (; errors > 0; --errors) {
            JjySymbol& symbol = frame[static_cast<std::size_t>(draw(0, 59))];
            symbol = static_cast<JjySymbol>((static_cast<int>(symbol) + draw(1, 2)) % 3);
        }
    }

    JjyMinuteFinder finder_{kEarliest};
    std::mt19937_64 random_{20'261'128};
};

TEST_F(JjyMinuteFinderTest, TwoGoodMinutesAreEnoughWhereverTheyBegin) {
    for (int phase = 0; phase < 60; ++phase) {
        finder_.restart();
        UtcSecond minute = any_minute();
        int fed = 0;
        for (int second = phase; !finder_.find() && fed < 180; second = (second + 1) % 60) {
            minute = second == 0 && fed > 0 ? minute_after(minute) : minute;
            finder_.add(surely(encode_jjy({.begins = minute})[static_cast<std::size_t>(second)]));
            ++fed;
            if (const auto place = finder_.find()) {
                EXPECT_EQ(*place, (JjyPlace{minute, second}));
            }
        }
        EXPECT_LE(fed, 160) << "from second " << phase << " of " << format_utc({minute, 0});
        EXPECT_GE(fed, 120);
    }
}

TEST_F(JjyMinuteFinderTest, GoesOnAcrossTheEndsOfHourDayAndYear) {
    for (const char* const begin :
         {"2026-03-31T14:57:00Z", "2027-12-31T14:58:00Z", "2028-02-28T14:57:00Z", "2028-12-30T14:58:00Z"}) {
        finder_.restart();
        UtcSecond minute = parse_utc(begin).value().second;
        for (int i = 0; i < 5; ++i) {
            feed(encode_jjy({.begins = minute}));
            EXPECT_EQ(finder_.find().has_value(), i >= 1) << begin << ", minute " << i;
            if (const auto place = finder_.find()) {
                EXPECT_EQ(*place, (JjyPlace{minute, 59}));
            }
            minute = minute_after(minute);
        }
    }
}

TEST_F(JjyMinuteFinderTest, ASingleMinuteSaysNothing) {
    feed(encode_jjy({.begins = any_minute()}));
    EXPECT_EQ(finder_.find(), std::nullopt);
}

TEST_F(JjyMinuteFinderTest, TheSameMinuteAgainAndAgainSaysNothing) {
    const auto frame = encode_jjy({.begins = parse_utc("2026-11-28T01:30:00Z").value().second});
    for (int i = 0; i < 10; ++i) {
        feed(frame);
        EXPECT_EQ(finder_.find(), std::nullopt);
    }
}

TEST_F(JjyMinuteFinderTest, WhatWasNotHeardSaysNothing) {
    for (int i = 0; i < 600; ++i) {
        finder_.add({});
    }
    EXPECT_EQ(finder_.find(), std::nullopt);
}

TEST_F(JjyMinuteFinderTest, NoiseIsNeverTakenForAMinute) {
    int found = 0;
    for (int frame = 0; frame < frames_to_feed(); ++frame) {
        std::vector<JjySymbol> symbols(60);
        for (JjySymbol& symbol : symbols) {
            symbol = any_symbol();
        }
        feed(symbols);
        found += finder_.find() ? 1 : 0;
    }
    EXPECT_EQ(found, 0);
}

TEST_F(JjyMinuteFinderTest, MarkersWithNoiseBetweenThemAreNeverTakenForAMinute) {
    int found = 0;
    for (int frame = 0; frame < frames_to_feed(); ++frame) {
        // At each length of the history, not only where it is full.
        if (frame % 10 == 0) {
            finder_.restart();
        }
        std::vector<JjySymbol> symbols(60);
        for (int second = 0; second < 60; ++second) {
            const JjySymbol fixed = jjy_fixed_symbol(second);
            symbols[static_cast<std::size_t>(second)] =
                fixed == JjySymbol::kUnknown ? static_cast<JjySymbol>(draw(0, 1)) : fixed;
        }
        feed(symbols);
        found += finder_.find() ? 1 : 0;
    }
    EXPECT_EQ(found, 0);
}

TEST_F(JjyMinuteFinderTest, SoundMinutesThatDoNotFollowEachOtherAreNeverBelieved) {
    int found = 0;
    for (int frame = 0; frame < frames_to_feed(); ++frame) {
        if (frame % 10 == 0) {
            finder_.restart();
        }
        feed(encode_jjy({.begins = any_minute()}));
        found += finder_.find() ? 1 : 0;
    }
    EXPECT_EQ(found, 0);
}

TEST_F(JjyMinuteFinderTest, OneToFourErrorsInEveryMinuteNeverMakeAWrongOne) {
    constexpr int kInARow = 12;
    int wrong = 0;
    int first_found = 0;
    int found_at_last = 0;
    const int rows = frames_to_feed() / kInARow;
    for (int row = 0; row < rows; ++row) {
        finder_.restart();
        UtcSecond minute = any_minute();
        bool found = false;
        for (int i = 0; i < kInARow; ++i) {
            std::vector<JjySymbol> frame = encode_jjy({.begins = minute});
            std::replace(frame.begin(), frame.end(), JjySymbol::kUnknown, any_symbol());
            spoil(frame, draw(1, 4));
            feed(frame);
            const auto place = finder_.find();
            wrong += place && *place != JjyPlace{minute, 59} ? 1 : 0;
            first_found += place && !found ? i + 1 : 0;
            found = found || place;
            minute = minute_after(minute);
        }
        found_at_last += found ? 1 : 0;
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(found_at_last, rows);
    RecordProperty("minutes_until_found", std::to_string(double{1.0} * first_found / std::max(rows, 1)));
}

}  // namespace
}  // namespace tokimori
