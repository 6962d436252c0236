#include "server/daemon/tally.h"

#include <algorithm>
#include <array>

#include "server/daemon/clock_facts.h"

namespace tokimori {
namespace {

struct Row {
    std::string_view code;
    char tally;
};

constexpr std::array kRows{
    Row{"selected", '*'},
    Row{"combined", '+'},
    Row{"selectable", '-'},
    Row{"waiting_for_pulses", '-'},
    Row{"withheld", '-'},
    Row{"outlier", '-'},
    Row{"last_resort", '-'},
    Row{"distant", '~'},
    Row{"falseticker", 'x'},
    Row{"disputed", 'x'},
    Row{"panic", 'x'},
    Row{"objects", 'x'},
    Row{"wrong_week", 'x'},
    Row{"wrong_second", 'x'},
    Row{"wrong_leap_seconds", 'x'},
    Row{"no_such_second", 'x'},
    Row{"before_last_time", 'x'},
};

}  // namespace

char tally_of(std::string_view reason_code) {
    const auto* const row = std::ranges::find(kRows, reason_code, &Row::code);
    return row != kRows.end() ? row->tally : '?';
}

char tally_of(const NamedSource& source, const ClockFacts& facts) {
    const char tally = tally_of(reason_code(source.report.reason));
    const bool is_of_pulses = facts.clock.by_pulses && !source.whole_sky && source.driver != "upstream";
    return tally == '*' && is_of_pulses ? 'o' : tally;
}

}  // namespace tokimori
