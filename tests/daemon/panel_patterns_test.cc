#include "server/daemon/panel_patterns.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/daemon/facts.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr Duration kHoldoverAlarm = 10min;

std::string two_seconds_of(LampPattern pattern) {
    std::string text;
    for (unsigned step = 0; step < 16; ++step) {
        text += is_lit(pattern, step) ? '#' : '.';
    }
    return text;
}

PanelLook look_at(const ClockFacts& facts) {
    return panel_look(panel_sight(facts), kHoldoverAlarm);
}

/// Synchronised by pulses, and nothing is wrong.
ClockFacts well() {
    ClockFacts facts = SampleFacts::synchronised();
    facts.sources.resize(1);
    facts.sources[0].report.health.reset();
    return facts;
}

ClockFacts in_holdover_for(Duration age) {
    ClockFacts facts = well();
    facts.clock.state = ClockState::kHoldover;
    facts.clock.selected.reset();
    facts.sources[0].report.reason = Reason::kSilent;
    facts.state_since = facts.now - age;
    return facts;
}

TEST(PanelPatterns, AreDrawnInStepsOfAnEighthOfASecondAndComeAgain) {
    EXPECT_EQ(two_seconds_of(LampPattern::kOff), "................");
    EXPECT_EQ(two_seconds_of(LampPattern::kOn), "################");
    EXPECT_EQ(two_seconds_of(LampPattern::kSlowBlink), "########........");
    EXPECT_EQ(two_seconds_of(LampPattern::kFastBlink), "#.#.#.#.#.#.#.#.");
    EXPECT_EQ(two_seconds_of(LampPattern::kDoubleFlash), "#.#.............");
    EXPECT_EQ(is_lit(LampPattern::kDoubleFlash, 2), is_lit(LampPattern::kDoubleFlash, 18));
}

TEST(PanelPatterns, AClockThatIsWellShinesAndItsRelayIsEnergised) {
    EXPECT_EQ(look_at(well()), (PanelLook{LampPattern::kOn, LampPattern::kOn, LampPattern::kOff, true}));
}

TEST(PanelPatterns, AClockWithoutPulsesBlinksItsReferenceLamp) {
    ClockFacts facts = well();
    facts.clock.by_pulses = false;
    EXPECT_EQ(look_at(facts), (PanelLook{LampPattern::kOn, LampPattern::kSlowBlink, LampPattern::kOff, true}));
}

TEST(PanelPatterns, AClockThatNeverKnewTheTimeIsAFault) {
    EXPECT_EQ(look_at(ClockFacts{}), (PanelLook{LampPattern::kFastBlink, LampPattern::kOff, LampPattern::kOn, false}));
}

TEST(PanelPatterns, ASourceThatIsHeardAndNotFollowedYetFlashesTwice) {
    ClockFacts facts = well();
    facts.clock = {};
    facts.sources[0].report.reason = Reason::kWaitingForAgreement;
    EXPECT_EQ(look_at(facts), (PanelLook{LampPattern::kFastBlink, LampPattern::kDoubleFlash, LampPattern::kOn, false}));
}

TEST(PanelPatterns, AHoldoverIsAWarningAtFirstAndThenAFault) {
    EXPECT_EQ(look_at(in_holdover_for(kHoldoverAlarm - 1ns)),
              (PanelLook{LampPattern::kSlowBlink, LampPattern::kOff, LampPattern::kSlowBlink, true}));
    EXPECT_EQ(look_at(in_holdover_for(kHoldoverAlarm)),
              (PanelLook{LampPattern::kSlowBlink, LampPattern::kOff, LampPattern::kOn, false}));
}

TEST(PanelPatterns, TimeThatIsNotVouchedForIsAFaultWhateverTheStateSays) {
    ClockFacts facts = well();
    facts.clock.server.valid_until = facts.now;
    const PanelLook look = look_at(facts);
    EXPECT_EQ(look.time, LampPattern::kFastBlink);
    EXPECT_EQ(look.alarm, LampPattern::kOn);
    EXPECT_FALSE(look.energised);
}

TEST(PanelPatterns, TheLastResortIsAFaultThoughItIsServed) {
    ClockFacts facts = well();
    facts.clock.state = ClockState::kLocal;
    facts.clock.selected = facts.sources[0].report.source;
    EXPECT_EQ(look_at(facts), (PanelLook{LampPattern::kDoubleFlash, LampPattern::kOff, LampPattern::kOn, false}));
    facts.sources.push_back(SampleFacts::source("gps", SampleFacts::report(2, Reason::kWaitingForAgreement)));
    EXPECT_EQ(look_at(facts).reference, LampPattern::kDoubleFlash) << "another one is heard";
}

TEST(PanelPatterns, WhatDoesNotTouchServedTimeIsAWarning) {
    const PanelLook warned{LampPattern::kOn, LampPattern::kOn, LampPattern::kSlowBlink, true};
    ClockFacts disputed = well();
    disputed.clock.disputed = true;
    EXPECT_EQ(look_at(disputed), warned);
    EXPECT_EQ(panel_look(panel_sight(well(), true), kHoldoverAlarm), warned) << "a disk that takes nothing";
    ClockFacts antenna = well();
    antenna.sources[0].report.health = SampleFacts::report(1, Reason::kSelected).health;
    EXPECT_EQ(look_at(antenna), warned);
    for (const Reason reason : {Reason::kSilent, Reason::kFalseticker, Reason::kWrongSecond, Reason::kNoSuchSecond}) {
        ClockFacts another = well();
        another.sources.push_back(SampleFacts::source("backup", SampleFacts::report(2, reason)));
        another.sources[1].report.health.reset();
        EXPECT_EQ(look_at(another), warned) << reason_code(reason);
    }
}

ClockFacts beside_a_watched_one() {
    ClockFacts facts = well();
    facts.sources.push_back(SampleFacts::source("watched", SampleFacts::report(2, Reason::kNoselect)));
    facts.sources[1].noselect = true;
    return facts;
}

TEST(PanelPatterns, OneThatIsOnlyWatchedWarnsOfNothing) {
    EXPECT_EQ(look_at(beside_a_watched_one()).alarm, LampPattern::kOff) << "though its antenna is open";
}

TEST(PanelPatterns, OneThatIsOnlyWatchedIsHeardWhereItReports) {
    ClockFacts facts = beside_a_watched_one();
    facts.clock = {};
    facts.sources[0].report.reason = Reason::kSilent;
    facts.sources[1].report.reach = 1;
    EXPECT_EQ(look_at(facts).reference, LampPattern::kDoubleFlash);
    facts.sources[1].report.reach = 0;
    EXPECT_EQ(look_at(facts).reference, LampPattern::kOff);
}

}  // namespace
}  // namespace tokimori
