#include "server/daemon/value_text.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

TEST(ValueText, ReadsDurationsInEveryUnit) {
    EXPECT_EQ(parse_duration("300ns"), 300ns);
    EXPECT_EQ(parse_duration("1.5us"), 1500ns);
    EXPECT_EQ(parse_duration("1.5\u00B5s"), 1500ns);
    EXPECT_EQ(parse_duration("1.5\u03BCs"), 1500ns);
    EXPECT_EQ(parse_duration("140ms"), 140ms);
    EXPECT_EQ(parse_duration("20s"), 20s);
    EXPECT_EQ(parse_duration("10m"), 10min);
    EXPECT_EQ(parse_duration("24h"), 24h);
    EXPECT_EQ(parse_duration("7d"), 168h);
}

TEST(ValueText, ReadsSignsAndFractionsExactly) {
    EXPECT_EQ(parse_duration("-0.1s"), -100ms);
    EXPECT_EQ(parse_duration("+2ms"), 2ms);
    EXPECT_EQ(parse_duration("0.123456789s"), 123456789ns);
    EXPECT_EQ(parse_duration("86399.999999999s"), 86399999999999ns);
    EXPECT_EQ(parse_duration("-0s"), 0s);
}

TEST(ValueText, RefusesWhatIsNoDuration) {
    for (const char* text :
         {"",     "s",    "5",    "5 s", " 5s",  "5s ",  "5S",   "5sec", "--5s",    "+-5s",     "-+5s",
          "1e3s", "infs", "nans", ".5s", "0x1s", "1,5s", "5s5s", "300y", "107000d", "-107000d", "99999999999999999999d",
          "+"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

TEST(ValueText, ReadsFrequenciesInPartsPerMillion) {
    EXPECT_EQ(parse_frequency("0ppm"), 0.0);
    EXPECT_EQ(parse_frequency("-23.5ppm"), -23.5);
    EXPECT_EQ(parse_frequency("+1ppm"), 1.0);
    for (const char* text : {"", "ppm", "1", "1ppb", "1 ppm", "nanppm", "1e1ppm"}) {
        EXPECT_EQ(parse_frequency(text), std::nullopt) << text;
    }
}

TEST(ValueText, ReadsIntegers) {
    EXPECT_EQ(parse_integer("-12"), -12);
    EXPECT_EQ(parse_integer("+12"), 12);
    EXPECT_EQ(parse_integer("9223372036854775807"), INT64_MAX);
    for (const char* text : {"", "+", "-", "1.0", "1 ", "9223372036854775808", "+-1"}) {
        EXPECT_EQ(parse_integer(text), std::nullopt) << text;
    }
}

TEST(ValueText, ReadsListenAddressesInTheirCanonicalForm) {
    EXPECT_EQ(parse_listen_address("192.0.2.1:123"), (ListenAddress{"192.0.2.1", 123}));
    EXPECT_EQ(parse_listen_address("[::]:11123"), (ListenAddress{"::", 11123}));
    EXPECT_EQ(parse_listen_address("[2001:DB8:0::1]:1"), (ListenAddress{"2001:db8::1", 1}));
    EXPECT_EQ(parse_listen_address("0.0.0.0:65535"), (ListenAddress{"0.0.0.0", 65535}));
}

TEST(ValueText, FindsTheNearestName) {
    constexpr std::array<std::string_view, 3> kNames{"listen", "workers", "lab_mode"};
    EXPECT_EQ(nearest_name("listn", kNames), "listen");
    EXPECT_EQ(nearest_name("Workers", kNames), "workers");
    EXPECT_EQ(nearest_name("worker_s", kNames), "workers");
    EXPECT_EQ(nearest_name("labmode", kNames), "lab_mode");
    EXPECT_EQ(nearest_name("", kNames), "listen");
    EXPECT_EQ(nearest_name("x", {}), "");
}

}  // namespace
}  // namespace tokimori
