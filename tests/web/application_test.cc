#include "web/application.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "web/accounts_desk.h"
#include "web/daemon_desk.h"
#include "web/identity_desk.h"
#include "web/security_headers.h"
#include "web/settings_desk.h"
#include "web/web_log.h"
#include "web/web_server.h"

namespace tokimori::web {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

class ApplicationTest : public testing::Test {
protected:
    static WebRequest get(const std::string& path, const std::string& method = "GET") {
        return {.method = method, .path = path, .host = "toki:8443", .encrypted = true};
    }

    static WebReply ask(Application& application, const WebRequest& request) {
        WebReply got;
        application.answer(application.admit(request), request, [&](WebReply reply) { got = std::move(reply); });
        return got;
    }
    WebReply ask(const WebRequest& request) { return ask(application_, request); }

    static AccountsWorld accounts_world() {
        return {.now = [] { return Instant{}; },
                .unix_time = [] { return 0; },
                .aside = [](const auto&, const auto&) { return false; },
                .hash = [](const std::string& password) { return std::optional{password}; },
                .matches = [](const auto&, const auto&) { return false; },
                .setup_finished = [] {},
                .version = "1"};
    }
    DaemonWorld daemon_world() {
        return {.now = [] { return Instant{}; },
                .host_time = [] { return 0; },
                .temperature = [] { return std::nullopt; },
                .latest = [this]() -> const DaemonReply& { return latest_; },
                .heard = [] { return Instant{}; },
                .served_time = [] { return std::nullopt; },
                .ask = [](const auto&, const auto&, const auto&) {},
                .log = [](const auto&, const auto&) {}};
    }

    static ChangeWorld change_world() {
        return {.now = [] { return Instant{}; },
                .unix_time = [] { return 0; },
                .ask = [](const auto&, const auto&, const auto&) {},
                .record = [](const auto&, const auto&, const auto&) {}};
    }

    DaemonReply latest_;
    WebSettings settings_;
    LiveHub hub_;
    Database database_{":memory:", Durability::kFull};
    AccountStore store_{database_};
    HistoryStore history_{database_};
    AccountsDesk accounts_{store_, accounts_world(), "CODE"};
    DaemonDesk daemon_{settings_, history_, store_, daemon_world()};
    KeyAndCertificate own_;
    IdentityDesk identity_{
        {.current = [this]() -> const KeyAndCertificate& { return own_; }, .time = [] { return std::nullopt; }}};
    ChangeStore changes_{database_};
    SettingsDesk settings_desk_{changes_, change_world(), [](auto&&...) {}, "1"};
    Application application_{settings_, Assets{{{"/index.html", "<p>"}, {"/a.js", "1"}}},
                             Desks{accounts_, daemon_, settings_desk_, identity_, hub_}};
};

TEST_F(ApplicationTest, ServesThePageWithAStrictPolicy) {
    const WebReply reply = ask(get("/"));
    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(reply.body, "<p>");
    EXPECT_THAT(reply.headers, Contains(Pair("Content-Security-Policy", HasSubstr("script-src 'self'"))));
    EXPECT_THAT(reply.headers, Contains(Pair("Content-Security-Policy", Not(HasSubstr("unsafe")))));
    EXPECT_THAT(reply.headers, Contains(Pair("Content-Security-Policy", HasSubstr("frame-ancestors 'none'"))));
    EXPECT_THAT(reply.headers, Contains(Pair("X-Content-Type-Options", "nosniff")));
    EXPECT_THAT(reply.headers, Contains(Pair("Strict-Transport-Security", HasSubstr("max-age="))));
}

TEST_F(ApplicationTest, SaysThatAFileIsStillTheSame) {
    WebRequest request = get("/a.js");
    for (const auto& [name, value] : ask(request).headers) {
        request.if_none_match = name == "ETag" ? value : request.if_none_match;
    }
    const WebReply again = ask(request);
    EXPECT_EQ(again.status, 304U);
    EXPECT_THAT(again.body, IsEmpty());
}

TEST_F(ApplicationTest, RefusesPathsThatCouldMeanOthers) {
    for (const char* const path : {"/../etc/passwd", "/a/..", "/%2e%2e/x", "/a%00", "a", "", "/a b", "/a\\b",
                                   "http://x/", "/\x7f", "/\xe3\x81\x82"}) {
        EXPECT_EQ(ask(get(path)).status, 400U) << path;
    }
    EXPECT_EQ(ask(get("/etc/passwd")).status, 404U);
    EXPECT_EQ(ask(get('/' + std::string(1024, 'a'))).status, 400U);
}

TEST_F(ApplicationTest, KnowsMethodsAndPaths) {
    EXPECT_EQ(ask(get("/", "POST")).status, 405U);
    const WebReply wrong = ask(get("/api/v1/users", "PUT"));
    EXPECT_EQ(wrong.status, 405U);
    EXPECT_THAT(wrong.headers, Contains(Pair("Allow", "GET, HEAD, POST, DELETE")));
    EXPECT_THAT(ask(get("/", "POST")).headers, Contains(Pair("Allow", "GET, HEAD")));
    EXPECT_EQ(ask(get("/api/v1/nothing")).status, 404U);
    EXPECT_EQ(ask(get("/cgi-bin/jst")).status, 404U);
    EXPECT_EQ(ask(get("/api/v1/session")).status, 200U);
}

TEST_F(ApplicationTest, AsksStrangersToLogInOnEveryGuardedRoute) {
    for (const Route& route : routes()) {
        if (route.role) {
            EXPECT_EQ(ask(get(std::string(route.path), std::string(route.method))).status, 401U) << route.path;
        }
    }
}

TEST_F(ApplicationTest, KeepsRepliesOfTheApiOutOfAllCaches) {
    EXPECT_THAT(ask(get("/api/v1/session")).headers, Contains(Pair("Cache-Control", "no-store")));
    EXPECT_THAT(ask(get("/a.js")).headers, Contains(Pair("Cache-Control", "no-cache")));
}

TEST_F(ApplicationTest, ServesOnlyMachinesWithoutTls) {
    WebRequest request = get("/login");
    request.encrypted = false;
    const WebReply reply = ask(request);
    EXPECT_EQ(reply.status, 308U);
    EXPECT_THAT(reply.headers, Contains(Pair("Location", "https://toki/login")));
    request.query = "a=1&b=%22";
    EXPECT_THAT(ask(request).headers, Contains(Pair("Location", "https://toki/login?a=1&b=%22")));
    request.query = "a\r\nSet-Cookie: b";
    EXPECT_EQ(ask(request).status, 400U);
    request.query.clear();
    request.path = "/api/v1/session";
    EXPECT_EQ(ask(request).status, 308U);
    request.path = "/cgi-bin/json";
    EXPECT_EQ(ask(request).status, 404U) << "switched off";
    request.path = "/x";
    request.host = "a\r\nSet-Cookie: b";
    EXPECT_EQ(ask(request).status, 400U);
    request.host = "[2001:db8::1]:80";
    EXPECT_THAT(ask(request).headers, Contains(Pair("Location", "https://[2001:db8::1]/x")));
}

TEST_F(ApplicationTest, TellsBrowsersNotToInsistOnTlsWhereHttpIsOn) {
    for (const auto& [name, value] : security_headers("/", false)) {
        EXPECT_NE(name, "Strict-Transport-Security");
    }
}

TEST(WebLog, LetsNobodyForgeALine) {
    EXPECT_EQ(log_text(LogWeight::kInfo, "login", {{"user", "a\nerror x"}, {"from", "192.0.2.1"}}, false),
              "info login user=\"a\\x0Aerror x\" from=192.0.2.1\n");
    EXPECT_EQ(log_text(LogWeight::kWarning, "e", {{"k", ""}, {"q", "\"\xe3\x81\x82"}}, true),
              "<4>e k=\"\" q=\"\\\"\\xE3\\x81\\x82\"\n");
    EXPECT_LT(log_text(LogWeight::kError, "e", {{"k", std::string(10'000, '\n')}}, false).size(), 2100U);
}

TEST(MakingRoom, TakesTheOldestOfTheHostWithTheMostConnections) {
    const auto at = [](int seconds) { return Instant{std::chrono::seconds{seconds}}; };
    const Instant busy = Instant::max();
    EXPECT_EQ(who_makes_room({{"a", at(5)}, {"b", at(1)}, {"a", at(3)}}), 2U);
    EXPECT_EQ(who_makes_room({{"a", at(5)}, {"b", at(1)}}), 1U);
    EXPECT_EQ(who_makes_room({{"a", busy}, {"a", busy}, {"b", at(9)}}), 2U) << "whose answer is being made stays";
    EXPECT_FALSE(who_makes_room({{"a", busy}, {"b", busy}}));
    EXPECT_FALSE(who_makes_room({}));
}

TEST(InheritedSockets, AreThoseOfThisProcess) {
    EXPECT_THAT(inherited_sockets(nullptr, nullptr, nullptr, 5), IsEmpty());
    EXPECT_THAT(inherited_sockets("4", "2", nullptr, 5), IsEmpty());
    EXPECT_THAT(inherited_sockets("5", "x", nullptr, 5), IsEmpty());
    const auto sockets = inherited_sockets("5", "3", "https:http:tokimori-web.socket", 5);
    ASSERT_EQ(sockets.size(), 3U);
    EXPECT_EQ(sockets[0].descriptor, 3);
    EXPECT_TRUE(sockets[0].encrypted);
    EXPECT_FALSE(sockets[1].encrypted);
    EXPECT_TRUE(sockets[2].encrypted);
}

}  // namespace
}  // namespace tokimori::web
