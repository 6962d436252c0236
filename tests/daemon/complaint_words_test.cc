#include "server/daemon/complaint_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace tokimori {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ComplaintWords, HaveANameOfTheirOwnInSnakeCase) {
    std::set<std::string_view> names;
    for (const ComplaintWord& word : complaint_words()) {
        EXPECT_TRUE(names.insert(word.name).second) << word.name << " stands twice";
        EXPECT_TRUE(std::ranges::all_of(word.name, [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); }))
            << word.name;
        EXPECT_EQ(complaint_name(word.code), word.name);
    }
}

// Each name in braces, filled in with itself in brackets.
ComplaintValues values_in(std::string_view english) {
    ComplaintValues values;
    for (std::size_t open = english.find('{'); open != std::string_view::npos; open = english.find('{', open + 1)) {
        const std::string_view name = english.substr(open + 1, english.find('}', open) - open - 1);
        values.emplace_back(name, "<" + std::string(name) + ">");
    }
    return values;
}

TEST(ComplaintWords, MakeASentenceOfWhatTheyFillIn) {
    for (const ComplaintWord& word : complaint_words()) {
        const ComplaintValues values = values_in(word.english);
        const std::string sentence = complaint_sentence(word.code, values);
        EXPECT_THAT(sentence, Not(HasSubstr("{"))) << word.name;
        for (const auto& [name, value] : values) {
            EXPECT_THAT(sentence, HasSubstr(value)) << word.name;
        }
        const bool whole = sentence.ends_with('.') || sentence.ends_with('?') || word.english == "{what}";
        EXPECT_TRUE(whole) << sentence;
    }
}

TEST(ComplaintWords, LeaveOutAValueThatIsNotThere) {
    EXPECT_EQ(complaint_sentence(ComplaintCode::kLineTooLong, {}), "The line is longer than  bytes; break it up.");
    EXPECT_EQ(complaint_sentence(ComplaintCode::kFileUnreadable, {{"what", "No such file."}}), "No such file.");
}

TEST(ComplaintWords, GoWithTheLineTheNameAndTheValues) {
    const Complaint complaint = complaint_of({1, 7}, ComplaintCode::kDateTwice, {{"value", "2016-12-31"}});
    EXPECT_EQ(complaint.line.number, 7);
    EXPECT_EQ(complaint.code, "date_twice");
    EXPECT_EQ(complaint.sentence, "date 2016-12-31 stands twice in [[leap.manual]]; remove one.");
    EXPECT_EQ(complaint.values, (ComplaintValues{{"value", "2016-12-31"}}));
}

}  // namespace
}  // namespace tokimori
