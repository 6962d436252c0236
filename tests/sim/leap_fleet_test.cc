#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <utility>

#include "tests/sim/leap_fleet.h"

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

// Fleets of servers around a leap second, each disturbed at other moments: what they serve is right, or LI = 3 where a
// start-up owes it. After the end of every known table, so that only those count who announce it.
const UtcDay kDecember = day_from_date(2028, 12, 31).value();
const UtcDay kJune = day_from_date(2029, 6, 30).value();

constexpr int kMinute = 60;
constexpr int kHour = 3600;
constexpr int kBegin = -25 * kHour;
constexpr int kEnd = 2 * kHour;
constexpr std::array kDisturbances{Disturbance::kReload, Disturbance::kRestart, Disturbance::kKill,
                                   Disturbance::kPowerCut};

std::function<std::optional<LeapKind>(int)> announcing(LeapKind kind) {
    return [kind](int second) { return std::optional{second < 0 ? kind : LeapKind::kNone}; };
}

Member gps(LeapKind kind, bool trusted, SourceId id = 1) {
    return {.settings = {.id = id,
                         .refid = reference_id("GPS"),
                         .trust = trusted,
                         .kin = Kin::kSatellites,
                         .expects_pulses = true},
            .says = announcing(kind)};
}

Member mute_gps() {
    Member member = gps(LeapKind::kNone, false);
    member.says = [](int) { return std::nullopt; };
    return member;
}

// Long-wave radio, which is no satellite.
Member jjy(LeapKind kind, bool trusted, SourceId id = 2) {
    return {.settings = {.id = id,
                         .refid = reference_id("JJY"),
                         .delay = Duration::zero(),
                         .trust = trusted,
                         .kin = Kin::kLongWave,
                         .expects_pulses = true},
            .names_minutes = true,
            .says = announcing(kind)};
}

/// Who knows of the leap second.
enum class Cast { kTrustedGps, kTwoVoices, kJjy, kTable, kByHand };

struct Scene {
    Cast cast = Cast::kTrustedGps;
    LeapKind kind = LeapKind::kInsert;
    int smear = 0;  ///< minutes; 0: inserted
    int lead = 24;  ///< hours

    LeapBook book() const {
        const auto length = smear != 0 ? std::optional{std::chrono::minutes{smear}} : std::nullopt;
        return {kind == LeapKind::kInsert ? kDecember : kJune, kind, length, lead};
    }
    LeapServer::Settings settings() const {
        LeapServer::Settings settings;
        const LeapEvent event{book().day(), kind};
        settings.policy.lead = std::chrono::hours{lead};
        if (smear != 0) {
            settings.policy = {.mode = LeapMode::kSmear, .smear = std::chrono::minutes{smear}};
        }
        switch (cast) {
            case Cast::kTrustedGps:
                settings.members = {gps(kind, true)};
                break;
            case Cast::kTwoVoices:
                settings.members = {gps(kind, false), jjy(kind, false)};
                break;
            case Cast::kJjy:
                settings.members = {jjy(kind, true)};
                settings.start_up = 5min;
                break;
            case Cast::kTable:
                settings.members = {mute_gps()};
                settings.knowledge = LeapKnowledge{LeapTable::built_in().with_event(event)};
                break;
            case Cast::kByHand:
                settings.members = {mute_gps()};
                settings.knowledge.manual_only = true;
                settings.knowledge.manual = {event};
                break;
        }
        return settings;
    }
};

std::ostream& operator<<(std::ostream& out, const Scene& scene) {
    static constexpr std::array kCasts{"trusted GPS", "two voices", "JJY", "table", "by hand"};
    return out << kCasts[static_cast<std::size_t>(scene.cast)] << ", "
               << (scene.kind == LeapKind::kInsert ? "insertion" : "deletion") << ", smear " << scene.smear
               << ", announced " << scene.lead << " h before";
}

std::vector<Scene> all_scenes() {
    std::vector<Scene> scenes;
    for (const Cast cast : {Cast::kTrustedGps, Cast::kTwoVoices, Cast::kJjy, Cast::kTable, Cast::kByHand}) {
        for (const LeapKind kind : {LeapKind::kInsert, LeapKind::kDelete}) {
            for (const int smear : {0, 60, 120, 400}) {
                scenes.push_back({cast, kind, smear});
            }
            for (const int lead : {1, 12}) {
                scenes.push_back({cast, kind, 0, lead});
            }
        }
    }
    return scenes;
}

void expect_right(const LeapServer& server, const char* what) {
    for (const std::string& complaint : server.complaints()) {
        ADD_FAILURE() << what << ": " << complaint << " (one of " << server.wrong() << ")";
    }
}

int warning_of(const Scene& scene) {
    return -static_cast<int>(scene.book().warning() / 1s);
}

class LeapFleet : public testing::TestWithParam<Scene> {};

TEST_P(LeapFleet, ServesTheSameTimeWhateverIsDoneToItEveryHalfHour) {
    LeapServer server{GetParam().book(), GetParam().settings(), kBegin};
    std::size_t turn = static_cast<std::size_t>(GetParam().smear / 20);
    for (int at = kBegin + 30 * kMinute; at < kEnd; at += 30 * kMinute) {
        server.disturb(at, kDisturbances[turn++ % kDisturbances.size()]);
    }
    server.run(kEnd);
    expect_right(server, "every half hour");
    EXPECT_GT(server.asked(), 97'000);
}

// Each begins twenty minutes before.
void disturb_at(const Scene& scene, int edge) {
    for (const Disturbance disturbance : kDisturbances) {
        for (const int moment : {-4, -2, -1, 0, 1}) {
            LeapServer server{scene.book(), scene.settings(), edge - 20 * kMinute};
            if (scene.cast == Cast::kTwoVoices) {
                // The first start of its life: of the two that must agree JJY is not understood before some minutes.
                server.allow_anything(edge - 20 * kMinute, edge - 14 * kMinute);
                server.allow_no_service(edge - 20 * kMinute, edge - 14 * kMinute);
            }
            server.disturb(edge + moment, disturbance);
            server.run(edge + 4 * kMinute);
            expect_right(server, ("done at " + std::to_string(edge + moment)).c_str());
        }
    }
}

TEST_P(LeapFleet, ServesTheSameTimeWhateverIsDoneToItAtTheLeapSecond) {
    disturb_at(GetParam(), 0);
}

TEST_P(LeapFleet, ServesTheSameTimeWhateverIsDoneToItWhenTheAnnouncementOrTheSmearBegins) {
    disturb_at(GetParam(), warning_of(GetParam()));
}

/// What an operator writes into [leap] at the wrong moment.
enum class Change { kMode, kLengths, kNobodyAsked, kTheOpposite, kNoList };
constexpr std::array kChanges{Change::kMode, Change::kLengths, Change::kNobodyAsked, Change::kTheOpposite,
                              Change::kNoList};

LeapChanges::Wanted changed(const Scene& scene, Change change) {
    const LeapServer::Settings settings = scene.settings();
    LeapChanges::Wanted wanted{.policy = settings.policy, .knowledge = settings.knowledge};
    const LeapKind opposite = scene.kind == LeapKind::kInsert ? LeapKind::kDelete : LeapKind::kInsert;
    switch (change) {
        case Change::kMode:
            wanted.policy.mode = scene.smear != 0 ? LeapMode::kInsert : LeapMode::kSmear;
            break;
        case Change::kLengths:
            wanted.policy.smear = std::chrono::minutes{scene.smear < 400 ? 400 : 60};
            wanted.policy.lead = std::chrono::hours{scene.lead < 24 ? 24 : 1};
            break;
        case Change::kNobodyAsked:
            wanted.knowledge.manual_only = !wanted.knowledge.manual_only;
            wanted.knowledge.manual.clear();
            break;
        case Change::kTheOpposite:
            wanted.knowledge.manual_only = true;
            wanted.knowledge.manual = {{scene.book().day(), opposite}};
            break;
        case Change::kNoList:
            wanted.knowledge.table = LeapTable::built_in();
            wanted.knowledge.manual.clear();
            break;
    }
    return wanted;
}

const char* name_of(Change change) {
    static constexpr std::array kNames{"mode", "lengths", "nobody asked", "the opposite", "no list"};
    return kNames[static_cast<std::size_t>(change)];
}

TEST_P(LeapFleet, ServesTheSameTimeWhateverElseIsConfiguredWhileClientsAreBeingPrepared) {
    std::size_t turn = static_cast<std::size_t>(GetParam().smear / 20);
    const int begin = warning_of(GetParam()) - 20 * kMinute;
    for (const Change change : kChanges) {
        LeapServer::Settings settings = GetParam().settings();
        settings.changed = changed(GetParam(), change);
        LeapServer server{GetParam().book(), settings, begin};
        if (GetParam().cast == Cast::kTwoVoices) {
            server.allow_anything(begin, begin + 6 * kMinute);
            server.allow_no_service(begin, begin + 6 * kMinute);
        }
        const int pause = std::max(-warning_of(GetParam()) / 9, 7 * kMinute);
        for (int at = warning_of(GetParam()) + 1; at < 0; at += pause) {
            server.disturb(at, kDisturbances[turn++ % kDisturbances.size()]);
        }
        server.run(8 * kMinute);
        expect_right(server, name_of(change));
        EXPECT_FALSE(server.changes().waits());
        EXPECT_EQ(server.changes().policy(), settings.changed->policy) << "when it is over";
        EXPECT_EQ(server.clock().leap().knowledge().manual, settings.changed->knowledge.manual);
    }
}

TEST_P(LeapFleet, ServesTheSameTimeWhateverElseIsConfiguredAtTheLeapSecond) {
    std::size_t turn = static_cast<std::size_t>(GetParam().smear / 20);
    const int begin = -10 * kMinute;
    for (const Disturbance disturbance : kDisturbances) {
        for (const int moment : {-4, -1, 0, 2}) {
            LeapServer::Settings settings = GetParam().settings();
            const Change change = kChanges[turn++ % kChanges.size()];
            settings.changed = changed(GetParam(), change);
            LeapServer server{GetParam().book(), settings, begin};
            server.allow_anything(begin, begin + 6 * kMinute);
            server.allow_no_service(begin, begin + 6 * kMinute);
            server.disturb(moment, disturbance);
            server.run(2 * kMinute);
            expect_right(server, (name_of(change) + (" at " + std::to_string(moment))).c_str());
        }
    }
}

constexpr int kLastDay = -86'401;

LeapServer::Settings settings_of(std::vector<Member> members) {
    LeapServer::Settings settings;
    settings.members = std::move(members);
    return settings;
}

// Said only from, and until, a second.
Member saying(Member member, int from, int until) {
    member.says = [says = member.says, from, until](int second) {
        return second >= from && second < until ? says(second) : std::optional<LeapKind>{};
    };
    return member;
}

Member silent(Member member, int from, int until) {
    member.silent = [from, until](int second) { return second >= from && second < until; };
    return member;
}

TEST(LeapFaults, ALossOfTheOnlySourceChangesNothing) {
    for (const Scene& scene :
         {Scene{Cast::kTrustedGps, LeapKind::kInsert, 0}, {Cast::kTrustedGps, LeapKind::kDelete, 400}}) {
        for (const auto& [from, until] : {std::pair{-20 * kHour, -2 * kHour}, {-3 * kHour, kHour}, {-1, 5}}) {
            LeapServer::Settings settings = scene.settings();
            settings.members = {silent(gps(scene.kind, true), from, until)};
            LeapServer server{scene.book(), settings, kBegin};
            server.run(kEnd);
            expect_right(server, "silent");
        }
    }
}

TEST(LeapFaults, ASecondVoiceThatComesLateArmsItThen) {
    const Scene scene{Cast::kTwoVoices, LeapKind::kInsert, 0};
    const int late = -10 * kHour;
    LeapServer server{scene.book(), settings_of({gps(scene.kind, false), saying(jjy(scene.kind, false), late, 0)}),
                      kBegin};
    server.expect_leap(kLastDay, late + 60, 0);
    server.allow_anything(late + 60, late + 2 * kMinute);
    server.run(kEnd);
    expect_right(server, "late");
}

TEST(LeapFaults, AVoiceThatDeniesIsOutvotedByTwo) {
    const Scene scene{Cast::kTwoVoices, LeapKind::kInsert, 0};
    for (const LeapKind other : {LeapKind::kNone, LeapKind::kDelete}) {
        Member third = gps(other, false, 3);
        third.settings.kin = Kin::kNetwork;
        LeapServer server{scene.book(), settings_of({gps(scene.kind, false), jjy(scene.kind, false), third}), kBegin};
        server.run(kEnd);
        expect_right(server, "denied");
    }
}

TEST(LeapFaults, OneVoiceAloneArmsNothingInAWholeDay) {
    const LeapBook quiet{kDecember, LeapKind::kNone, std::nullopt};
    for (const LeapKind lie : {LeapKind::kInsert, LeapKind::kDelete}) {
        const std::vector<std::vector<Member>> liars{{gps(lie, false)},
                                                     {gps(lie, false), mute_gps()},
                                                     {jjy(lie, false), mute_gps()},
                                                     {gps(lie, false), gps(lie, false, 3)}};
        for (const std::vector<Member>& members : liars) {
            LeapServer server{quiet, settings_of(members), kBegin};
            server.run(kEnd);
            expect_right(server, "lie");
        }
    }
}

TEST(LeapFaults, WhatATrustedReceiverTakesBackIsNotCarriedOut) {
    const LeapBook quiet{kDecember, LeapKind::kNone, std::nullopt};
    Member liar = gps(LeapKind::kInsert, true);
    const int from = -20 * kHour;
    const int until = -3 * kHour;
    liar.says = [](int second) {
        return std::optional{second >= from && second < until ? LeapKind::kInsert : LeapKind::kNone};
    };
    LeapServer server{quiet, settings_of({liar}), kBegin};
    server.expect_leap(from + 5, until - 5, 1);
    server.allow_anything(from - 5, from + 5);
    server.allow_anything(until - 5, until + 5);
    server.run(kEnd);
    expect_right(server, "taken back");
}

// And not again after whatever ends the program then.
TEST(LeapFaults, ALeapSecondThatNobodyAnnouncedIsServedWrongOnlyUntilTheSecondWordOfATrustedSource) {
    for (const LeapKind kind : {LeapKind::kInsert, LeapKind::kDelete}) {
        for (const int disturbed : {0, 5, 20, 600}) {
            const Scene scene{Cast::kTrustedGps, kind, 0};
            Member member = mute_gps();
            member.settings.trust = true;
            member.tells_gps_offset = false;
            LeapServer server{scene.book(), settings_of({member}), -kHour};
            server.expect_leap(-kHour, kHour, 0);
            server.allow_anything(-1, 3);
            server.allow_no_service(-1, 60);
            if (disturbed > 0) {
                server.disturb(disturbed, Disturbance::kKill);
                server.allow_no_service(disturbed, disturbed + 60);
            }
            server.run(kHour);
            expect_right(server, ("killed at " + std::to_string(disturbed)).c_str());
        }
    }
}

// A receiver that says GPS − UTC itself tells us what we lack, so that service goes on after the gap.
TEST(LeapFaults, AnInsertionThatNobodyAnnouncedIsMadeUpForByATrustedCountOfLeapSeconds) {
    for (const int smear : {0, 120}) {
        const Scene scene{Cast::kTrustedGps, LeapKind::kInsert, 0};
        Member member = mute_gps();
        member.settings.trust = true;
        LeapServer::Settings settings = settings_of({member});
        settings.policy.mode = smear != 0 ? LeapMode::kSmear : LeapMode::kInsert;
        LeapServer server{scene.book(), settings, -kHour};
        server.expect_leap(-kHour, kHour, 0);
        server.allow_anything(-1, 3);
        server.allow_no_service(-1, 30);
        server.run(kHour);
        expect_right(server, "unannounced");
    }
}

// Half a year apart, and no table knows of either: the second is served as if the first were in the table.
TEST(LeapFaults, TwoThatSourcesArmedAreServedAsIfTheTableKnewThem) {
    for (const int smear : {0, 120}) {
        const Scene scene{Cast::kTwoVoices, LeapKind::kInsert, smear};
        LeapServer first{scene.book(), scene.settings(), -kHour};
        first.allow_anything(-kHour, -50 * kMinute);
        first.allow_no_service(-kHour, -50 * kMinute);
        first.run(kHour);
        expect_right(first, "first");
        LeapServer::Settings settings = scene.settings();
        settings.remembered = first.clock().memory();
        settings.gps_minus_utc = 19;
        const auto length = smear != 0 ? std::optional{std::chrono::minutes{smear}} : std::nullopt;
        LeapServer second{LeapBook{kJune, scene.kind, length}, settings, kBegin};
        second.allow_anything(kBegin, kBegin + 10 * kMinute);
        second.disturb(-30 * kMinute, Disturbance::kPowerCut);
        second.disturb(30, Disturbance::kRestart);
        second.run(kEnd);
        expect_right(second, "second");
        EXPECT_EQ(second.clock().leap_table().rows().back().tai_minus_utc, 39);
    }
}

INSTANTIATE_TEST_SUITE_P(All, LeapFleet, testing::ValuesIn(all_scenes()));

}  // namespace
}  // namespace tokimori::sim
