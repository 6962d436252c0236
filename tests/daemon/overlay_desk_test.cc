#include "server/daemon/overlay_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kMain = "/etc/t.toml";
const std::string kOverlay = "/etc/conf.d/90-page.toml";

/// A daemon and a disk of paper.
class PaperHands : public SettingsHands {
public:
    void read(std::function<void(TextsResult)> then) override { then(files()); }
    void write_beside(const std::string& text, std::function<void(std::string)> then) override {
        if (full.empty()) {
            beside = text;
        }
        wait_or([this, then] { then(full); });
    }
    void put_in_place(std::function<void(Placed)> then) override {
        if (immovable.empty()) {
            overlay = beside;
        }
        beside.clear();
        wait_or([this, then] { then({immovable.empty(), immovable + unsynced}); });
    }
    void remove_beside(std::function<void()> then) override {
        beside.clear();
        then();
    }
    LocalInstant now() override { return instant; }
    std::int64_t new_id() override { return id += 10; }
    void prepare(const Configuration&, std::function<void()> then) override {
        while_it_prepares();
        then();
    }
    std::string fall_back_on(const Configuration& configuration) override { return take_effect(configuration); }
    std::string take_effect(const Configuration& configuration) override {
        if (port_taken.empty()) {
            running = configuration;
            ++reloads;
        }
        return port_taken;
    }
    bool leap_second_under_way() override { return leap; }

    TextsResult files() const {
        TextsResult result{{{kMain, main}}, unreadable};
        if (!overlay.empty()) {
            result.texts.push_back({kOverlay, overlay});
        }
        return result;
    }
    /// The disk goes on.
    void go_on() {
        stands_still = false;
        std::exchange(waiting, nullptr)();
    }

    std::string main = "[server]\nworkers = 1\n[[refclock]]\ndriver = \"shm\"\nname = \"gps\"\n";
    std::string overlay;
    std::string beside;
    std::vector<std::string> unreadable;
    std::string full;
    std::string immovable;
    std::string unsynced;
    std::int64_t id = 7;
    std::string port_taken;
    bool leap = false;
    bool stands_still = false;
    std::function<void()> waiting;
    std::function<void()> while_it_prepares = [] {};
    LocalInstant instant;
    Configuration running;
    int reloads = 0;

private:
    void wait_or(std::function<void()> then) {
        if (stands_still) {
            waiting = std::move(then);
        } else {
            then();
        }
    }
};

class OverlayDeskTest : public ::testing::Test {
protected:
    SettingsInForce begin() {
        SettingsInForce settings{hands_.files().texts, {}};
        settings.checked = check_texts(settings.texts);
        hands_.running = settings.checked.configuration.value_or(Configuration{});
        return settings;
    }
    static TomlTable toml(std::string_view text) { return parse_toml(text).root; }
    SettingsApplied apply(std::string_view text, std::optional<std::string> base = {}) {
        SettingsApplied told{.error = ControlError{"still under way", {}}};
        desk_.apply(toml(text), base.value_or(desk_.base()), [&told](SettingsApplied applied) { told = applied; });
        return told;
    }
    SettingsCheck check(const TomlTable& overlay) {
        SettingsCheck told;
        desk_.check(overlay, [&told](SettingsCheck check) { told = std::move(check); });
        return told;
    }
    OverlayDesk::Refusal confirm(std::int64_t id) {
        OverlayDesk::Refusal told;
        desk_.confirm(id, [&told](OverlayDesk::Refusal error) { told = std::move(error); });
        return told;
    }
    OverlayDesk::Refusal give_back(std::int64_t id) {
        OverlayDesk::Refusal told = desk_.fall_back(id);
        if (!told) {
            desk_.clear_up([&told](OverlayDesk::Refusal error) { told = std::move(error); });
        }
        return told;
    }
    std::vector<std::string> reload() {
        std::vector<std::string> told{"still under way"};
        desk_.reload([&told](std::vector<std::string> errors) { told = std::move(errors); });
        return told;
    }
    static std::string code(const std::optional<ControlError>& error) { return error ? error->code : "none"; }
    std::string listens() const { return hands_.running.listen.front().address; }

    PaperHands hands_;
    OverlayDesk desk_{kOverlay, begin(), hands_};
};

constexpr auto* kListen = "[server]\nlisten = [\"127.0.0.1:123\"]\n";

TEST_F(OverlayDeskTest, KeepsAtOnceWhatCannotLockAnybodyOut) {
    const std::string base = desk_.base();
    const SettingsApplied applied = apply("[clock]\nholdover = \"2h\"\n");
    EXPECT_EQ(code(applied.error), "none");
    EXPECT_FALSE(applied.confirm_within);
    EXPECT_EQ(hands_.running.policy.holdover, 2h);
    EXPECT_THAT(hands_.overlay, HasSubstr("holdover = \"2h\""));
    EXPECT_THAT(hands_.beside, IsEmpty());
    EXPECT_NE(desk_.base(), base);
    EXPECT_FALSE(desk_.pending());
    EXPECT_EQ(desk_.overlay().size(), 1U);
}

TEST_F(OverlayDeskTest, WaitsForAConfirmationOfWhoCanReachTheServer) {
    const SettingsApplied applied = apply(kListen);
    EXPECT_EQ(code(applied.error), "none");
    EXPECT_EQ(applied.confirm_within, 60s);
    EXPECT_EQ(listens(), "127.0.0.1");
    EXPECT_THAT(hands_.overlay, IsEmpty());
    EXPECT_THAT(hands_.beside, HasSubstr("127.0.0.1"));
    ASSERT_TRUE(desk_.pending());
    EXPECT_EQ(desk_.pending()->until, LocalInstant{60s});
    const std::string base = desk_.base();
    EXPECT_EQ(code(confirm(applied.id + 1)), "not_pending");
    EXPECT_EQ(code(confirm(applied.id)), "none");
    EXPECT_THAT(hands_.overlay, HasSubstr("127.0.0.1"));
    EXPECT_EQ(desk_.base(), base);
    EXPECT_EQ(code(confirm(applied.id)), "not_pending");
    EXPECT_EQ(code(give_back(applied.id)), "not_pending");
    EXPECT_EQ(hands_.reloads, 1);
}

TEST_F(OverlayDeskTest, WaitsForAConfirmationOfAccessAndControlToo) {
    for (const char* const text : {"[access]\nallow = [\"any\"]\n", "[[access.rule]]\nfrom = [\"any\"]\nflags = []\n",
                                   "[control]\nsocket = \"/x\"\n"}) {
        EXPECT_TRUE(check(toml(text)).needs_confirmation) << text;
    }
    EXPECT_FALSE(check(toml("[server]\nworkers = 2\n")).needs_confirmation);
}

TEST_F(OverlayDeskTest, LeavesWhoMayChangeSettingsAndWhereTheyLieToTheFiles) {
    for (const char* const text : {"[control]\nchanges_by = \"somebody\"\n", "[state]\ndir = \"/x\"\n",
                                   "[server]\nlab_mode = true\n", "[access]\nkeys_file = \"/x\"\n",
                                   "[statistics]\ndir = \"/x\"\n", "[front_panel]\nalarm_relay = \"GPIO1\"\n"}) {
        EXPECT_EQ(check(toml(text)).complaints.size(), 1U) << text;
        const SettingsApplied applied = apply(text);
        ASSERT_TRUE(applied.error) << text;
        EXPECT_EQ(applied.error->code, "settings_wrong");
        EXPECT_EQ(hands_.reloads, 0);
    }
}

TEST_F(OverlayDeskTest, GoesBackToWhatWas) {
    const std::string base = desk_.base();
    const SettingsApplied applied = apply(kListen);
    EXPECT_EQ(code(give_back(applied.id)), "none");
    EXPECT_EQ(listens(), "0.0.0.0");
    EXPECT_THAT(hands_.overlay, IsEmpty());
    EXPECT_THAT(hands_.beside, IsEmpty());
    EXPECT_EQ(desk_.base(), base);
    EXPECT_FALSE(desk_.pending());
}

TEST_F(OverlayDeskTest, GoesBackEvenWhereTheFilesAreWrongByNow) {
    const SettingsApplied applied = apply(kListen);
    hands_.main = "[server\n";
    EXPECT_EQ(code(give_back(applied.id)), "none");
    EXPECT_EQ(listens(), "0.0.0.0");
    EXPECT_TRUE(desk_.overlay().empty());
}

TEST_F(OverlayDeskTest, IsBackInForceBeforeAnythingIsDoneToTheDisk) {
    const SettingsApplied applied = apply(kListen);
    const std::string beside = hands_.beside;
    EXPECT_FALSE(desk_.fall_back(applied.id));
    EXPECT_EQ(desk_.no_way_back(), "");
    EXPECT_EQ(listens(), "0.0.0.0");
    EXPECT_TRUE(desk_.overlay().empty());
    EXPECT_FALSE(desk_.pending());
    EXPECT_EQ(hands_.beside, beside) << "nobody reads it at the next start";
    const int reloads = hands_.reloads;
    desk_.clear_up([](const OverlayDesk::Refusal& error) { EXPECT_EQ(code(error), "none"); });
    EXPECT_THAT(hands_.beside, IsEmpty());
    EXPECT_EQ(hands_.reloads, reloads) << "the files are as they were";
}

TEST_F(OverlayDeskTest, GoesBackToTheFilesWhereWhatWasBeforeDoesNotWorkAnyMore) {
    const SettingsApplied applied = apply(kListen);
    hands_.port_taken = "Port 123 is taken.";
    EXPECT_FALSE(desk_.fall_back(applied.id));
    EXPECT_NE(desk_.no_way_back(), "");
    hands_.port_taken.clear();
    desk_.clear_up([](const OverlayDesk::Refusal& error) { EXPECT_EQ(code(error), "none"); });
    EXPECT_EQ(listens(), "0.0.0.0");
}

TEST_F(OverlayDeskTest, DoesNotGoBackFromWhatIsBeingConfirmed) {
    const SettingsApplied applied = apply(kListen);
    hands_.stands_still = true;
    std::string confirmed = "not yet";
    desk_.confirm(applied.id, [&](const OverlayDesk::Refusal& error) { confirmed = code(error); });
    EXPECT_EQ(code(desk_.fall_back(applied.id)), "busy");
    EXPECT_EQ(listens(), "127.0.0.1");
    EXPECT_EQ(confirmed, "not yet");
    hands_.immovable = "Read-only.";
    hands_.go_on();
    EXPECT_EQ(confirmed, "not_written");
    EXPECT_FALSE(desk_.fall_back(applied.id));
    EXPECT_EQ(listens(), "0.0.0.0");
}

TEST_F(OverlayDeskTest, ChangesNothingInForceWhileItIsBeingWritten) {
    hands_.stands_still = true;
    std::string applied = "not yet";
    desk_.apply(toml(kListen), desk_.base(), [&](const SettingsApplied& told) { applied = code(told.error); });
    EXPECT_EQ(listens(), "0.0.0.0");
    EXPECT_TRUE(desk_.overlay().empty());
    hands_.instant = LocalInstant{30s};
    hands_.go_on();
    EXPECT_EQ(applied, "none");
    EXPECT_EQ(listens(), "127.0.0.1");
    EXPECT_EQ(desk_.pending()->until, LocalInstant{90s}) << "from when it could be noticed";
}

TEST_F(OverlayDeskTest, DoesNotReloadWhatHasBeenGivenBackMeanwhile) {
    const SettingsApplied applied = apply(kListen);
    hands_.while_it_prepares = [&, first = true]() mutable {
        if (std::exchange(first, false)) {
            EXPECT_FALSE(desk_.fall_back(applied.id));
        }
    };
    EXPECT_THAT(reload(), IsEmpty());
    EXPECT_EQ(listens(), "0.0.0.0");
    EXPECT_TRUE(desk_.overlay().empty());
}

TEST_F(OverlayDeskTest, SaysSoWhereThereIsNoWayBack) {
    const SettingsApplied applied = apply(kListen);
    hands_.port_taken = "Port 123 is taken.";
    const auto error = give_back(applied.id);
    EXPECT_EQ(code(error), "not_returned");
    EXPECT_EQ(error->message, "Port 123 is taken.");
    EXPECT_FALSE(desk_.pending());
    EXPECT_THAT(hands_.beside, IsEmpty());
}

TEST_F(OverlayDeskTest, ReloadsWithWhatIsStillToBeConfirmed) {
    const SettingsApplied applied = apply(kListen);
    hands_.main += "[clock]\nholdover = \"3h\"\n";
    EXPECT_THAT(reload(), IsEmpty());
    EXPECT_EQ(listens(), "127.0.0.1");
    EXPECT_EQ(hands_.running.policy.holdover, 3h);
    EXPECT_EQ(code(give_back(applied.id)), "none");
    EXPECT_EQ(listens(), "0.0.0.0");
    EXPECT_EQ(hands_.running.policy.holdover, 3h);
}

TEST_F(OverlayDeskTest, TakesOneChangeAfterTheOther) {
    const SettingsApplied first = apply(kListen);
    EXPECT_EQ(code(apply("").error), "settings_pending");
    EXPECT_EQ(listens(), "127.0.0.1");
    EXPECT_EQ(code(confirm(first.id)), "none");
    const SettingsApplied second = apply("");
    EXPECT_EQ(code(second.error), "none");
    EXPECT_NE(second.id, first.id);
}

TEST_F(OverlayDeskTest, RefusesAnOverlayThatWasMadeFromAnotherOne) {
    const std::string base = desk_.base();
    EXPECT_EQ(code(apply("[log]\nlevel = \"debug\"\n").error), "none");
    EXPECT_EQ(code(apply("", base).error), "settings_changed");
    EXPECT_EQ(hands_.running.log_level, LogLevel::kDebug);
}

TEST_F(OverlayDeskTest, RefusesWrongSettingsAndSaysWhere) {
    const SettingsApplied applied = apply(
        "[clock]\nholdover = \"1s\"\n[[refclock]]\nname = \"gps\"\nrefid = \"LONGER\"\n"
        "[[upstream]]\nname = \"x\"\n");
    EXPECT_EQ(code(applied.error), "settings_wrong");
    EXPECT_EQ(hands_.reloads, 0);
    EXPECT_THAT(hands_.beside + hands_.overlay, IsEmpty());
    ASSERT_EQ(applied.check.complaints.size(), 3U);
    std::map<std::string, SettingPlace> places;
    for (const SettingComplaint& complaint : applied.check.complaints) {
        places[complaint.place.section] = complaint.place;
        EXPECT_THAT(complaint.message, testing::Not(HasSubstr("90-page.toml")));
    }
    EXPECT_EQ(places["clock"], (SettingPlace{"clock", std::nullopt, "holdover"}));
    EXPECT_EQ(places["refclock"], (SettingPlace{"refclock", "gps", "refid"}));
    EXPECT_EQ(places["upstream"], (SettingPlace{"upstream", "x", ""}));
}

TEST_F(OverlayDeskTest, ComplainsOfOtherFilesByTheirNames) {
    hands_.main = "[log]\nlevel = \"loud\"\n";
    const SettingsCheck told = check({});
    ASSERT_EQ(told.complaints.size(), 1U);
    EXPECT_THAT(told.complaints[0].message, HasSubstr("/etc/t.toml:2: level in [log] is \"loud\""));
    hands_.unreadable = {"/etc/t.toml: gone"};
    EXPECT_EQ(check({}).complaints[0].message, "/etc/t.toml: gone");
    EXPECT_EQ(reload(), hands_.unreadable);
}

TEST_F(OverlayDeskTest, TellsWhatWouldChange) {
    const SettingsCheck told = check(toml("[server]\nworkers = 2\n[[refclock]]\nname = \"gps\"\nprefer = true\n"));
    EXPECT_THAT(told.complaints, IsEmpty());
    ASSERT_EQ(told.difference.size(), 2U);
    EXPECT_EQ(told.difference[0].place, (SettingPlace{"refclock", "gps", "prefer"}));
    EXPECT_FALSE(told.difference[0].before);
    EXPECT_EQ(told.difference[1].place, (SettingPlace{"server", std::nullopt, "workers"}));
    EXPECT_EQ(std::get<std::int64_t>(told.difference[1].before->value), 1);
    EXPECT_EQ(std::get<std::int64_t>(told.difference[1].after->value), 2);
    EXPECT_THAT(told.restart, ElementsAre("server.workers"));
    EXPECT_EQ(hands_.reloads, 0);
    const SettingsCheck gone = check(toml("[[refclock]]\nname = \"gps\"\nenabled = false\n"));
    ASSERT_EQ(gone.difference.size(), 2U);
    EXPECT_FALSE(gone.difference[0].after);
}

TEST_F(OverlayDeskTest, RemembersWhatWaitsForARestartUntilItIsTakenBack) {
    EXPECT_EQ(code(apply("[server]\nworkers = 2\n").error), "none");
    EXPECT_THAT(desk_.restart(), ElementsAre("server.workers"));
    EXPECT_THAT(check(toml("[server]\nworkers = 2\n[log]\nlevel = \"debug\"\n")).restart,
                ElementsAre("server.workers"));
    EXPECT_EQ(code(apply("").error), "none");
    EXPECT_THAT(desk_.restart(), IsEmpty());
}

TEST_F(OverlayDeskTest, SaysThatALeapSettingWaitsForTheEndOfALeapSecond) {
    const TomlTable smear = toml("[leap]\nmode = \"smear\"\n");
    EXPECT_FALSE(check(smear).waits);
    hands_.leap = true;
    EXPECT_TRUE(check(smear).waits);
    EXPECT_FALSE(check(toml("[leap]\nmode = \"smear\"\nchange_at_once = true\n")).waits);
    EXPECT_FALSE(check(toml("[log]\nlevel = \"debug\"\n")).waits);
}

TEST_F(OverlayDeskTest, TriesNothingThatItCouldNotKeep) {
    hands_.full = "No space.";
    const SettingsApplied applied = apply("[log]\nlevel = \"debug\"\n");
    EXPECT_EQ(code(applied.error), "not_written");
    EXPECT_EQ(applied.error->message, "No space.");
    EXPECT_EQ(hands_.reloads, 0);
}

TEST_F(OverlayDeskTest, KeepsNothingThatDidNotWork) {
    hands_.port_taken = "Port 123 is taken.";
    const SettingsApplied applied = apply(kListen);
    EXPECT_EQ(code(applied.error), "settings_wrong");
    ASSERT_EQ(applied.check.complaints.size(), 1U);
    EXPECT_EQ(applied.check.complaints[0].message, "Port 123 is taken.");
    EXPECT_THAT(hands_.beside + hands_.overlay, IsEmpty());
    EXPECT_FALSE(desk_.pending());
    EXPECT_TRUE(desk_.overlay().empty());
}

TEST_F(OverlayDeskTest, GoesBackWhereItCannotBePutInItsPlace) {
    hands_.immovable = "Read-only.";
    EXPECT_EQ(code(apply("[log]\nlevel = \"debug\"\n").error), "not_written");
    EXPECT_EQ(hands_.running.log_level, LogLevel::kInfo);
    EXPECT_TRUE(desk_.overlay().empty());
    const SettingsApplied applied = apply(kListen);
    EXPECT_EQ(code(applied.error), "none");
    EXPECT_EQ(code(confirm(applied.id)), "not_written");
    EXPECT_TRUE(desk_.pending());
    hands_.immovable.clear();
    EXPECT_EQ(code(confirm(applied.id)), "none");
    EXPECT_THAT(hands_.overlay, HasSubstr("127.0.0.1"));
}

TEST_F(OverlayDeskTest, KeepsWhatStandsThoughTheDiskDoesNotSayThatItIsThere) {
    hands_.unsynced = "I/O error.";
    const SettingsApplied applied = apply("[log]\nlevel = \"debug\"\n");
    EXPECT_EQ(code(applied.error), "none");
    EXPECT_EQ(desk_.unsynced(), "I/O error.");
    EXPECT_EQ(hands_.running.log_level, LogLevel::kDebug);
    EXPECT_EQ(desk_.overlay().size(), 1U);
    const SettingsApplied reached = apply(kListen);
    EXPECT_THAT(desk_.unsynced(), IsEmpty()) << "nothing was put in its place yet";
    EXPECT_EQ(code(confirm(reached.id)), "none");
    EXPECT_EQ(desk_.unsynced(), "I/O error.");
    EXPECT_FALSE(desk_.pending());
    hands_.unsynced.clear();
    EXPECT_EQ(code(apply("").error), "none");
    EXPECT_THAT(desk_.unsynced(), IsEmpty());
}

TEST_F(OverlayDeskTest, NamesChangesAsItIsTold) {
    EXPECT_EQ(apply("[log]\nlevel = \"debug\"\n").id, 17);
    EXPECT_EQ(apply(kListen).id, 27);
    EXPECT_EQ(code(confirm(17)), "not_pending");
    EXPECT_EQ(desk_.pending()->id, 27);
}

TEST(WithOverlay, TakesThePlaceOfItsNameAmongTheOthers) {
    const auto order = [](std::vector<std::string> names) {
        std::vector<ConfigurationText> texts;
        for (const std::string& name : names) {
            texts.push_back({name, "old"});
        }
        std::string all;
        for (const ConfigurationText& text : with_overlay(texts, "/c/90", "new")) {
            all += text.file + "=" + text.text + " ";
        }
        return all;
    };
    EXPECT_EQ(order({"/z"}), "/z=old /c/90=new ");
    EXPECT_EQ(order({"/z", "/c/10", "/c/99"}), "/z=old /c/10=old /c/90=new /c/99=old ");
    EXPECT_EQ(order({"/z", "/c/90", "/c/99"}), "/z=old /c/90=new /c/99=old ");
}

}  // namespace
}  // namespace tokimori
