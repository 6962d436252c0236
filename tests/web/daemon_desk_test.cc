#include "web/daemon_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace tokimori::web {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

constexpr std::string_view kStatus =
    R"({"version":1,"request":"status","at":{"utc":"2026-11-28T23:02:16.318Z","state":"synchronised"},)"
    R"("tracking":{"stratum":1},"leap":{"tai_minus_utc":37,"next":null,"last":{"kind":"insert","day":"2016-12-31"}}})";

class DaemonDeskTest : public testing::Test {
protected:
    WebReply ask(Destination destination, const std::string& path, const std::string& query = {},
                 const Caller* caller = nullptr) {
        WebReply got;
        desk_.answer(destination, {.path = path, .query = query, .host = "toki"}, caller,
                     [&](WebReply reply) { got = std::move(reply); });
        return got;
    }

    DaemonWorld world() {
        return {
            .now = [this] { return now_; },
            .host_time = [] { return 7; },
            .temperature = [] { return std::optional{40.0}; },
            .latest = [this]() -> const DaemonReply& { return latest_; },
            .heard = [this] { return heard_; },
            .served_time = [this] { return served_; },
            .ask =
                [this](const std::string& name, const std::string& more, std::function<void(DaemonReply)> done) {
                    asked_.push_back(name + more);
                    pending_.push_back(std::move(done));
                },
            .log = [this](const std::string& event, const std::string& what) { log_.push_back(event + ' ' + what); }};
    }

    static WebSettings settings() {
        WebSettings settings;
        settings.cgi_bin = {"json"};
        return settings;
    }

    void news() {
        desk_.take_news(hub_, [](const std::string&) { return true; });
    }

    Instant now_{1000s};
    Instant heard_{1000s};
    DaemonReply latest_ = read_control_reply(kStatus, "status");
    std::optional<UnixNanoseconds> served_ = 1'795'906'936'000'000'000;
    std::vector<std::string> asked_;
    std::vector<std::function<void(DaemonReply)>> pending_;
    std::vector<std::string> log_;
    LiveHub hub_;
    Database database_{":memory:", Durability::kFull};
    AccountStore audit_{database_};
    HistoryStore history_{database_};
    DaemonDesk desk_{settings(), history_, audit_, world()};
};

TEST_F(DaemonDeskTest, PassesOnWhatTheDaemonSaid) {
    EXPECT_EQ(ask(Destination::kDaemon, "/api/v1/status").body, kStatus);
    EXPECT_EQ(
        ask(Destination::kDaemon, "/api/v1/tracking").body,
        R"({"version":1,"request":"tracking","at":{"utc":"2026-11-28T23:02:16.318Z","state":"synchronised"},"tracking":{"stratum":1}})");
    EXPECT_EQ(ask(Destination::kDaemon, "/api/v1/sources").status, 503U) << "it did not say";
}

TEST_F(DaemonDeskTest, PassesOnNothingThatIsOld) {
    now_ += 4s;
    EXPECT_EQ(ask(Destination::kDaemon, "/api/v1/status").status, 503U);
    EXPECT_THAT(ask(Destination::kDaemon, "/api/v1/status").body, HasSubstr("daemon_silent"));
}

TEST_F(DaemonDeskTest, AsksOnceForAllWhoWantTheSameClients) {
    std::vector<unsigned> got;
    const auto respond = [&](const WebReply& reply) { got.push_back(reply.status); };
    const WebRequest request{.path = "/api/v1/clients", .query = "first=100&count=9999&sort=received&match=192.0.2."};
    desk_.answer(Destination::kClients, request, nullptr, respond);
    desk_.answer(Destination::kClients, request, nullptr, respond);
    EXPECT_EQ(asked_,
              std::vector<std::string>{R"(clients"first":100,"count":500,"sort":"received","match":"192.0.2.")"});
    pending_[0](read_control_reply(R"({"version":1,"request":"clients","clients":{}})", "clients"));
    EXPECT_EQ(got, (std::vector<unsigned>{200, 200}));
    desk_.answer(Destination::kClients, request, nullptr, respond);
    EXPECT_EQ(asked_.size(), 1U) << "for a second the answer holds";
    now_ += 2s;
    desk_.answer(Destination::kClients, request, nullptr, respond);
    EXPECT_EQ(asked_.size(), 2U);
    pending_[1]({nullptr, {}, "silent"});
    EXPECT_EQ(got.back(), 503U);
}

TEST_F(DaemonDeskTest, LetsNobodyWriteIntoTheQuestion) {
    ask(Destination::kClients, "/api/v1/clients", "sort=%22%2C%22x%22%3A1&first=x");
    EXPECT_EQ(asked_, std::vector<std::string>{R"(clients"first":0,"count":100)"});
    EXPECT_EQ(ask(Destination::kClients, "/api/v1/clients", "match=%22%7D").status, 400U);
    EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(DaemonDeskTest, PreviewsALeapSecond) {
    std::optional<WebReply> got;
    desk_.answer(Destination::kLeapPreview, {.query = "day=2016-12-31&kind=insert&smear_minutes=120"}, nullptr,
                 [&](WebReply reply) { got = std::move(reply); });
    EXPECT_EQ(asked_.at(0), R"(leap_preview"day":"2016-12-31","kind":"insert","mode":null,"smear_minutes":120)");
    pending_[0](read_control_reply(R"({"version":1,"request":"leap_preview","preview":{"rows":[1]}})", "leap_preview"));
    EXPECT_EQ(got->body, R"({"rows":[1]})");
    for (const char* const wrong :
         {"", "day=x", "day=2016-12-31%22", "day=2016-12-31&kind=skip", "day=2016-12-31&mode=%22", "day=2016-12-311"}) {
        EXPECT_EQ(ask(Destination::kLeapPreview, "", wrong).status, 400U) << wrong;
    }
}

TEST_F(DaemonDeskTest, BundlesForSupportWhateverTheDaemonDoes) {
    news();
    WebReply got;
    desk_.answer(Destination::kSupport, {}, nullptr, [&](WebReply reply) { got = std::move(reply); });
    pending_.at(0)({nullptr, {}, "silent"});
    const boost::json::value bundle = boost::json::parse(got.body);
    EXPECT_EQ(bundle.at("status").at("tracking").at("stratum"), 1);
    EXPECT_TRUE(bundle.at("settings").is_null());
    EXPECT_THAT(got.headers.at(0).second, StartsWith("attachment"));
}

TEST_F(DaemonDeskTest, BoundsWhatMayBeAskedAtOnce) {
    for (int i = 0; i < 20; ++i) {
        ask(Destination::kClients, "/api/v1/clients", "first=" + std::to_string(i));
    }
    EXPECT_EQ(asked_.size(), 16U);
    EXPECT_THAT(ask(Destination::kClients, "/api/v1/clients", "first=99").body, HasSubstr("busy"));
}

TEST_F(DaemonDeskTest, TellsTheViewersEachSecond) {
    std::string seen;
    hub_.join("", [&](const LiveHub::Event& event) {
        seen = *event;
        return true;
    });
    news();
    EXPECT_THAT(seen, StartsWith("event: status\ndata: {\"asked_ms_ago\":0,\"daemon\":true,"
                                 "\"server_time_unix_ns\":1795906936000000000,\"certificate\":[],\"standing\":{"));
    EXPECT_THAT(seen, HasSubstr("},\"status\":{\"version\":1"));
    latest_ = {nullptr, {}, "silent"};
    news();
    EXPECT_EQ(seen, "event: status\ndata: {\"daemon\":false,\"why\":\"silent\"}\n\n");
}

TEST_F(DaemonDeskTest, WritesChangesOfTheStateIntoTheLog) {
    news();
    news();
    latest_ = {nullptr, {}, "silent"};
    news();
    EXPECT_EQ(log_, (std::vector<std::string>{"clock synchronised", "daemon_silent no_daemon"}));
    const auto events = audit_.events({.skipped = 0, .count = 10});
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].text_code, "no_daemon");
    EXPECT_EQ(events[0].details, "synchronised") << "what was before, a word that the page knows";
    EXPECT_THAT(ask(Destination::kEvents, "/api/v1/events").body, HasSubstr(R"("time":1795906936,"kind":"clock")"));
}

TEST_F(DaemonDeskTest, LeavesTheLastStateInTheLogHoweverQuicklyItChanged) {
    for (int i = 0; i < 101; ++i) {
        latest_ = i % 2 == 0 ? read_control_reply(kStatus, "status") : DaemonReply{nullptr, {}, "silent"};
        news();
    }
    EXPECT_LT(log_.size(), 25U) << "a memory card is worn out";
    for (int i = 0; i < 60; ++i) {
        now_ += 1s;
        heard_ = now_;
        news();
    }
    EXPECT_EQ(log_.back(), "clock synchronised");
    EXPECT_EQ(audit_.events({}).at(0).text_code, "synchronised");
}

TEST_F(DaemonDeskTest, TellsOfPeopleOnlyToAdmins) {
    audit_.record({1, "access", "hanako", "login", "192.0.2.1"});
    audit_.record({2, "settings", "hanako", "settings_applied", "1"});
    audit_.record({3, "clock", "", "holdover", "synchronised"});
    const Caller viewer{.user = "v", .role = Role::kViewer};
    const Caller admin{.user = "a", .role = Role::kAdmin};
    const auto codes = [&](const std::string& query, const Caller& caller) {
        std::string told;
        const boost::json::value reply = boost::json::parse(ask(Destination::kEvents, "", query, &caller).body);
        for (const boost::json::value& event : reply.at("events").as_array()) {
            told += std::string(event.at("text_code").as_string()) + ' ';
        }
        return told;
    };
    EXPECT_EQ(codes("", admin), "holdover settings_applied login ");
    EXPECT_EQ(codes("", viewer), "holdover settings_applied ");
    EXPECT_EQ(codes("kind=access", viewer), "");
    EXPECT_EQ(codes("kind=access", admin), "login ");
    EXPECT_EQ(codes("kind=clock&first=1", admin), "");
}

TEST_F(DaemonDeskTest, KeepsTheHistoryOverASilence) {
    news();
    latest_ = {nullptr, {}, "silent"};
    for (int i = 0; i < 30; ++i) {
        now_ += 1s;
        news();
    }
    const std::string body =
        ask(Destination::kHistory, "/api/v1/history", "from=1795906930&to=1795907000&points=100").body;
    EXPECT_THAT(body, HasSubstr("[1795906940,null,null,null,null,null,null,null,\"no_daemon\"]"));
    EXPECT_EQ(ask(Destination::kHistory, "/api/v1/history", "from=5&to=5").status, 400U);
    EXPECT_THAT(ask(Destination::kHistory, "/api/v1/history", "last=60&points=600").body, HasSubstr("[1795906930,"))
        << "counted from the time of the server";
    EXPECT_THAT(ask(Destination::kHistory, "/api/v1/history", "last=3&points=600").body, HasSubstr("\"rows\":[]"));
    EXPECT_THAT(ask(Destination::kHistoryCsv, "/api/v1/history.csv", "from=1795906930&to=1795907000").body,
                StartsWith("time,offset_ns"));
}

TEST_F(DaemonDeskTest, GivesMetricsToWhoMayHaveThem) {
    const Caller token{.user = "prometheus"};
    EXPECT_EQ(ask(Destination::kMetrics, "/metrics").status, 401U);
    EXPECT_THAT(ask(Destination::kMetrics, "/metrics", "", &token).body, HasSubstr("tokimori_daemon_up 1"));
}

TEST_F(DaemonDeskTest, ServesTheTimeOnlyWhereItIsKnownAndSwitchedOn) {
    EXPECT_THAT(ask(Destination::kNict, "/cgi-bin/json").body, HasSubstr("\"st\": 1795906936.000,\n \"leap\": 36"));
    EXPECT_THAT(ask(Destination::kNict, "/cgi-bin/time").body, HasSubstr("switched_off"));
    served_.reset();
    EXPECT_EQ(ask(Destination::kNict, "/cgi-bin/json").status, 503U);
    EXPECT_EQ(desk_.unix_time(), 7);
}

TEST(ControlReply, IsJudged) {
    EXPECT_EQ(read_control_reply("x", "status").why, "not_json");
    EXPECT_EQ(read_control_reply("[1]", "status").why, "not_json");
    EXPECT_EQ(read_control_reply(R"({"version":2,"request":"status"})", "status").why, "unsupported_version");
    EXPECT_EQ(read_control_reply(R"({"version":1,"request":"leap"})", "status").why, "not_an_answer");
    EXPECT_EQ(read_control_reply(R"({"version":1,"error":{"code":"x"}})", "status").why, "refused");
    EXPECT_EQ(read_control_reply(std::string(300, '['), "status").why, "not_json");
    EXPECT_EQ(control_request("leap"), "{\"version\":1,\"request\":\"leap\"}\n");
}

}  // namespace
}  // namespace tokimori::web
