#include "refclocks/gpsd_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "refclocks/line_assembler.h"

namespace tokimori {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Reason = Rejection::Reason;

GpsdReport read(std::string_view line) {
    GpsdReportReader reader;
    return reader.read(line);
}

template <typename Report>
Report read_as(std::string_view line) {
    const GpsdReport report = read(line);
    EXPECT_TRUE(std::holds_alternative<Report>(report)) << line << " gave alternative " << report.index();
    return std::holds_alternative<Report>(report) ? std::get<Report>(report) : Report{};
}

bool is_rejected(std::string_view line, Reason reason) {
    const GpsdReport report = read(line);
    return std::holds_alternative<Reason>(report) && std::get<Reason>(report) == reason;
}

bool is_nothing(std::string_view line) {
    return std::holds_alternative<std::monostate>(read(line));
}

std::string text(const std::optional<UtcTime>& time) {
    return time ? format_utc(*time, 9) : "none";
}

constexpr std::string_view kFix =
    R"({"class":"TPV","device":"/dev/pts/1","status":2,"mode":2,"time":"2017-12-01T17:22:38.000Z","leapseconds":18,)"
    R"("ept":0.005,"lat":45.218541146,"lon":5.807177490,"altHAE":278.8789,"track":158.9240})";

TEST(GpsdReport, ReadsAFixOfGpsd322) {
    const auto fix = read_as<FixReport>(kFix);
    EXPECT_EQ(fix.device, "/dev/pts/1");
    EXPECT_EQ(fix.mode, 2);
    EXPECT_EQ(fix.status, 2);
    EXPECT_EQ(text(fix.time), "2017-12-01T17:22:38.000000000Z");
    EXPECT_EQ(fix.gps_minus_utc, 18);
}

TEST(GpsdReport, ReadsAFixOfLaterReleasesWithKeysItDoesNotKnow) {
    const auto fix = read_as<FixReport>(
        R"({"class":"TPV","device":"/dev/ttyAMA0","mode":3,"status":1,"time":"2026-11-22T00:21:38.200Z","jam":7,"ant":2,)"
        R"("baseS":1,"leapseconds":18,"ept":0.005,"somethingNew":"x","clockbias":-5})");
    EXPECT_EQ(fix.mode, 3);
    EXPECT_EQ(fix.gps_minus_utc, 18);
    EXPECT_EQ(text(fix.time), "2026-11-22T00:21:38.200000000Z");
}

TEST(GpsdReport, ReadsATimingReceiverThatHasModeZero) {
    const auto fix = read_as<FixReport>(
        R"({"class":"TPV","mode":0,"time":"2021-02-23T18:04:29.000Z","leapseconds":18,"ept":0.005})");
    EXPECT_EQ(fix.device, "");
    EXPECT_EQ(fix.mode, 0);
    EXPECT_EQ(text(fix.time), "2021-02-23T18:04:29.000000000Z");
}

TEST(GpsdReport, KeepsTheNameOfAnInsertedSecond) {
    const auto fix =
        read_as<FixReport>(R"({"class":"TPV","mode":3,"time":"2016-12-31T23:59:60.000Z","leapseconds":17})");
    ASSERT_TRUE(fix.time);
    EXPECT_EQ(fix.time->second.second, kSecondsPerDay);
    EXPECT_EQ(fix.gps_minus_utc, 17);
}

TEST(GpsdReport, LeavesOutWhatAFixDoesNotTell) {
    const auto fix = read_as<FixReport>(R"({"class":"TPV","device":"/dev/pts/1","mode":3,"epv":23.000,"eph":48.640})");
    EXPECT_FALSE(fix.time);
    EXPECT_FALSE(fix.gps_minus_utc);
    EXPECT_EQ(fix.status, 0);
}

TEST(GpsdReport, OneFixLeavesNothingBehindForTheNext) {
    GpsdReportReader reader;
    reader.read(kFix);
    const GpsdReport next = reader.read(R"({"class":"TPV","mode":1})");
    ASSERT_TRUE(std::holds_alternative<FixReport>(next));
    EXPECT_EQ(std::get<FixReport>(next).device, "");
    EXPECT_EQ(std::get<FixReport>(next).status, 0);
    EXPECT_FALSE(std::get<FixReport>(next).time);
    EXPECT_FALSE(std::get<FixReport>(next).gps_minus_utc);
}

TEST(GpsdReport, RefusesDatesThatDoNotExistOrThatGpsCannotKnow) {
    for (const std::string time : {"2017-13-01T17:22:38.000Z", "2017-02-29T17:22:38.000Z", "2017-12-01T24:22:38.000Z",
                                   "2017-12-01T17:22:60.000Z", "2017-12-01T17:22:38.000", "1979-12-31T00:00:00.000Z",
                                   "2262-01-01T00:00:00.000Z", "9999-12-31T23:59:59.000Z", "", "yesterday"}) {
        EXPECT_TRUE(is_rejected(R"({"class":"TPV","mode":3,"time":")" + time + R"("})", Reason::kImpossibleDate))
            << time;
    }
}

TEST(GpsdReport, ReadsATimeOffsetWithNegativeNanoseconds) {
    const auto offset = read_as<TimeOffsetReport>(
        R"({"class":"TOFF","device":"/dev/pts/1","real_sec":1512148957, "real_nsec":-112313,"clock_sec":1795306898,)"
        R"("clock_nsec":357297942})");
    EXPECT_EQ(offset.device, "/dev/pts/1");
    EXPECT_EQ(format_utc(offset.real, 9), "2017-12-01T17:22:36.999887687Z");
    EXPECT_EQ(offset.clock, 1'795'306'898'357'297'942);
}

TEST(GpsdReport, ReadsATimeOffsetOfLaterReleases) {
    const auto offset = read_as<TimeOffsetReport>(
        R"({"class":"TOFF","device":"/dev/ttyACM0","real_sec":1753990414, "real_nsec":0,"clock_sec":1753990414,)"
        R"("clock_nsec":127774139,"precision":-1,"shm":"NTP0"})");
    EXPECT_EQ(format_utc(offset.real), "2025-07-31T19:33:34Z");
    EXPECT_EQ(offset.clock, 1'753'990'414'127'774'139);
}

TEST(GpsdReport, ReadsStampsAfterTheYear2038) {
    const auto offset = read_as<TimeOffsetReport>(
        R"({"class":"TOFF","device":"d","real_sec":2208988800, "real_nsec":5,"clock_sec":2208988800,"clock_nsec":7})");
    EXPECT_EQ(format_utc(offset.real, 9), "2040-01-01T00:00:00.000000005Z");
    EXPECT_EQ(offset.clock, 2'208'988'800'000'000'007);
}

std::string pulse(const std::string& rest) {
    return R"({"class":"PPS","device":"/dev/ttyS0","real_sec":1753990415,"real_nsec":0,"clock_sec":1753990415,"clock_nsec":31)" +
           rest + "}";
}

TEST(GpsdReport, TakesThePrecisionOfAPulseAsItsUncertainty) {
    EXPECT_EQ(read_as<PulseReport>(pulse(R"(,"precision":-20)")).uncertainty, std::chrono::microseconds{50});
    EXPECT_EQ(read_as<PulseReport>(pulse(R"(,"precision":-10,"shm":"NTP1","qErr":-4331)")).uncertainty,
              Duration{976'562});
    EXPECT_EQ(read_as<PulseReport>(pulse("")).uncertainty, Duration{976'562});
    EXPECT_EQ(read_as<PulseReport>(pulse(R"(,"precision":-99)")).uncertainty, Duration{976'562});
    EXPECT_EQ(read_as<PulseReport>(pulse(R"(,"precision":3)")).uncertainty, Duration{976'562});
}

TEST(GpsdReport, ReadsThePulseItself) {
    const auto report = read_as<PulseReport>(pulse(R"(,"precision":-20)"));
    EXPECT_EQ(report.device, "/dev/ttyS0");
    EXPECT_EQ(format_utc(report.real), "2025-07-31T19:33:35Z");
    EXPECT_EQ(report.clock, 1'753'990'415'000'000'031);
}

TEST(GpsdReport, ReadsBySoMuchThePulseMissed) {
    EXPECT_EQ(read_as<PulseReport>(pulse(R"(,"precision":-20,"qErr":-4331)")).sawtooth, -4331);
    EXPECT_EQ(read_as<PulseReport>(pulse(R"(,"precision":-20,"shm":"NTP1","qErr":9862)")).sawtooth, 9862);
    EXPECT_EQ(read_as<PulseReport>(pulse(R"(,"precision":-20)")).sawtooth, std::nullopt);
    EXPECT_EQ(read_as<PulseReport>(pulse(R"(,"precision":-20,"qErr":1.5)")).sawtooth, std::nullopt);
}

std::string offset_of(const std::string& real, const std::string& real_nsec, const std::string& clock) {
    return R"({"class":"TOFF","device":"d","real_sec":)" + real + R"(,"real_nsec":)" + real_nsec + R"(,"clock_sec":)" +
           clock + R"(,"clock_nsec":0})";
}

TEST(GpsdReport, RefusesStampsThatAreNoTimes) {
    EXPECT_FALSE(is_rejected(offset_of("1512148957", "0", "1795306898"), Reason::kImpossibleDate));
    for (const std::string bad : {"-1", "0", "-9223372036854775808", "9223372036854775807", "9300000000"}) {
        EXPECT_TRUE(is_rejected(offset_of(bad, "-1", "1795306898"), Reason::kImpossibleDate)) << bad;
    }
    EXPECT_TRUE(is_rejected(offset_of("1512148957", "0", "9300000000"), Reason::kImpossibleDate));
    for (const std::string bad : {"x", "1e9", "99999999999999999999", "", "1.5", "\"1\""}) {
        EXPECT_FALSE(std::holds_alternative<TimeOffsetReport>(read(offset_of(bad, "0", "1795306898")))) << bad;
    }
    EXPECT_TRUE(is_rejected(offset_of("1512148957", "1000000000", "1795306898"), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(R"({"class":"TOFF","device":"d","real_sec":1512148957})", Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(R"({"class":"PPS"})", Reason::kUnreadable));
}

TEST(GpsdReport, CountsSatellitesSeenAndUsed) {
    const auto sky = read_as<SkyReport>(
        R"({"class":"SKY","device":"/dev/pts/1","time":"2017-12-01T17:22:43.000Z","hdop":1.36,"nSat":3,"uSat":2,"satellites":[)"
        R"({"PRN":5,"el":44.0,"az":205.0,"ss":33.0,"used":true,"gnssid":0,"svid":5,"health":1},)"
        R"({"PRN":7,"el":4.0,"az":20.0,"ss":0.0,"used":false},{"PRN":193,"used":true,"prRes":0.5}]})");
    EXPECT_EQ(sky.device, "/dev/pts/1");
    EXPECT_EQ(sky.visible, 3);
    EXPECT_EQ(sky.used, 2);
    EXPECT_EQ(text(sky.time), "2017-12-01T17:22:43.000000000Z");
}

TEST(GpsdReport, ListsTheSatellitesWithTheirSignals) {
    const auto sky =
        read_as<SkyReport>(R"({"class":"SKY","device":"/dev/pts/1","nSat":5,"uSat":2,"satellites":[)"
                           R"({"PRN":7,"el":4.0,"az":20.0,"ss":0.0,"used":false},)"
                           R"({"PRN":5,"el":44.4,"az":359.8,"ss":33.6,"used":true,"gnssid":0,"svid":5,"health":1},)"
                           R"({"PRN":66,"used":false,"gnssid":6,"svid":2,"freqid":8},)"
                           R"({"PRN":194,"gnssid":5,"svid":2,"el":-91.0,"az":361.0,"ss":-1.0,"used":true},)"
                           R"({"PRN":9,"gnssid":99,"svid":3,"used":false}]})");
    ASSERT_THAT(sky.list, SizeIs(5));
    EXPECT_EQ(sky.list[0], (Satellite{SatelliteSystem::kGps, 5, 0, 44, 34, true})) << "those in use come first";
    EXPECT_EQ(sky.list[1], (Satellite{SatelliteSystem::kQzss, 2, {}, {}, {}, true}));
    EXPECT_EQ(sky.list[2], (Satellite{SatelliteSystem::kUnknown, 7, 20, 4, 0, false}));
    EXPECT_EQ(sky.list[3], (Satellite{SatelliteSystem::kGlonass, 2, {}, {}, {}, false}));
    EXPECT_EQ(sky.list[4], (Satellite{SatelliteSystem::kUnknown, 9, {}, {}, {}, false}));
}

TEST(GpsdReport, ListsASatelliteOnceWithItsStrongestSignal) {
    const auto sky = read_as<SkyReport>(
        R"({"class":"SKY","nSat":3,"satellites":[{"PRN":5,"ss":33.0,"used":false,"gnssid":0,"svid":5},)"
        R"({"PRN":5,"ss":41.0,"used":true,"gnssid":0,"svid":5,"sigid":3},{"PRN":5,"used":false,"gnssid":0,"svid":5,"sigid":7}]})");
    ASSERT_THAT(sky.list, SizeIs(1));
    EXPECT_EQ(sky.list[0], (Satellite{SatelliteSystem::kGps, 5, {}, {}, 41, true}));
}

TEST(GpsdReport, ListsNoMoreSatellitesThanItPromises) {
    std::string line = R"({"class":"SKY","satellites":[{"PRN":1,"used":false})";
    for (int number = 2; number <= 100; ++number) {
        line += R"(,{"PRN":)" + std::to_string(number) + R"(,"used":)" + (number == 100 ? "true}" : "false}");
    }
    const auto sky = read_as<SkyReport>(line + "]}");
    ASSERT_THAT(sky.list, SizeIs(Satellites::kMostListed));
    EXPECT_EQ(sky.list[0].number, 100) << "one in use is not left out";
    EXPECT_EQ(sky.visible, 100);
}

TEST(GpsdReport, ReadsTheHealthOfAReceiverWhereGpsdTellsIt) {
    const auto fix = read_as<FixReport>(R"({"class":"TPV","device":"d","mode":0,"ant":3,"antPwr":2,"jam":31})");
    EXPECT_EQ(fix.antenna, 3);
    EXPECT_EQ(fix.antenna_power, 2);
    EXPECT_EQ(fix.jamming, 31);
    const auto none = read_as<FixReport>(kFix);
    EXPECT_FALSE(none.antenna || none.antenna_power || none.jamming);
}

// As gpsd prints what a u-blox M8T heard of satellite 3 in August 2020.
std::string subframe(const std::string& before, const std::string& leap) {
    return R"({"class":"SUBFRAME","device":"/dev/ttyAMA0",)" + before +
           R"("dataid":56,"IONO":{"a0":5,"a1":2,"a2":-1,"a3":-1,"b0":38,"b1":3,"b2":-1,"b3":-5,"A1":9,"A0":2,"tot":144,)"
           R"("WNt":69,)" +
           leap + "}}";
}

TEST(GpsdReport, ReadsWhatGpsSaysOfLeapSeconds) {
    const std::string leap = R"("ls":18,"WNlsf":137,"DN":7,"lsf":18)";
    for (const std::string before : {R"("gnssId":0,"tSV":3,"frame":4,"TOW17":443034,"scaled":false,)",
                                     R"("tSV":3,"TOW17":443034,"frame":4,"scaled":true,)"}) {
        const auto report = read_as<LeapReport>(subframe(before, leap));
        EXPECT_EQ(report.device, "/dev/ttyAMA0");
        EXPECT_EQ(report.page, (GpsLeapPage{18, 137, 7, 18}));
    }
    EXPECT_EQ(read_as<LeapReport>(subframe("", R"("ls":-1,"WNlsf":300,"DN":0,"lsf":127)")).page,
              (GpsLeapPage{-1, 300, 0, 127}))
        << "what it means is judged elsewhere";
}

TEST(GpsdReport, PassesOverSubframesThatSayNothingOfLeapSeconds) {
    EXPECT_TRUE(is_nothing(
        R"({"class":"SUBFRAME","device":"d","tSV":3,"TOW17":443034,"frame":1,"scaled":false,"EPHEM1":{"WN":69,"ls":18}})"));
    EXPECT_TRUE(is_nothing(subframe(R"("gnssId":5,"tSV":2,)", R"("ls":18,"WNlsf":137,"DN":7,"lsf":18)"))) << "QZSS";
}

TEST(GpsdReport, RefusesLeapSecondsThatAreNoNumbers) {
    for (const std::string leap : {R"("ls":18,"WNlsf":137,"DN":7)", R"("ls":18.5,"WNlsf":137,"DN":7,"lsf":18)",
                                   R"("ls":18,"WNlsf":"137","DN":7,"lsf":null)",
                                   R"("ls":99999999999999999999,"WNlsf":137,"DN":7,"lsf":18)", R"("x":1)"}) {
        EXPECT_TRUE(is_rejected(subframe("", leap), Reason::kUnreadable)) << leap;
    }
}

TEST(GpsdReport, TellsAnEmptySkyFromOneThatBringsNoSatellites) {
    const auto sky = read_as<SkyReport>(R"({"class":"SKY","device":"d","nSat":0,"uSat":0})");
    EXPECT_EQ(sky.visible, 0);
    EXPECT_FALSE(sky.time);
    EXPECT_TRUE(is_nothing(R"({"class":"SKY","device":"d","hdop":4.54,"pdop":13.09})"));
}

TEST(GpsdReport, KeepsOutSatellitesThatLibgpsCannotHold) {
    std::string line = R"({"class":"SKY","device":"d","nSat":300,"satellites":[{"PRN":1,"used":true})";
    for (int i = 0; i < 300; ++i) {
        line += R"(,{"PRN":1,"used":true})";
    }
    EXPECT_TRUE(is_rejected(line + "]}", Reason::kUnreadable));
}

TEST(GpsdReport, ReadsTheGreeting) {
    EXPECT_EQ(
        read_as<VersionReport>(R"({"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14})")
            .release,
        "3.22");
}

TEST(GpsdReport, NoticesReceiversThatComeAndGo) {
    const auto gone = read_as<DeviceReport>(R"({"class":"DEVICE","path":"/dev/ttyUSB0","activated":0})");
    EXPECT_EQ(gone.device, "/dev/ttyUSB0");
    EXPECT_FALSE(gone.present);
    EXPECT_TRUE(
        read_as<DeviceReport>(
            R"({"class":"DEVICE","path":"/dev/pts/1","driver":"u-blox","activated":"2026-11-22T00:21:38.357Z"})")
            .present);
    EXPECT_TRUE(is_nothing(R"({"class":"DEVICE","path":"/dev/pts/1"})"));
}

TEST(GpsdReport, NoticesAGpsdWithoutAnyReceiver) {
    const auto none = read_as<DeviceReport>(R"({"class":"DEVICES","devices":[]})");
    EXPECT_EQ(none.device, "");
    EXPECT_FALSE(none.present);
    EXPECT_TRUE(is_nothing(R"({"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/pts/1","native":0}]})"));
}

TEST(GpsdReport, PassesOverWhatItHasNoUseFor) {
    EXPECT_TRUE(is_nothing(R"({"class":"WATCH","enable":true,"json":true,"pps":true})"));
    EXPECT_TRUE(is_nothing(R"({"class":"GST","device":"d","time":"2025-07-31T19:33:34.000Z","rms":142.000})"));
    EXPECT_TRUE(is_nothing(R"({"class":"AIS","type":999,"text":"x"})"));
    EXPECT_TRUE(is_nothing(R"({"class":"FUTURE","x":[1,[2,{"y":"}"}]]})"));
}

TEST(GpsdReport, DoesNotMindACarriageReturn) {
    EXPECT_EQ(read_as<FixReport>(std::string{kFix} + '\r').mode, 2);
}

TEST(GpsdReport, RefusesWhatIsNotOneObject) {
    for (const std::string line :
         {"", "\r", "{", "}", "{}", "[]", "null", "$GPRMC,172238,A*00", "HTTP/1.1 400 Bad Request", R"({"foo":1})",
          R"({"mode":3,"class":"TPV"})", R"( {"class":"TPV"})", R"({"class":"TPV")", R"({"class":"TPV"}x)",
          R"({"class":"TPV"}})", R"({"class":"TPV","x":"}")", R"({"class":"TPV"}{"mode":3})",
          R"({"class":"TPV","x":"\"})"}) {
        EXPECT_TRUE(is_rejected(line, Reason::kUnreadable)) << line;
    }
}

TEST(GpsdReport, DoesNotLoseItselfInTwoReportsRunTogether) {
    EXPECT_TRUE(is_rejected(R"({"class":"TPV",!"class":"TPV"})", Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(R"({"class":"TPV","mode":3,"ti{"class":"TPV","mode":3})", Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(R"({"class":"TPV","mode":3,{"class":"SKY"}})", Reason::kUnreadable));
}

TEST(GpsdReport, RefusesATimeBehindADefect) {
    EXPECT_TRUE(is_rejected(R"({"class":"TPV","mode":3,!,"time":"2017-12-01T17:22:38.000Z"})", Reason::kUnreadable));
}

TEST(GpsdReport, RefusesControlCharactersAndOverlongLines) {
    std::string with_nul{kFix};
    with_nul[20] = '\0';
    EXPECT_TRUE(is_rejected(with_nul, Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(R"({"class":"TPV","x":")" + std::string(10'300, 'x') + "\"}", Reason::kUnreadable));
}

TEST(GpsdReport, AnyPrefixOfAReportIsRefused) {
    for (std::size_t length = 0; length < kFix.size(); ++length) {
        EXPECT_TRUE(is_rejected(kFix.substr(0, length), Reason::kUnreadable)) << length;
    }
}

TEST(GpsdReport, SurvivesEveryChangeOfOneByte) {
    GpsdReportReader reader;
    for (std::size_t i = 0; i < kFix.size(); ++i) {
        for (const char c : {'"', '{', '}', '[', ']', '\\', ',', ':', '9', '-', '\xff'}) {
            std::string line{kFix};
            line[i] = c;
            reader.read(line);
        }
    }
    EXPECT_TRUE(std::holds_alternative<FixReport>(reader.read(kFix)));
}

/// Collects what a LineAssembler hands on.
struct Lines {
    LineAssembler assembler;
    std::vector<std::string> complete = {};
    int overflows = 0;

    void take(std::string_view bytes) {
        assembler.take(
            bytes, [this](std::string_view line) { complete.emplace_back(line); }, [this] { ++overflows; });
    }
};

TEST(LineAssembler, PutsPiecesTogetherAndLinesApart) {
    Lines lines;
    for (const char* piece : {"o", "ne\n", "two\nthree\nfo", "", "ur", "\n\n"}) {
        lines.take(piece);
    }
    EXPECT_THAT(lines.complete, ElementsAre("one", "two", "three", "four", ""));
    EXPECT_EQ(lines.overflows, 0);
}

TEST(LineAssembler, SkipsALineThatIsTooLongAndGoesOnAfterIt) {
    Lines lines;
    lines.take(std::string(LineAssembler::kLongestLine, 'x') + "\n");
    EXPECT_THAT(lines.complete, ElementsAre(SizeIs(LineAssembler::kLongestLine)));
    lines.complete.clear();
    for (int i = 0; i < 100; ++i) {
        lines.take(std::string(8192, 'y'));
    }
    EXPECT_EQ(lines.overflows, 1);
    lines.take("z\nnext\n");
    EXPECT_THAT(lines.complete, ElementsAre("next"));
}

TEST(LineAssembler, ForgetsAnUnfinishedLine) {
    Lines lines;
    lines.take("half");
    lines.assembler.clear();
    EXPECT_THAT(lines.complete, IsEmpty());
    lines.take("whole\n");
    EXPECT_THAT(lines.complete, ElementsAre("whole"));
}

}  // namespace
}  // namespace tokimori
