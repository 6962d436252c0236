#include "server/tokictl/reason_text.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace tokimori {
namespace {

// The codes as the clock room has them, in the text of the file: this room knows no more of it.
std::set<std::string> codes_of_the_clock_room() {
    std::ifstream file(TOKIMORI_SOURCE_DIR "/server/clock/reason.cpp");
    std::stringstream content;
    content << file.rdbuf();
    const std::string text = content.str();
    const std::regex quoted{"return \"([a-z_]+)\""};
    std::set<std::string> codes;
    for (std::sregex_iterator found{text.begin(), text.end(), quoted}, end; found != end; ++found) {
        codes.insert((*found)[1]);
    }
    codes.erase("unknown");
    return codes;
}

TEST(ReasonText, HasASentenceInBothLanguagesForEveryReasonOfTheClockRoom) {
    const std::set<std::string> codes = codes_of_the_clock_room();
    ASSERT_GE(codes.size(), 15U);
    for (const std::string& code : codes) {
        const std::string english = reason_text(code, Language::kEnglish);
        const std::string japanese = reason_text(code, Language::kJapanese);
        EXPECT_NE(english, code);
        EXPECT_NE(japanese, code);
        EXPECT_NE(japanese, english) << code;
    }
}

TEST(ReasonText, NamesTheRemedyWhereTheLastTrustedTimeMayHaveBeenALie) {
    for (const Language language : {Language::kEnglish, Language::kJapanese}) {
        EXPECT_NE(reason_text("before_last_time", language).find("tokimorid --forget-state"), std::string::npos);
        EXPECT_EQ(reason_text("wrong_week", language).find("--forget-state"), std::string::npos);
    }
}

TEST(ReasonText, ShowsACodeThatItDoesNotKnow) {
    EXPECT_EQ(reason_text("born_yesterday", Language::kEnglish), "born_yesterday");
    EXPECT_EQ(reason_text("born_yesterday", Language::kJapanese), "born_yesterday");
}

TEST(StateText, IsSaidInBothLanguages) {
    for (const char* const state : {"never_synchronised", "synchronised", "holdover", "unsynchronised", "local"}) {
        EXPECT_FALSE(state_text(state, Language::kEnglish).empty());
        EXPECT_NE(state_text(state, Language::kJapanese), state_text(state, Language::kEnglish));
    }
    EXPECT_EQ(state_text("asleep", Language::kEnglish), "asleep");
}

}  // namespace
}  // namespace tokimori
