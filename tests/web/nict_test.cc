#include "web/nict.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace tokimori::web {
namespace {

namespace json = boost::json;

// 2026-11-05T00:03:04.567891234Z
constexpr UnixNanoseconds kNow = 1'793'836'984'567'891'234;
const NictFacts kFacts{.host = "toki.example:8443", .now = kNow, .leap = NictLeap{36, 1'483'228'800, 1}};

json::object parsed(const std::string& text) {
    return json::parse(text).as_object();
}

TEST(Nict, TellsJsonInNictsShape) {
    const WebReply reply = nict_reply("/cgi-bin/json", "1232963971.248", kFacts);
    EXPECT_EQ(reply.body,
              "{\n \"id\": \"toki.example:8443\",\n \"it\": 1232963971.248,\n \"st\": 1793836984.567,\n \"leap\": 36,\n"
              " \"next\": 1483228800,\n \"step\": 1\n}\n");
    EXPECT_TRUE(reply.content_type.starts_with("application/json"));
    ASSERT_EQ(reply.headers.size(), 1U);
    EXPECT_EQ(reply.headers[0].first + reply.headers[0].second, "Access-Control-Allow-Origin*");
    EXPECT_EQ(parsed(nict_reply("/cgi-bin/json", "", kFacts).body).at("it"), 0.0);
}

TEST(Nict, GivesNothingBackThatIsNoNumber) {
    for (const char* const query : {"</script>", "1e5", "-1", "1.2.3", "12345678901234", ".5", "1,5", "%31"}) {
        EXPECT_EQ(parsed(nict_reply("/cgi-bin/json", query, kFacts).body).at("it"), 0.0) << query;
    }
    EXPECT_EQ(parsed(nict_reply("/cgi-bin/json", "12.5&_=7", kFacts).body).at("it"), 12.5);
    EXPECT_EQ(parsed(nict_reply("/cgi-bin/json", "0.8", kFacts).body).at("it"), 0.8);
    EXPECT_EQ(parsed(nict_reply("/cgi-bin/json", "00.8", kFacts).body).at("it"), 0.0) << "no number of JSON";
    NictFacts odd = kFacts;
    odd.host = "a\"b";
    EXPECT_EQ(parsed(nict_reply("/cgi-bin/json", "", odd).body).at("id"), "tokimori");
}

TEST(Nict, WrapsJsonpInANameThatIsOne) {
    EXPECT_TRUE(nict_reply("/cgi-bin/jsont", "1.5", kFacts).body.starts_with("jsont( {"));
    EXPECT_TRUE(nict_reply("/cgi-bin/jsont", "1.5&callback=a.b_$1", kFacts).body.starts_with("a.b_$1( {"));
    for (const char* const name : {"", "alert(1)", "1a", "a..b", ".a", "a.", "a;b", "%3Cscript%3E", "a b"}) {
        EXPECT_EQ(nict_reply("/cgi-bin/jsont", std::string("1.5&callback=") + name, kFacts).status, 400U) << name;
    }
    EXPECT_FALSE(is_callback_name(std::string(65, 'a')));
}

TEST(Nict, TellsTheTimeOfDayInJapan) {
    EXPECT_EQ(nict_reply("/cgi-bin/time", "", kFacts).body, "Thu Nov  5 09:03:04 2026 JST\n");
}

TEST(Nict, TellsSecondsSince1900AloneOnALine) {
    const std::string body = nict_reply("/cgi-bin/ntp", "", kFacts).body;
    EXPECT_NE(body.find("<BODY>\n4002825784.567\n</BODY>"), std::string::npos) << body;
}

TEST(Nict, TellsTheNextLeapSecondOrTheLastOne) {
    json::object leap = parsed(R"({"tai_minus_utc":37,"next":null,"last":{"kind":"insert","day":"2016-12-31"}})");
    auto told = nict_leap(leap);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->before, 36);
    EXPECT_EQ(told->at, 1'483'228'800);
    EXPECT_EQ(told->step, 1);
    leap["next"] = {{"kind", "delete"}, {"day", "2028-12-31"}};
    told = nict_leap(leap);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->before, 37);
    EXPECT_EQ(told->at, 1'861'920'000);
    EXPECT_EQ(told->step, -1);
}

TEST(Nict, TellsNoLeapSecondOutOfNonsense) {
    for (const char* const text : {"{}", R"({"known":false})", R"({"tai_minus_utc":"37"})",
                                   R"({"tai_minus_utc":37,"last":{"kind":"insert","day":"2016-13-31"}})",
                                   R"({"tai_minus_utc":37,"last":{"kind":"none","day":"2016-12-31"}})",
                                   R"({"tai_minus_utc":37,"last":{"kind":"insert","day":"today"}})"}) {
        EXPECT_FALSE(nict_leap(parsed(text))) << text;
    }
}

}  // namespace
}  // namespace tokimori::web
