#include "server/tokictl/daemon_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/tokictl/fake_daemon.h"

namespace tokimori {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using Kind = NoAnswer::Kind;

constexpr const char* kGood = "{\"version\":1,\"request\":\"tracking\",\"tracking\":{\"stratum\":1}}\n";

std::optional<NoAnswer> trouble_with(std::string_view line) {
    json::object reply;
    const auto trouble = read_reply(line, "tracking", reply);
    EXPECT_EQ(reply.empty() || reply.contains("error"), trouble.has_value());
    return trouble;
}

TEST(ReadReply, TakesAReplyToWhatWasAsked) {
    json::object reply;
    EXPECT_FALSE(read_reply(R"({"version":1,"request":"tracking","new":{},"tracking":{}})", "tracking", reply));
    EXPECT_TRUE(reply.contains("new"));
}

TEST(ReadReply, RefusesWhatItDoesNotUnderstand) {
    for (const char* const line :
         {"", "hello", "[]", "{}", R"({"version":2,"request":"tracking"})", R"({"version":"1","request":"tracking"})",
          R"({"version":1,"request":"sources"})", R"({"version":1})", R"({"version":1,"error":7})"}) {
        const auto trouble = trouble_with(line);
        ASSERT_TRUE(trouble) << line;
        EXPECT_EQ(trouble->kind, Kind::kForeign) << line;
        EXPECT_FALSE(trouble->sentence.english.empty() || trouble->sentence.japanese.empty());
    }
}

TEST(ReadReply, TellsWhatTheDaemonHasAgainstIt) {
    const auto trouble = trouble_with(R"({"version":1,"error":{"code":"unknown_request","message":"no such thing"}})");
    ASSERT_TRUE(trouble);
    EXPECT_EQ(trouble->detail, "unknown_request: no such thing");
}

TEST(DaemonClient, AsksAndIsAnswered) {
    const FakeDaemon daemon{kGood};
    json::object reply;
    EXPECT_FALSE(DaemonClient{daemon.path()}.ask("tracking", reply));
    EXPECT_EQ(reply.at("tracking").at("stratum"), 1);
    EXPECT_EQ(daemon.asked(), "{\"version\":1,\"request\":\"tracking\"}\n");
}

TEST(DaemonClient, SaysThatNobodyIsThere) {
    json::object reply;
    const auto trouble = DaemonClient{"/nowhere/at/all.sock"}.ask("tracking", reply);
    ASSERT_TRUE(trouble);
    EXPECT_EQ(trouble->kind, Kind::kSilent);
    EXPECT_EQ(trouble->error, ENOENT);
    EXPECT_EQ((DaemonClient{std::string(200, 'x')}.ask("tracking", reply)->kind), Kind::kSilent);
}

TEST(DaemonClient, SaysThatNobodyAnswersInTime) {
    const FakeDaemon frozen{std::nullopt};
    json::object reply;
    const auto trouble = DaemonClient{frozen.path(), std::chrono::milliseconds{30}}.ask("tracking", reply);
    ASSERT_TRUE(trouble);
    EXPECT_EQ(trouble->kind, Kind::kSilent);
    EXPECT_EQ(trouble->error, ETIMEDOUT);
}

TEST(DaemonClient, SaysThatTheDaemonHungUp) {
    const FakeDaemon daemon{"{\"version\":1"};
    json::object reply;
    const auto trouble = DaemonClient{daemon.path()}.ask("tracking", reply);
    ASSERT_TRUE(trouble);
    EXPECT_EQ(trouble->kind, Kind::kSilent);
}

TEST(DaemonClient, DoesNotReadForEver) {
    const FakeDaemon daemon{std::string(1'000'000, ' ')};
    json::object reply;
    const auto trouble = DaemonClient{daemon.path()}.ask("tracking", reply);
    ASSERT_TRUE(trouble);
    EXPECT_EQ(trouble->kind, Kind::kForeign);
}

}  // namespace
}  // namespace tokimori
