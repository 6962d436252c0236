#include "tests/sim/stories/sources.h"

// What goes wrong with the names of the seconds.

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

constexpr double kYear = 365.0 * 86400;

Story with_label_fault(const char* name, What what, double amount) {
    return {.name = name,
            .seen = "sentences contradict our own count of seconds",
            .sources = {gps(1)},
            .faults = {{1, 300, 900, what, amount}},
            .owed = {{10, 1200}},
            .worst = 1ms,
            .states = {{1199, kFollowing}},
            .notice_within = 10};
}

Story of_sentences(const char* name, What what, double amount) {
    return {.name = name,
            .seen = "sentences contradict those before them",
            .sources = {sentences(1)},
            .faults = {{1, 600, 900, what, amount}},
            .seconds = 1500,
            .owed = {{20, 600}, {1000, 1500}},
            .worst = 500ms,
            .notice_within = 10};
}

Story outvoted(const char* name, What what, double amount) {
    return {.name = name,
            .seen = "two of three name another second",
            .sources = {gps(1), gps(2), gps(3)},
            .faults = {{3, 0, 1200, what, amount}},
            .owed = {{10, 1200}},
            .worst = 1us,
            .shown = {{3, 100, kRefused}},
            .not_followed = {{3, 10, 1200}}};
}

// A fault of a source that the operator trusts, and that it does not insist on.
Story of_trusted(const char* name, std::vector<Receiver> sources, const Fault& fault, std::vector<Owed> owed) {
    sources.front().settings.trust = true;
    return {.name = name,
            .seen = "its words contradict each other, or others bear us out",
            .sources = std::move(sources),
            .faults = {fault},
            .owed = std::move(owed),
            .worst = 1ms,
            .states = {{1199, kFollowing}}};
}

}  // namespace

std::vector<Story> stories_of_labels() {
    return {
        of_trusted("Frozen sentences of a trusted receiver end no service", {gps(1)},
                   {1, 300, 900, What::kLabelsFrozen, 0}, {{10, 1200}}),
        of_trusted("Sentences of a trusted receiver that scatter by 200 ms cost a moment at most", {gps(1)},
                   {1, 300, 900, What::kLabelsScatter, 0.2}, {{10, 1200, 0.995}}),
        of_trusted("A late sentence of a trusted receiver ends no service", {gps(1)},
                   {1, 300, 301, What::kLabelsDelayed, 0.9}, {{10, 1200}}),
        of_trusted("A trusted receiver that is a year off is no objection for long", {gps(1), jjy(2), server(3, 16)},
                   {1, 300, 304, What::kLabelsWrong, kYear}, {{10, 300}, {320, 1200}}),
        of_trusted("One wrong answer of a trusted server ends service until the next", {server(1, 16), gps(2)},
                   {1, 600, 616, What::kTimeOff, 1}, {{30, 600}, {640, 1200}}),
        with_label_fault("Sentences that jump by a second vouch for nothing", What::kLabelsWrong, 1),
        with_label_fault("Sentences that jump back by a second vouch for nothing", What::kLabelsWrong, -1),
        with_label_fault("Sentences a year off vouch for nothing", What::kLabelsWrong, -kYear),
        with_label_fault("Sentences 1024 weeks off vouch for nothing in a laboratory", What::kLabelsWeeks, -1024),
        with_label_fault("Frozen sentences vouch for nothing", What::kLabelsFrozen, 0),
        with_label_fault("Sentences that fail are shown within ten seconds", What::kNoLabels, 0),
        {.name = "Sentences that come half a second later do no harm",
         .seen = "the same second, later",
         .sources = {gps(1)},
         .faults = {{1, 300, 900, What::kLabelsDelayed, 0.5}},
         .owed = {{10, 1200}},
         .worst = 2us},
        {.name = "Sentences that scatter by 100 ms do no harm",
         .seen = "the same second, more or less",
         .sources = {gps(1)},
         .faults = {{1, 300, 900, What::kLabelsScatter, 0.1}},
         .owed = {{10, 1200}},
         .worst = 2us},
        of_sentences("Sentences alone that jump by a second are refused", What::kLabelsWrong, 1),
        of_sentences("Sentences alone that jump back by a minute are refused", What::kLabelsWrong, -60),
        of_sentences("Sentences alone that freeze are refused", What::kLabelsFrozen, 0),
        outvoted("One of three that names the next second from the start is outvoted", What::kLabelsWrong, 1),
        outvoted("One of three that is a year off from the start is outvoted", What::kLabelsWrong, kYear),
        outvoted("One of three whose weeks rolled over from the start is outvoted", What::kLabelsWeeks, -1024),
        {.name = "A receiver whose week count rolls over while it runs is mended",
         .seen = "a date before this product was built",
         .sources = {gps(1)},
         .faults = {{1, 300, 1200, What::kLabelsWeeks, -1024}},
         .owed = {{10, 1200}},
         .worst = 1us,
         .states = {{1199, kFollowing}},
         .floor = "2026-01-01"},
        {.name = "JJY that names the wrong minute is outvoted by two servers",
         .seen = "two of three name another second",
         .sources = {server(1, 16), server(2, 16), jjy(3)},
         .faults = {{3, 0, 3000, What::kLabelsWrong, 60}},
         .seconds = 3000,
         .owed = {{300, 3000}},
         .worst = 10ms,
         .not_followed = {{3, 240, 3000}}},
        {.name = "A receiver a second off from the start is found out by servers that are heard later",
         .seen = "nothing, until three of four name another second",
         .sources = {gps(1), server(2, 16), server(3, 16), server(4, 16)},
         .faults = {{1, 0, 3000, What::kLabelsWrong, 1},
                    {2, 0, 60, What::kSilence},
                    {3, 0, 60, What::kSilence},
                    {4, 0, 60, What::kSilence}},
         .seconds = 3000,
         .owed = {{10, 60}, {400, 3000}},
         .settled = 400,
         .worst = 10ms,
         .not_followed = {{1, 300, 3000}},
         .observable = false,
         .seen_from = 300},
        {.name = "Two servers that jump by a second together do not outweigh the receiver they bore out",
         .seen = "as after a leap second that the servers did not make",
         .sources = {gps(1), server(2, 16), server(3, 16)},
         .faults = {{2, 600, 3000, What::kTimeOff, 1}, {3, 600, 3000, What::kTimeOff, 1}},
         .seconds = 3000,
         .owed = {{10, 3000}},
         .worst = 1us,
         .not_followed = {{2, 620, 3000}, {3, 620, 3000}}},
        {.name = "A lone receiver that is a second off from the start is believed",
         .seen = "nothing: nobody else names a second",
         .sources = {gps(1)},
         .faults = {{1, 0, 600, What::kLabelsWrong, 1}},
         .seconds = 600,
         .worst = 1001ms,
         .observable = false},
    };
}

}  // namespace tokimori::sim
