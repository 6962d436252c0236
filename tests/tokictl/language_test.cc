#include "server/tokictl/language.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace tokimori {
namespace {

Language language_with(const std::map<std::string, std::string>& environment) {
    return language_of([&](const char* name) {
        const auto found = environment.find(name);
        return found == environment.end() ? nullptr : found->second.c_str();
    });
}

TEST(Language, IsEnglishWhereNothingIsSaid) {
    EXPECT_EQ(language_with({}), Language::kEnglish);
}

TEST(Language, IsJapaneseInAJapaneseLocale) {
    for (const char* const locale : {"ja_JP.UTF-8", "ja_JP", "ja", "ja.UTF-8", "ja@cjk"}) {
        EXPECT_EQ(language_with({{"LANG", locale}}), Language::kJapanese) << locale;
    }
}

TEST(Language, IsEnglishInAnyOtherLocale) {
    for (const char* const locale : {"C", "POSIX", "C.UTF-8", "en_GB.UTF-8", "fr_FR", "jam_JM", "JA"}) {
        EXPECT_EQ(language_with({{"LANG", locale}}), Language::kEnglish) << locale;
    }
}

TEST(Language, TheFirstVariableThatIsNotEmptyDecides) {
    EXPECT_EQ(language_with({{"LANG", "C"}, {"LC_MESSAGES", "ja_JP"}}), Language::kJapanese);
    EXPECT_EQ(language_with({{"LANG", "ja_JP"}, {"LC_ALL", "C"}}), Language::kEnglish);
    EXPECT_EQ(language_with({{"LANG", "ja_JP"}, {"LC_ALL", ""}}), Language::kJapanese);
}

TEST(Language, ASentenceIsSaidInIt) {
    EXPECT_EQ(say(Language::kEnglish, "{} lines", "{} 本", 3), "3 lines");
    EXPECT_EQ(say(Language::kJapanese, "{} lines", "{} 本", 3), "3 本");
}

}  // namespace
}  // namespace tokimori
