#include "server/daemon/leap_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "server/daemon/control_protocol.h"
#include "server/daemon/state_text.h"
#include "tests/daemon/asked.h"
#include "tests/leap/leap_list_text.h"
#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A daemon's leap service with a timekeeper that knows the time from a restart and hears nobody.
class LeapServiceTest : public ::testing::Test {
protected:
    static constexpr LocalInstant kStart{100'000s};

    LeapServiceTest() {
        configuration_.leap_list_file.clear();
        configuration_.state_dir.clear();
    }

    /// As after a restart at `tai`.
    void begin(TaiInstant tai) {
        ClockMemory memory;
        memory.leap_policy = configuration_.leap;
        memory.saved = tai;
        memory.saved_local = now_;
        memory.model = {.anchor_local = now_, .anchor_tai = tai, .slew_end = now_};
        memory.valid_until = now_ + 48h;
        memory.stratum = 1;
        start(memory, true);
    }
    /// Ends, and begins again with what is in the state file.
    void restart(bool same_boot = true) {
        KeptState state;
        state.memory = timekeeper_->memory().value();
        const StateResult kept = parse_state(state_text(state));
        ASSERT_TRUE(kept.state) << kept.error;
        start(kept.state->memory, same_boot);
    }
    void start(const ClockMemory& memory, bool same_boot) {
        service_.emplace(log_, name_of_);
        Timekeeper::Settings settings;
        settings.leap = configuration_.leap;
        timekeeper_.emplace(settings, service_->begin(configuration_, now_), now_);
        service_->recall(memory, *timekeeper_);
        timekeeper_->recall(memory, same_boot);
        pass(0s);
    }
    void pass(Duration span) {
        now_ += span;
        timekeeper_->advance(now_);
        look_at_list();
        service_->watch(*timekeeper_, now_);
    }
    void reload() {
        service_->reload(configuration_, read_leap_lists(LeapListPaths::of(configuration_)), *timekeeper_, now_);
    }
    LeapListOutcome take(const std::string& list) {
        LeapListOutcome taken = service_->take_list(list, *timekeeper_, now_);
        if (taken.wrong.empty()) {
            const std::string path = service_->paths().kept;
            taken.kept = service_->tell_kept(keep_leap_list(path, list, *host_file_steps()), now_);
        }
        return taken;
    }
    LeapListForgotten forget() {
        LoadedLeapTable left = weigh_leap_lists(read_leap_lists({service_->paths().configured, {}}), log_, now_);
        return service_->may_forget_list(left, *timekeeper_, now_)
                   ? service_->forget_list(std::move(left),
                                           forget_leap_list(service_->paths().kept, *host_file_steps()), *timekeeper_,
                                           now_)
                   : LeapListForgotten::kNeeded;
    }
    void look_at_list() {
        if (const auto known = service_->list_to_look_at(now_)) {
            service_->take_look(see_leap_list(known->path, known->stamp), *timekeeper_, now_);
        }
    }
    LeapIndicator leap() const { return timekeeper_->state().scale.at(tai()).leap; }
    TaiInstant tai() const { return timekeeper_->state().model.tai_at(now_); }
    json::object told() {
        ControlFacts facts;
        facts.clock.now = now_;
        facts.clock.clock = timekeeper_->report();
        facts.clock.leap_table = &timekeeper_->leap_table();
        facts.clock.leap = service_->facts(*timekeeper_);
        const ControlReply reply = asked(R"({"version":1,"request":"leap"})", [&] { return facts; });
        return json::parse(reply.line).at("leap").as_object();
    }

    std::string file_that_counts() { return std::string{told().at("table").at("file").as_string()}; }

    ScratchDirectory scratch_;
    Configuration configuration_;
    LocalInstant now_ = kStart;
    std::vector<std::string> lines_;
    Log log_{[this](std::string_view line) { lines_.emplace_back(line); }, LogLevel::kInfo, nullptr};
    LeapService::NameOf name_of_ = [](SourceId) { return std::string{"gps"}; };
    std::optional<LeapService> service_{std::in_place, log_, name_of_};
    std::optional<Timekeeper> timekeeper_;
};

// 2016-12-31, from the table built in.
const TaiInstant kEnd = LeapTable::built_in().end_of({*day_from_date(2016, 12, 31), LeapKind::kInsert});

TEST_F(LeapServiceTest, TellsOfTheAnnouncementAndOfTheEnd) {
    begin(kEnd - 25h);
    EXPECT_THAT(lines_, Not(Contains(HasSubstr("leap_announced"))));
    pass(1h);
    EXPECT_THAT(lines_, Contains(HasSubstr("leap_announced kind=insert utc=2016-12-31T23:59:60Z "
                                           "jst=\"2017-01-01 08:59:60 JST\"")));
    pass(24h - 1ns);
    EXPECT_EQ(leap(), LeapIndicator::kInsert);
    EXPECT_THAT(lines_, Not(Contains(HasSubstr("leap_done"))));
    pass(1ns);
    EXPECT_EQ(leap(), LeapIndicator::kNone);
    EXPECT_THAT(lines_, Contains(HasSubstr("leap_done kind=insert")));
    EXPECT_THAT(lines_, Contains(HasSubstr("tai_minus_utc=37")));
}

TEST_F(LeapServiceTest, SaysPlainlyThatSmearedTimeIsNotUtc) {
    configuration_.leap = {.mode = LeapMode::kSmear, .smear = 60min};
    begin(kEnd - 61min);
    pass(31min);
    EXPECT_THAT(lines_, Contains(HasSubstr("served time is not UTC until then")));
    EXPECT_THAT(lines_, Contains(HasSubstr("until_jst=\"2017-01-01 09:00:00 JST\"")));
    const json::object leap = told();
    EXPECT_EQ(leap.at("phase"), "smearing");
    EXPECT_EQ(leap.at("from_utc_ns"), -500'000'000);
    EXPECT_NEAR(leap.at("rate_ppm").as_double(), -277.8, 0.03);
    EXPECT_EQ(leap.at("not_utc_until").at("utc"), "2017-01-01T00:00:00Z");
    pass(30min);
    EXPECT_THAT(lines_, Contains(HasSubstr("leap_done")));
    EXPECT_EQ(told().at("not_utc_until"), nullptr);
}

TEST_F(LeapServiceTest, MakesAChangeOfModeWaitForTheEndOfAnAnnouncement) {
    begin(kEnd - 10h);
    configuration_.leap.mode = LeapMode::kSmear;
    reload();
    EXPECT_THAT(lines_, Contains(HasSubstr("leap_change_waits")));
    EXPECT_EQ(told().at("policy").at("change_waits"), true);
    for (int quarter = 0; quarter < 40; ++quarter) {
        EXPECT_EQ(leap(), LeapIndicator::kInsert);
        pass(15min);
    }
    EXPECT_EQ(leap(), LeapIndicator::kNone);
    pass(10s);
    EXPECT_THAT(lines_, Contains(HasSubstr("leap_policy mode=smear")));
    EXPECT_EQ(told().at("policy").at("mode"), "smear");
    EXPECT_EQ(told().at("policy").at("change_waits"), false);
}

TEST_F(LeapServiceTest, GoesOnAsAnEarlierRunServedItWhereClientsWouldNotice) {
    begin(kEnd - 10h);
    configuration_.leap.mode = LeapMode::kSmear;
    restart();
    pass(1s);
    EXPECT_EQ(leap(), LeapIndicator::kInsert) << "announced before the restart";
    EXPECT_THAT(lines_, Contains(HasSubstr("leap_change_waits")));
    pass(10h + 10s);
    EXPECT_EQ(told().at("policy").at("mode"), "smear");

    configuration_.leap.mode = LeapMode::kInsert;
    begin(kEnd - 26h);
    configuration_.leap.mode = LeapMode::kSmear;
    restart();
    pass(1s);
    EXPECT_EQ(told().at("policy").at("mode"), "smear") << "nobody notices";
}

TEST_F(LeapServiceTest, ForcesAChangeThatIsWanted) {
    begin(kEnd - 10h);
    configuration_.leap.mode = LeapMode::kSmear;
    configuration_.leap_change_at_once = true;
    reload();
    pass(1s);
    EXPECT_EQ(leap(), LeapIndicator::kNone);
    EXPECT_THAT(lines_, Contains(HasSubstr("forced=true")));
}

TEST_F(LeapServiceTest, ChangesAtOnceWhereNobodyNotices) {
    begin(kEnd - 26h);
    configuration_.leap.mode = LeapMode::kSmear;
    reload();
    EXPECT_THAT(lines_, Contains(HasSubstr("leap_policy mode=smear")));
}

TEST_F(LeapServiceTest, DoesNotSayThatALeapSecondIsOffWhichIsOnlyServedInAnotherWay) {
    begin(kEnd - 10h);
    configuration_.leap.mode = LeapMode::kSmear;
    configuration_.leap_change_at_once = true;
    reload();
    pass(1s);
    EXPECT_THAT(lines_, Not(Contains(HasSubstr("leap_withdrawn"))));
    configuration_.leap_source = LeapSource::kManual;
    configuration_.leap.mode = LeapMode::kInsert;
    reload();
    pass(1s);
    EXPECT_EQ(leap(), LeapIndicator::kNone) << "now it is";
}

/// How other settings come.
enum class Way { kReload, kRestart };

class ChangedSettings : public LeapServiceTest, public ::testing::WithParamInterface<Way> {
protected:
    void change() { GetParam() == Way::kReload ? reload() : restart(); }
};

INSTANTIATE_TEST_SUITE_P(AllWays, ChangedSettings, ::testing::Values(Way::kReload, Way::kRestart));

// Whatever an operator does to the settings by which a leap second is known.
TEST_P(ChangedSettings, WaitWhereTheyWouldCallOffWhatIsAnnounced) {
    for (const bool forced : {false, true}) {
        for (const LeapMode mode : {LeapMode::kInsert, LeapMode::kSmear}) {
            configuration_ = Configuration{};
            configuration_.leap_list_file.clear();
            configuration_.leap.mode = mode;
            lines_.clear();
            begin(kEnd - 1h);
            const LeapIndicator announced = leap();
            const Duration offset = timekeeper_->state().scale.offset_at(tai());
            configuration_.leap_source = LeapSource::kManual;
            configuration_.leap_change_at_once = forced;
            change();
            pass(0s);
            const bool as_before = leap() == announced && timekeeper_->state().scale.offset_at(tai()) == offset;
            EXPECT_NE(as_before, forced);
            EXPECT_EQ(told().at("policy").at("change_waits"), !forced);
            if (forced && GetParam() == Way::kReload) {
                EXPECT_THAT(lines_, Contains(HasSubstr("leap_withdrawn")));
            }
            if (!forced) {
                EXPECT_THAT(lines_, Contains(HasSubstr("leap_change_waits")));
                EXPECT_THAT(lines_, Not(Contains(HasSubstr("leap_withdrawn"))));
                pass(1h + 10s);
                EXPECT_EQ(told().at("policy").at("source"), "manual") << "when it is over";
                EXPECT_EQ(told().at("policy").at("change_waits"), false);
                EXPECT_EQ(timekeeper_->leap_table().tai_minus_utc_at(tai()), 37);
            }
        }
    }
}

TEST_P(ChangedSettings, KeepAnEntryThatIsTakenAwayAndAnnounceOneThatIsAddedLate) {
    const LeapEvent entry{*day_from_date(2028, 12, 31), LeapKind::kInsert};
    const TaiInstant day = *LeapTable::built_in().tai_at({{entry.day, 0}, 0});
    begin(day + 12h);
    EXPECT_EQ(leap(), LeapIndicator::kNone);
    configuration_.leap_manual = {entry};
    change();
    EXPECT_EQ(leap(), LeapIndicator::kInsert);
    EXPECT_THAT(lines_, Not(Contains(HasSubstr("leap_change_waits"))));
    pass(1s);
    configuration_.leap_manual[0].kind = LeapKind::kDelete;
    change();
    EXPECT_EQ(leap(), LeapIndicator::kInsert);
    configuration_.leap_manual.clear();
    change();
    EXPECT_EQ(leap(), LeapIndicator::kInsert);
    EXPECT_THAT(lines_, Contains(HasSubstr("leap_change_waits")));
    pass(13h);
    EXPECT_EQ(timekeeper_->leap_table().tai_minus_utc_at(tai()), 38);
}

TEST_F(LeapServiceTest, LosesNothingByAReloadAtAnyMoment) {
    for (Duration before = 25h; before > -1h; before -= 47min) {
        begin(kEnd - before);
        const LeapIndicator expected = leap();
        const Duration offset = timekeeper_->state().scale.offset_at(tai());
        reload();
        EXPECT_EQ(leap(), expected) << before.count();
        EXPECT_EQ(timekeeper_->state().scale.offset_at(tai()), offset);
    }
}

TEST_F(LeapServiceTest, KnowsOnlyTheEntriesWhereTheSourceIsManual) {
    configuration_.leap_source = LeapSource::kManual;
    begin(kEnd - 10h);
    EXPECT_EQ(leap(), LeapIndicator::kNone);
    configuration_.leap_manual = {{*day_from_date(2016, 12, 31), LeapKind::kDelete}};
    begin(kEnd - 10h);
    EXPECT_EQ(leap(), LeapIndicator::kDelete);
    EXPECT_EQ(told().at("month_end").at("by"), "manual");
    EXPECT_EQ(told().at("policy").at("source"), "manual");
}

TEST_F(LeapServiceTest, TellsWhatComesWhatWasAndWhoSaysSo) {
    const LeapEvent next{*day_from_date(2026, 12, 31), LeapKind::kInsert};
    configuration_.leap_manual = {next};
    begin(LeapTable::built_in().tai_at(*parse_utc("2026-12-01T00:00:00Z")).value());
    const json::object leap = told();
    EXPECT_EQ(leap.at("phase"), "quiet");
    EXPECT_EQ(leap.at("next"), nullptr) << "the table knows better";
    EXPECT_EQ(leap.at("last").at("at").at("jst"), "2017-01-01 08:59:60 JST");
    EXPECT_EQ(leap.at("disagreement"), true);
    EXPECT_EQ(leap.at("votes").at(0).at("name"), "leap.manual");
    EXPECT_EQ(leap.at("votes").at(0).at("standing"), "outranked");
    EXPECT_EQ(leap.at("table").at("from"), "built_in");
    EXPECT_EQ(leap.at("table").at("expires"), "2027-06-28");
    EXPECT_THAT(lines_, Contains(HasSubstr("leap_disagreement")));
}

TEST_F(LeapServiceTest, TellsTheNextLeapSecondWithItsAnnouncement) {
    begin(kEnd - 48h);
    const json::object next = told().at("next").as_object();
    EXPECT_EQ(next.at("kind"), "insert");
    EXPECT_EQ(next.at("at").at("utc"), "2016-12-31T23:59:60Z");
    EXPECT_EQ(next.at("announced").at("begins").at("utc"), "2016-12-31T00:00:00Z");
    EXPECT_EQ(next.at("announced").at("ends").at("jst"), "2017-01-01 09:00:00 JST");
    EXPECT_EQ(next.at("smeared"), nullptr);
}

TEST_F(LeapServiceTest, WarnsOfATableThatExpiresAndServesOn) {
    const UtcDay expires = LeapTable::built_in().expires();
    begin(LeapTable::built_in().tai_at({{expires - 61, 0}, 0}).value());
    EXPECT_THAT(lines_, Not(Contains(HasSubstr("leap_table_expiry"))));
    pass(24h);
    EXPECT_THAT(lines_, Contains(HasSubstr("leap_table_expiry state=expires_soon")));
    pass(24h * 60);
    EXPECT_THAT(lines_, Contains(HasSubstr("leap_table_expiry state=expired")));
    EXPECT_EQ(told().at("table").at("state"), "expired");
}

TEST_F(LeapServiceTest, SaysNothingOfLeapSecondsBeforeTheTimeIsKnown) {
    timekeeper_.emplace(Timekeeper::Settings{}, service_->begin(configuration_, now_), now_);
    pass(1s);
    const json::object leap = told();
    EXPECT_EQ(leap.at("known"), false);
    EXPECT_EQ(leap.at("policy").at("mode"), "insert") << "what is configured needs no time";
    EXPECT_EQ(leap.size(), 2U);
}

// A list of that day, with what the built-in table knows and one more insertion.
std::string newer_list(UtcDay updated, UtcDay leap) {
    const auto ntp = [](UtcDay day) { return std::to_string(std::int64_t{day} * 86'400 + 2'208'988'800); };
    std::string text = "#$ " + ntp(updated) + "\n#@ " + ntp(updated + 360) + "\n";
    for (const LeapTable::Row& row : LeapTable::built_in().rows()) {
        text += ntp(row.day) + " " + std::to_string(row.tai_minus_utc) + "\n";
    }
    return testing::with_hash(text + ntp(leap + 1) + " 38\n");
}

TEST_F(LeapServiceTest, ReadsAListThatIsExchangedOnTheDiskWithinAnHour) {
    const std::filesystem::path directory = std::filesystem::path{scratch_.file("list")}.parent_path();
    const std::filesystem::path list = directory / "list";
    const UtcDay updated = *day_from_date(2028, 7, 6);
    const LeapEvent next{*day_from_date(2028, 12, 31), LeapKind::kInsert};
    configuration_.leap_list_file = list.string();
    begin(*LeapTable::built_in().tai_at({{updated + 10, 0}, 0}));
    std::ofstream{list} << newer_list(updated, next.day);
    pass(59min);
    EXPECT_EQ(told().at("table").at("from"), "built_in");
    pass(1min);
    EXPECT_EQ(told().at("table").at("from"), "list");
    EXPECT_EQ(timekeeper_->leap_table().kind_on(next.day), LeapKind::kInsert);
    EXPECT_THAT(lines_, Contains(HasSubstr("leap_table tai_minus_utc=38")));

    std::ofstream{list} << "half a li";
    pass(1h);
    EXPECT_THAT(lines_, Contains(HasSubstr("the table that counted before")));
    EXPECT_EQ(timekeeper_->leap_table().kind_on(next.day), LeapKind::kInsert) << "what is bad takes nothing away";
    std::ofstream{list} << newer_list(updated - 300, *day_from_date(2027, 12, 31));
    pass(1h);
    EXPECT_THAT(lines_, Contains(HasSubstr("it is older")));
    EXPECT_EQ(timekeeper_->leap_table().kind_on(next.day), LeapKind::kInsert) << "nor does what is older";
    std::filesystem::remove_all(directory);
    lines_.clear();
    pass(2h);
    EXPECT_EQ(timekeeper_->leap_table().kind_on(next.day), LeapKind::kInsert) << "nor does one that is gone";
    EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(LeapServiceTest, KeepsAListThatIsGivenToItAndGoesOnWithItAfterARestart) {
    const std::filesystem::path directory = std::filesystem::path{scratch_.file("list")}.parent_path();
    configuration_.state_dir = directory.string();
    const UtcDay updated = *day_from_date(2028, 7, 6);
    const LeapEvent next{*day_from_date(2028, 12, 31), LeapKind::kInsert};
    begin(*LeapTable::built_in().tai_at({{updated + 10, 0}, 0}));
    const std::string list = newer_list(updated, next.day);
    const LeapListOutcome taken = take(list);
    EXPECT_EQ(taken.wrong, "");
    EXPECT_EQ(taken.updated, updated);
    EXPECT_EQ(taken.expires, updated + 360);
    EXPECT_TRUE(taken.kept);
    EXPECT_EQ(timekeeper_->leap_table().kind_on(next.day), LeapKind::kInsert) << "at once";
    EXPECT_EQ(file_that_counts(), (directory / "leap-seconds.list").string());
    std::ifstream kept{directory / "leap-seconds.list"};
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>{kept}, {}), list);

    restart();
    EXPECT_EQ(timekeeper_->leap_table().kind_on(next.day), LeapKind::kInsert);
    EXPECT_EQ(told().at("table").at("from"), "list");
    EXPECT_TRUE(take(list).kept) << "the same again does no harm";
    configuration_.lab_mode = true;
    restart();
    EXPECT_EQ(told().at("table").at("from"), "built_in") << "a laboratory has one of its own";
    configuration_.lab_mode = false;
    std::ofstream{directory / "leap-seconds.list"} << "half a li";
    reload();
    EXPECT_EQ(told().at("table").at("from"), "built_in");
    EXPECT_THAT(lines_, Contains(AllOf(HasSubstr("leap_list_refused"), HasSubstr("leap-seconds.list"))));
}

TEST_F(LeapServiceTest, ForgetsAListThatWasGivenToIt) {
    const std::filesystem::path directory = std::filesystem::path{scratch_.file("list")}.parent_path();
    configuration_.state_dir = directory.string();
    const UtcDay updated = *day_from_date(2028, 7, 6);
    const LeapEvent next{*day_from_date(2028, 12, 31), LeapKind::kInsert};
    begin(*LeapTable::built_in().tai_at({{updated + 10, 0}, 0}));
    EXPECT_EQ(forget(), LeapListForgotten::kNone);
    ASSERT_TRUE(take(newer_list(updated, next.day)).kept);
    EXPECT_EQ(told().at("table").at("given"), true);
    EXPECT_EQ(forget(), LeapListForgotten::kDone);
    EXPECT_EQ(timekeeper_->leap_table().kind_on(next.day), LeapKind::kNone) << "at once";
    EXPECT_EQ(told().at("table").at("from"), "built_in");
    EXPECT_EQ(told().at("table").at("given"), false);
    EXPECT_THAT(lines_, Contains(HasSubstr("leap_list_forgotten counts=\"built in\"")));
    EXPECT_FALSE(std::filesystem::exists(directory / "leap-seconds.list"));
    EXPECT_EQ(forget(), LeapListForgotten::kNone);
    restart();
    EXPECT_EQ(told().at("table").at("from"), "built_in");
    reload();
    EXPECT_EQ(told().at("table").at("from"), "built_in");
}

TEST_F(LeapServiceTest, GoesOnWithAListForAsLongAsClientsAreBeingPreparedByIt) {
    const UtcDay updated = *day_from_date(2028, 7, 6);
    const LeapEvent next{*day_from_date(2028, 12, 31), LeapKind::kInsert};
    const LeapTable known = LeapTable::built_in().with_event(next);
    begin(known.end_of(next) - 30h);
    EXPECT_EQ(take(newer_list(updated, next.day)).wrong, "");
    pass(10h);
    ASSERT_EQ(leap(), LeapIndicator::kInsert);
    EXPECT_EQ(forget(), LeapListForgotten::kWaits);
    EXPECT_EQ(leap(), LeapIndicator::kInsert);
    EXPECT_THAT(lines_, Contains(HasSubstr("leap_change_waits")));
}

TEST_F(LeapServiceTest, ForgetsNoListThatAloneKnowsOfALeapSecondThatHasBeen) {
    const UtcDay updated = *day_from_date(2028, 7, 6);
    const LeapEvent next{*day_from_date(2028, 12, 31), LeapKind::kInsert};
    begin(LeapTable::built_in().with_event(next).end_of(next) - 48h);
    EXPECT_EQ(take(newer_list(updated, next.day)).wrong, "");
    pass(49h);
    EXPECT_EQ(told().at("tai_minus_utc"), 38);
    lines_.clear();
    EXPECT_EQ(forget(), LeapListForgotten::kNeeded);
    EXPECT_THAT(lines_, IsEmpty()) << "no table is told that does not count";
    pass(1s);
    EXPECT_EQ(told().at("tai_minus_utc"), 38);
}

TEST_F(LeapServiceTest, WeighsAKeptListWithTheConfiguredOne) {
    const std::filesystem::path directory = std::filesystem::path{scratch_.file("list")}.parent_path();
    configuration_.state_dir = directory.string();
    configuration_.leap_list_file = (directory / "configured").string();
    const UtcDay updated = *day_from_date(2028, 7, 6);
    for (const int older : {0, 300}) {
        std::ofstream{configuration_.leap_list_file} << newer_list(updated - older, *day_from_date(2028, 12, 31));
        std::ofstream{directory / "leap-seconds.list"} << newer_list(updated - 100, *day_from_date(2029, 6, 30));
        begin(*LeapTable::built_in().tai_at({{updated + 10, 0}, 0}));
        const std::string best = older == 0 ? "configured" : "leap-seconds.list";
        EXPECT_EQ(file_that_counts(), (directory / best).string());
    }
}

TEST_F(LeapServiceTest, RefusesAListThatIsBadOrOlderThanWhatItKnowsAndChangesNothing) {
    const UtcDay updated = *day_from_date(2028, 7, 6);
    const UtcDay leap = *day_from_date(2028, 12, 31);
    begin(*LeapTable::built_in().tai_at({{updated + 10, 0}, 0}));
    const std::string list = newer_list(updated, leap);
    const LeapListOutcome taken = take(list);
    EXPECT_EQ(taken.wrong, "");
    EXPECT_FALSE(taken.kept) << "there is nowhere to keep it";
    EXPECT_THAT(lines_, Contains(HasSubstr("leap_list_not_kept")));
    const auto wrong = [&](const std::string& text) { return take(text).wrong; };
    EXPECT_EQ(
        wrong(newer_list(updated - 1, leap)),
        "the list is of 2028-07-05 and expires 2029-06-30; what is known is of 2028-07-06 and expires 2029-07-01");
    const LeapListOutcome older = take(newer_list(updated - 1, leap));
    EXPECT_EQ(older.updated, updated - 1);
    EXPECT_EQ(older.in_use_updated, updated);
    EXPECT_EQ(older.in_use_expires, taken.expires);
    std::string flipped = list;
    flipped[flipped.find(" 38\n") + 2] = '9';
    EXPECT_THAT(wrong(flipped), Not(IsEmpty()));
    EXPECT_THAT(wrong("<html>"), Not(IsEmpty()));
    EXPECT_THAT(wrong(""), Not(IsEmpty()));
    EXPECT_EQ(timekeeper_->leap_table().kind_on(leap), LeapKind::kInsert);
}

TEST_F(LeapServiceTest, TakesAListThatKnowsOfALeapSecondSinceTheOneThatItHas) {
    const UtcDay leap = *day_from_date(2028, 12, 31);
    begin(LeapTable::built_in().with_event({leap, LeapKind::kInsert}).end_of({leap, LeapKind::kInsert}) + 24h * 40);
    EXPECT_EQ(take(newer_list(leap + 8, leap)).wrong, "");
    EXPECT_EQ(timekeeper_->leap_table().kind_on(leap), LeapKind::kInsert);
}

TEST_F(LeapServiceTest, RefusesAListThatDeniesWhatTheOneThatItHasClaimsToKnow) {
    const UtcDay leap = *day_from_date(2028, 12, 31);
    const UtcDay updated = *day_from_date(2028, 7, 6);
    begin(*LeapTable::built_in().tai_at({{leap + 40, 0}, 0}));
    ASSERT_EQ(take(newer_list(updated, leap)).wrong, "");
    EXPECT_THAT(take(newer_list(updated + 1, leap - 184)).wrong, HasSubstr("changes leap seconds of the past"));
    EXPECT_EQ(timekeeper_->leap_table().kind_on(leap), LeapKind::kInsert);
}

TEST_F(LeapServiceTest, ForgetsNoListWithLeapSecondsOfItsOwnBeforeItKnowsWhetherTheyHaveBeen) {
    const UtcDay updated = *day_from_date(2028, 7, 6);
    begin(*LeapTable::built_in().tai_at({{updated + 10, 0}, 0}));
    restart(false);
    ASSERT_EQ(take(newer_list(updated, *day_from_date(2028, 12, 31))).wrong, "");
    EXPECT_EQ(forget(), LeapListForgotten::kNeeded);
}

TEST_F(LeapServiceTest, ArmsNothingFalseThoughTheListIsMissingOrCorrupt) {
    const std::filesystem::path directory = std::filesystem::path{scratch_.file("list")}.parent_path();
    const std::string good = newer_list(*day_from_date(2028, 7, 6), *day_from_date(2028, 12, 31));
    std::string flipped = good;
    flipped[flipped.find(" 38\n") + 2] = '9';
    for (const std::string& text : {std::string{}, good.substr(0, good.size() / 2), flipped}) {
        for (const char* const today : {"2026-12-10T00:00:00Z", "2028-12-10T00:00:00Z"}) {
            for (const LeapKind kind : {LeapKind::kInsert, LeapKind::kDelete}) {
                configuration_.leap_list_file = (directory / "list").string();
                std::filesystem::remove(configuration_.leap_list_file);
                if (!text.empty()) {
                    std::ofstream{configuration_.leap_list_file} << text;
                }
                begin(LeapTable::built_in().tai_at(*parse_utc(today)).value());
                timekeeper_->set_sources({{.id = 1, .kin = Kin::kSatellites}});
                for (int second = 0; second < 5; ++second) {
                    pass(1s);
                    timekeeper_->observe(Label{.source = 1,
                                               .heard = now_,
                                               .time = LeapTable::built_in().utc_at(tai() - 140ms),
                                               .leap_at_month_end = kind});
                }
                pass(1s);
                const json::object leap = told();
                EXPECT_THAT(std::string{leap.at("table").at("refused").as_string()}, Not(IsEmpty()));
                ASSERT_EQ(leap.at("votes").as_array().size(), 1U);
                EXPECT_TRUE(leap.at("disagreement").as_bool() || leap.at("unconfirmed").as_bool());
                EXPECT_EQ(leap.at("next"), nullptr) << today;
            }
        }
    }
}

TEST_F(LeapServiceTest, GoesOnWithTheTableBuiltInWhereTheListIsBad) {
    const std::filesystem::path directory = std::filesystem::path{scratch_.file("list")}.parent_path();
    configuration_.leap_list_file = (directory / "list").string();
    for (const char* const text : {"", "#$ 3\n#@ 4\n2272060800 10\n", "\xff\xfe"}) {
        std::ofstream{configuration_.leap_list_file} << text;
        begin(kEnd - 48h);
        EXPECT_EQ(told().at("table").at("from"), "built_in");
        EXPECT_THAT(std::string{told().at("table").at("refused").as_string()}, Not(IsEmpty()));
    }
    std::filesystem::remove_all(directory);
    begin(kEnd - 48h);
    EXPECT_THAT(lines_, Contains(HasSubstr("leap_list_refused")));
}

}  // namespace
}  // namespace tokimori
