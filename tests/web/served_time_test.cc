#include "web/served_time.h"

#include <gtest/gtest.h>

#include <vector>

namespace tokimori::web {
namespace {

using namespace std::chrono_literals;
constexpr Instant kStart{1000s};
constexpr std::uint64_t kRandom = 0x0123456789ABCDEF;

/// A reply as a server sends it; `seconds` since 1900 in its era.
std::vector<std::uint8_t> reply(std::uint32_t seconds, std::uint8_t first = 0x24, std::uint8_t stratum = 1) {
    std::vector<std::uint8_t> octets(48);
    octets[0] = first;
    octets[1] = stratum;
    for (std::size_t i = 0; i < 8; ++i) {
        octets[24 + i] = static_cast<std::uint8_t>(kRandom >> (56 - 8 * i));
    }
    for (std::size_t i = 0; i < 4; ++i) {
        octets[32 + i] = octets[40 + i] = static_cast<std::uint8_t>(seconds >> (24 - 8 * i));
    }
    octets[36] = octets[44] = 0x80;
    return octets;
}

TEST(NtpAnswer, IsReadFromTheReplyToOurNumber) {
    const auto request = ntp_request(kRandom);
    EXPECT_EQ(request[0], 0x23);
    EXPECT_EQ(request[40], 0x01);
    EXPECT_EQ(request[47], 0xEF);
    const auto answer = read_ntp_answer(reply(4'004'895'736), kRandom);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->sent, 1'795'906'936'500'000'000);
    EXPECT_TRUE(answer->synchronised);
    EXPECT_FALSE(read_ntp_answer(reply(1), kRandom + 1));
    EXPECT_FALSE(read_ntp_answer(reply(1, 0x23), kRandom)) << "a request";
    EXPECT_FALSE(read_ntp_answer(std::vector<std::uint8_t>(47), 0));
}

TEST(NtpAnswer, KnowsTheEraAfter2036) {
    EXPECT_EQ(read_ntp_answer(reply(0), kRandom)->sent, 2'085'978'496'500'000'000);
}

TEST(NtpAnswer, SaysWhereTheClockIsNotSynchronised) {
    EXPECT_FALSE(read_ntp_answer(reply(5, 0xE4), kRandom)->synchronised);
    EXPECT_FALSE(read_ntp_answer(reply(5, 0x24, 0), kRandom)->synchronised);
    EXPECT_FALSE(read_ntp_answer(reply(5, 0x24, 16), kRandom)->synchronised);
}

TEST(ServedTime, IsCarriedOnByTheCounterForFiveSeconds) {
    ServedTime time;
    EXPECT_FALSE(time.at(kStart));
    time.hear({1'000'000, 1'000'000, true}, kStart, kStart + 100us);
    EXPECT_EQ(time.at(kStart + 100us), 1'050'000);
    EXPECT_EQ(time.at(kStart + 2s + 100us), 2'001'050'000);
    EXPECT_TRUE(time.at(kStart + 5s));
    EXPECT_FALSE(time.at(kStart + 6s));
}

TEST(ServedTime, KeepsTheAnswerThatCameQuickly) {
    ServedTime time;
    time.hear({0, 0, true}, kStart, kStart);
    time.hear({1'005'000'000, 1'005'000'000, true}, kStart + 1s, kStart + 1s + 20ms);
    EXPECT_EQ(time.at(kStart + 2s), 2'000'000'000)
        << "the second was slow by ten times what the first may have drifted";
    time.hear({5'000'000'000'000, 5'000'000'000'000, true}, kStart + 3s, kStart + 3s + 20ms);
    EXPECT_EQ(time.at(kStart + 3s + 20ms), 5'000'010'000'000) << "but a step is believed";
}

TEST(ServedTime, IsKnownAllTheTimeHoweverSlowTheLaterAnswers) {
    ServedTime time;
    time.hear({0, 0, true}, kStart, kStart);
    for (auto age = 1s; age < 20s; age += 1s) {
        EXPECT_TRUE(time.at(kStart + age + 50ms)) << age.count();
        const UnixNanoseconds served = std::chrono::nanoseconds{age}.count();
        time.hear({served, served, true}, kStart + age - 50ms, kStart + age + 50ms);
        EXPECT_EQ(time.at(kStart + age + 50ms), served + 50'000'000);
    }
}

TEST(ServedTime, IsNotKnownWhileTheClockIsNotSynchronised) {
    ServedTime time;
    time.hear({0, 0, true}, kStart, kStart);
    time.hear({0, 0, false}, kStart + 1s, kStart + 1s);
    EXPECT_FALSE(time.at(kStart + 1s));
}

}  // namespace
}  // namespace tokimori::web
