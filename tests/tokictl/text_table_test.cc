#include "server/tokictl/text_table.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

TEST(DisplayWidth, CountsWideCharactersTwiceAndCombiningOnesNot) {
    EXPECT_EQ(display_width(""), 0U);
    EXPECT_EQ(display_width("abc"), 3U);
    EXPECT_EQ(display_width("時刻"), 4U);
    EXPECT_EQ(display_width("うるう秒 ±"), 10U);
    EXPECT_EQ(display_width("ﾊﾝｶｸ"), 4U);
    EXPECT_EQ(display_width("か\u3099"), 2U);
    EXPECT_EQ(display_width("𠮷"), 2U);
}

TEST(DisplayWidth, SurvivesWhatIsNoUtf8) {
    EXPECT_EQ(display_width("\xFF"), 1U);
    EXPECT_EQ(display_width("a\xE6"), 2U);
    EXPECT_EQ(display_width("\xE6\x99"), 2U);
}

TEST(TextTable, IsAsWideAsWhatStandsInIt) {
    using Align = TextTable::Align;
    TextTable table{{{"Name"}, {"N", Align::kRight}, {"Why"}}};
    table.add({"gps", "1", "good"});
    table.add({"時計台", "1234", ""});
    EXPECT_EQ(table.text(),
              "Name       N  Why\n"
              "==================\n"
              "gps        1  good\n"
              "時計台  1234\n");
}

TEST(TextTable, WithoutRowsIsAHeading) {
    EXPECT_EQ((TextTable{{{"A"}, {"B"}}}.text()), "A  B\n====\n");
}

TEST(TextOfLines, PutsTheColonsBelowEachOther) {
    EXPECT_EQ(text_of_lines({{"Stratum", "1"}, {"状態", "-"}}), "Stratum : 1\n状態    : -\n");
}

}  // namespace
}  // namespace tokimori
