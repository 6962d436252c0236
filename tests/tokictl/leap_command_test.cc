#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "server/tokictl/command_line.h"
#include "server/tokictl/command_table.h"
#include "server/tokictl/reply_text.h"
#include "tests/tokictl/fake_daemon.h"

namespace tokimori {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kReply = R"({
 "version":1,"request":"leap",
 "at":{"utc":"2016-12-31T23:30:01Z","jst":"2017-01-01 08:30:01 JST","state":"synchronised","disputed":false},
 "leap":{"known":true,
  "policy":{"mode":"smear","smear_minutes":60,"announce_ns":86400000000000,"mark_refid":true,
            "smear_system_clock":false,"source":"auto","change_waits":false},
  "phase":"smearing","tai_minus_utc":36,"from_utc_ns":-500000000,"rate_ppm":-277.777,
  "not_utc_until":{"utc":"2017-01-01T00:00:00Z","jst":"2017-01-01 09:00:00 JST","in_ns":1800000000000},
  "next":{"kind":"insert","day":"2016-12-31","by":"table",
   "at":{"utc":"2016-12-31T23:59:60Z","jst":"2017-01-01 08:59:60 JST","in_ns":1799000000000},"announced":null,
   "smeared":{"begins":{"utc":"2016-12-31T23:00:01Z","jst":"2017-01-01 08:00:01 JST","in_ns":-1800000000000},
              "ends":{"utc":"2017-01-01T00:00:00Z","jst":"2017-01-01 09:00:00 JST","in_ns":1800000000000}}},
  "last":{"kind":"insert","day":"2015-06-30",
   "at":{"utc":"2015-06-30T23:59:60Z","jst":"2015-07-01 08:59:60 JST","in_ns":-47520001000000000}},
  "month_end":{"day":"2016-12-31","jst":"2017-01-01 08:59:60 JST","kind":"insert","by":"table"},"disagreement":true,"unconfirmed":false,
  "table":{"from":"list","file":"/list","refused":null,"updated":"2016-07-06","expires":"2017-06-28",
           "expires_in_days":179,"state":"fresh"},
  "votes":[{"name":"gps","says":"none","day":"2016-12-31","jst":"2017-01-01 08:59:59 JST","weight":"voice","age_ns":720000000000,
            "standing":"outranked"}]}
})";

json::object sample() {
    return json::parse(kReply).as_object();
}

struct Call {
    int code = 0;
    std::string out;
    std::string err;
};

Call call(const std::vector<std::string>& arguments) {
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

Call ask(const json::object& reply, std::vector<std::string> more = {}) {
    const FakeDaemon daemon{json::serialize(reply) + '\n'};
    std::vector<std::string> arguments{"leap", "--socket", daemon.path()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return call(arguments);
}

TEST(LeapText, SaysPlainlyThatServedTimeIsNotUtcByHowMuchAndUntilWhen) {
    EXPECT_THAT(leap_text(sample(), Language::kEnglish),
                HasSubstr("NOT UTC: -0.500000000 s from it (-277.8 ppm), until 2017-01-01 00:00:00 UTC "
                          "(2017-01-01 09:00:00 JST)"));
    EXPECT_THAT(leap_text(sample(), Language::kJapanese),
                HasSubstr("UTC ではありません: 差 -0.500000000 秒 (-277.8 ppm)、2017-01-01 00:00:00 UTC "
                          "(2017-01-01 09:00:00 JST) まで"));
    json::object quiet = sample();
    quiet["leap"].as_object()["not_utc_until"] = nullptr;
    EXPECT_THAT(leap_text(quiet, Language::kEnglish), Not(HasSubstr("NOT UTC")));
}

TEST(LeapText, NamesTheLeapSecondInUtcAndJst) {
    EXPECT_THAT(leap_text(sample(), Language::kEnglish),
                HasSubstr("insertion at 2016-12-31 23:59:60 UTC (2017-01-01 08:59:60 JST), in 29m"));
}

TEST(LeapText, ShowsEveryVoteWithItsAgeItsWeightAndWhatBecameOfIt) {
    const std::string text = leap_text(sample(), Language::kEnglish);
    EXPECT_THAT(text, HasSubstr("ALARM: the sources disagree"));
    EXPECT_THAT(text, AllOf(HasSubstr("gps"), HasSubstr("720"), HasSubstr("one voice"),
                            HasSubstr("CONTRADICTS who outranks it")));
}

TEST(LeapText, HoldsForRepliesThatLackEverything) {
    EXPECT_THAT(leap_text({}, Language::kEnglish), HasSubstr("not known yet"));
    EXPECT_THAT(leap_text({{"leap", {{"known", true}}}}, Language::kJapanese), Not(IsEmpty()));
}

TEST(LeapCommand, EndsAsAMonitorNeedsIt) {
    EXPECT_EQ(ask(sample()).code, 1) << "disagreement";
    json::object good = sample();
    good["leap"].as_object()["disagreement"] = false;
    EXPECT_EQ(ask(good).code, 0);
    good["leap"].as_object()["unconfirmed"] = true;
    EXPECT_EQ(ask(good).code, 1);
    good["leap"].as_object()["unconfirmed"] = false;
    good["leap"].as_object()["table"].as_object()["state"] = "expired";
    EXPECT_EQ(ask(good).code, 1);
    good["at"].as_object()["state"] = "unsynchronised";
    EXPECT_EQ(ask(good).code, 2);
}

TEST(LeapCommand, AnswersWithOneDocument) {
    const Call asked = ask(sample(), {"--json"});
    const json::object document = json::parse(asked.out).as_object();
    EXPECT_EQ(document.at("command"), "leap");
    EXPECT_EQ(document.at("leap").at("phase"), "smearing");
}

// Nobody is there who could be asked.
Call alone(std::vector<std::string> more) {
    more.insert(more.begin(), {"leap", "preview", "--socket", "/nowhere"});
    return call(more);
}

TEST(LeapPreviewCommand, ShowsAnInsertionWithoutAnyDaemon) {
    const Call shown = alone({"--date", "2016-12-31"});
    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_THAT(shown.out,
                StartsWith("insertion of a leap second at 2016-12-31 23:59:60 UTC (2017-01-01 08:59:60 JST)"));
    EXPECT_THAT(shown.out, HasSubstr("2016-12-31 23:59:60.0  2017-01-01 08:59:60.0  2016-12-31 23:59:59.000"));
    EXPECT_THAT(shown.out, Not(HasSubstr("CANNOT FOLLOW")));
}

Call preview(const json::object& reply, std::vector<std::string> more = {}) {
    more.insert(more.begin(), "preview");
    return ask(reply, more);
}

TEST(LeapPreviewCommand, ShowsTheNextLeapSecondAsTheDaemonIsConfigured) {
    json::object reply = sample();
    const Call shown = preview(reply);
    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_THAT(shown.out, StartsWith("insertion of a leap second at 2016-12-31 23:59:60 UTC"));
    EXPECT_THAT(shown.out, HasSubstr("smear over 60 min, -277.8 ppm"));
    EXPECT_THAT(shown.out, HasSubstr("\nSettings and leap seconds: as the daemon has them. It is the next one.\n"));
    json::object& next = reply["leap"].as_object()["next"].as_object();
    next["day"] = "2028-06-30";
    next["kind"] = "delete";
    EXPECT_THAT(preview(reply).out, StartsWith("deletion of a leap second at 2028-06-30 23:59:59 UTC"));
    EXPECT_THAT(preview(reply, {"--date", "2028-06-30"}).out, StartsWith("deletion")) << "no table but the daemon's";
    EXPECT_THAT(preview(reply, {"--lang", "ja"}).out, HasSubstr("デーモンの現在の値。次回のうるう秒です。"));
    reply["leap"].as_object()["next"] = nullptr;
    EXPECT_THAT(preview(reply).out, HasSubstr("No next one is known, so it is the last."));
}

TEST(LeapPreviewCommand, LetsOptionsOverruleTheDaemonAndSaysSo) {
    const Call shown = preview(sample(), {"--minutes", "90"});
    EXPECT_THAT(shown.out, HasSubstr("smear over 90 min"));
    EXPECT_THAT(shown.out, HasSubstr("as the daemon has them; but --minutes from the command line. It is the next"));
    const Call inserted = preview(sample(), {"--mode", "insert", "--json"});
    const json::object basis = json::parse(inserted.out).at("basis").as_object();
    EXPECT_EQ(basis, (json::object{{"settings", "daemon"}, {"options", {"mode"}}, {"day", "next"}}));
    json::object reply = sample();
    reply["leap"].as_object()["policy"].as_object()["mode"] = "insert";
    reply["leap"].as_object()["policy"].as_object()["announce_ns"] = 5'400'000'000'000;
    EXPECT_THAT(preview(reply).out, HasSubstr("announced 1.5 h before"));
    EXPECT_THAT(preview(reply, {"--announce", "12"}).out, HasSubstr("announced 12 h before"));
}

TEST(LeapPreviewCommand, KnowsTheSettingsOfADaemonThatDoesNotKnowTheTimeYet) {
    json::object reply = sample();
    reply["leap"] = {{"known", false}, {"policy", {{"mode", "smear"}, {"smear_minutes", 240}}}};
    EXPECT_THAT(preview(reply, {"--date", "2016-12-31"}).out, HasSubstr("smear over 240 min"));
}

TEST(LeapPreviewCommand, SaysPlainlyWhereNobodyAnswersAndAsksNobodyWhereAllIsSaid) {
    const Call nobody = call({"leap", "preview", "--socket", "/nowhere/at/all"});
    EXPECT_EQ(nobody.code, 0);
    EXPECT_THAT(nobody.out, StartsWith("insertion of a leap second at 2016-12-31 23:59:60 UTC"));
    EXPECT_THAT(nobody.out, HasSubstr("No daemon answers at /nowhere/at/all. Settings: built in, which may not be"));
    EXPECT_THAT(nobody.out, HasSubstr("so it is the last."));
    const Call csv = call({"leap", "preview", "--csv", "--step", "3600000", "--socket", "/nowhere"});
    EXPECT_THAT(csv.err, StartsWith("No daemon answers at /nowhere."));
    const Call told = preview(sample(), {"--date", "2016-12-31", "--mode", "insert", "--announce", "24"});
    EXPECT_THAT(told.out, HasSubstr("Settings: from the command line; leap seconds: the table built in.\n"));
}

TEST(LeapPreviewCommand, SaysWhichClientsCannotFollowASmear) {
    const Call shown = alone({"--date=2016-12-31", "--mode", "smear", "--minutes", "90"});
    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("smear over 90 min, -185.2 ppm"));
    EXPECT_THAT(shown.out, HasSubstr("CANNOT FOLLOW: time moves 190 ms from one poll to the next (limit 128 ms)"));
    EXPECT_THAT(alone({"--date", "2016-12-31", "--mode", "smear", "--lang", "ja"}).out, HasSubstr("追従できません"));
}

TEST(LeapPreviewCommand, PrintsASeriesForPrograms) {
    const Call shown = alone({"--date", "2029-06-30", "--kind", "delete", "--announce", "1", "--csv"});
    EXPECT_THAT(shown.out, StartsWith("from_end_s,utc,jst,served,ntp_seconds,li,from_utc_s,rate_ppm\n"));
    EXPECT_THAT(shown.out, HasSubstr("\n-1.000,2029-06-30T23:59:58.000Z,2029-07-01 08:59:58.000 JST,"
                                     "2029-06-30T23:59:58.000000000Z,"));
    EXPECT_THAT(shown.out, HasSubstr("\n0.000,2029-07-01T00:00:00.000Z,"));
    EXPECT_EQ(std::ranges::count(shown.out, '\n'), 2 * 3600 + 600 + 2);
}

TEST(LeapPreviewCommand, AnswersWithOneDocumentToo) {
    const Call shown = alone({"--date", "2016-12-31", "--json"});
    const json::object document = json::parse(shown.out).as_object();
    EXPECT_EQ(document.at("command"), "leap preview");
    EXPECT_EQ(document.at("event").at("kind"), "insert");
    EXPECT_FALSE(document.at("rows").as_array().empty());
}

TEST(LeapPreviewCommand, RefusesWhatCannotBeAndSaysWhy) {
    const Call no_month_end = alone({"--date", "2016-12-30"});
    EXPECT_EQ(no_month_end.code, 3);
    EXPECT_THAT(no_month_end.err, HasSubstr("such as 2016-12-31"));
    EXPECT_EQ(alone({"--date", "tomorrow"}).code, 3);
    for (const char* const minutes : {"59", "401", "many"}) {
        const Call refused = alone({"--date", "2016-12-31", "--minutes", minutes});
        EXPECT_EQ(refused.code, 3);
        EXPECT_THAT(refused.err, HasSubstr("60 to 400 minutes"));
    }
}

/// A list as a file, as far as tokictl is concerned.
class LeapUploadCommand : public ::testing::Test {
protected:
    LeapUploadCommand() { std::ofstream{path_} << "#$ \"1\"\n"; }
    ~LeapUploadCommand() override { std::filesystem::remove(path_); }

    /// With a daemon that says this beside the version.
    Call upload(const json::object& members, std::vector<std::string> more = {}) {
        json::object reply{{"version", 1}};
        reply.insert(members.begin(), members.end());
        const FakeDaemon daemon{json::serialize(reply) + "\n"};
        more.insert(more.begin(), {"leap", "upload", path_, "--socket", daemon.path()});
        const Call called = call(more);
        asked_ = daemon.asked();
        return called;
    }

    std::string path_ =
        (std::filesystem::temp_directory_path() / ("tokictl-list-" + std::to_string(::getpid()))).string();
    std::string asked_;
};

TEST_F(LeapUploadCommand, GivesTheDaemonTheTextOfTheList) {
    const Call kept = upload({{"request", "leap_list"},
                              {"leap_list", {{"updated", "2026-07-06"}, {"expires", "2027-06-28"}, {"kept", true}}}});
    EXPECT_EQ(kept.code, 0) << kept.err;
    EXPECT_EQ(kept.out, "The list of 2026-07-06 is in force; it expires on 2027-06-28. It is kept over a restart.\n");
    EXPECT_EQ(json::parse(asked_), (json::value{{"version", 1}, {"request", "leap_list"}, {"text", "#$ \"1\"\n"}}));
    const json::object lost{{"request", "leap_list"}, {"leap_list", {{"kept", false}}}};
    EXPECT_EQ(upload(lost).code, 1);
    EXPECT_THAT(upload(lost).out, HasSubstr("could NOT be kept"));
    EXPECT_EQ(json::parse(upload(lost, {"--json"}).out).at("leap_list").at("kept"), false);
}

Call forget(const json::object& members, std::vector<std::string> more = {}) {
    json::object reply{{"version", 1}};
    reply.insert(members.begin(), members.end());
    const FakeDaemon daemon{json::serialize(reply) + "\n"};
    more.insert(more.begin(), {"leap", "forget", "--socket", daemon.path()});
    const Call called = call(more);
    EXPECT_EQ(json::parse(daemon.asked()), (json::value{{"version", 1}, {"request", "leap_list_forget"}}));
    return called;
}

TEST(LeapForgetCommand, TakesTheListBackOrSaysWhyItStays) {
    const json::object done{{"request", "leap_list_forget"}, {"forgotten", true}};
    EXPECT_EQ(forget(done).code, 0);
    EXPECT_THAT(forget(done).out, HasSubstr("The list is forgotten"));
    EXPECT_EQ(json::parse(forget(done, {"--json"}).out).at("forgotten"), true);
    EXPECT_EQ(json::parse(forget(done, {"--json"}).out).at("waits"), false) << "an older daemon says nothing of it";
    const json::object later{{"request", "leap_list_forget"}, {"forgotten", true}, {"waits", true}};
    EXPECT_EQ(forget(later).code, 0);
    EXPECT_THAT(forget(later).out, HasSubstr("but counts until the leap second is over"));
    EXPECT_EQ(json::parse(forget(later, {"--json"}).out).at("waits"), true);
    const auto refused = [](const char* code) {
        return forget({{"error", {{"code", code}, {"message", "The daemon's own words."}}}});
    };
    EXPECT_EQ(refused("no_leap_list").code, 1);
    EXPECT_THAT(refused("no_leap_list").err, HasSubstr("no list was given"));
    EXPECT_EQ(refused("leap_list_needed").code, 2);
    EXPECT_THAT(refused("leap_list_needed").err, HasSubstr("would jump"));
    EXPECT_EQ(refused("leap_list_not_forgotten").code, 2);
    EXPECT_EQ(refused("not_allowed").code, 3);
    EXPECT_THAT(refused("not_allowed").err, HasSubstr("The daemon's own words."));
}

TEST_F(LeapUploadCommand, SaysWhyAListIsNotTaken) {
    const Call wrong = upload({{"error", {{"code", "leap_list_wrong"}, {"message", "its hash is wrong"}}}});
    EXPECT_EQ(wrong.code, 2);
    EXPECT_EQ(wrong.err, "tokictl: the daemon does not take the list: its hash is wrong\n");
    const json::object damaged{{"error", {{"code", "leap_list_wrong"}, {"message", "its hash is wrong"}}},
                               {"why", {{"code", "hash_differs"}, {"line", 7}, {"mark", nullptr}}}};
    EXPECT_EQ(upload(damaged, {"--lang", "ja"}).err,
              "tokictl: デーモンはこのリストを受け付けません: 7 行目: ハッシュ (#h) が一致しません。"
              "壊れているか、変更されています。\n");
    EXPECT_EQ(upload(damaged).err, wrong.err);
    EXPECT_EQ(call({"leap", "upload", "/nowhere/list", "--lang", "ja"}).err,
              "tokictl: /nowhere/list を読めません: ファイルがありません\n");
    const Call forbidden = upload({{"error", {{"code", "not_allowed"}, {"message", "only root"}}}});
    EXPECT_EQ(forbidden.code, 3);
    EXPECT_THAT(forbidden.err, HasSubstr("only root"));
    const Call missing = call({"leap", "upload", "/nowhere/list"});
    EXPECT_EQ(missing.code, 3);
    EXPECT_THAT(missing.err, HasSubstr("/nowhere/list cannot be read: No such file"));
    EXPECT_EQ(call({"leap", "upload", "/"}).code, 3);
    EXPECT_EQ(call({"leap", "upload"}).code, 3);
}

}  // namespace
}  // namespace tokimori
