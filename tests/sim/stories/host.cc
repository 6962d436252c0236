#include "tests/sim/stories/sources.h"

// What happens to the host: its temperature, its sleep, other programs, and the calendar.

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

Story on_crystal(const char* name, Oscillator crystal, Duration worst) {
    return {.name = name,
            .seen = "pulses off the line of those before",
            .crystal = std::move(crystal),
            .sources = {gps(1)},
            .seconds = 3000,
            .owed = {{10, 3000}},
            .worst = worst,
            .states = {{2999, kFollowing}}};
}

Story across(const char* name, const char* begin) {
    return {.name = name,
            .seen = "sentences count on",
            .sources = {gps(1)},
            .seconds = 600,
            .owed = {{10, 600}},
            .worst = 1us,
            .begin = begin};
}

}  // namespace

std::vector<Story> stories_of_the_host() {
    return {
        on_crystal("The crystal is heated by half a ppm within a second",
                   {.offset_ppm = 5, .walk_per_root_second = 1e-10, .shocks_ppm = {{1200, 0.5}}}, 10us),
        on_crystal("The crystal is heated by 1 ppm within a minute",
                   {.offset_ppm = 5, .walk_per_root_second = 1e-10, .ramps = {{1200, 1260, 1.0}}}, 10us),
        on_crystal("The crystal is heated by 3 ppm within ten minutes and cooled again",
                   {.offset_ppm = 5, .walk_per_root_second = 1e-10, .ramps = {{600, 1200, 3.0}, {1800, 2400, -3.0}}},
                   10us),
        on_crystal("The fan goes on and off",
                   {.offset_ppm = -40,
                    .walk_per_root_second = 1e-10,
                    .shocks_ppm = {{600, 0.3}, {900, -0.3}, {1200, 0.3}, {1500, -0.3}, {1800, 0.3}}},
                   10us),
        {.name = "A day of weather is followed within a microsecond",
         .seen = "pulses",
         .crystal = {.offset_ppm = 20, .daily_cycle_ppm = 0.6, .walk_per_root_second = 1e-10},
         .sources = {gps(1)},
         .seconds = 86400,
         .owed = {{10, 86400}},
         .worst = 1us},
        {.name = "A day of weather is followed by JJY",
         .seen = "pulses that scatter",
         .crystal = {.offset_ppm = 20, .daily_cycle_ppm = 0.6, .walk_per_root_second = 1e-10},
         .sources = {jjy(1)},
         .seconds = 86400,
         .owed = {{300, 86400}},
         .settled = 600,
         .worst = 40ms},
        {.name = "A day of weather is followed by servers",
         .seen = "round trips",
         .crystal = {.offset_ppm = 20, .daily_cycle_ppm = 0.6, .walk_per_root_second = 1e-10},
         .sources = {server(1, 64), server(2, 256), server(3, 1024)},
         .seconds = 86400,
         .owed = {{600, 86400}},
         .settled = 900,
         .worst = 10ms},
        {.name = "Stamps that are dropped because another program stepped the clock do no harm",
         .seen = "the driver says so",
         .sources = {gps(1)},
         .faults = {{1, 600, 602, What::kStampsDropped}, {1, 700, 703, What::kStampsDropped}},
         .owed = {{10, 1200}},
         .worst = 5us},
        {.name = "Another program that steps the clock every five seconds does no harm",
         .seen = "the driver says so",
         .sources = {gps(1)},
         .faults = {{1, 600, 602, What::kStampsDropped},
                    {1, 605, 607, What::kStampsDropped},
                    {1, 610, 612, What::kStampsDropped},
                    {1, 615, 617, What::kStampsDropped},
                    {1, 620, 622, What::kStampsDropped}},
         .owed = {{10, 1200}},
         .worst = 5us},
        {.name = "After a minute of sleep the clock is set anew",
         .seen = "the host says that it slept",
         .sources = {gps(1)},
         .faults = {{1, 600, 660, What::kSleep}},
         .owed = {{10, 600}, {675, 1200}},
         .worst = 20us,
         .states = {{1199, kFollowing}}},
        {.name = "After an hour of sleep servers set the clock anew",
         .seen = "the host says that it slept",
         .sources = {server(1, 16), server(2, 16), server(3, 16)},
         .faults = {{1, 1200, 4800, What::kSleep}},
         .seconds = 6000,
         .owed = {{300, 1200}, {5100, 6000}},
         .settled = 300,
         .worst = 10ms},
        across("The end of the year is passed", "2026-12-31T23:55:00Z"),
        across("The end of the NTP era is passed", "2036-02-07T06:23:16Z"),
        across("The end of 32-bit time is passed", "2038-01-19T03:09:07Z"),
        across("The GPS week count rolls over in November 2038", "2038-11-20T23:54:42Z"),
        across("The leap second of 2016 is passed", "2016-12-31T23:55:00Z"),
        across("A leap day is passed", "2028-02-28T23:55:00Z"),
    };
}

}  // namespace tokimori::sim
