#include "web/accounts_desk.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <functional>
#include <utility>

namespace tokimori::web {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::string_view kCode = "ABCDE-FGHJK-LMNPQ-RSTUV";
constexpr std::string_view kPassword = "correct horse battery";

class AccountsDeskTest : public testing::Test {
protected:
    WebReply ask(Destination destination, const std::string& body, const std::string& cookie = {},
                 const std::string& address = "192.0.2.1") {
        WebRequest request{.cookie = cookie, .body = body, .address = address};
        const auto caller = desk_.caller_of(request);
        std::optional<WebReply> got;
        desk_.answer(destination, request, caller ? &*caller : nullptr,
                     [&](WebReply reply) { got = std::move(reply); });
        EXPECT_TRUE(got);
        return got.value_or(WebReply{});
    }

    static std::string body(std::initializer_list<std::pair<json::string_view, json::value_ref>> members) {
        return json::serialize(json::object(members));
    }

    WebReply set_up(std::string_view code = kCode) {
        return ask(Destination::kSetup, body({{"code", code}, {"name", "hanako"}, {"password", kPassword}}));
    }

    WebReply log_in(std::string_view name, std::string_view password, const std::string& address = "192.0.2.1") {
        return ask(Destination::kLogin, body({{"name", name}, {"password", password}}), {}, address);
    }

    static std::string cookie_of(const WebReply& reply) {
        for (const auto& [name, value] : reply.headers) {
            if (name == "Set-Cookie") {
                EXPECT_NE(value.find("; Path=/; Secure; HttpOnly; SameSite=Strict"), std::string::npos) << value;
                return value.substr(0, value.find(';'));
            }
        }
        return {};
    }

    static std::string code_of(const WebReply& reply) {
        const json::value value = json::parse(reply.body);
        const json::value* const error = value.as_object().if_contains("error");
        return error != nullptr ? std::string(error->at("code").as_string()) : "";
    }

    AccountsWorld world() {
        return {.now = [this] { return now_; },
                .unix_time = [] { return 77; },
                .aside =
                    [this](const std::function<void()>& work, const std::function<void()>& done) {
                        if (crowded_) {
                            return false;
                        }
                        work();
                        std::exchange(meanwhile_, [] {})();
                        done();
                        return true;
                    },
                .hash = [this](const std::string& password) -> std::optional<std::string> {
                    ++hashed_;
                    return "#" + password;
                },
                .matches =
                    [this](const std::string& password, const std::string& hash) {
                        ++hashed_;
                        return hash == "#" + password;
                    },
                .setup_finished = [this] { ++finished_; },
                .version = "1.2"};
    }

    Instant now_{1000s};
    int hashed_ = 0;
    int finished_ = 0;
    bool crowded_ = false;
    std::function<void()> meanwhile_ = [] {};
    Database database_{":memory:", Durability::kFull};
    AccountStore store_{database_};
    AccountsDesk desk_{store_, world(), std::string(kCode)};
};

TEST_F(AccountsDeskTest, SaysThatSetupIsNeeded) {
    EXPECT_EQ(ask(Destination::kSession, "").body, R"({"setup_needed":true,"user":null,"csrf":null,"version":"1.2"})");
}

TEST_F(AccountsDeskTest, MakesTheFirstUserAnAdminAndLogsIn) {
    const WebReply reply = set_up("abcde fghjk-lmnpq RSTUV");
    ASSERT_EQ(reply.status, 200U) << reply.body;
    EXPECT_EQ(finished_, 1);
    const json::object session = json::parse(ask(Destination::kSession, "", cookie_of(reply)).body).as_object();
    EXPECT_EQ(session.at("user").at("role"), "admin");
    EXPECT_EQ(session.at("user").at("language"), "ja");
    EXPECT_EQ(session.at("csrf").as_string().size(), 64U);
    EXPECT_EQ(session.at("setup_needed"), false);
    EXPECT_EQ(code_of(set_up()), "already_set_up") << "the code is good for once";
}

TEST_F(AccountsDeskTest, WantsTheSetupCodeAndAGoodPassword) {
    EXPECT_EQ(code_of(set_up("ABCDE-FGHJK-LMNPQ-RSTUW")), "wrong_setup_code");
    EXPECT_EQ(code_of(set_up("")), "wrong_setup_code");
    EXPECT_EQ(code_of(ask(Destination::kSetup, body({{"code", kCode}, {"name", "a"}, {"password", "too short"}}))),
              "bad_password");
    EXPECT_EQ(code_of(ask(Destination::kSetup, "not json")), "wrong_setup_code");
    EXPECT_TRUE(store_.is_empty());
}

TEST_F(AccountsDeskTest, LimitsGuessesOfTheSetupCode) {
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(code_of(set_up("wrong")), "wrong_setup_code");
    }
    EXPECT_EQ(code_of(set_up()), "too_many_failures");
    now_ += 10s;
    EXPECT_EQ(set_up().status, 200U);
}

TEST_F(AccountsDeskTest, RotatesTheSessionAtEachLogin) {
    const std::string first = cookie_of(set_up());
    const WebReply again = ask(Destination::kLogin, body({{"name", "hanako"}, {"password", kPassword}}), first);
    EXPECT_EQ(again.status, 200U);
    EXPECT_NE(cookie_of(again), first);
    EXPECT_FALSE(desk_.caller_of({.cookie = first})) << "the old one has ended";
    EXPECT_TRUE(desk_.caller_of({.cookie = cookie_of(again)}));
}

TEST_F(AccountsDeskTest, TellsNobodyWhichNamesThereAre) {
    set_up();
    hashed_ = 0;
    const WebReply wrong_password = log_in("hanako", "wrong");
    EXPECT_EQ(hashed_, 1);
    const WebReply wrong_name = log_in("taro", "wrong");
    EXPECT_EQ(hashed_, 2) << "as much work for a name that is not there";
    EXPECT_EQ(wrong_password.status, 401U);
    EXPECT_EQ(wrong_password.body, wrong_name.body);
}

TEST_F(AccountsDeskTest, IsNotUsedByWhatThePageAsksByItself) {
    const std::string cookie = cookie_of(set_up());
    for (int minute = 0; minute < 14; ++minute) {
        now_ += 1min;
        EXPECT_TRUE(desk_.caller_of({.cookie = cookie, .automatic = true}));
        EXPECT_TRUE(desk_.caller_of({.path = "/api/v1/live", .cookie = cookie})) << "a stream that is taken up again";
    }
    EXPECT_TRUE(desk_.caller_of({.cookie = cookie})) << "somebody pressed something";
    now_ += 14min;
    EXPECT_TRUE(desk_.caller_of({.cookie = cookie, .automatic = true}));
    EXPECT_TRUE(desk_.caller_of({.path = "/api/v1/live", .cookie = cookie}));
    now_ += 1min;
    EXPECT_FALSE(desk_.caller_of({.path = "/api/v1/live", .cookie = cookie}));
    EXPECT_FALSE(desk_.caller_of({.cookie = cookie, .automatic = true}));
}

TEST_F(AccountsDeskTest, LetsTheOwnerInWhileSomebodyElseGuesses) {
    set_up("wrong");
    for (int i = 0; i < 50; ++i) {
        ask(Destination::kSetup, body({{"code", "wrong"}}), {}, "203.0.113.1");
    }
    EXPECT_EQ(set_up().status, 200U) << "the first start, too";
    for (int i = 0; i < 50; ++i) {
        now_ += 5min;
        log_in("hanako", "wrong", "203.0.113.1");
    }
    EXPECT_EQ(log_in("hanako", kPassword).status, 200U);
    EXPECT_EQ(log_in("hanako", kPassword, "203.0.113.2").status, 429U);
}

TEST_F(AccountsDeskTest, CountsNothingThatWasNotTried) {
    set_up();
    crowded_ = true;
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(log_in("hanako", kPassword, "203.0.113.1").status, 503U);
    }
    crowded_ = false;
    EXPECT_EQ(log_in("hanako", kPassword, "203.0.113.1").status, 200U);
}

TEST_F(AccountsDeskTest, RefusesALoginWithAPasswordThatIsChangedMeanwhile) {
    set_up();
    meanwhile_ = [this] { store_.set_password("hanako", "#another"); };
    EXPECT_EQ(code_of(log_in("hanako", kPassword)), "wrong_login");
}

TEST_F(AccountsDeskTest, ChecksThePasswordOfWhoIsIn) {
    const std::string cookie = cookie_of(set_up());
    const WebRequest request{.cookie = cookie, .address = "192.0.2.1"};
    const auto caller = desk_.caller_of(request);
    ASSERT_TRUE(caller);
    std::string refused;
    int passed = 0;
    const auto check = [&](const std::string& password) {
        desk_.check_password(
            request, *caller, password, [&](const WebReply& reply) { refused = code_of(reply); }, [&] { ++passed; });
    };
    check("");
    EXPECT_EQ(refused, "wrong_login");
    check(std::string(kPassword));
    EXPECT_EQ(passed, 1);
    for (int i = 0; i < 5; ++i) {
        check("wrong");
    }
    check(std::string(kPassword));
    EXPECT_EQ(refused, "too_many_failures");
    EXPECT_EQ(passed, 1);
    EXPECT_EQ(store_.events({.count = 1}).at(0).text_code, "password_failed");
}

TEST_F(AccountsDeskTest, EndsTheStreamOfATokenThatIsRemoved) {
    const std::string cookie = cookie_of(set_up());
    const json::value token = json::parse(ask(Destination::kAddToken, body({{"name", "monitor"}}), cookie).body);
    const auto caller = desk_.caller_of({.authorization = "Bearer " + std::string(token.at("token").as_string())});
    ASSERT_TRUE(caller);
    EXPECT_TRUE(desk_.is_alive(caller->credential()));
    ask(Destination::kRemoveToken, body({{"id", token.at("id")}}), cookie);
    EXPECT_FALSE(desk_.is_alive(caller->credential()));
    EXPECT_FALSE(desk_.is_alive(""));
}

TEST_F(AccountsDeskTest, BacksOffByAccountWhateverTheAddress) {
    set_up();
    for (const char* const name : {"hanako", "nobody"}) {
        for (int i = 0; i < 5; ++i) {
            EXPECT_EQ(code_of(log_in(name, "wrong", std::string(name) + std::to_string(i))), "wrong_login");
        }
        const WebReply refused = log_in(name, kPassword, "another");
        EXPECT_EQ(refused.status, 429U);
        EXPECT_EQ(refused.headers[0].first + refused.headers[0].second, "Retry-After10") << name;
    }
    now_ += 10s;
    EXPECT_EQ(log_in("hanako", kPassword, "another").status, 200U);
}

TEST_F(AccountsDeskTest, BacksOffByAddressWhateverTheAccount) {
    set_up();
    for (int i = 0; i < 5; ++i) {
        log_in("name" + std::to_string(i), "wrong", "2001:db8::" + std::to_string(i));
    }
    EXPECT_EQ(log_in("hanako", kPassword, "2001:db8::ffff").status, 429U);
    EXPECT_EQ(log_in("hanako", kPassword, "192.0.2.9").status, 200U);
}

TEST_F(AccountsDeskTest, SaysThatItIsCrowdedWhereTooManyHashesWait) {
    set_up();
    crowded_ = true;
    EXPECT_EQ(code_of(log_in("hanako", kPassword)), "busy");
}

TEST_F(AccountsDeskTest, LogsOut) {
    const std::string cookie = cookie_of(set_up());
    EXPECT_EQ(ask(Destination::kLogout, "", cookie).status, 204U);
    EXPECT_FALSE(desk_.caller_of({.cookie = cookie}));
}

TEST_F(AccountsDeskTest, ChangesThePasswordAndEndsTheOtherSessions) {
    const std::string first = cookie_of(set_up());
    const std::string second = cookie_of(log_in("hanako", kPassword));
    EXPECT_EQ(code_of(ask(Destination::kPassword, body({{"old", "no"}, {"new", "a new long password"}}), second)),
              "wrong_login");
    const WebReply reply =
        ask(Destination::kPassword, body({{"old", kPassword}, {"new", "a new long password"}}), second);
    EXPECT_EQ(reply.status, 200U);
    EXPECT_FALSE(desk_.caller_of({.cookie = first}));
    EXPECT_TRUE(desk_.caller_of({.cookie = cookie_of(reply)}));
    EXPECT_EQ(log_in("hanako", "a new long password").status, 200U);
}

TEST_F(AccountsDeskTest, AddsAndRemovesUsers) {
    const std::string cookie = cookie_of(set_up());
    const std::string taro = body({{"name", "taro"}, {"role", "viewer"}, {"password", kPassword}});
    EXPECT_EQ(ask(Destination::kAddUser, taro, cookie).status, 200U);
    EXPECT_EQ(code_of(ask(Destination::kAddUser, taro, cookie)), "name_taken");
    EXPECT_EQ(
        code_of(ask(Destination::kAddUser, body({{"name", "x"}, {"role", "king"}, {"password", kPassword}}), cookie)),
        "bad_role");
    const std::string his = cookie_of(log_in("taro", kPassword));
    EXPECT_EQ(desk_.caller_of({.cookie = his})->role, Role::kViewer);
    EXPECT_EQ(ask(Destination::kRemoveUser, body({{"name", "taro"}}), cookie).status, 200U);
    EXPECT_FALSE(desk_.caller_of({.cookie = his})) << "whoever is removed is out at once";
    EXPECT_EQ(code_of(ask(Destination::kRemoveUser, body({{"name", "hanako"}}), cookie)), "last_admin");
}

TEST_F(AccountsDeskTest, ShowsATokenOnceAndKnowsItsBearer) {
    const std::string cookie = cookie_of(set_up());
    const WebReply reply = ask(Destination::kAddToken, body({{"name", "monitor"}}), cookie);
    const std::string token(json::parse(reply.body).at("token").as_string());
    const auto caller = desk_.caller_of({.authorization = "Bearer " + token});
    ASSERT_TRUE(caller);
    EXPECT_EQ(caller->role, Role::kViewer);
    EXPECT_EQ(caller->session, "");
    EXPECT_EQ(ask(Destination::kListTokens, "", cookie).body.find(token), std::string::npos);
    EXPECT_FALSE(desk_.caller_of({.cookie = cookie, .authorization = "Bearer wrong"})) << "a wrong token is no session";
}

TEST_F(AccountsDeskTest, WritesWhatHappenedIntoTheLog) {
    set_up();
    log_in("taro", "wrong");
    const auto events = store_.events({.skipped = 0, .count = 10});
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].text_code + ' ' + events[0].user + ' ' + events[0].details, "login_failed taro 192.0.2.1");
    EXPECT_EQ(events[1].text_code, "setup");
    EXPECT_EQ(events[1].time, 77);
}

}  // namespace
}  // namespace tokimori::web
