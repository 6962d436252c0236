#include "server/tokictl/asking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <sstream>
#include <vector>

#include "server/tokictl/command_line.h"
#include "server/tokictl/command_table.h"
#include "server/tokictl/waitsync.h"
#include "tests/tokictl/fake_daemon.h"
#include "tests/tokictl/sample_reply.h"

namespace tokimori {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

json::object reply_with(const char* state, bool disputed = false) {
    return {{"at", {{"state", state}, {"disputed", disputed}}}};
}

std::string line_for(std::string_view request, const char* state = "synchronised") {
    json::object reply = json::parse(kSampleReply).as_object();
    reply["request"] = request;
    reply["at"].as_object()["state"] = state;
    return json::serialize(reply) + '\n';
}

struct Call {
    int code = 0;
    std::string out;
    std::string err;
};

Call call(std::vector<std::string> arguments) {
    std::vector<const char*> words{"tokictl"};
    for (const std::string& argument : arguments) {
        words.push_back(argument.c_str());
    }
    std::ostringstream out;
    std::ostringstream err;
    const Variable variable = [](const char*) -> const char* { return nullptr; };
    const int code = run_tokictl(commands(), words, {variable, out, err});
    return {code, out.str(), err.str()};
}

TEST(ExitCodeOf, IsWhatAMonitorNeeds) {
    EXPECT_EQ(exit_code_of(reply_with("synchronised")), ExitCode::kGood);
    EXPECT_EQ(exit_code_of(reply_with("synchronised", true)), ExitCode::kWarning);
    json::object full_disk = reply_with("synchronised");
    full_disk["at"].as_object()["storage_fault"] = "no room";
    EXPECT_EQ(exit_code_of(full_disk), ExitCode::kWarning);
    json::object no_panel = reply_with("synchronised");
    no_panel["at"].as_object()["panel_fault"] = "alarm_relay: no GPIO chip has such a line";
    EXPECT_EQ(exit_code_of(no_panel), ExitCode::kWarning);
    EXPECT_EQ(exit_code_of(reply_with("holdover")), ExitCode::kWarning);
    EXPECT_EQ(exit_code_of(reply_with("never_synchronised")), ExitCode::kCritical);
    EXPECT_EQ(exit_code_of(reply_with("unsynchronised")), ExitCode::kCritical);
    EXPECT_EQ(exit_code_of(reply_with("a state of tomorrow")), ExitCode::kCritical);
    EXPECT_EQ(exit_code_of({}), ExitCode::kCritical);
}

TEST(Asking, TakesTheSocketBeforeAndAfterTheCommand) {
    const FakeDaemon daemon{line_for("tracking")};
    for (const Call& asked :
         {call({"--socket", daemon.path(), "tracking"}), call({"tracking", "--socket", daemon.path()}),
          call({"tracking", "--socket=" + daemon.path()})}) {
        EXPECT_EQ(asked.code, 0) << asked.err;
        EXPECT_THAT(asked.out, StartsWith("Reference ID    : PPS (pps)\n"));
    }
}

TEST(Asking, HasACommandForEverythingThatCanBeAsked) {
    for (const char* const command : {"tracking", "sources", "sourcestats", "selectdata", "serverstats"}) {
        const FakeDaemon daemon{line_for(command, "holdover")};
        for (const char* const language : {"en", "ja"}) {
            const Call asked = call({command, "--socket", daemon.path(), "--lang", language});
            EXPECT_EQ(asked.code, 1) << command << asked.err;
            EXPECT_FALSE(asked.out.empty());
        }
    }
}

TEST(Asking, GivesTheReplyAsOneDocument) {
    const FakeDaemon daemon{line_for("sources")};
    const Call asked = call({"sources", "--json", "--socket", daemon.path()});
    const json::object document = json::parse(asked.out).as_object();
    EXPECT_EQ(document.at("command"), "sources");
    EXPECT_EQ(document.at("version"), 1);
    EXPECT_EQ(document.at("sources").as_array().size(), 2U);
    EXPECT_EQ(document.at("at").at("state"), "synchronised");
    EXPECT_FALSE(document.contains("request"));
}

TEST(Asking, AsksForThatPartOfTheClientsThatIsWanted) {
    const FakeDaemon daemon{line_for("clients")};
    EXPECT_EQ(call({"clients", "--socket", daemon.path()}).code, 0);
    const json::value usual = json::parse(daemon.asked());
    EXPECT_EQ(usual.at("sort"), "last_seen");
    EXPECT_EQ(usual.at("first"), 0);
    EXPECT_EQ(usual.at("count"), 500);
    EXPECT_FALSE(usual.as_object().contains("match"));
    call({"clients", "--sort", "refused", "--match", "10.1.", "--first", "7", "--count", "9", "--socket",
          daemon.path()});
    const json::value asked = json::parse(daemon.asked());
    EXPECT_EQ(asked.at("request"), "clients");
    EXPECT_EQ(asked.at("sort"), "refused");
    EXPECT_EQ(asked.at("match"), "10.1.");
    EXPECT_EQ(asked.at("first"), 7);
    EXPECT_EQ(asked.at("count"), 9);
}

TEST(Asking, EndsWithTwoWhereNobodyAnswersAndWithThreeWhereAStrangerDoes) {
    const Call nobody = call({"tracking", "--socket", "/nowhere/at/all.sock"});
    EXPECT_EQ(nobody.code, 2);
    EXPECT_EQ(nobody.out, "");
    EXPECT_EQ(nobody.err, "tokictl: no daemon answers (/nowhere/at/all.sock: No such file or directory)\n");
    EXPECT_EQ(call({"tracking", "--socket", "/nowhere", "--lang", "ja"}).err,
              "tokictl: デーモンが応答しません (/nowhere: ファイルがありません)\n");
    const FakeDaemon stranger{"220 mail ready\n"};
    EXPECT_EQ(call({"tracking", "--socket", stranger.path()}).code, 3);
}

TEST(Asking, RefusesArgumentsThatMakeNoSense) {
    for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
             {"tracking", "--watch", "0"},
             {"tracking", "--watch", "soon"},
             {"tracking", "7"},
             {"clients", "--count", "501"},
             {"clients", "--first", "-1"},
             {"clients", "--sort", "colour"},
             {"waitsync", "-1"},
             {"waitsync", "x"},
             {"waitsync", "1", "0", "0", "0"},
             {"waitsync", "1", "0", "0", "1", "5"},
         }) {
        EXPECT_EQ(call(wrong).code, 3) << wrong[0] << ' ' << wrong[1];
    }
}

TEST(Waitsync, IsContentWithASynchronisedClock) {
    const FakeDaemon daemon{line_for("tracking")};
    const Call waited = call({"waitsync", "--socket", daemon.path()});
    EXPECT_EQ(waited.code, 0);
    EXPECT_EQ(waited.out, "try: 1, refid: PPS, correction: -0.000000012, skew: 0.010\n");
}

TEST(Waitsync, GivesUpAfterSoManyTries) {
    const FakeDaemon daemon{line_for("tracking", "never_synchronised")};
    const Call waited = call({"waitsync", "2", "0", "0", "0.1", "--socket", daemon.path()});
    EXPECT_EQ(waited.code, 2);
    EXPECT_THAT(waited.out, HasSubstr("try: 2,"));
    const FakeDaemon holdover{line_for("tracking", "holdover")};
    EXPECT_EQ(call({"waitsync", "1", "--socket", holdover.path()}).code, 1);
    EXPECT_EQ(call({"waitsync", "1", "--socket", "/nowhere"}).code, 2);
}

TEST(Waitsync, DoesNotWaitForAStranger) {
    const FakeDaemon stranger{"220 mail ready\n"};
    EXPECT_EQ(call({"waitsync", "--socket", stranger.path()}).code, 3);
}

TEST(Waitsync, TellsHowItEndedAsOneDocument) {
    const FakeDaemon daemon{line_for("tracking")};
    const Call waited = call({"waitsync", "3", "--json", "--socket", daemon.path()});
    const json::object document = json::parse(waited.out).as_object();
    EXPECT_EQ(document.at("command"), "waitsync");
    EXPECT_EQ(document.at("reached"), true);
    EXPECT_EQ(document.at("tries"), 1);
    EXPECT_EQ(document.at("tracking").at("refid"), "PPS");
}

TEST(Waitsync, AsksForACorrectionAndASkewAsChronycDoes) {
    const json::object reply = json::parse(kSampleReply).as_object();
    EXPECT_TRUE(is_within(reply, {}));
    EXPECT_TRUE(is_within(reply, {.correction = 0.000001}));
    EXPECT_FALSE(is_within(reply, {.correction = 0.00000001}));
    EXPECT_TRUE(is_within(reply, {.skew = 0.01}));
    EXPECT_FALSE(is_within(reply, {.skew = 0.009}));
    EXPECT_FALSE(is_within(reply_with("synchronised"), {.correction = 1.0})) << "what is not known is not small";
    EXPECT_TRUE(is_within(reply_with("synchronised"), {}));
    EXPECT_FALSE(is_within(reply_with("holdover"), {}));
}

}  // namespace
}  // namespace tokimori
