#include "tests/sim/stories/sources.h"

#include <string>

// Who lies, constantly or more and more, among one, two, three or four.

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

std::string text_of(double seconds) {
    return seconds >= 1      ? "a second"
           : seconds >= 1e-3 ? std::to_string(std::lround(seconds * 1e3)) + " ms"
                             : std::to_string(std::lround(seconds * 1e6)) + " us";
}

// From a quiet beginning on, the last of `honest` + 1 receivers lies.
Story majority(std::vector<Receiver> sources, What what, double amount, const std::string& words) {
    const SourceId liar = sources.back().settings.id;
    const std::string count = std::to_string(sources.size());
    const int notice = what == What::kTimeDrift ? static_cast<int>(20e-6 / amount) + 64 : 64;
    return {.name = "One of " + count + " that " + words + " is outvoted",
            .seen = "the others agree against it",
            .sources = std::move(sources),
            .faults = {{liar, 600, 1800, what, amount}},
            .seconds = 2400,
            .owed = {{10, 2400}},
            .worst = 5us,
            .states = {{2399, kFollowing}},
            .shown = {{liar, 600 + notice, kRefused}, {liar, 2399, kBelieved}},
            .not_followed = {{liar, 600 + notice, 1800}}};
}

Story of_three(double amount) {
    return majority({gps(1), gps(2), gps(3)}, What::kTimeOff, amount, "is suddenly " + text_of(amount) + " late");
}

Story of_four(double amount) {
    return majority({gps(1), gps(2), gps(3), gps(4)}, What::kTimeOff, amount,
                    "is suddenly " + text_of(amount) + " late");
}

Story drifting_of_three(double rate, const char* words) {
    return majority({gps(1), gps(2), gps(3)}, What::kTimeDrift, rate, words);
}

// The other cannot be told from the truth, but our own clock remembers what both said.
Story of_two(double amount) {
    return {.name = "One of 2 that is suddenly " + text_of(amount) + " late is waited out",
            .seen = "two contradict each other, our own clock remembers",
            .sources = {gps(1), gps(2)},
            .faults = {{2, 600, 1800, What::kTimeOff, amount}},
            .seconds = 2400,
            .owed = {{10, 2400}},
            .worst = 10us,
            .states = {{2399, kFollowing}},
            .shown = {{2, 664, kRefused}},
            .not_followed = {{2, 664, 1800}}};
}

// Nobody else is there; our own clock remembers for a while.
Story alone(double amount) {
    return {.name = "A lone receiver that is suddenly " + text_of(amount) + " late is doubted",
            .seen = "our own clock remembers",
            .sources = {gps(1)},
            .faults = {{1, 600, 900, What::kTimeOff, amount}},
            .seconds = 1500,
            .owed = {{10, 600}, {1000, 1500}},
            .worst = 500us,
            .states = {{1499, kFollowing}},
            .notice_within = 64};
}

// No bound of ours stays as narrow for long.
Story alone_by_little(double amount) {
    Story story = alone(amount);
    story.name = "A lone receiver that is suddenly " + text_of(amount) + " late is waited out for some seconds";
    story.observable = false;
    return story;
}

Story drifting_of_two(double rate, const char* words) {
    return {.name = std::string{"One of 2 that "} + words + " is seen",
            .seen = "two contradict each other, and no crystal goes so fast",
            .sources = {gps(1), gps(2)},
            .faults = {{2, 600, 1800, What::kTimeDrift, rate}},
            .seconds = 2400,
            .owed = {{10, 2400}},
            .worst = 50us,
            .states = {{2399, kFollowing}},
            .shown = {{2, 664, kRefused}},
            .not_followed = {{2, 664, 1800}}};
}

Story from_the_start(double amount) {
    return {.name = "One of 3 that is " + text_of(amount) + " late from the start is outvoted",
            .seen = "the others agree against it",
            .sources = {gps(1), gps(2), off_by(gps(3), Duration{std::llround(amount * 1e9)})},
            .owed = {{15, 1200}},
            .worst = 5us,
            .shown = {{3, 600, kRefused}},
            .not_followed = {{3, 64, 1200}}};
}

}  // namespace

std::vector<Story> stories_of_falsetickers() {
    return {
        of_three(5e-6),
        of_three(20e-6),
        of_three(1e-3),
        of_three(0.1),
        of_three(1),
        of_four(5e-6),
        of_four(20e-6),
        of_four(1e-3),
        of_four(0.1),
        of_four(1),
        of_two(20e-6),
        of_two(1e-3),
        of_two(0.1),
        of_two(1),
        alone(1e-3),
        alone(0.1),
        alone(1),
        from_the_start(20e-6),
        from_the_start(1e-3),
        from_the_start(0.1),
        from_the_start(1),
        drifting_of_three(100e-9, "drifts away by 100 ns/s"),
        drifting_of_three(10e-6, "drifts away by 10 us/s"),
        drifting_of_three(100e-6, "drifts away by 100 us/s"),
        drifting_of_three(1e-3, "drifts away by 1 ms/s"),
        drifting_of_two(10e-6, "drifts away by 10 us/s"),
        drifting_of_two(1e-3, "drifts away by 1 ms/s"),
        majority({gps(1), gps(2), gps(3), gps(4)}, What::kTimeDrift, 10e-6, "drifts away by 10 us/s"),
        majority({gps(1), gps(2), gps(3), gps(4)}, What::kTimeDrift, 1e-3, "drifts away by 1 ms/s"),
        majority({server(1, 16), gps(2), gps(3), gps(4)}, What::kTimeOff, 1e-3,
                 "is suddenly 1 ms late beside a server"),
        alone_by_little(20e-6),
        {.name = "A server 100 ms late is outvoted by two receivers",
         .seen = "the others agree against it",
         .sources = {gps(1), gps(2), server(3, 16)},
         .faults = {{3, 600, 2400, What::kTimeOff, 0.1}},
         .seconds = 2400,
         .owed = {{10, 2400}},
         .worst = 2us,
         .shown = {{3, 900, kRefused}},
         .not_followed = {{3, 0, 2400}}},
        {.name = "A server whose way there takes 300 ms longer does not mislead a receiver",
         .seen = "the round trip grew by as much",
         .sources = {gps(1), server(3, 16)},
         .faults = {{3, 600, 2400, What::kPathLonger, 0.3}},
         .seconds = 2400,
         .owed = {{10, 2400}},
         .worst = 2us,
         .states = {{2399, kFollowing}}},
        {.name = "A server alone whose way there takes 300 ms longer keeps its promise",
         .seen = "the round trip grew by as much",
         .sources = {server(3, 16)},
         .faults = {{3, 1200, 2400, What::kPathLonger, 0.3}},
         .seconds = 3600,
         .owed = {{300, 1200}, {1300, 3600, 0.9}},
         .worst = 160ms},
        {.name = "A counter that nobody sets is not followed beside a receiver",
         .seen = "it drifts away from the pulses",
         .sources = {gps(1), off_by(counter(2), 200ms)},
         .seconds = 6000,
         .owed = {{10, 6000}},
         .worst = 2us,
         .not_followed = {{2, 0, 6000}}},
    };
}

}  // namespace tokimori::sim
