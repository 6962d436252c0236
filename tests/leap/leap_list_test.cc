#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leap/leap_list_fault.h"
#include "leap/leap_table.h"
#include "tests/leap/leap_list_text.h"

namespace tokimori {
namespace {

using ::testing::HasSubstr;
using testing::with_hash;

const char* const kDigits = "0123456789";
const std::string kStamps = "#$ 3992312697\n#@ 4023129600\n";
const std::string kFirstRows = "2272060800 10 # 1 Jan 1972\n2287785600 11 # 1 Jul 1972\n";

// The list of July 2026 with the hash IERS published for it, written as sparsely as the format allows.
const std::string kPublished =
    kStamps +
    "2272060800 10\n2287785600 11\n2303683200 12\n2335219200 13\n2366755200 14\n2398291200 15\n2429913600 16\n"
    "2461449600 17\n2492985600 18\n2524521600 19\n2571782400 20\n2603318400 21\n"
    "2634854400 22\n2698012800 23\n2776982400 24\n2840140800 25\n2871676800 26\n"
    "2918937600 27\n2950473600 28\n2982009600 29\n3029443200 30\n3076704000 31\n"
    "3124137600 32\n3345062400 33\n3439756800 34\n3550089600 35\n3644697600 36\n"
    "3692217600 37\n";
const std::string kPublishedHash = "#h a9bad145 84c31c70 758402aa b37bfd54 5923836a\n";

std::string error_of(const std::string& text) {
    const LeapListResult result = LeapTable::parse(text);
    EXPECT_NE(result.table.has_value(), !result.error.empty());
    return result.error;
}

LeapTable table_from(const std::string& text) {
    const LeapListResult result = LeapTable::parse(text);
    EXPECT_EQ(result.error, "");
    return result.table.value_or(LeapTable::built_in());
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(LeapList, AgreesWithThePublishedHashAndTheCompiledInTable) {
    const LeapTable table = table_from(kPublished + kPublishedHash);
    EXPECT_EQ(table.rows(), LeapTable::built_in().rows());
    EXPECT_EQ(table.updated(), LeapTable::built_in().updated());
    EXPECT_EQ(table.expires(), LeapTable::built_in().expires());
}

TEST(LeapList, ReadsTheListOfThisSystem) {
    const std::filesystem::path path{"/usr/share/zoneinfo/leap-seconds.list"};
    if (!std::filesystem::exists(path)) {
        GTEST_SKIP() << "NOT TESTED: no " << path << " here; install tzdata to test with a published list.";
    }
    std::ifstream file{path};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const LeapTable table = table_from(text);
    ASSERT_GE(table.rows().size(), 28u);
    const auto& rows = LeapTable::built_in().rows();
    EXPECT_TRUE(std::equal(rows.begin(), rows.end(), table.rows().begin()));
    EXPECT_GT(table.expires(), table.updated());
}

TEST(LeapList, ComparesHashWordsAsNumbers) {
    // Chosen so that its hash has a word with leading zeros.
    std::string text;
    std::string hash;
    for (int second = 0; hash.find(" 0") == std::string::npos && second < 10'000; ++second) {
        text = "#$ " + std::to_string(3'992'312'697 + second) + "\n#@ 4023129600\n" + kFirstRows;
        hash = "#h";
        for (std::string rest = testing::hash_line_for(text).substr(2); !rest.empty();) {
            const std::size_t end = rest.find_first_of(" \n", 1);
            const std::string word = rest.substr(1, end - 1);
            hash += word.empty() ? "" : " " + std::string(8 - word.size(), '0') + word;
            rest = end == std::string::npos ? "" : rest.substr(end);
        }
    }
    ASSERT_THAT(hash, HasSubstr(" 0"));
    EXPECT_EQ(error_of(text + hash + "\n"), "") << "padded to eight digits";
    EXPECT_EQ(error_of(with_hash(text)), "") << "without leading zeros";
}

TEST(LeapList, AcceptsUpperCaseHashWords) {
    EXPECT_EQ(error_of(kPublished + "#h A9BAD145 84C31C70 758402AA B37BFD54 5923836A"), "");
}

TEST(LeapList, AcceptsCarriageReturnsTabsCommentsAndBlankLines) {
    const std::string text =
        "#\tAn introduction.\r\n\r\n#history is a comment, no hash\r\n#$\t 3992312697\r\n#@\t4023129600 \r\n  \r\n"
        "\t2272060800\t10\t# 1 Jan 1972\r\n2287785600      11#1 Jul 1972\r\n";
    EXPECT_EQ(table_from(with_hash(text)).rows(), table_from(with_hash(kStamps + kFirstRows)).rows());
}

TEST(LeapList, DoesNotCareInWhatOrderStampsAndHashStand) {
    const std::string rows_first = kFirstRows + "#@ 4023129600\n#$ 3992312697";
    const LeapTable table = table_from(testing::hash_line_for(kStamps + kFirstRows) + rows_first);
    EXPECT_EQ(format_date(table.updated()), "2026-07-06");
    EXPECT_EQ(format_date(table.expires()), "2027-06-28");
}

TEST(LeapList, ReadsADeletedSecondAndStampsOfTheNextEra) {
    const std::string text = "#$ 4294967295\n#@ 4323456000\n" + kFirstRows + "2303683200 10\n";
    const LeapTable table = table_from(with_hash(text));
    EXPECT_EQ(table.kind_on(*day_from_date(1972, 12, 31)), LeapKind::kDelete);
    EXPECT_EQ(format_date(table.updated()), "2036-02-07");
    EXPECT_EQ(format_date(table.expires()), "2037-01-02");
}

TEST(LeapList, ReadsAnExpiredList) {
    const LeapTable table = table_from(with_hash("#$ 2287785600\n#@ 2303683200\n" + kFirstRows));
    EXPECT_EQ(format_date(table.expires()), "1973-01-01");
}

TEST(LeapList, RefusesAWrongHash) {
    const std::string wrong = replaced(kPublishedHash, "a9bad145", "a9bad146");
    EXPECT_EQ(error_of(kPublished + wrong),
              "The leap second list does not match its SHA-1 hash (#h), so it is damaged or was changed; install a "
              "fresh leap-seconds.list as IERS publishes it.");
}

TEST(LeapList, NoticesEveryChangedDigit) {
    for (std::size_t at = kPublished.find_first_of(kDigits); at != std::string::npos;
         at = kPublished.find_first_of(kDigits, at + 1)) {
        std::string text = kPublished;
        text[at] = text[at] == '9' ? '0' : static_cast<char>(text[at] + 1);
        EXPECT_NE(error_of(text + kPublishedHash), "") << "character " << at;
    }
}

TEST(LeapList, NoticesALostRow) {
    EXPECT_THAT(error_of(replaced(kPublished, "3692217600 37\n", "") + kPublishedHash), HasSubstr("SHA-1"));
}

TEST(LeapList, RefusesWhatIsMissing) {
    EXPECT_THAT(error_of(kPublished), HasSubstr("has no #h line"));
    EXPECT_THAT(error_of(with_hash("#@ 4023129600\n" + kFirstRows)), HasSubstr("has no #$ line"));
    EXPECT_THAT(error_of(with_hash("#$ 3992312697\n" + kFirstRows)), HasSubstr("has no #@ line"));
    EXPECT_THAT(error_of(with_hash(kStamps)), HasSubstr("has no rows"));
    EXPECT_THAT(error_of(""), HasSubstr("has no #$ line"));
}

TEST(LeapList, RefusesWhatIsSaidTwice) {
    EXPECT_THAT(error_of(with_hash("#$ 1\n" + kStamps + kFirstRows)),
                HasSubstr("Line 2 of the leap second list is a second #$"));
    EXPECT_THAT(error_of(with_hash(kStamps + "#@ 1\n" + kFirstRows)),
                HasSubstr("Line 3 of the leap second list is a second #@"));
    EXPECT_THAT(error_of(kPublishedHash + kPublished + kPublishedHash), HasSubstr("is a second #h"));
}

TEST(LeapList, RefusesMoreThanOneMebibyte) {
    const std::string filler(1024, '#');
    std::string text = with_hash(kStamps + kFirstRows);
    while (text.size() + filler.size() + 1 <= (std::size_t{1} << 20)) {
        text += filler + "\n";
    }
    text.resize(std::size_t{1} << 20, '\n');
    EXPECT_EQ(error_of(text), "");
    EXPECT_THAT(error_of(text + "\n"), HasSubstr("larger than 1 MiB"));
}

struct BadText {
    std::string text;
    std::string sentence;
};

void PrintTo(const BadText& bad, std::ostream* out) {
    *out << bad.sentence;
}

class BadList : public ::testing::TestWithParam<BadText> {};

TEST_P(BadList, IsRefusedThoughItsHashIsRight) {
    const std::string error = error_of(with_hash(GetParam().text));
    EXPECT_THAT(error, HasSubstr("leap second list " + GetParam().sentence));
    EXPECT_TRUE(error.ends_with("; install a fresh leap-seconds.list as IERS publishes it.")) << error;
}

const char* const kStamp = "does not hold one time in NTP seconds after #$";
const char* const kRow = "is neither a comment nor a row of two whole numbers";
const char* const kBegin = "is not the row 2272060800 10 (1972-01-01)";
const char* const kMonth = "does not name 00:00:00 UTC of the first day of a month";
const char* const kOrder = "is not later than the row before it";
const char* const kStep = "changes TAI-UTC by something other than one second";

INSTANTIATE_TEST_SUITE_P(
    LeapList, BadList,
    ::testing::Values(
        BadText{"#$\n", kStamp}, BadText{"#$ x\n", kStamp}, BadText{"#$ -1\n", kStamp}, BadText{"#$ 12 34\n", kStamp},
        BadText{"#$ 1e9\n", kStamp}, BadText{"#$ 999999999999\n", kStamp}, BadText{"#$ 99999999999999999999\n", kStamp},
        BadText{"#@ 4023129600.0\n", "does not hold one time in NTP seconds after #@"}, BadText{kStamps + "x\n", kRow},
        BadText{kStamps + "2272060800\n", kRow}, BadText{kStamps + "2272060800 10 1\n", kRow},
        BadText{kStamps + "2272060800 +10\n", kRow}, BadText{kStamps + "2272060800 -10\n", kRow},
        BadText{kStamps + "-2272060800 10\n", kRow}, BadText{kStamps + "0x876c5900 10\n", kRow},
        BadText{kStamps + "2272060800 # 10\n", kRow}, BadText{kStamps + "2272060800 99999\n", kRow},
        BadText{kStamps + std::string{"2272060800 10\0\n", 15}, kRow}, BadText{kStamps + "2272060800 9\n", kBegin},
        BadText{kStamps + "2272060801 10\n", kBegin}, BadText{kStamps + "2287785600 11\n", kBegin},
        BadText{kStamps + "0 10\n", kBegin}, BadText{kStamps + kFirstRows + "2303683201 12\n", kMonth},
        BadText{kStamps + kFirstRows + "2303596800 12\n", kMonth},
        BadText{kStamps + kFirstRows + "2287785600 12\n", kOrder},
        BadText{kStamps + kFirstRows + "2272060800 12\n", kOrder},
        BadText{kStamps + kFirstRows + "2303683200 11\n", kStep},
        BadText{kStamps + kFirstRows + "2303683200 13\n", kStep},
        BadText{kStamps + kFirstRows + "2303683200 9\n", kStep},
        BadText{"#$ 11423635200\n#@ 11423635201\n" + kFirstRows, "was last changed after the year 2261"},
        BadText{kStamps + kFirstRows + "11423635200 12\n", "lies after the year 2261"},
        BadText{kStamps + kFirstRows + "#h\n", "does not hold five hexadecimal words"},
        BadText{kStamps + kFirstRows + "#h 1 2 3 4\n", "does not hold five hexadecimal words"},
        BadText{kStamps + kFirstRows + "#h 1 2 3 4 g\n", "does not hold five hexadecimal words"},
        BadText{kStamps + kFirstRows + "#h 1 2 3 4 -5\n", "does not hold five hexadecimal words"},
        BadText{kStamps + kFirstRows + "#h 1 2 3 4 100000000\n", "does not hold five hexadecimal words"},
        BadText{kStamps + kFirstRows + "#h 1 2 3 4 5 6\n", "holds more than five words after #h"}));

TEST(LeapList, SaysInWhichLineTheFaultLies) {
    EXPECT_THAT(error_of(with_hash("#\n\r\n" + kStamps + kFirstRows + "2303683200 13\n")),
                HasSubstr("Line 7 of the leap second list changes"));
}

TEST(LeapListFault, HasACodeAndALineForProgramsThatSayItInOtherWords) {
    const std::string rows = kStamps + kFirstRows;
    const auto fault = [](const std::string& text) { return leap_list_fault(text).value_or(LeapListFault{"none"}); };
    const std::vector<std::pair<std::string, std::string_view>> faults{
        {with_hash("#$ 1\n" + rows), "mark_twice"},
        {"#$ x\n", "mark_wrong"},
        {"", "mark_missing"},
        {rows + "#h 1 2 3 4\n", "hash_wrong"},
        {rows + "#h 1 2 3 4 5 6\n", "hash_long"},
        {rows + "#h 1 2 3 4 5\n", "hash_differs"},
        {kStamps + "2272060800 9\n", "first_row"},
        {rows + "11423635200 12\n", "row_too_late"},
        {rows + "2303683201 12\n", "row_no_month"},
        {rows + "2272060800 12\n", "row_order"},
        {rows + "2303683200 13\n", "row_step"},
        {kStamps + "x\n", "line_unknown"},
        {with_hash(kStamps), "no_rows"},
        {with_hash("#$ 11423635200\n#@ 11423635201\n" + kFirstRows), "changed_too_late"},
        {std::string((std::size_t{1} << 20) + 1, '#'), "too_large"},
    };
    for (const auto& [text, code] : faults) {
        EXPECT_EQ(fault(text).code, code);
        EXPECT_THAT(error_of(text), HasSubstr(fault(text).words));
    }
    EXPECT_EQ(fault("#\n#$ x\n").line, 2U);
    EXPECT_EQ(fault("#\n#$ x\n").mark, "#$");
    EXPECT_EQ(fault(rows).line, 0U) << "what is missing has no line";
    EXPECT_EQ(fault(rows).mark, "#h");
    EXPECT_EQ(fault(rows + "2303683200 13\n").mark, "");
    EXPECT_FALSE(leap_list_fault(with_hash(rows)));
}

TEST(BetterTable, IsTheOneWhoseDataChangedLast) {
    const LeapTable older = table_from(with_hash("#$ 3992198400\n#@ 4102444800\n" + kFirstRows));
    const LeapTable newer = table_from(with_hash("#$ 3992284800\n#@ 4023129600\n" + kFirstRows));
    EXPECT_EQ(&LeapTable::better(older, newer), &newer);
    EXPECT_EQ(&LeapTable::better(newer, older), &newer);
}

TEST(BetterTable, IsAtATieTheOneThatExpiresLater) {
    const LeapTable sooner = table_from(with_hash("#$ 3992284800\n#@ 4023129600\n" + kFirstRows));
    const LeapTable later = table_from(with_hash("#$ 3992284800\n#@ 4102444800\n" + kFirstRows));
    EXPECT_EQ(&LeapTable::better(sooner, later), &later);
    EXPECT_EQ(&LeapTable::better(later, sooner), &later);
}

TEST(BetterTable, IsTheFirstOfTwoEquals) {
    const LeapTable copy = LeapTable::built_in();
    EXPECT_EQ(&LeapTable::better(copy, LeapTable::built_in()), &copy);
    EXPECT_EQ(&LeapTable::better(LeapTable::built_in(), copy), &LeapTable::built_in());
}

}  // namespace
}  // namespace tokimori
