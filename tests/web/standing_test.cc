#include "web/standing.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace tokimori::web {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

json::object status_with(const char* reason, const char* antenna = "ok", bool disputed = false, int replaced = 0) {
    return {{"at", {{"disputed", disputed}, {"storage_fault", nullptr}}},
            {"serverstats", {{"clients_replaced", replaced}}},
            {"sources", {{{"name", "gps"}, {"reason", reason}, {"receiver", {{"antenna", antenna}}}}}}};
}

class StandingTest : public testing::Test {
protected:
    void look(const json::object& status) { standing_.look(status, now_); }
    json::value told(const char* thing) { return json::parse(standing_.text(now_)).at(thing); }

    static json::value span(std::chrono::nanoseconds span, bool at_least) { return {span.count(), at_least}; }

    Instant now_{100s};
    StandingSince standing_;
};

TEST_F(StandingTest, CountsFromTheStatusThatFirstSaysSo) {
    look(status_with("selected"));
    now_ += 5s;
    look(status_with("falseticker", "open", true));
    now_ += 2s;
    EXPECT_EQ(told("reason:gps"), span(2s, false));
    EXPECT_EQ(told("antenna:gps"), span(2s, false));
    EXPECT_EQ(told("disputed"), span(2s, false));
    look(status_with("falseticker", "open", false));
    EXPECT_EQ(told("reason:gps"), span(2s, false)) << "it goes on";
    EXPECT_EQ(told("disputed"), span(0s, false)) << "it is over";
}

TEST_F(StandingTest, SaysWhereItWasSoBeforeAnybodyLooked) {
    look(status_with("falseticker"));
    now_ += 60s;
    look(status_with("falseticker"));
    EXPECT_EQ(told("reason:gps"), span(60s, true));
    EXPECT_EQ(told("storage_fault"), span(60s, true));
}

TEST_F(StandingTest, AsksOnlyWhetherClientsWereReplacedNotHowMany) {
    look(status_with("selected"));
    now_ += 1s;
    look(status_with("selected", "ok", false, 1));
    now_ += 1s;
    look(status_with("selected", "ok", false, 7));
    EXPECT_EQ(told("clients_replaced"), span(1s, false));
}

TEST_F(StandingTest, ForgetsASourceThatIsGone) {
    look(status_with("falseticker"));
    look({{"sources", json::array{}}});
    EXPECT_FALSE(json::parse(standing_.text(now_)).as_object().contains("reason:gps"));
}

TEST_F(StandingTest, PassesOverWhatIsNoStatus) {
    look({{"at", 7}, {"leap", "x"}, {"sources", {1, nullptr, {{"name", 3}}}}});
    look({});
    EXPECT_EQ(told("disputed"), span(0s, true));
}

}  // namespace
}  // namespace tokimori::web
