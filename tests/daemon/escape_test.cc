#include "server/daemon/escape.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

TEST(Escape, LeavesVisibleTextAlone) {
    EXPECT_EQ(escaped("GPS at /dev/ttyAMA0 = fine"), "GPS at /dev/ttyAMA0 = fine");
    EXPECT_EQ(escaped("時守は正確です 𠮷"), "時守は正確です 𠮷");
    EXPECT_TRUE(is_plain_text("時守 𠮷 é"));
    EXPECT_TRUE(is_plain_text(""));
}

TEST(Escape, WritesControlCharactersAsText) {
    EXPECT_EQ(escaped("a\nb\rc\td"), "a\\nb\\rc\\td");
    EXPECT_EQ(escaped("\x1b[2J\x7f"), "\\u{001B}[2J\\u{007F}");
    EXPECT_EQ(escaped(std::string_view("\0", 1)), "\\u{0000}");
    EXPECT_EQ(escaped("\u0085\u009b"), "\\u{0085}\\u{009B}");
    EXPECT_EQ(escaped("\"\\"), "\\\"\\\\");
}

TEST(Escape, WritesWhatHidesOrTurnsTextAsText) {
    EXPECT_EQ(escaped("\u2028\u2029"), "\\u{2028}\\u{2029}");
    EXPECT_EQ(escaped("a\u202Eb\u2066c\u200B"), "a\\u{202E}b\\u{2066}c\\u{200B}");
    EXPECT_FALSE(is_plain_text("a\u202Eb"));
    EXPECT_FALSE(is_plain_text("a\nb"));
}

TEST(Escape, WritesBytesThatAreNotUtf8AsText) {
    EXPECT_EQ(escaped("\xff\xc0\x80"), "\\xFF\\xC0\\x80");
    EXPECT_EQ(escaped("\xe3\x81"), "\\xE3\\x81");
    EXPECT_EQ(escaped("\xed\xa0\x80"), "\\xED\\xA0\\x80");
    EXPECT_EQ(escaped("\xe0\x80\x8a"), "\\xE0\\x80\\x8A");
    EXPECT_EQ(escaped("\xf4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80");
    EXPECT_FALSE(is_plain_text("\xff"));
}

TEST(Escape, CutsBetweenCharacters) {
    EXPECT_EQ(escaped("abcd", 4), "abcd");
    EXPECT_EQ(escaped("abcde", 4), "abcd…");
    EXPECT_EQ(escaped("時守", 4), "時…");
    EXPECT_EQ(in_quotes("a\"b"), "\"a\\\"b\"");
    EXPECT_LT(in_quotes(std::string(5000, 'x')).size(), 100U);
}

}  // namespace
}  // namespace tokimori
