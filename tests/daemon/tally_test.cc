#include "server/daemon/tally.h"

#include <gtest/gtest.h>

#include "tests/daemon/facts.h"

namespace tokimori {
namespace {

TEST(Tally, MarksEveryReasonAsChronycWould) {
    const std::pair<std::string_view, char> expected[] = {
        {"selected", '*'},
        {"combined", '+'},
        {"selectable", '-'},
        {"waiting_for_pulses", '-'},
        {"outlier", '-'},
        {"distant", '~'},
        {"falseticker", 'x'},
        {"disputed", 'x'},
        {"panic", 'x'},
        {"objects", 'x'},
        {"withheld", '-'},
        {"wrong_second", 'x'},
        {"wrong_week", 'x'},
        {"before_last_time", 'x'},
        {"wrong_leap_seconds", 'x'},
        {"no_such_second", 'x'},
        {"too_far", '?'},
        {"not_enough", '?'},
        {"silent", '?'},
        {"noselect", '?'},
        {"unlabelled", '?'},
        {"waiting_for_agreement", '?'},
        {"laboratory_only", '?'},
        {"ambiguous_delay", '?'},
    };
    for (const auto& [code, mark] : expected) {
        EXPECT_EQ(tally_of(code), mark) << code;
    }
}

TEST(Tally, HasAQuestionForAReasonThatIsNew) {
    EXPECT_EQ(tally_of("born_yesterday"), '?');
    EXPECT_EQ(tally_of(""), '?');
}

TEST(Tally, MarksAChoiceByPulsesUnlessTheWholeSkyIsSimulatedOrItIsAServer) {
    ClockFacts facts = SampleFacts::synchronised();
    EXPECT_EQ(tally_of(facts.sources[0], facts), 'o');
    EXPECT_EQ(tally_of(facts.sources[1], facts), '?');
    facts.sources[0].whole_sky = true;
    EXPECT_EQ(tally_of(facts.sources[0], facts), '*');
    facts.sources[0].whole_sky = false;
    facts.sources[0].driver = "upstream";
    EXPECT_EQ(tally_of(facts.sources[0], facts), '*') << "a server has no pulses";
    facts.sources[0].driver = "pps-kernel";
    EXPECT_EQ(tally_of(facts.sources[0], facts), 'o');
    facts.clock.by_pulses = false;
    EXPECT_EQ(tally_of(facts.sources[0], facts), '*');
}

}  // namespace
}  // namespace tokimori
