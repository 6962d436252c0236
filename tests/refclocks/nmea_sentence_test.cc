#include "refclocks/nmea_sentence.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/refclocks/nmea_text.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using Reason = Rejection::Reason;

template <typename Kind>
Kind read(std::string_view body) {
    const NmeaSentence result = read_nmea(sentence(body));
    const auto* const found = std::get_if<Kind>(&result);
    EXPECT_NE(found, nullptr) << body;
    return found != nullptr ? *found : Kind{};
}
bool is_rejected(std::string_view line, Reason reason) {
    const NmeaSentence result = read_nmea(line);
    const auto* const found = std::get_if<Reason>(&result);
    return found != nullptr && *found == reason;
}
std::string time_of(std::string_view body) {
    const auto found = read<RmcSentence>(body).time;
    return found ? format_utc(*found, 3) : "none";
}

TEST(NmeaSentence, ReadsSentencesOfRealReceivers) {
    const NmeaSentence zda = read_nmea("$GPZDA,172237.00,01,12,2017,00,00*62");
    ASSERT_TRUE(std::holds_alternative<ZdaSentence>(zda));
    EXPECT_EQ(format_utc(std::get<ZdaSentence>(zda).time.value()), "2017-12-01T17:22:37Z");
    const NmeaSentence rmc = read_nmea("$GNRMC,012238.00,A,3454.4922,S,13835.7617,E,0.0,0.0,120821,,,D*5A\r");
    ASSERT_TRUE(std::holds_alternative<RmcSentence>(rmc));
    EXPECT_EQ(format_utc(std::get<RmcSentence>(rmc).time.value()), "2021-08-12T01:22:38Z");
    EXPECT_TRUE(std::get<RmcSentence>(rmc).valid);
}

TEST(NmeaSentence, BelievesOnlyAMeasuredFix) {
    for (const char mode : {'A', 'D', 'F', 'R', 'P'}) {
        EXPECT_TRUE(read<RmcSentence>(std::string{"GPRMC,000000,A,,,,,,,010120,,,"} + mode).valid) << mode;
    }
    for (const char mode : {'N', 'E', 'M', 'S'}) {
        EXPECT_FALSE(read<RmcSentence>(std::string{"GPRMC,000000,A,,,,,,,010120,,,"} + mode).valid) << mode;
    }
    EXPECT_FALSE(read<RmcSentence>("GPRMC,000000,V,,,,,,,010120,,,A").valid);
    EXPECT_TRUE(read<RmcSentence>("GPRMC,000000,A,,,,,,,010120,,").valid) << "older receivers know no mode";
    EXPECT_TRUE(read<RmcSentence>("GPRMC,000000,A,,,,,,,010120,,,A,V").valid) << "the navigational status is none";
}

TEST(NmeaSentence, TakesTwoDigitsOfTheYearFrom1980To2079) {
    EXPECT_EQ(time_of("GPRMC,120000,A,,,,,,,060180,,,A"), "1980-01-06T12:00:00.000Z");
    EXPECT_EQ(time_of("GPRMC,120000,A,,,,,,,311279,,,A"), "2079-12-31T12:00:00.000Z");
    EXPECT_EQ(time_of("GPRMC,120000,A,,,,,,,010100,,,A"), "2000-01-01T12:00:00.000Z");
}

TEST(NmeaSentence, ReadsFractionsOfAnyLength) {
    EXPECT_EQ(time_of("GPRMC,120001,A,,,,,,,010120,,,A"), "2020-01-01T12:00:01.000Z");
    EXPECT_EQ(time_of("GPRMC,120001.,A,,,,,,,010120,,,A"), "2020-01-01T12:00:01.000Z");
    EXPECT_EQ(time_of("GPRMC,120001.5,A,,,,,,,010120,,,A"), "2020-01-01T12:00:01.500Z");
    EXPECT_EQ(time_of("GPRMC,120001.087,A,,,,,,,010120,,,A"), "2020-01-01T12:00:01.087Z");
    EXPECT_EQ(read<RmcSentence>("GPRMC,120001.123456789,A,,,,,,,010120,,,A").time->nanosecond, 123'456'789);
    EXPECT_TRUE(is_rejected(sentence("GPRMC,120001.1234567890,A,,,,,,,010120,,,A"), Reason::kUnreadable));
}

TEST(NmeaSentence, KeepsTheNameOfAnInsertedSecond) {
    EXPECT_EQ(time_of("GPRMC,235960.00,A,,,,,,,311216,,,A"), "2016-12-31T23:59:60.000Z");
    EXPECT_TRUE(is_rejected(sentence("GPRMC,225960.00,A,,,,,,,311216,,,A"), Reason::kImpossibleDate));
    EXPECT_EQ(read<GgaSentence>("GPGGA,235960.25,,,,,1,07,,,,,,,").time_of_day, 86400s + 250ms);
}

TEST(NmeaSentence, RefusesDatesAndTimesThatDoNotExist) {
    for (const char* const body :
         {"GPRMC,240000,A,,,,,,,010120,,,A", "GPRMC,126000,A,,,,,,,010120,,,A", "GPRMC,120061,A,,,,,,,010120,,,A",
          "GPRMC,120000,A,,,,,,,300220,,,A", "GPRMC,120000,A,,,,,,,011320,,,A", "GPRMC,120000,A,,,,,,,000120,,,A",
          "GPZDA,120000,01,01,1979,00,00", "GPZDA,120000,01,01,2262,00,00", "GPZDA,120000,31,04,2020,00,00",
          "GPGGA,250000,,,,,1,07,,,,,,,"}) {
        EXPECT_TRUE(is_rejected(sentence(body), Reason::kImpossibleDate)) << body;
    }
}

TEST(NmeaSentence, KnowsNoTimeWhereTheReceiverKnowsNone) {
    const auto cold = read<RmcSentence>("GPRMC,,V,,,,,,,,,,N");
    EXPECT_FALSE(cold.time);
    EXPECT_FALSE(cold.valid);
    EXPECT_FALSE(read<RmcSentence>("GPRMC,120000,V,,,,,,,,,,N").time) << "a time, but no date";
    EXPECT_FALSE(read<ZdaSentence>("GPZDA,,,,,00,00").time);
    EXPECT_FALSE(read<GgaSentence>("GPGGA,,,,,,0,00,99.99,,,,,,").time_of_day);
}

TEST(NmeaSentence, ReadsQualityAndSatellites) {
    for (int quality = 0; quality <= 9; ++quality) {
        const auto found = read<GgaSentence>("GPGGA,120000,,,,," + std::to_string(quality) + ",07,,,,,,,");
        EXPECT_EQ(found.valid, quality >= 1 && quality <= 5) << quality;
        EXPECT_EQ(found.used, 7);
    }
    EXPECT_FALSE(read<GsaSentence>("GNGSA,A,1,,,,,,,,,,,,,99.9,99.9,99.9").valid);
    EXPECT_TRUE(read<GsaSentence>("GNGSA,A,2,04,05,,,,,,,,,,,2.5,1.3,2.1").valid);
    EXPECT_TRUE(read<GsaSentence>("GNGSA,A,3,04,05,,,,,,,,,,,2.5,1.3,2.1,1").valid);
    const auto view = read<GsvSentence>("GLGSV,2,1,07,65,30,100,40,66,45,200,41,72,10,300,,73,05,010,20");
    EXPECT_EQ(view.talker, "GL");
    EXPECT_EQ(view.visible, 7);
    EXPECT_EQ(read<GsvSentence>("GPGSV,1,1,00").visible, 0);
}

TEST(NmeaSentence, HearsEveryTalker) {
    for (const char* const talker : {"GP", "GL", "GA", "GB", "BD", "GQ", "GN", "GI"}) {
        EXPECT_TRUE(read<ZdaSentence>(std::string{talker} + "ZDA,120000,01,01,2020,00,00").time) << talker;
    }
}

TEST(NmeaSentence, PassesOverWhatIsNotOurs) {
    for (const char* const body :
         {"GPVTG,0.0,T,,M,0.0,N,0.0,K,A", "GPGLL,3540.0,N,13945.0,E,120000,A,A", "GPTXT,01,01,02,x",
          "PUBX,00,120000.00", "PMTK001,0,3", "PGRMC,120000,A", "GPRM", "X"}) {
        EXPECT_TRUE(std::holds_alternative<std::monostate>(read_nmea(sentence(body)))) << body;
    }
}

TEST(NmeaSentence, RefusesAWrongChecksumAndATruncatedLine) {
    const std::string whole = sentence("GPZDA,172237.00,01,12,2017,00,00");
    EXPECT_FALSE(is_rejected(whole, Reason::kUnreadable));
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_TRUE(is_rejected(whole.substr(0, length), Reason::kUnreadable)) << length;
    }
    for (std::size_t i = 1; i + 3 < whole.size(); ++i) {
        std::string flipped = whole;
        flipped[i] = static_cast<char>(flipped[i] ^ 1);
        EXPECT_TRUE(is_rejected(flipped, Reason::kUnreadable)) << i;
    }
    EXPECT_TRUE(is_rejected(whole + " ", Reason::kUnreadable));
    EXPECT_TRUE(is_rejected("$GPZDA,172237.00,01,12,2017,00,00", Reason::kUnreadable)) << "no checksum at all";
}

TEST(NmeaSentence, TakesChecksumsInEitherCase) {
    EXPECT_FALSE(is_rejected("$GNRMC,012238.00,A,3454.4922,S,13835.7617,E,0.0,0.0,120821,,,D*5a", Reason::kUnreadable));
}

TEST(NmeaSentence, FindsASentenceBehindABinaryMessage) {
    const std::string binary = "\xb5\x62\x01\x21$\xff*garbage" + std::string(2, '\0');
    EXPECT_TRUE(
        std::holds_alternative<ZdaSentence>(read_nmea(binary + sentence("GPZDA,172237.00,01,12,2017,00,00") + "\r")));
}

TEST(NmeaSentence, RefusesFieldsThatAreNoNumbers) {
    for (const char* const body :
         {"GPRMC,12000,A,,,,,,,010120,,,A", "GPRMC,12x000,A,,,,,,,010120,,,A", "GPRMC,-20000,A,,,,,,,010120,,,A",
          "GPRMC,120000,A,,,,,,,0101,,,A", "GPRMC,120000,A,,,,,,,01012020,,,A", "GPRMC,120000,?,,,,,,,010120,,,A",
          "GPRMC,120000 5,A,,,,,,,010120,,,A", "GPZDA,120000,1x,01,2020,00,00", "GPGGA,120000,,,,,x,07,,,,,,,",
          "GPGGA,120000,,,,,1,-7,,,,,,,", "GPGSA,A,4", "GPGSA,A,", "GPGSV,1,1,x",
          "GPGGA,120000,,,,,1,9999999999,,,,,,,"}) {
        EXPECT_TRUE(is_rejected(sentence(body), Reason::kUnreadable)) << body;
    }
}

TEST(NmeaSentence, RefusesControlCharactersAndEndlessLines) {
    EXPECT_TRUE(is_rejected(sentence("GPZDA,12000" + std::string(1, '\0') + ",01,01,2020,00,00"), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(sentence("GPTXT," + std::string(300, 'x')), Reason::kUnreadable));
    EXPECT_TRUE(std::holds_alternative<GsvSentence>(read_nmea(sentence("GPGSV,1,1,04" + std::string(100, ',')))));
}

}  // namespace
}  // namespace tokimori
