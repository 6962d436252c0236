#include "tests/sim/stories/sources.h"

// The program ends and begins again, with what it remembered, or thought to remember.

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

Story restarted(const char* name, What what, double amount, int from, int to) {
    return {.name = name,
            .seen = "what was remembered",
            .sources = {gps(1)},
            .faults = {{0, from, to, what, amount}},
            .seconds = 1800,
            .owed = {{10, from}, {to + 10, 1800}},
            .worst = 20us,
            .states = {{1799, kFollowing}},
            .floor = "2026-01-01"};
}

// The receiver is deaf when the program comes back.
Story deaf(Story story, int until) {
    story.faults.push_back({1, story.faults.front().to - 5, until});
    return story;
}

// What is remembered is of another board's crystal, and who could say so is heard for a while only.
Story another_crystal(const char* name, const Receiver& source, double ppm, int heard, double share = 1) {
    constexpr int kBack = 3640;
    const int silent = kBack + heard;
    return {.name = name,
            .seen = "what is heard between the reboot and the silence",
            .sources = {source},
            .faults = {{0, 3600, kBack, What::kOtherCrystal, ppm}, {1, silent, silent + 7200}},
            .seconds = silent + 7800,
            .owed = {{600, 3600}, {silent, silent + 7200, share}, {silent + 7500, silent + 7800}},
            .worst = 400ms,
            .states = {{silent + 7799, kFollowing}},
            .floor = "2026-01-01"};
}

Story served_at_once(Story story) {
    story.owed = {{10, story.faults.front().from}, {story.faults.front().to + 1, 1800}};
    story.worst = 2ms;
    return story;
}

Story served_when_heard(Story story, int from, Duration holdover = 24h) {
    story.holdover = holdover;
    story.owed = {{10, story.faults.front().from}, {from, 1800}};
    story.states.push_back({from - 15, {ClockState::kNeverSynchronised, ClockState::kUnsynchronised}});
    return story;
}

}  // namespace

std::vector<Story> stories_of_restarts() {
    return {
        served_at_once(restarted("A restart of three seconds is served at once", What::kRestart, 0, 600, 603)),
        served_at_once(restarted("A restart of ten minutes is served at once", What::kRestart, 0, 600, 1200)),
        served_at_once(
            deaf(restarted("A restart without a receiver goes on in holdover", What::kRestart, 0, 600, 605), 900)),
        served_when_heard(
            deaf(restarted("A restart after the end of holdover waits for the receiver", What::kRestart, 0, 600, 1300),
                 1400),
            1410, 300s),
        restarted("A reboot is served as soon as the receiver is believed", What::kReboot, 0, 600, 640),
        served_when_heard(deaf(restarted("A reboot without a receiver is not served", What::kReboot, 0, 600, 640), 900),
                          910),
        restarted("A reboot after a year is served as soon as the receiver is believed", What::kReboot, 365, 600, 640),
        restarted("Nonsense that is remembered of the crystal does no harm", What::kForgetfulBoot, 0, 600, 640),
        another_crystal("A board with another crystal that hears a receiver is not held to what the card remembers",
                        gps(1), 35, 14),
        another_crystal("A board with a slower crystal is not held to what the card remembers", server(1, 16), 35, 200),
        another_crystal("A board with a faster crystal is not held to what the card remembers", server(1, 16), -35,
                        200),
        another_crystal("A board with a far slower crystal is not held to what the card remembers", server(1, 16), 100,
                        60, 0.1),
        {.name = "After a restart a receiver that names another second is refused",
         .seen = "the clock that went on",
         .sources = {gps(1)},
         .faults = {{0, 600, 620, What::kRestart}, {1, 620, 900, What::kLabelsWrong, 1}},
         .owed = {{10, 600}, {621, 1200}},
         .worst = 1ms,
         .states = {{1199, kFollowing}},
         .shown = {{1, 640, kRefused}}},
        {.name = "After a reboot a receiver whose week count rolled over is mended",
         .seen = "a date before the last trusted time",
         .sources = {gps(1)},
         .faults = {{0, 600, 640, What::kReboot}, {1, 600, 1200, What::kLabelsWeeks, -1024}},
         .owed = {{10, 600}, {650, 1200}},
         .worst = 20us,
         .begin = "2030-11-22T09:00:00Z",
         .floor = "2026-01-01"},
    };
}

}  // namespace tokimori::sim
