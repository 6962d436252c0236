#include "server/daemon/settings_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>

#include "server/daemon/control_protocol.h"
#include "server/daemon/control_turns.h"
#include "server/daemon/settings_files.h"
#include "tests/daemon/facts.h"
#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The requests with the files of a scratch directory and a daemon that only notes what it is told.
class SettingsRequestsTest : public DriverTest {
protected:
    SettingsRequestsTest() {
        std::ofstream{main()} << "[server]\nworkers = 1\nlisten = [\"127.0.0.1:123\"]\n";
        SettingsInForce begin{read_texts(main()).texts, {}};
        begin.checked = check_texts(begin.texts);
        desk_.emplace(overlay_file_of(main()), std::move(begin), files_);
        handlers_ = settings_requests(
            *desk_, turns_,
            {main(), [this] { return now_; }, [this](SettingsEvent event) { events_.push_back(event); },
             [this] { ++settled_; }, [this] { ++restarts_; }});
    }

    std::string main() const { return directory_.file("t.toml"); }
    std::string overlay() const {
        std::ifstream file{directory_.file("conf.d/90-page.toml")};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    bool unconfirmed() const { return std::filesystem::exists(directory_.file("conf.d/90-page.toml.unconfirmed")); }

    json::object ask(std::string_view name, json::object members = {}, bool may_change = true) {
        members["version"] = 1;
        members["request"] = name;
        const auto facts = [] { return ControlFacts{.clock = SampleFacts::synchronised(), .version = "1"}; };
        std::optional<ControlReply> told;
        answer_control(json::serialize(members), facts, {may_change}, handlers_,
                       [&told](ControlReply reply) { told = std::move(reply); });
        run_until([&] { return told.has_value(); });
        return json::parse(told->line).as_object();
    }
    json::object apply(std::string_view overlay) {
        return ask("settings_apply", {{"overlay", json::parse(overlay)}, {"base", desk_->base()}});
    }
    static std::string code(const json::object& reply) {
        return reply.contains("error") ? std::string{reply.at("error").at("code").as_string()} : "none";
    }

    ScratchDirectory directory_;
    std::vector<Configuration> taken_;
    std::vector<SettingsEvent> events_;
    LocalInstant now_{5s};
    int settled_ = 0;
    int restarts_ = 0;
    FileErrands errands_{io_, false};
    Turns turns_{[] {}};
    SettingsFiles files_{main(),
                         {[this](const Configuration& configuration, const NamedFiles*) {
                              taken_.push_back(configuration);
                              return std::string{};
                          },
                          [](const Configuration& configuration) { return configuration; }, [] { return false; },
                          [this] { return now_; }},
                         errands_};
    std::optional<OverlayDesk> desk_;
    std::vector<ControlHandler> handlers_;
};

TEST_F(SettingsRequestsTest, TellAnybodyTheTableAndWhatIsInForce) {
    const json::value reply = ask("settings", {}, false).at("settings");
    EXPECT_EQ(reply.at("file"), json::value(main()));
    EXPECT_EQ(reply.at("overlay_file"), json::value(directory_.file("conf.d/90-page.toml")));
    EXPECT_EQ(reply.at("values"), json::parse(R"({"server":{"listen":["127.0.0.1:123"],"workers":1}})"));
    EXPECT_EQ(reply.at("written").as_array().size(), 2U);
    const json::value written = reply.at("written").at(0);
    EXPECT_EQ(written.at("key"), "listen");
    EXPECT_EQ(written.at("value"), json::array{"127.0.0.1:123"});
    EXPECT_EQ(written.at("file"), json::value(main()));
    EXPECT_EQ(written.at("line"), 3);
    EXPECT_EQ(reply.at("overlay"), json::object{});
    EXPECT_TRUE(reply.at("pending").is_null());
    EXPECT_EQ(reply.at("table").as_array().size(), settings().size());
    for (const json::value& row : reply.at("table").as_array()) {
        const bool known = row.at("key") == "workers";
        EXPECT_FALSE(row.at("type").as_string().empty());
        EXPECT_TRUE(!known || row.at("applies") == "restart");
        EXPECT_TRUE(!known || row.at("default") == "auto");
        EXPECT_TRUE(row.at("driver").is_null() || row.at("section") == "refclock");
    }
    EXPECT_EQ(reply.at("sections").at(2), json::parse(R"({"name":"refclock","repeated":true,"identity":"name"})"));
}

TEST_F(SettingsRequestsTest, FitIntoAReplyWithRoomForALongOverlay) {
    EXPECT_LT(json::serialize(ask("settings")).size(), kLongestControlReply - 3 * kLongestControlChange / 2);
}

TEST_F(SettingsRequestsTest, ChangeNothingForWhoMayNot) {
    for (const char* const name :
         {"settings_check", "settings_apply", "settings_confirm", "settings_return", "restart"}) {
        const json::object reply = ask(name, {{"overlay", json::object{}}, {"base", desk_->base()}, {"id", 1}}, false);
        EXPECT_EQ(code(reply), "not_allowed") << name;
    }
    EXPECT_TRUE(taken_.empty());
    EXPECT_EQ(restarts_, 0);
}

TEST_F(SettingsRequestsTest, ApplyAndTellTheNewBase) {
    const json::object reply = apply(R"({"log":{"level":"debug"},"clock":{"holdover":null}})");
    ASSERT_EQ(code(reply), "none");
    EXPECT_TRUE(reply.at("applied").at("confirm_within_ns").is_null());
    EXPECT_EQ(reply.at("applied").at("base"), json::value(desk_->base()));
    EXPECT_THAT(overlay(), HasSubstr("\n[log]\nlevel = \"debug\"\n"));
    EXPECT_THAT(events_, ElementsAre(SettingsEvent::kApplied));
    EXPECT_EQ(ask("settings").at("settings").at("overlay"), json::parse(R"({"log":{"level":"debug"}})"));
    EXPECT_EQ(read_configuration(main()).configuration->log_level, LogLevel::kDebug);
}

TEST_F(SettingsRequestsTest, ConfirmWhatWaits) {
    const json::object reply = apply(R"({"access":{"allow":["any"]}})");
    ASSERT_EQ(code(reply), "none");
    EXPECT_EQ(reply.at("applied").at("confirm_within_ns"), 60'000'000'000);
    EXPECT_TRUE(unconfirmed());
    EXPECT_EQ(overlay(), "");
    now_ += 10s;
    const json::value pending = ask("settings").at("settings").at("pending");
    EXPECT_EQ(pending.at("left_ns"), 50'000'000'000);
    EXPECT_EQ(pending.at("id"), reply.at("applied").at("id"));
    EXPECT_EQ(code(ask("restart")), "settings_pending");
    EXPECT_EQ(ask("settings_confirm", {{"id", pending.at("id")}}).at("base"), reply.at("applied").at("base"));
    EXPECT_FALSE(unconfirmed());
    EXPECT_THAT(overlay(), HasSubstr("\"any\""));
    EXPECT_EQ(code(ask("settings_return", {{"id", pending.at("id")}})), "not_pending");
}

TEST_F(SettingsRequestsTest, ReturnWhatWaits) {
    const json::object reply = apply(R"({"access":{"allow":["any"]}})");
    const json::object back = ask("settings_return", {{"id", reply.at("applied").at("id")}});
    EXPECT_EQ(back.at("base"), json::value(desk_->base()));
    run_until([&] { return !unconfirmed() && !turns_.under_way(); });
    EXPECT_EQ(overlay(), "");
    EXPECT_THAT(events_, ElementsAre(SettingsEvent::kApplied, SettingsEvent::kReturned));
    EXPECT_EQ(taken_.size(), 2U);
}

TEST_F(SettingsRequestsTest, CheckAndTellWhatWouldChange) {
    const json::value check =
        ask("settings_check", {{"overlay", json::parse(R"({"server":{"workers":2},"access":{"allow":["any"]}})")}})
            .at("check");
    EXPECT_EQ(check.at("complaints"), json::array{});
    EXPECT_EQ(check.at("difference").at(1).at("key"), "allow");
    EXPECT_TRUE(check.at("difference").at(1).at("before").is_null());
    EXPECT_EQ(check.at("difference").at(0),
              json::parse(R"({"section":"server","name":null,"key":"workers","before":1,"after":2})"));
    EXPECT_EQ(check.at("needs_confirmation"), true);
    EXPECT_EQ(check.at("restart"), json::parse(R"(["server.workers"])"));
    EXPECT_EQ(check.at("waits"), false);
    EXPECT_TRUE(taken_.empty());
}

TEST_F(SettingsRequestsTest, SayWhatIsWrongAndWhere) {
    const json::object reply = apply(R"({"refclock":[{"name":"gps","driver":"shm","unit":-3}]})");
    EXPECT_EQ(code(reply), "settings_wrong");
    const json::value complaint = reply.at("check").at("complaints").at(0);
    EXPECT_EQ(complaint.at("section"), "refclock");
    EXPECT_EQ(complaint.at("name"), "gps");
    EXPECT_EQ(complaint.at("key"), "unit");
    EXPECT_THAT(std::string{complaint.at("message").as_string()}, HasSubstr("unit in [[refclock]] is -3"));
    EXPECT_EQ(code(apply(R"({"refclock":[{"name":{}}]})")), "settings_wrong");
    EXPECT_EQ(code(ask("settings_check", {{"overlay", json::parse(R"({"refclock":[{"name":{}}]})")}})), "none");
}

TEST_F(SettingsRequestsTest, SayTheFirstMistakesOfVeryMany) {
    json::object keys;
    for (int i = 0; i < 4000; ++i) {
        keys["k" + std::to_string(i)] = i;
    }
    const std::string overlay = json::serialize(json::object{{"log", keys}});
    const json::object refused = apply(overlay);
    EXPECT_EQ(code(refused), "settings_wrong");
    EXPECT_LE(json::serialize(refused).size(), kLongestControlReply);
    for (const json::value& check :
         {refused.at("check"), ask("settings_check", {{"overlay", json::parse(overlay)}}).at("check")}) {
        EXPECT_EQ(check.at("complaints").as_array().size(), 100U);
        EXPECT_EQ(check.at("difference").as_array().size(), 300U);
    }
}

TEST_F(SettingsRequestsTest, RefuseWhatIsNoRequest) {
    for (const char* const name : {"settings_check", "settings_apply", "settings_confirm", "settings_return"}) {
        EXPECT_EQ(code(ask(name)), "bad_request") << name;
        EXPECT_EQ(code(ask(name, {{"overlay", 3}, {"base", 4}, {"id", "x"}})), "bad_request") << name;
    }
    EXPECT_EQ(code(ask("settings_apply", {{"overlay", json::object{}}, {"base", "old"}})), "settings_changed");
    EXPECT_EQ(code(ask("settings_confirm", {{"id", 1}})), "not_pending");
}

TEST_F(SettingsRequestsTest, SayWhereNothingCanBeWritten) {
    std::ofstream{directory_.file("conf.d")} << "no directory";
    const json::object reply = ask("settings_check", {{"overlay", json::object{}}});
    EXPECT_THAT(std::string{reply.at("check").at("complaints").at(0).at("message").as_string()}, HasSubstr("conf.d"));
}

TEST_F(SettingsRequestsTest, Restart) {
    EXPECT_EQ(ask("restart").at("restarting"), true);
    EXPECT_EQ(restarts_, 1);
    std::ofstream{main()} << "[server]\nworkers = 1\nlisten = [\"127.0.0.1\"\n";
    const json::object refused = ask("restart");
    EXPECT_EQ(code(refused), "files_wrong") << "it would not come back";
    EXPECT_EQ(refused.at("check").at("complaints").at(0).at("code"), "syntax");
    std::filesystem::remove(main());
    EXPECT_EQ(code(ask("restart")), "files_wrong");
    EXPECT_EQ(restarts_, 1);
}

TEST_F(SettingsRequestsTest, ForgetWhatAnEarlierRunLeftUnconfirmed) {
    apply(R"({"access":{"allow":["any"]}})");
    EXPECT_EQ(read_configuration(main()).configuration->access, Configuration{}.access);
    SettingsFiles next{main(), {}, errands_};
    EXPECT_TRUE(next.forget_unconfirmed());
    EXPECT_FALSE(unconfirmed());
    EXPECT_FALSE(next.forget_unconfirmed());
}

/// A disk that does as it is told, and fails where it should say that names are there to stay.
class UnsureDisk : public FileSteps {
public:
    int read(const std::string& path, std::size_t limit, std::string& text) override {
        return host_->read(path, limit, text);
    }
    int create(const std::string& path) override { return host_->create(path); }
    int write(std::string_view text) override { return host_->write(text); }
    int sync() override { return host_->sync(); }
    int close() override { return host_->close(); }
    int rename(const std::string& from, const std::string& to) override { return host_->rename(from, to); }
    int sync_directory(const std::string& /*path*/) override { return EIO; }
    int remove(const std::string& path) override { return host_->remove(path); }
    int room(const std::string& path) override { return host_->room(path); }

private:
    std::unique_ptr<FileSteps> host_ = host_file_steps();
};

TEST_F(SettingsRequestsTest, SayWhatStandsThoughTheDiskIsNotSureOfIt) {
    SettingsFiles files{main(), {}, errands_, std::make_unique<UnsureDisk>()};
    files.write_beside("[log]\nlevel = \"debug\"\n", [](const std::string& why) { EXPECT_EQ(why, ""); });
    std::optional<Placed> told;
    files.put_in_place([&told](Placed placed) { told = std::move(placed); });
    run_until([&] { return told.has_value(); });
    const Placed placed = told.value_or(Placed{});
    EXPECT_TRUE(placed.stands);
    EXPECT_THAT(placed.trouble, HasSubstr("90-page.toml is written, but the disk does not say that it keeps it"));
    EXPECT_THAT(overlay(), HasSubstr("debug"));
    EXPECT_EQ(read_texts(main()).texts.size(), 2U) << "the next start reads it";
}

TEST_F(SettingsRequestsTest, NameNoTwoChangesAlikeAndNoneBeyondWhatProgramsKnow) {
    SettingsFiles one{"/t.toml", {}, errands_};
    SettingsFiles other{"/t.toml", {}, errands_};
    std::set<std::int64_t> ids;
    for (int i = 0; i < 100; ++i) {
        ids.insert(one.new_id());
        ids.insert(other.new_id());
    }
    EXPECT_EQ(ids.size(), 200U);
    EXPECT_GT(*ids.begin(), 0);
    EXPECT_LT(*ids.rbegin(), std::int64_t{1} << 53);
}

TEST_F(SettingsRequestsTest, SayWhyNothingCanBeWritten) {
    SettingsFiles files{"/no/such/place/t.toml", {}, errands_};
    std::string why;
    files.write_beside("x", [&why](std::string told) { why = std::move(told); });
    std::optional<Placed> placed;
    files.put_in_place([&placed](Placed told) { placed = std::move(told); });
    run_until([&] { return placed.has_value(); });
    EXPECT_THAT(why, HasSubstr("/no/such/place/conf.d/90-page.toml cannot be written (No such"));
    EXPECT_FALSE(placed->stands);
    EXPECT_THAT(placed->trouble, HasSubstr("cannot be written"));
}

TEST_F(SettingsRequestsTest, LetOthersTakeTurnsWithThem) {
    Turns turns{[] {}};
    ControlDone done;
    const ControlHandler other =
        in_turn({"other", true, [&done](const json::object&, ControlDone then) { done = std::move(then); }}, turns);
    EXPECT_TRUE(other.changes);
    std::vector<std::string> told;
    const auto tell = [&told](const std::optional<ControlError>& error, const json::object& members) {
        told.push_back(error ? error->code : json::serialize(members));
    };
    other.answer({}, tell);
    other.answer({}, tell);
    ASSERT_TRUE(done);
    turns.stand_still();
    EXPECT_THAT(told, ElementsAre("disk_silent"));
    done(std::nullopt, {{"made", true}});
    EXPECT_THAT(told, ElementsAre("disk_silent", R"({"made":true})"));
    EXPECT_FALSE(turns.under_way());
}

TEST_F(SettingsRequestsTest, AreRefusedWhileTheDiskStandsStillForAnother) {
    std::function<void()> end;
    turns_.take_surely([&end](const Turns::End& told) { end = told; });
    turns_.stand_still();
    EXPECT_EQ(ask("settings").at("settings").at("under_way"), true) << "what is known is told all the same";
    EXPECT_EQ(code(apply(R"({"log":{"level":"debug"}})")), "disk_silent");
    EXPECT_EQ(code(ask("settings_check", {{"overlay", json::object{}}})), "disk_silent");
    EXPECT_EQ(code(ask("restart")), "disk_silent");
    EXPECT_EQ(code(ask("settings_confirm", {{"id", 1}})), "disk_silent");
    end();
    EXPECT_EQ(ask("settings").at("settings").at("under_way"), false);
    EXPECT_EQ(code(apply(R"({"log":{"level":"debug"}})")), "none");
    EXPECT_EQ(settled_, 1);
}

}  // namespace
}  // namespace tokimori
