#include "web/passed_on.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>

#include "web/support_bundle.h"

namespace tokimori::web {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

DaemonReply refused(const std::string& code) {
    return read_control_reply(R"({"version":1,"error":{"code":")" + code + R"(","message":"why"},"check":{"a":1}})",
                              "settings_apply");
}

TEST(PassedOn, GivesErrorsTheStatusThatFits) {
    constexpr std::array<std::pair<const char*, unsigned>, 8> kExpected{{{"not_allowed", 403},
                                                                         {"settings_changed", 409},
                                                                         {"settings_pending", 409},
                                                                         {"not_pending", 409},
                                                                         {"settings_wrong", 422},
                                                                         {"leap_list_wrong", 422},
                                                                         {"not_written", 503},
                                                                         {"unknown_request", 503}}};
    for (const auto& [code, status] : kExpected) {
        const WebReply reply = passed_on(refused(code));
        EXPECT_EQ(reply.status, status) << code;
        EXPECT_EQ(reply.body, std::string(R"({"error":{"code":")") + code + R"(","message":"why"},"check":{"a":1}})");
    }
}

TEST(PassedOn, SaysThatThereIsNoAnswer) {
    for (const char* const why : {"silent", "absent", "busy", "not_json"}) {
        EXPECT_EQ(passed_on({nullptr, {}, why}).status, 503U);
        EXPECT_THAT(passed_on_member({nullptr, {}, why}, "preview").body, HasSubstr("daemon_silent"));
    }
}

TEST(PassedOn, GivesOneMemberAlone) {
    const DaemonReply reply = read_control_reply(R"({"version":1,"request":"x","preview":{"rows":[]}})", "x");
    EXPECT_EQ(passed_on_member(reply, "preview").body, R"({"rows":[]})");
    EXPECT_EQ(passed_on_member(reply, "another").status, 503U);
}

TEST(SupportBundle, LeavesSecretsOut) {
    const DaemonReply settings = read_control_reply(
        R"({"version":1,"request":"settings","settings":{"table":["long"],"values":{"snmp":{"community":"hush"},)"
        R"("web":[{"password":"hush"}]},"overlay":{"a":{"b":"shown"}},)"
        R"("difference":[{"key":"password","before":"hush","after":"hush"}]}})",
        "settings");
    const std::vector<AuditEvent> events{{.time = 5, .kind = "access", .user = "a\"b"}};
    const std::string text = support_bundle({.time = 9, .settings = settings, .events = events});
    EXPECT_THAT(text, Not(HasSubstr("hush")));
    EXPECT_THAT(text, Not(HasSubstr("long")));
    EXPECT_THAT(text, HasSubstr(R"("b":"shown")"));
    const boost::json::value document = boost::json::parse(text);
    EXPECT_TRUE(document.at("status").is_null());
    EXPECT_EQ(document.at("events").at(0).at("user"), "a\"b");
    EXPECT_TRUE(document.at("history").as_object().contains("rows"));
}

}  // namespace
}  // namespace tokimori::web
