#include "server/daemon/control_leap_list.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "server/daemon/control_protocol.h"
#include "tests/daemon/asked.h"
#include "tests/daemon/facts.h"
#include "tests/leap/leap_list_text.h"

namespace tokimori {
namespace {

namespace json = boost::json;

/// What comes of a request with these members.
json::value ask(const json::object& members, const LeapListOutcome& outcome, std::string* given = nullptr,
                bool may_change = true) {
    json::object request{{"version", 1}, {"request", "leap_list"}};
    request.insert(members.begin(), members.end());
    const std::vector handlers{leap_list_handler([&](const std::string& text, const auto& then) {
        if (given != nullptr) {
            *given = text;
        }
        then(outcome);
    })};
    const auto facts = [] { return ControlFacts{.clock = SampleFacts::synchronised()}; };
    return json::parse(asked(json::serialize(request), facts, {.may_change = may_change}, handlers).line);
}

TEST(LeapListRequest, GivesTheTextOnAndTellsWhatCameOfIt) {
    std::string given;
    const json::value reply =
        ask({{"text", "#$ 1\n#@ 2\n"}},
            {.updated = *day_from_date(2026, 7, 6), .expires = *day_from_date(2027, 6, 28), .kept = true}, &given);
    EXPECT_EQ(given, "#$ 1\n#@ 2\n");
    EXPECT_EQ(reply.at("leap_list"),
              (json::value{{"updated", "2026-07-06"}, {"expires", "2027-06-28"}, {"kept", true}}));
}

TEST(LeapListRequest, SaysWhyAListIsNotTaken) {
    const json::value reply = ask({{"text", "x"}}, {.wrong = "the hash is wrong"});
    EXPECT_EQ(reply.at("error"), (json::value{{"code", "leap_list_wrong"}, {"message", "the hash is wrong"}}));
}

TEST(LeapListRequest, SaysWhyInCodesToo) {
    const json::value bad = ask({{"text", "#$ 1\n#$ 2\n"}}, {.wrong = "twice"}).at("why");
    EXPECT_EQ(bad, (json::value{{"code", "mark_twice"},
                                {"line", 2},
                                {"mark", "#$"},
                                {"updated", nullptr},
                                {"expires", nullptr},
                                {"in_use_updated", nullptr},
                                {"in_use_expires", nullptr}}));
    EXPECT_EQ(ask({{"text", ""}}, {.wrong = "empty"}).at("why").at("line"), nullptr);
    const std::string good = testing::with_hash("#$ 2950000000\n#@ 3990000000\n2272060800 10\n");
    const json::value older = ask({{"text", good}}, {.wrong = "older",
                                                     .updated = *day_from_date(2025, 1, 1),
                                                     .expires = *day_from_date(2025, 12, 28),
                                                     .in_use_updated = *day_from_date(2026, 7, 6),
                                                     .in_use_expires = *day_from_date(2027, 6, 28)})
                                  .at("why");
    EXPECT_EQ(older.at("code"), "older");
    EXPECT_EQ(older.at("updated"), "2025-01-01");
    EXPECT_EQ(older.at("in_use_updated"), "2026-07-06");
    EXPECT_EQ(older.at("in_use_expires"), "2027-06-28");
    EXPECT_EQ(ask({{"text", good}}, {.wrong = "past"}).at("why").at("code"), "changes_past");
}

TEST(LeapListForgetRequest, TellsWhatCameOfIt) {
    const auto reply = [](LeapListForgotten outcome, bool may_change = true) {
        const std::vector handlers{leap_list_forget_handler([&](const auto& then) { then(outcome); })};
        const auto facts = [] { return ControlFacts{.clock = SampleFacts::synchronised()}; };
        return json::parse(
            asked(R"({"version":1,"request":"leap_list_forget"})", facts, {.may_change = may_change}, handlers).line);
    };
    EXPECT_EQ(reply(LeapListForgotten::kDone).at("forgotten"), true);
    EXPECT_EQ(reply(LeapListForgotten::kDone).at("waits"), false);
    EXPECT_EQ(reply(LeapListForgotten::kWaits).at("forgotten"), true);
    EXPECT_EQ(reply(LeapListForgotten::kWaits).at("waits"), true);
    EXPECT_EQ(reply(LeapListForgotten::kNone).at("error").at("code"), "no_leap_list");
    EXPECT_EQ(reply(LeapListForgotten::kNeeded).at("error").at("code"), "leap_list_needed");
    EXPECT_EQ(reply(LeapListForgotten::kNot).at("error").at("code"), "leap_list_not_forgotten");
    EXPECT_EQ(reply(LeapListForgotten::kDone, false).at("error").at("code"), "not_allowed");
}

TEST(LeapListRequest, NeedsATextAndSomebodyWhoMayChange) {
    EXPECT_EQ(ask({}, {}).at("error").at("code"), "bad_request");
    EXPECT_EQ(ask({{"text", nullptr}}, {}).at("error").at("code"), "bad_request");
    EXPECT_EQ(ask({{"text", 7}}, {}).at("error").at("code"), "bad_request");
    EXPECT_EQ(ask({{"text", "x"}}, {}, nullptr, false).at("error").at("code"), "not_allowed");
}

TEST(LeapListGivenRequest, TellsTheText) {
    const auto reply = [](const GivenLeapList& list, bool may_change = true) {
        const std::vector handlers{leap_list_given_handler([&](const auto& then) { then(list); })};
        const auto facts = [] { return ControlFacts{.clock = SampleFacts::synchronised()}; };
        return json::parse(
            asked(R"({"version":1,"request":"leap_list_given"})", facts, {.may_change = may_change}, handlers).line);
    };
    EXPECT_EQ(reply({true, "#$ 1\n"}).at("leap_list"), (json::value{{"text", "#$ 1\n"}}));
    EXPECT_EQ(reply({}).at("error").at("code"), "no_leap_list");
    EXPECT_EQ(reply({true, ""}).at("error").at("code"), "leap_list_unreadable");
    EXPECT_EQ(reply({true, "x"}, false).at("error").at("code"), "not_allowed");
}

}  // namespace
}  // namespace tokimori
