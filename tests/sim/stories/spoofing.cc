#include "tests/sim/stories/sources.h"

// Receivers that are led away slowly, and what could notice it.

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

constexpr int kBegins = 1800;

Story led_away(const char* name, const char* seen, std::vector<Receiver> sources, double rate) {
    return {.name = name,
            .seen = seen,
            .crystal = {.offset_ppm = 23, .walk_per_root_second = 1e-11},
            .sources = std::move(sources),
            .faults = {{1, kBegins, 14000, What::kTimeDrift, rate}},
            .seconds = 14000};
}

Story seen_by_others(Story story, Duration worst, int by) {
    story.worst = worst;
    story.shown = {{1, by, kRefused}};
    story.not_followed = {{1, by, story.seconds}};
    story.owed = {{600, story.seconds}};
    story.settled = 600;
    return story;
}

// How far it goes before anything is noticed is told, not judged; that the rest of the story stands is.
Story unseen(Story story) {
    story.observable = false;
    story.owed = {{10, kBegins}};
    return story;
}

// Ten parts in a million within a second is no crystal.
Story suddenly_led_away() {
    Story story = unseen(led_away("A lone receiver led away by 10 us/s is noticed within 64 seconds",
                                  "the oscillator's own prediction", {gps(1)}, 10e-6));
    story.notice_within = 64;
    return story;
}

// Until the servers' own doubts are exceeded, nobody can know.
Story seen_by_coarse_ones(Story story, Duration worst, int by) {
    story = seen_by_others(std::move(story), worst, by);
    story.observable = false;
    story.seen_from = by + 64;
    return story;
}

// The first two receivers are led astray together.
Story under_one_sky(Story story) {
    for (const Fault& fault : std::vector<Fault>{story.faults}) {
        story.faults.push_back(fault);
        story.faults.back().source = 2;
    }
    for (const NotFollowed& liar : std::vector<NotFollowed>{story.not_followed}) {
        story.not_followed.push_back({2, liar.from, liar.to});
    }
    for (const Shown& shown : std::vector<Shown>{story.shown}) {
        story.shown.push_back({2, shown.by, shown.any});
    }
    return story;
}

Story false_sky_jumps(const char* name, const char* seen, std::vector<Receiver> others) {
    std::vector<Receiver> sources{gps(1), gps(2)};
    sources.insert(sources.end(), others.begin(), others.end());
    return under_one_sky({.name = name,
                          .seen = seen,
                          .sources = std::move(sources),
                          .faults = {{1, kBegins, 3000, What::kTimeOff, 0.1}},
                          .seconds = 4000,
                          .owed = {{10, 4000}},
                          .worst = 5ms,
                          .states = {{3999, kFollowing}},
                          .shown = {{1, kBegins + 64, kRefused}, {1, 3900, kBelieved}},
                          .not_followed = {{1, kBegins + 64, 3000}}});
}

}  // namespace

std::vector<Story> stories_of_spoofing() {
    return {
        unseen(led_away("A lone receiver led away by 10 ns/s is believed", "nothing: a crystal may do that", {gps(1)},
                        10e-9)),
        unseen(led_away("A lone receiver led away by 100 ns/s is believed", "a crystal may just do that", {gps(1)},
                        100e-9)),
        unseen(led_away("A lone receiver led away by 1 us/s", "the oscillator's own prediction", {gps(1)}, 1e-6)),
        suddenly_led_away(),
        seen_by_others(led_away("Two receivers see a third led away by 10 ns/s", "two of three agree",
                                {gps(1), gps(2), gps(3)}, 10e-9),
                       5us, kBegins + 1000),
        seen_by_others(led_away("Two receivers see a third led away by 1 us/s", "two of three agree",
                                {gps(1), gps(2), gps(3)}, 1e-6),
                       20us, kBegins + 84),
        seen_by_coarse_ones(led_away("A server and JJY see a receiver led away by 10 us/s", "two of three agree",
                                     {gps(1), jjy(2), server(3, 16)}, 10e-6),
                            80ms, kBegins + 7500),
        seen_by_coarse_ones(led_away("Two servers see a receiver led away by 10 us/s", "two of three agree",
                                     {gps(1), server(2, 16), server(3, 16)}, 10e-6),
                            15ms, kBegins + 1500),
        seen_by_coarse_ones(led_away("Two servers see a receiver led away by 1 us/s", "two of three agree",
                                     {gps(1), server(2, 16), server(3, 16)}, 1e-6),
                            15ms, kBegins + 11000),
        false_sky_jumps("Two receivers under one false sky that jumps are outvoted by a server and JJY",
                        "two kins against one", {jjy(3), server(4, 16)}),
        false_sky_jumps("Two receivers under one false sky that jumps are refused for a server",
                        "our own clock remembers", {server(3, 16)}),
        false_sky_jumps("Two receivers under one false sky that jumps are outvoted by two servers",
                        "two who err each for himself", {server(3, 16), server(4, 32)}),
        unseen(led_away("A server and JJY do not see a receiver led away by 10 ns/s", "nothing within their own doubts",
                        {gps(1), jjy(2), server(3, 16)}, 10e-9)),
        unseen(led_away("A server and JJY do not see a receiver led away by 100 ns/s",
                        "nothing within their own doubts", {gps(1), jjy(2), server(3, 16)}, 100e-9)),
        under_one_sky(
            seen_by_coarse_ones(led_away("A server and JJY see two receivers led away by 10 us/s under one sky",
                                         "two kins against one", {gps(1), gps(2), jjy(3), server(4, 16)}, 10e-6),
                                80ms, kBegins + 7500)),
        under_one_sky(unseen(led_away("Two receivers led away by 1 us/s under one sky are believed",
                                      "nothing: they agree with each other", {gps(1), gps(2)}, 1e-6))),
        // January 2016: GPS told UTC 13.7 microseconds off for 13 hours.
        {.name = "UTC of one of two receivers 13 us off for 13 hours",
         .seen = "they contradict each other by 13.7 us",
         .sources = {gps(1), gps(2)},
         .faults = {{1, 1800, 1800 + 46800, What::kPulsesLate, -13.7e-6}},
         .seconds = 50000,
         .owed = {{10, 50000}},
         .worst = 2ms},
        {.name = "UTC of a lone receiver 13 us off for 13 hours",
         .seen = "our own clock remembers for some seconds",
         .sources = {gps(1)},
         .faults = {{1, 1800, 1800 + 46800, What::kPulsesLate, -13.7e-6}},
         .seconds = 50000,
         .owed = {{10, 1800}, {49000, 50000}},
         .worst = 100us,
         .notice_within = 64,
         .observable = false},
    };
}

}  // namespace tokimori::sim
