#include "tests/sim/stories/sources.h"

#include <string>

// A whole station: sentences and pulses of a GPS receiver, long-wave radio, two servers. One of them lies or is gone.

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

constexpr SourceId kGps = 1;
constexpr SourceId kPps = 2;
constexpr SourceId kJjy = 3;
constexpr SourceId kServer = 4;
constexpr int kBegins = 900;
constexpr int kEnds = 1800;
constexpr int kOver = 2400;
constexpr double kWeek = 7 * 86400;

Story station(const std::string& name, const char* seen, Fault fault) {
    fault.from = kBegins;
    fault.to = kEnds;
    return {.name = "In a whole station " + name,
            .seen = seen,
            .sources = {sentences(kGps), pulses(kPps), jjy(kJjy), server(kServer, 16), server(kServer + 1, 16)},
            .faults = {fault},
            .seconds = kOver,
            .owed = {{60, kOver}},
            .worst = 5us,
            .states = {{kOver - 1, kFollowing}},
            .shown = {{kPps, kOver - 1, {Reason::kSelected}}}};
}

// It is refused soon, while pulses are followed all the time.
Story found_out(const std::string& name, const Fault& fault, int within) {
    Story story = station(name, "the others agree against it", fault);
    story.shown.push_back({fault.source, kBegins + within, kRefused});
    story.shown.push_back({kPps, kBegins + within, {Reason::kSelected}});
    story.not_followed = {{fault.source, kBegins, kEnds}};
    return story;
}

Story harmless(const std::string& name, const char* seen, const Fault& fault) {
    Story story = station(name, seen, fault);
    story.shown.push_back({kPps, kEnds - 1, {Reason::kSelected}});
    return story;
}

}  // namespace

std::vector<Story> stories_of_all_together() {
    std::vector<Story> stories = {
        found_out("sentences that jump by a second are outvoted", {kGps, 0, 0, What::kLabelsWrong, 1}, 64),
        found_out("sentences that jump by a week are outvoted", {kGps, 0, 0, What::kLabelsWeeks, 1}, 64),
        harmless("sentences that come a millisecond later do no harm", "the same second",
                 {kGps, 0, 0, What::kLabelsDelayed, kMilliseconds}),
        found_out("sentences that fail are missed and not needed", {kGps, 0, 0, What::kSilence}, 120),
        found_out("long-wave radio a second late is outvoted", {kJjy, 0, 0, What::kTimeOff, 1}, 240),
        found_out("long-wave radio a week ahead is outvoted", {kJjy, 0, 0, What::kLabelsWrong, kWeek}, 240),
        harmless("long-wave radio a millisecond late does no harm", "nothing: it promises no milliseconds",
                 {kJjy, 0, 0, What::kTimeOff, kMilliseconds}),
        found_out("long-wave radio that fades is missed and not needed", {kJjy, 0, 0, What::kSilence}, 600),
        found_out("a server a second late is outvoted", {kServer, 0, 0, What::kTimeOff, 1}, 240),
        found_out("a server a week ahead is outvoted", {kServer, 0, 0, What::kLabelsWrong, kWeek}, 240),
        harmless("a server a millisecond late does no harm", "nothing: its way is longer",
                 {kServer, 0, 0, What::kTimeOff, kMilliseconds}),
        found_out("a server that is gone is missed and not needed", {kServer, 0, 0, What::kSilence}, 600),
    };
    Story gone =
        station("pulses that fail are replaced by servers and radio", "who is silent", {kPps, 0, 0, What::kSilence});
    gone.worst = 10ms;
    gone.shown.push_back({kPps, kBegins + 64, kRefused});
    stories.push_back(gone);
    Story late = station("pulses a millisecond late break no promise", "our own clock remembers",
                         {kPps, 0, 0, What::kPulsesLate, kMilliseconds});
    late.worst = 10ms;
    late.notice_within = 64;
    stories.push_back(late);
    return stories;
}

}  // namespace tokimori::sim
