#include "web/account_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace tokimori::web {
namespace {

using namespace std::string_view_literals;

TEST(AccountRules, NameRolesBothWays) {
    for (const Role role : {Role::kViewer, Role::kOperator, Role::kAdmin}) {
        EXPECT_EQ(role_named(role_name(role)), role);
    }
    EXPECT_FALSE(role_named("root"));
    EXPECT_LT(Role::kViewer, Role::kOperator);
    EXPECT_LT(Role::kOperator, Role::kAdmin);
}

TEST(AccountRules, CountCharactersOfAPassword) {
    EXPECT_TRUE(is_valid_password("123456789012"));
    EXPECT_FALSE(is_valid_password("12345678901"));
    EXPECT_TRUE(is_valid_password("正しい馬の電池の留め金の"));
    EXPECT_FALSE(is_valid_password("正しい馬の電池"));
    EXPECT_FALSE(is_valid_password("12345678901\xff"));
    EXPECT_FALSE(is_valid_password("123456\0 789012"sv)) << "the hash would end at it";
    EXPECT_TRUE(is_valid_password(std::string(256, 'x')));
    EXPECT_FALSE(is_valid_password(std::string(257, 'x')));
}

TEST(AccountRules, TakeNamesOfAnyLanguage) {
    EXPECT_TRUE(is_valid_name("花子"));
    EXPECT_TRUE(is_valid_name("Hanako Yamada"));
    for (const std::string_view wrong : {""sv, " a"sv, "a "sv, "a\nb"sv, "\x7f"sv, "\xc0\x80"sv, "\xed\xa0\x80"sv,
                                         "\xf4\x90\x80\x80"sv, "\xe6\x99"sv, "a\0b"sv}) {
        EXPECT_FALSE(is_valid_name(wrong)) << wrong;
    }
    EXPECT_FALSE(is_valid_name(std::string(65, 'a')));
}

TEST(AccountRules, KnowLanguagesAndZonesByTheirForm) {
    EXPECT_TRUE(is_valid_language("ja") && is_valid_language("en"));
    EXPECT_FALSE(is_valid_language("de"));
    EXPECT_TRUE(is_valid_time_zone("Asia/Tokyo") && is_valid_time_zone("Etc/GMT+9"));
    EXPECT_FALSE(is_valid_time_zone("") || is_valid_time_zone("<script>"));
}

}  // namespace
}  // namespace tokimori::web
