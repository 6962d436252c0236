#include "web/request.h"

#include <gtest/gtest.h>

#include "web/json_body.h"

namespace tokimori::web {
namespace {

TEST(WebRequest, FindsACookieAmongOthers) {
    EXPECT_EQ(cookie_value("a=1; __Host-tokimori=xyz; b=2", "__Host-tokimori"), "xyz");
    EXPECT_EQ(cookie_value("x__Host-tokimori=xyz", "__Host-tokimori"), "");
    EXPECT_EQ(cookie_value("a", "a"), "");
    EXPECT_EQ(cookie_value("", "a"), "");
    EXPECT_EQ(cookie_value("a=b=c", "a"), "b=c");
}

TEST(WebRequest, DecodesAQuery) {
    EXPECT_EQ(query_value("a=1&b=%E6%99%82+x&c=", "b"), "時 x");
    EXPECT_EQ(query_value("a=1&b", "b"), "");
    for (const char* const wrong : {"b=%", "b=%4", "b=%zz", "b=%-1"}) {
        EXPECT_EQ(query_value(wrong, "b"), "") << wrong;
    }
    EXPECT_EQ(query_value("b=%41", "b"), "A");
}

TEST(WebRequest, ReadsNumbersWithinLimits) {
    EXPECT_EQ(query_number("n=5", "n", 1, 0, 10), 5);
    EXPECT_EQ(query_number("n=50", "n", 1, 0, 10), 10);
    EXPECT_EQ(query_number("n=-5", "n", 1, 0, 10), 0);
    for (const char* const wrong : {"", "n=", "n=x", "n=5x", "n=99999999999999999999", "m=3"}) {
        EXPECT_EQ(query_number(wrong, "n", 1, 0, 10), 1) << wrong;
    }
}

TEST(WebReply, TellsAnErrorInJson) {
    const WebReply reply = error_reply(400, "bad_request", "So \"not\".");
    EXPECT_EQ(reply.status, 400U);
    EXPECT_EQ(reply.body, R"({"error":{"code":"bad_request","message":"So \"not\"."}})");
}

TEST(JsonBody, ReadsAnObjectAndNothingElse) {
    const JsonBody body{R"({"name":"花子","id":7,"other":[1]})"};
    EXPECT_TRUE(body.is_object());
    EXPECT_EQ(body.text("name"), "花子");
    EXPECT_EQ(body.number("id"), 7);
    EXPECT_EQ(body.text("id"), "");
    EXPECT_FALSE(body.number("name"));
    EXPECT_EQ(body.text("missing"), "");
    for (const char* const wrong : {"", "[]", "7", "{", "{\"a\":\"\xff\"}", "[[[[[[[[[[1]]]]]]]]]]", "{} x"}) {
        EXPECT_FALSE(JsonBody{wrong}.is_object()) << wrong;
    }
}

}  // namespace
}  // namespace tokimori::web
