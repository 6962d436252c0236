#include "web/settings_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <deque>

namespace tokimori::web {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using namespace std::chrono_literals;

const Caller kCaller{.user = "hanako", .role = Role::kAdmin, .session = "s"};

/// Stands in for the daemon: keeps an overlay and a base, answers as the contract says.
class StandIn {
public:
    void ask(const std::string& name, const std::string& more, std::function<void(DaemonReply)> done) {
        asked.push_back(name);
        if (silent.contains(name)) {
            done({nullptr, {}, "silent"});
            return;
        }
        const json::object request = json::parse(control_request(name, more)).as_object();
        const json::object reply = answer(name, request);
        if (lost.contains(name)) {
            done({nullptr, {}, "silent"});
            return;
        }
        done(read_control_reply(json::serialize(reply), name));
    }

    void give_back() {
        overlay = std::exchange(before, {});
        --base;
        pending = 0;
    }

    std::vector<std::string> asked;
    std::set<std::string> silent;
    std::set<std::string> lost;  ///< done, but the answer does not arrive
    std::string overlay = "{}";
    std::string before;
    int base = 1;
    int pending = 0;
    bool wants_confirmation = false;
    bool under_way = false;  ///< the disk has not done a change yet
    std::string complaints = "[]";
    std::string list;
    bool takes_lists = true;

private:
    static json::object refusal(const char* code) {
        return {{"version", 1}, {"error", {{"code", code}, {"message", "No."}}}};
    }

    json::object answer(const std::string& name, const json::object& request) {
        json::object reply{{"version", 1}, {"request", name}};
        if (name == "settings") {
            reply["settings"] = {{"overlay", json::parse(overlay)}, {"base", std::to_string(base)}};
            reply["settings"].as_object()["under_way"] = under_way;
            reply["settings"].as_object()["pending"] =
                pending > 0 ? json::value{{"id", pending}, {"left_ns", 5'000'000'000}} : json::value(nullptr);
        } else if (name == "settings_check") {
            reply["check"] = {
                {"complaints", json::parse(complaints)},
                {"difference", {{{"section", "server"}, {"key", "workers"}, {"before", 1}, {"after", 2}}}}};
        } else if (name == "settings_apply") {
            return apply(std::move(reply), request);
        } else if (name == "settings_return" || name == "settings_confirm") {
            return end(std::move(reply), name == "settings_return", request);
        } else if (name == "leap_list_given") {
            if (list.empty()) {
                return refusal("no_leap_list");
            }
            reply["leap_list"] = {{"text", list}};
        } else if (name == "leap_list") {
            if (!takes_lists) {
                json::object refused = refusal("leap_list_wrong");
                refused["why"] = {{"code", "older"}};
                return refused;
            }
            list = request.at("text").as_string().c_str();
            reply["leap_list"] = {{"updated", "2026-01-01"}, {"kept", true}};
        } else if (name == "leap_list_forget") {
            if (list.empty()) {
                return refusal("no_leap_list");
            }
            list.clear();
            reply["forgotten"] = true;
        }
        return reply;
    }

    json::object apply(json::object reply, const json::object& request) {
        if (request.at("base").as_string() != std::to_string(base)) {
            return refusal("settings_changed");
        }
        before = std::exchange(overlay, json::serialize(request.at("overlay")));
        ++base;
        pending = wants_confirmation ? ++ids_ : 0;
        json::object applied{{"id", pending}, {"confirm_within_ns", nullptr}, {"base", std::to_string(base)}};
        if (wants_confirmation) {
            applied["confirm_within_ns"] = 60'000'000'000;
        }
        reply["applied"] = std::move(applied);
        return reply;
    }

    json::object end(json::object reply, bool back, const json::object& request) {
        if (pending == 0 || request.at("id").as_int64() != pending) {
            return refusal("not_pending");
        }
        if (back) {
            give_back();
        }
        pending = 0;
        reply["base"] = std::to_string(base);
        return reply;
    }

    int ids_ = 6;
};

class SettingsDeskTest : public testing::Test {
protected:
    WebReply ask(Destination destination, const std::string& body = {}, const std::string& query = {}) {
        std::optional<WebReply> got;
        desk_->answer(destination, {.query = query, .body = body}, kCaller,
                      [&](WebReply reply) { got = std::move(reply); });
        EXPECT_TRUE(got);
        return got.value_or(WebReply{});
    }

    WebReply apply(const std::string& overlay, int base) {
        return ask(Destination::kApplySettings,
                   R"({"overlay":)" + overlay + R"(,"base":")" + std::to_string(base) + "\"}");
    }

    json::array changes() { return json::parse(ask(Destination::kSettingsChanges).body).at("changes").as_array(); }

    std::vector<std::string> kinds() {
        std::vector<std::string> kinds;
        for (const json::value& change : changes()) {
            kinds.push_back(std::string(change.at("kind").as_string()) + ' ' +
                            std::string(change.at("user").as_string()));
        }
        return kinds;
    }

    void restart_program() { desk_.emplace(changes_, world(), check(), "1.2"); }

    ChangeWorld world() {
        return {.now = [this] { return now_; },
                .unix_time = [] { return 77; },
                .ask = [this](const std::string& name, const std::string& more,
                              std::function<void(DaemonReply)> done) { daemon_.ask(name, more, std::move(done)); },
                .record = [this](const std::string& user, const std::string& code,
                                 const std::string& details) { audit_.push_back(code + ' ' + user + ' ' + details); }};
    }
    static CheckPassword check() {
        return [](const WebRequest&, const Caller&, const std::string& password, const Respond& respond,
                  const std::function<void()>& next) {
            if (password == "right") {
                next();
            } else {
                respond(error_reply(403, "wrong_login", ""));
            }
        };
    }

    Instant now_{1000s};
    StandIn daemon_;
    std::vector<std::string> audit_;
    Database database_{":memory:", Durability::kFull};
    ChangeStore changes_{database_};
    std::optional<SettingsDesk> desk_{std::in_place, changes_, world(), check(), "1.2"};
};

TEST_F(SettingsDeskTest, PassesOnWhatTheDaemonSays) {
    EXPECT_THAT(ask(Destination::kSettings).body, HasSubstr(R"("settings":{"overlay":{},"base":"1")"));
    EXPECT_THAT(ask(Destination::kCheckSettings, R"({"overlay":{}})").body, HasSubstr(R"("check":{"complaints":[])"));
    daemon_.silent = {"settings"};
    EXPECT_EQ(ask(Destination::kSettings).status, 503U);
    EXPECT_THAT(ask(Destination::kSettings).body, HasSubstr("daemon_silent"));
}

TEST_F(SettingsDeskTest, AppliesAndRemembersWhoChangedWhat) {
    const WebReply reply = apply(R"({"server":{"workers":2}})", 1);
    EXPECT_EQ(reply.status, 200U) << reply.body;
    EXPECT_THAT(reply.body, HasSubstr(R"("applied":{"id":0,"confirm_within_ns":null,"base":"2"})"));
    EXPECT_EQ(daemon_.overlay, R"({"server":{"workers":2}})");
    const json::object change = changes().at(0).as_object();
    EXPECT_EQ(change.at("user"), "hanako");
    EXPECT_EQ(change.at("kind"), "apply");
    EXPECT_EQ(change.at("time"), 77);
    EXPECT_EQ(change.at("difference").at(0).at("after"), 2);
    EXPECT_THAT(audit_, ElementsAre("settings_applied hanako 1"));
}

TEST_F(SettingsDeskTest, TakesNoSettingsThatOthersHaveChangedSince) {
    const WebReply reply = apply("{}", 9);
    EXPECT_EQ(reply.status, 409U);
    EXPECT_THAT(reply.body, HasSubstr(R"({"error":{"code":"settings_changed","message":"No."}})"));
    EXPECT_THAT(changes(), IsEmpty());
    EXPECT_THAT(audit_, IsEmpty());
}

TEST_F(SettingsDeskTest, GoesOverNothingThatOthersHaveChangedSinceByUndoRestoreOrReset) {
    apply(R"({"a":{"b":1}})", 1);
    apply(R"({"a":{"b":2}})", 2);
    for (const auto& [destination, body] : {std::pair{Destination::kUndoSettings, R"({"id":1,"base":"2"})"},
                                            {Destination::kRestore, R"({"tokimori_backup":1,"overlay":{},"base":"2"})"},
                                            {Destination::kFactoryReset, R"({"password":"right","base":"2"})"}}) {
        const WebReply reply = ask(destination, body);
        EXPECT_EQ(reply.status, 409U) << body;
        EXPECT_THAT(reply.body, HasSubstr("settings_changed"));
    }
    EXPECT_EQ(daemon_.overlay, R"({"a":{"b":2}})");
    EXPECT_THAT(kinds(), ElementsAre("apply hanako", "apply hanako"));
}

TEST_F(SettingsDeskTest, SaysWhatIsWrongWithSettings) {
    daemon_.complaints = R"([{"section":"server","key":"workers","message":"too many"}])";
    const WebReply reply = apply("{}", 1);
    EXPECT_EQ(reply.status, 422U);
    EXPECT_THAT(reply.body, HasSubstr(R"("code":"settings_wrong")"));
    EXPECT_THAT(reply.body, HasSubstr(R"("check":{"complaints":[{"section":"server")"));
    EXPECT_THAT(daemon_.asked, ElementsAre("settings", "settings_check"));
    EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(SettingsDeskTest, AsksForNothingThatIsNotWhole) {
    for (const char* const body : {"", "[]", "{}", R"({"overlay":[],"base":"1"})", R"({"overlay":{}})",
                                   R"({"overlay":{},"base":1})", R"({"overlay":"{}","base":"1"})"}) {
        EXPECT_EQ(ask(Destination::kApplySettings, body).status, 400U) << body;
    }
    EXPECT_EQ(ask(Destination::kConfirmSettings, R"({"id":"1"})").status, 400U);
    EXPECT_EQ(ask(Destination::kReturnSettings, "{}").status, 400U);
    EXPECT_EQ(ask(Destination::kUndoSettings, R"({"id":1})").status, 400U);
    EXPECT_EQ(ask(Destination::kUndoSettings, R"({"base":"1"})").status, 400U);
    EXPECT_EQ(ask(Destination::kRestore, R"({"tokimori_backup":1,"overlay":{}})").status, 400U);
    EXPECT_EQ(ask(Destination::kFactoryReset, R"({"password":"right"})").status, 400U);
    EXPECT_EQ(ask(Destination::kLeapList, R"({"text":""})").status, 400U);
    EXPECT_THAT(daemon_.asked, IsEmpty());
}

TEST_F(SettingsDeskTest, AsksForNoMoreThanTheDaemonTakes) {
    const std::string long_overlay = R"({"a":{"b":")" + std::string(70'000, 'x') + "\"}}";
    EXPECT_EQ(apply(long_overlay, 1).status, 413U);
    EXPECT_EQ(ask(Destination::kCheckSettings, R"({"overlay":)" + long_overlay + '}').status, 413U);
    EXPECT_EQ(ask(Destination::kLeapList, R"({"text":")" + std::string(70'000, 'x') + "\"}").status, 413U);
    EXPECT_EQ(apply("{}", 1).status, 200U) << "the next one is not kept out";
}

TEST_F(SettingsDeskTest, UndoesAChange) {
    apply(R"({"a":{"b":1}})", 1);
    apply(R"({"a":{"b":2}})", 2);
    EXPECT_EQ(ask(Destination::kUndoSettings, R"({"id":2,"base":"3"})").status, 200U);
    EXPECT_EQ(daemon_.overlay, R"({"a":{"b":1}})");
    EXPECT_THAT(kinds(), ElementsAre("undo hanako", "apply hanako", "apply hanako"));
    EXPECT_EQ(ask(Destination::kUndoSettings, R"({"id":99,"base":"4"})").status, 404U);
}

TEST_F(SettingsDeskTest, RemembersAReturnThatSomebodyWanted) {
    daemon_.wants_confirmation = true;
    EXPECT_THAT(apply(R"({"a":{"b":1}})", 1).body, HasSubstr("60000000000"));
    EXPECT_EQ(ask(Destination::kReturnSettings, R"({"id":7})").status, 200U);
    EXPECT_EQ(daemon_.overlay, "{}");
    EXPECT_THAT(kinds(), ElementsAre("return hanako", "apply hanako"));
    EXPECT_EQ(changes().at(0).at("difference").at(0).at("after"), 1) << "the other way round";
    EXPECT_EQ(ask(Destination::kReturnSettings, R"({"id":7})").status, 409U);
}

TEST_F(SettingsDeskTest, FindsOutThatNobodyConfirmed) {
    daemon_.wants_confirmation = true;
    apply(R"({"a":{"b":1}})", 1);
    now_ += 30s;
    desk_->tick();
    EXPECT_EQ(daemon_.asked.size(), 3U) << "it is not time yet";
    daemon_.give_back();
    now_ += 31s;
    desk_->tick();
    EXPECT_THAT(kinds(), ElementsAre("return ", "apply hanako"));
    now_ += 1h;
    desk_->tick();
    EXPECT_EQ(daemon_.asked.size(), 5U) << "once for the list: all is known";
}

TEST_F(SettingsDeskTest, FindsOutThatNobodyConfirmedThoughTheDiskIsNotDoneWithIt) {
    daemon_.wants_confirmation = true;
    apply(R"({"a":{"b":1}})", 1);
    daemon_.give_back();
    daemon_.under_way = true;
    EXPECT_EQ(apply(R"({"a":{"b":2}})", 1).status, 200U);
    EXPECT_THAT(kinds(), ElementsAre("apply hanako", "return ", "apply hanako"));
}

TEST_F(SettingsDeskTest, WaitsForAWayBackThatDidNotWorkAtOnce) {
    daemon_.wants_confirmation = true;
    apply(R"({"a":{"b":1}})", 1);
    const auto before = daemon_.base - 1;
    daemon_.pending = 0;
    daemon_.under_way = true;
    now_ += 61s;
    desk_->tick();
    ASSERT_TRUE(changes_.unsettled());
    daemon_.base = before;
    daemon_.under_way = false;
    now_ += 4s;
    desk_->tick();
    EXPECT_THAT(kinds(), ElementsAre("return ", "apply hanako"));
}

TEST_F(SettingsDeskTest, FindsOutAfterARestartToo) {
    daemon_.wants_confirmation = true;
    apply(R"({"a":{"b":1}})", 1);
    restart_program();
    desk_->tick();
    EXPECT_THAT(kinds(), ElementsAre("apply hanako")) << "it is still pending";
    daemon_.give_back();
    now_ += 6s;
    desk_->tick();
    EXPECT_THAT(kinds(), ElementsAre("return ", "apply hanako"));
}

TEST_F(SettingsDeskTest, LeavesAConfirmedChangeInPeace) {
    daemon_.wants_confirmation = true;
    apply(R"({"a":{"b":1}})", 1);
    EXPECT_EQ(ask(Destination::kConfirmSettings, R"({"id":7})").status, 200U);
    now_ += 1h;
    desk_->tick();
    EXPECT_THAT(kinds(), ElementsAre("apply hanako"));
    EXPECT_EQ(ask(Destination::kConfirmSettings, R"({"id":7})").status, 409U);
}

TEST_F(SettingsDeskTest, RecordsAChangeWhoseAnswerWasLost) {
    daemon_.lost = {"settings_apply"};
    EXPECT_EQ(apply(R"({"a":{"b":1}})", 1).status, 503U);
    daemon_.silent = {"settings"};
    EXPECT_THAT(changes(), IsEmpty()) << "nobody knows yet";
    daemon_.silent = {};
    now_ += 5s;
    desk_->tick();
    EXPECT_THAT(kinds(), ElementsAre("apply hanako"));
}

TEST_F(SettingsDeskTest, ForgetsAChangeThatTheDaemonNeverSaw) {
    daemon_.silent = {"settings_apply"};
    EXPECT_EQ(apply(R"({"a":{"b":1}})", 1).status, 503U);
    restart_program();
    desk_->tick();
    EXPECT_THAT(changes(), IsEmpty());
    EXPECT_FALSE(changes_.unsettled());
}

TEST_F(SettingsDeskTest, RecordsAChangeThatWaitsForTheDiskOfTheDaemon) {
    daemon_.silent = {"settings_apply"};
    daemon_.under_way = true;
    EXPECT_EQ(apply(R"({"a":{"b":1}})", 1).status, 503U);
    now_ += 4s;
    desk_->tick();
    ASSERT_TRUE(changes_.unsettled()) << "it may yet be made";
    daemon_.under_way = false;
    ++daemon_.base;
    now_ += 4s;
    desk_->tick();
    EXPECT_THAT(kinds(), ElementsAre("apply hanako"));
}

TEST_F(SettingsDeskTest, BacksUpAndRestores) {
    apply(R"({"a":{"b":1}})", 1);
    const WebReply backup = ask(Destination::kBackup);
    EXPECT_EQ(backup.body, R"({"tokimori_backup":1,"time":77,"version":"1.2","overlay":{"a":{"b":1}}})");
    EXPECT_THAT(backup.headers.at(0).second, StartsWith("attachment"));
    apply("{}", 2);
    json::object document = json::parse(backup.body).as_object();
    document["base"] = "3";
    EXPECT_EQ(ask(Destination::kRestore, json::serialize(document)).status, 200U);
    EXPECT_EQ(daemon_.overlay, R"({"a":{"b":1}})");
    EXPECT_EQ(kinds().front(), "restore hanako");
    EXPECT_EQ(ask(Destination::kRestore, R"({"tokimori_backup":2,"overlay":{}})").status, 400U);
    EXPECT_EQ(ask(Destination::kRestore, R"({"tokimori_backup":1})").status, 400U);
}

TEST_F(SettingsDeskTest, BacksUpAndRestoresAnUploadedList) {
    daemon_.list = "#$ 1\n";
    json::object document = json::parse(ask(Destination::kBackup).body).as_object();
    EXPECT_EQ(document.at("leap_list"), "#$ 1\n");
    const auto restore = [&](int base) {
        document["base"] = std::to_string(base);
        return json::parse(ask(Destination::kRestore, json::serialize(document)).body);
    };
    daemon_.list.clear();
    EXPECT_EQ(restore(1).at("leap_list"), "taken");
    EXPECT_EQ(daemon_.list, "#$ 1\n");
    EXPECT_THAT(audit_, ElementsAre("settings_restored hanako 1", "leap_list_kept hanako 2026-01-01"));
    daemon_.list.clear();
    daemon_.takes_lists = false;
    const json::value refused = restore(2);
    EXPECT_EQ(refused.at("leap_list"), "leap_list_wrong");
    EXPECT_EQ(refused.at("why").at("code"), "older");
    EXPECT_EQ(refused.at("applied").at("base"), "3") << "the settings are restored all the same";
    daemon_.takes_lists = true;
    EXPECT_EQ(restore(1).at("error").at("code"), "settings_changed");
    EXPECT_EQ(daemon_.list, "") << "what was not restored brings no list";
    daemon_.lost = {"leap_list"};
    EXPECT_EQ(restore(3).at("leap_list"), "daemon_silent");
}

TEST_F(SettingsDeskTest, MakesNoBackupWithoutTheListThatIsInUse) {
    daemon_.list = "#$ 1\n";
    daemon_.silent = {"leap_list_given"};
    EXPECT_EQ(ask(Destination::kBackup).status, 503U);
}

TEST_F(SettingsDeskTest, TellsChangesWithTheBaseOfWhatTheyLedTo) {
    apply(R"({"a":{"b":1}})", 1);
    EXPECT_EQ(json::parse(ask(Destination::kSettingsChanges).body).at("base"), "2");
    daemon_.silent = {"settings"};
    const json::value told = json::parse(ask(Destination::kSettingsChanges).body);
    EXPECT_EQ(told.at("base"), json::value(nullptr));
    EXPECT_EQ(told.at("changes").as_array().size(), 1U);
}

TEST_F(SettingsDeskTest, ResetsForWhoKnowsHisPassword) {
    apply(R"({"a":{"b":1}})", 1);
    EXPECT_EQ(ask(Destination::kFactoryReset, R"({"password":"wrong","base":"2"})").status, 403U);
    EXPECT_EQ(daemon_.overlay, R"({"a":{"b":1}})");
    EXPECT_EQ(ask(Destination::kFactoryReset, R"({"password":"right","base":"2"})").status, 200U);
    EXPECT_EQ(daemon_.overlay, "{}");
    EXPECT_EQ(kinds().front(), "factory_reset hanako");
}

TEST_F(SettingsDeskTest, HandsInALeapSecondsList) {
    EXPECT_EQ(ask(Destination::kLeapList, json::serialize(json::object{{"text", "#$ 1\n\"x\"\t2\r\n"}})).status, 200U);
    EXPECT_EQ(daemon_.list, "#$ 1\n\"x\"\t2\r\n");
    EXPECT_THAT(audit_, ElementsAre("leap_list_kept hanako 2026-01-01"));
}

TEST_F(SettingsDeskTest, TakesALeapSecondsListBack) {
    EXPECT_EQ(ask(Destination::kForgetLeapList, "{}").status, 409U);
    EXPECT_THAT(ask(Destination::kForgetLeapList, "{}").body, HasSubstr("no_leap_list"));
    daemon_.list = "something";
    EXPECT_EQ(ask(Destination::kForgetLeapList, "{}").status, 200U);
    EXPECT_EQ(daemon_.list, "");
    EXPECT_THAT(audit_, ElementsAre("leap_list_forgotten hanako "));
}

TEST_F(SettingsDeskTest, ForgetsTheListWithAReset) {
    const auto reset = [this](int base) {
        return json::parse(
            ask(Destination::kFactoryReset, R"({"password":"right","base":")" + std::to_string(base) + "\"}").body);
    };
    daemon_.list = "something";
    EXPECT_EQ(reset(1).at("leap_list"), "forgotten");
    EXPECT_EQ(daemon_.list, "");
    EXPECT_THAT(audit_, ElementsAre("factory_reset hanako 1", "leap_list_forgotten hanako "));
    EXPECT_EQ(reset(2).at("leap_list"), "no_leap_list");
    EXPECT_EQ(reset(3).at("applied").at("base"), "4");
    daemon_.silent = {"leap_list_forget"};
    EXPECT_EQ(reset(4).at("leap_list"), "daemon_silent");
    daemon_.list = "something";
    daemon_.silent = {};
    EXPECT_EQ(reset(1).at("error").at("code"), "settings_changed");
    EXPECT_EQ(daemon_.list, "something") << "what was not reset forgets nothing";
}

TEST_F(SettingsDeskTest, AResetThatMayGoBackByItselfForgetsNoList) {
    daemon_.list = "something";
    daemon_.wants_confirmation = true;
    const WebReply reply = ask(Destination::kFactoryReset, R"({"password":"right","base":"1"})");
    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(daemon_.list, "something");
    EXPECT_THAT(audit_, ElementsAre("factory_reset hanako 1"));
}

TEST_F(SettingsDeskTest, Restarts) {
    EXPECT_EQ(ask(Destination::kRestart, "{}").status, 202U);
    EXPECT_THAT(audit_, ElementsAre("restart_asked hanako "));
}

TEST_F(SettingsDeskTest, TellsChangesByPages) {
    for (int i = 1; i <= 5; ++i) {
        apply(R"({"a":{"b":)" + std::to_string(i) + "}}", i);
    }
    const json::value page = json::parse(ask(Destination::kSettingsChanges, {}, "first=1&count=2").body);
    EXPECT_EQ(page.at("total"), 5);
    EXPECT_EQ(page.at("changes").at(0).at("id"), 4);
    EXPECT_EQ(page.at("changes").as_array().size(), 2U);
}

TEST(ChangeStore, KeepsTheLastTwoHundred) {
    Database database{":memory:", Durability::kFull};
    ChangeStore store{database};
    for (int i = 0; i < 250; ++i) {
        ASSERT_TRUE(store.add({.kind = "apply", .stage = ChangeStage::kDone}));
    }
    EXPECT_EQ(store.total(), 200);
    EXPECT_FALSE(store.find(50));
    EXPECT_TRUE(store.find(51));
}

}  // namespace
}  // namespace tokimori::web
