#include "web/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <sstream>

namespace tokimori::web {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace json = boost::json;

json::object status() {
    return json::parse(R"({"at":{"uptime_ns":8000000000,"state":"holdover"},
        "tracking":{"stratum":1,"root_distance_ns":1921,"last_offset_ns":null},
        "serverstats":{"received":12,"verdicts":{"answered":11,"denied":1}},
        "sources":[{"name":"g\"p\\s\n","driver":"gpsd","offset_ns":-500,"reach":255}]})")
        .as_object();
}

TEST(Metrics, TellWhatIsKnown) {
    const json::object known = status();
    const std::string text = metrics_text(&known, {.requests = 3, .live = 2});
    EXPECT_THAT(text, HasSubstr("\ntokimori_daemon_up 1\n"));
    EXPECT_THAT(text, HasSubstr("\nntp_uptime_seconds 8\n"));
    EXPECT_THAT(text, HasSubstr("\nntp_system_root_distance_seconds 1.921e-06\n"));
    EXPECT_THAT(text, HasSubstr("ntp_system_state{state=\"holdover\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("ntp_system_state{state=\"synchronised\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("ntp_server_packets_total{verdict=\"denied\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("\ntokimori_storage_fault 0\n"));
    EXPECT_THAT(text, HasSubstr("\ntokimori_panel_fault 0\n"));
    EXPECT_THAT(text, HasSubstr("\ntokimori_web_requests_total 3\n"));
    EXPECT_THAT(text, Not(HasSubstr("\nntp_system_offset_seconds "))) << "what is not known has no line";
}

TEST(Metrics, SayThatSomethingCannotBeWritten) {
    json::object known = status();
    known["at"].as_object()["storage_fault"] = "no room";
    EXPECT_THAT(metrics_text(&known, {}), HasSubstr("\ntokimori_storage_fault 1\n"));
    EXPECT_THAT(metrics_text(&known, {}), HasSubstr("\ntokimori_panel_fault 0\n"));
    known["at"].as_object()["panel_fault"] = "alarm_relay: GPIO line 22 is in use by \"x\"";
    EXPECT_THAT(metrics_text(&known, {}), HasSubstr("\ntokimori_panel_fault 1\n"));
}

TEST(Metrics, EscapeWhatSomebodyNamed) {
    const json::object known = status();
    EXPECT_THAT(metrics_text(&known, {}), HasSubstr(R"(ntp_source_reach{name="g\"p\\s\n",driver="gpsd"} 255)"));
}

TEST(Metrics, SayThatTheDaemonIsSilent) {
    const std::string text = metrics_text(nullptr, {});
    EXPECT_THAT(text, HasSubstr("tokimori_daemon_up 0\n"));
    EXPECT_THAT(text, Not(HasSubstr("ntp_")));
}

TEST(Metrics, SurviveAStatusOfAnotherShape) {
    for (const char* const odd :
         {"{}", R"({"sources":7,"serverstats":{"verdicts":[1]},"at":null})", R"({"sources":[1,null,{}]})"}) {
        const json::object known = json::parse(odd).as_object();
        EXPECT_THAT(metrics_text(&known, {}), HasSubstr("tokimori_daemon_up 1\n")) << odd;
    }
}

// The format that Prometheus documents: HELP and TYPE once for each name, then its samples, all together.
TEST(Metrics, ExplainEachFigureOnceBeforeItsSamples) {
    const json::object known = status();
    std::istringstream lines{metrics_text(&known, {})};
    std::set<std::string> explained;
    std::string name;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# HELP ")) {
            name = line.substr(7, line.find(' ', 7) - 7);
            EXPECT_TRUE(explained.insert(name).second) << name;
        } else if (line.starts_with("# TYPE ")) {
            EXPECT_TRUE(line == "# TYPE " + name + " gauge" || line == "# TYPE " + name + " counter") << line;
            EXPECT_EQ(line.ends_with(" counter"), name.ends_with("_total")) << line;
        } else {
            EXPECT_EQ(line.substr(0, line.find_first_of(" {")), name) << line;
        }
    }
    EXPECT_GT(explained.size(), 20U);
}

}  // namespace
}  // namespace tokimori::web
