#include "server/daemon/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::vector<std::string> errors_of(std::string_view text) {
    const ConfigurationResult result = parse_configuration(text, "t.toml");
    EXPECT_NE(result.configuration.has_value(), !result.errors.empty());
    return result.errors;
}

Configuration configuration_of(std::string_view text) {
    const ConfigurationResult result = parse_configuration(text, "t.toml");
    EXPECT_THAT(result.errors, IsEmpty());
    return result.configuration.value_or(Configuration{});
}

std::string simulated(std::string_view more) {
    return "[[refclock]]\ndriver = \"simulated\"\nname = \"sky\"\n" + std::string(more) + "\n";
}

std::string gpsd(std::string_view more) {
    return "[[refclock]]\ndriver = \"gpsd\"\nname = \"gps\"\n" + std::string(more) + "\n";
}

auto error_at(int line, std::string_view part) {
    return AllOf(StartsWith("t.toml:" + std::to_string(line) + ": "), HasSubstr(std::string(part)));
}

auto is_refused_at(int line, std::string_view part) {
    return ElementsAre(error_at(line, part));
}

/// A file of its own that is gone after the test.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "tokimori-XXXXXX").string();
        EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
        path_ = pattern;
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    std::string path() const { return path_.string(); }
    std::string write(std::string_view name, std::string_view text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
        return (path_ / name).string();
    }

private:
    std::filesystem::path path_;
};

TEST(Configuration, OfAnEmptyFileIsTheDefaults) {
    EXPECT_EQ(configuration_of(""), Configuration{});
}

TEST(Configuration, ALaboratoryNeverSteersTheClockOfItsHost) {
    EXPECT_TRUE(steers_system_clock(configuration_of("")));
    EXPECT_TRUE(steers_system_clock(configuration_of("[clock]\nsystem_clock = \"follow\"")));
    EXPECT_FALSE(steers_system_clock(configuration_of("[clock]\nsystem_clock = \"leave\"")));
    EXPECT_FALSE(steers_system_clock(configuration_of("server.lab_mode = true")));
    EXPECT_FALSE(steers_system_clock(configuration_of("server.lab_mode = true\n[clock]\nsystem_clock = \"follow\"")));
}

TEST(Configuration, ReadsAListOfWords) {
    const auto files = [](std::string_view list) {
        return configuration_of("[statistics]\nfiles = " + std::string(list) + "\n").statistics_files;
    };
    EXPECT_THAT(files(R"(["sysstats", "loopstats"])"), ElementsAre(StatisticsKind::kSystem, StatisticsKind::kLoop));
    EXPECT_THAT(files("[]"), IsEmpty());
    for (const char* const wrong : {R"("loopstats")", R"(["loopstats", "loopstats"])", R"(["loopstat"])", "[7]",
                                    R"([""])", R"(["loopstats, peerstats"])", "7"}) {
        EXPECT_THAT(errors_of("[statistics]\n\nfiles = " + std::string(wrong) + "\n"),
                    is_refused_at(3, "rite a list of \"loopstats\" or \"peerstats\""))
            << wrong;
    }
}

TEST(Configuration, ReadsTheLaboratoryExample) {
    const Configuration read = configuration_of(R"(
[server]
listen = ["127.0.0.1:11123"]
workers = 0
interleaved = false
lab_mode = true
[clock]
system_clock = "leave"
[[refclock]]
driver = "simulated"
name   = "sky"
start  = "2016-11-30T23:58:00Z"
jitter = "300ns"
frequency_error = "0ppm"
leap   = "none"
)");
    Configuration expected;
    expected.listen = {{"127.0.0.1", 11123}};
    expected.workers = 0;
    expected.interleaved = false;
    expected.lab_mode = true;
    expected.system_clock = SystemClockMode::kLeave;
    expected.state_dir = "";
    expected.refclocks.resize(1);
    expected.refclocks[0].driver = "simulated";
    expected.refclocks[0].name = "sky";
    expected.refclocks[0].start = parse_utc("2016-11-30T23:58:00Z");
    ASSERT_TRUE(expected.refclocks[0].start.has_value());
    EXPECT_EQ(read, expected);
}

TEST(Configuration, ReadsTheApplianceExample) {
    const Configuration read = configuration_of(R"(
[server]
listen   = ["0.0.0.0:123", "[::]:123"]
workers  = "auto"
lab_mode = false
[clock]
system_clock = "follow"
system_clock_step = "always"
system_clock_step_threshold = "1s"
holdover     = "12h"
[[refclock]]
driver = "gpsd"
name   = "gps"
host   = "192.0.2.7"
port   = 2948
device = "/dev/ttyAMA0"
pps    = true
refid  = "GPS"
offset = "-1.5us"
delay  = "140ms"
prefer = true
trust  = true
noselect = true
poll = 4
filter = 16
stratum = 0
[leap]
mode          = "insert"
smear_minutes = 120
source        = "auto"
list_file     = "/tmp/leap-seconds.list"
[access]
[control]
socket = "/run/other.sock"
[state]
dir = "/var/lib/other"
[log]
level = "debug"
status = "10m"
)");
    Configuration expected;
    expected.system_clock_step = SystemClockStep::kAlways;
    expected.system_clock_step_threshold = 1s;
    expected.policy.holdover = 12h;
    expected.leap_list_file = "/tmp/leap-seconds.list";
    expected.control_socket = "/run/other.sock";
    expected.state_dir = "/var/lib/other";
    expected.log_level = LogLevel::kDebug;
    expected.log_status = 10min;
    RefclockConfiguration gps;
    gps.driver = "gpsd";
    gps.name = "gps";
    gps.host = "192.0.2.7";
    gps.port = 2948;
    gps.device = "/dev/ttyAMA0";
    gps.pps = gps.prefer = gps.trust = gps.noselect = true;
    gps.refid = "GPS";
    gps.offset = -1500ns;
    gps.delay = 140ms;
    gps.poll = 4;
    gps.filter = 16;
    gps.stratum = 0;
    expected.refclocks = {gps};
    EXPECT_EQ(read, expected);
}

TEST(Configuration, ReadsEverySimulatedKey) {
    const auto read = configuration_of(simulated(
        "jitter = \"1.5µs\"\nfrequency_error = \"-23.5ppm\"\nleap = \"delete\"\npulses = false\nlabels = false"));
    const RefclockConfiguration& sky = read.refclocks.at(0);
    EXPECT_EQ(sky.jitter, 1500ns);
    EXPECT_EQ(sky.frequency_error_ppm, -23.5);
    EXPECT_EQ(sky.leap, LeapKind::kDelete);
    EXPECT_FALSE(sky.pulses);
    EXPECT_FALSE(sky.labels);
    EXPECT_FALSE(sky.start.has_value());
}

TEST(Configuration, ReadsEveryKeyOfLongWaves) {
    const auto read = configuration_of(
        "[[refclock]]\nname = \"jjy\"\ndriver = \"jjy-gpio\"\nchip = \"gpiochip0\"\nline = \"GPIO5\"\n"
        "station = \"40\"\npolarity = \"inverted\"\nlatitude = 35.69\nlongitude = -139\nreceiver_delay = \"55ms\"\n"
        "[[refclock]]\nname = \"tdc\"\ndriver = \"jjy-serial\"\ndevice = \"/dev/ttyUSB0\"\nmodel = \"tdc300\"\n");
    const RefclockConfiguration& line = read.refclocks.at(0);
    EXPECT_EQ(line.chip + " " + line.line, "gpiochip0 GPIO5");
    EXPECT_EQ(line.station, JjyStation::kOtakadoya40);
    EXPECT_EQ(line.polarity, LinePolarity::kInverted);
    EXPECT_EQ(line.latitude, 35.69);
    EXPECT_EQ(line.longitude, -139.0);
    EXPECT_EQ(line.receiver_delay, 55ms);
    EXPECT_EQ(read.refclocks.at(1).device, "/dev/ttyUSB0");
    EXPECT_EQ(read.refclocks.at(1).model, JjyModel::kTdc300);
}

TEST(Configuration, KeepsTheOrderOfReferenceClocks) {
    const auto read = configuration_of(gpsd("") + simulated(""));
    ASSERT_EQ(read.refclocks.size(), 2U);
    EXPECT_EQ(read.refclocks[0].name, "gps");
    EXPECT_EQ(read.refclocks[1].name, "sky");
}

TEST(Configuration, KeepsStateInLabModeOnlyWhereADirectoryIsSet) {
    EXPECT_EQ(configuration_of("[server]\nlab_mode = true").state_dir, "");
    EXPECT_EQ(configuration_of("[server]\nlab_mode = true\n[state]\ndir = \"/x\"").state_dir, "/x");
    EXPECT_EQ(configuration_of("[state]").state_dir, "/var/lib/tokimori");
}

TEST(Configuration, TakesAStartAsTextOrAsADateTime) {
    const auto expected = parse_utc("2016-12-31T23:59:59.5Z");
    ASSERT_TRUE(expected.has_value());
    EXPECT_EQ(configuration_of(simulated("start = 2016-12-31T23:59:59.5Z")).refclocks.at(0).start, expected);
    EXPECT_EQ(configuration_of(simulated("start = 2016-12-31T23:59:59.5+00:00")).refclocks.at(0).start, expected);
    EXPECT_EQ(configuration_of(simulated("start = \"2016-12-31T23:59:59.5Z\"")).refclocks.at(0).start, expected);
    EXPECT_EQ(configuration_of(simulated("start = \"2016-12-31T23:59:60Z\"")).refclocks.at(0).start,
              parse_utc("2016-12-31T23:59:60Z"));
}

TEST(Configuration, RefusesAStartThatIsNotUtc) {
    EXPECT_THAT(errors_of(simulated("start = 2016-12-31T23:59:59+09:00")), is_refused_at(4, "write a UTC time"));
    EXPECT_THAT(errors_of(simulated("start = 2016-12-31T23:59:59")), is_refused_at(4, "write a UTC time"));
    EXPECT_THAT(errors_of(simulated("start = \"yesterday\"")), is_refused_at(4, "\"yesterday\""));
}

TEST(Configuration, RefusesAStartOutside1972To2105) {
    EXPECT_THAT(errors_of(simulated("start = 1971-12-31T23:59:59Z")), is_refused_at(4, "1972"));
    EXPECT_THAT(errors_of(simulated("start = 2106-01-01T00:00:00Z")), is_refused_at(4, "2105"));
    configuration_of(simulated("start = 1972-01-01T00:00:00Z"));
    configuration_of(simulated("start = 2105-12-31T23:59:59Z"));
}

TEST(Configuration, NamesTheNearestKeyWithItsLine) {
    EXPECT_THAT(errors_of("[server]\nlisten = [\"127.0.0.1:1123\"]\nwokers = 1"),
                is_refused_at(3, "no key \"wokers\" in [server]; did you mean \"workers\"?"));
    EXPECT_THAT(errors_of(simulated("jiter = \"1us\"")), is_refused_at(4, "did you mean \"jitter\"?"));
    EXPECT_THAT(errors_of(gpsd("jiter = \"1us\"")), ElementsAre(::testing::Not(HasSubstr("jitter"))));
}

TEST(Configuration, NamesTheNearestSection) {
    EXPECT_THAT(errors_of("\n[sever]\nworkers = 1"), is_refused_at(2, "did you mean [server]?"));
    EXPECT_THAT(errors_of("[[refclok]]\n"), is_refused_at(1, "did you mean [[refclock]]?"));
}

TEST(Configuration, TellsWhereAMisplacedKeyBelongs) {
    EXPECT_THAT(errors_of("[server]\nholdover = \"1h\""), is_refused_at(2, "belongs in [clock], not in [server]"));
    EXPECT_THAT(errors_of("workers = 1"), is_refused_at(1, "below [server]"));
    EXPECT_THAT(errors_of(simulated("port = 2947")), is_refused_at(4, "belongs to the driver \"gpsd\""));
    EXPECT_THAT(errors_of(gpsd("jitter = \"1us\"")), is_refused_at(4, "belongs to the driver \"simulated\""));
}

TEST(Configuration, RefusesSectionsOfTheWrongShape) {
    EXPECT_THAT(errors_of("server = 1"), is_refused_at(1, "[server] is not written as a section"));
    EXPECT_THAT(errors_of("[[server]]\n"), is_refused_at(1, "[server] is not written as a section"));
    EXPECT_THAT(errors_of("[refclock]\nname = \"a\""), is_refused_at(1, "a line [[refclock]] for each"));
    EXPECT_THAT(errors_of("refclock = [\n1]"), is_refused_at(2, "[[refclock]] is 1"));
    EXPECT_THAT(errors_of("\"leap.manual\" = 1"), is_refused_at(1, "no section"));
}

TEST(Configuration, RefusesAnUnknownDriverWithTheNearest) {
    EXPECT_THAT(errors_of("[[refclock]]\nname = \"a\"\ndriver = \"gspd\"\nport = 1"),
                is_refused_at(3, "did you mean \"gpsd\"? Write \"gpsd\" or \"pps-kernel\""));
    EXPECT_THAT(errors_of("[[refclock]]\nname = \"a\"\ndriver = 3"), is_refused_at(3, "driver in [[refclock]] is 3"));
}

TEST(Configuration, ReadsTheLastResortWithAStratumOfItsOwn) {
    const auto read = parse_configuration("[[refclock]]\nname = \"a\"\ndriver = \"local\"\nstratum = 9", "t.toml");
    ASSERT_TRUE(read.configuration.has_value());
    EXPECT_EQ(read.configuration->refclocks[0].stratum, 9U);
    const auto usual = parse_configuration("[[refclock]]\nname = \"a\"\ndriver = \"local\"", "t.toml");
    EXPECT_FALSE(usual.configuration->refclocks[0].stratum.has_value());
    EXPECT_THAT(errors_of("[[refclock]]\nname = \"a\"\ndriver = \"local\"\nchip = \"gpiochip0\""),
                is_refused_at(4, "chip belongs to the driver"));
}

TEST(Configuration, RefusesAReferenceClockWithoutDriverOrName) {
    EXPECT_THAT(errors_of("\n[[refclock]]\nname = \"a\""), is_refused_at(2, "no driver; add driver = …, \"gpsd\" or"));
    EXPECT_THAT(errors_of("\n[[refclock]]\ndriver = \"gpsd\""),
                is_refused_at(2, "no name; add name = …, 1 to 64 bytes"));
    EXPECT_THAT(errors_of("[[refclock]]"), ElementsAre(error_at(1, "no driver"), error_at(1, "no name")));
}

std::string refclock(std::string_view driver, std::string_view more) {
    return "[[refclock]]\nname = \"a\"\ndriver = \"" + std::string(driver) + "\"\n" + std::string(more) + "\n";
}

TEST(Configuration, ReadsTheKeysOfEveryDevice) {
    RefclockConfiguration read =
        configuration_of(refclock("pps-kernel", "device = \"/dev/pps1\"\nedge = \"clear\"")).refclocks.at(0);
    EXPECT_EQ(read.device, "/dev/pps1");
    EXPECT_EQ(read.edge, LeadingEdge::kDown);
    read = configuration_of(refclock("pps-gpio", "chip = \"pinctrl-rp1\"\nline = \"GPIO18\"\nedge = \"falling\""))
               .refclocks.at(0);
    EXPECT_EQ(read.chip, "pinctrl-rp1");
    EXPECT_EQ(read.line, "GPIO18");
    EXPECT_EQ(read.edge, LeadingEdge::kDown);
    read = configuration_of(refclock("pps-gpio", "line = \"18\"\nedge = \"rising\"")).refclocks.at(0);
    EXPECT_EQ(read.chip, "");
    EXPECT_EQ(read.edge, LeadingEdge::kUp);
    read = configuration_of(refclock("nmea", "device = \"/dev/ttyAMA0\"\nbaud = 115200")).refclocks.at(0);
    EXPECT_EQ(read.device, "/dev/ttyAMA0");
    EXPECT_EQ(read.baud, 115200U);
    EXPECT_EQ(configuration_of(refclock("shm", "unit = 2")).refclocks.at(0).unit, 2U);
    EXPECT_EQ(configuration_of(refclock("sock", "path = \"/run/tokimori/gps.sock\"")).refclocks.at(0).path,
              "/run/tokimori/gps.sock");
}

TEST(Configuration, RefusesADeviceWithoutWhatItCannotDoWithout) {
    EXPECT_THAT(errors_of(refclock("pps-kernel", "")), is_refused_at(1, "no device; add device = …"));
    EXPECT_THAT(errors_of(refclock("nmea", "baud = 9600")), is_refused_at(1, "no device; add device = …"));
    EXPECT_THAT(errors_of(refclock("pps-gpio", "chip = \"gpiochip0\"")), is_refused_at(1, "no line; add line = …"));
    EXPECT_THAT(errors_of(refclock("sock", "")), is_refused_at(1, "no path; add path = …"));
    EXPECT_THAT(errors_of(refclock("sock", "path = \"\"")), is_refused_at(4, "1 to 107 bytes"));
    EXPECT_THAT(errors_of(refclock("shm", "")), IsEmpty());
    EXPECT_THAT(errors_of(refclock("gpsd", "")), IsEmpty());
}

TEST(Configuration, RefusesTheWordsOfTheOtherPulses) {
    EXPECT_THAT(errors_of(refclock("pps-kernel", "device = \"/dev/pps0\"\nedge = \"rising\"")),
                is_refused_at(5, "\"assert\" or \"clear\""));
    EXPECT_THAT(errors_of(refclock("pps-gpio", "line = \"18\"\nedge = \"assert\"")),
                is_refused_at(5, "\"rising\" or \"falling\""));
    EXPECT_THAT(
        errors_of(refclock("shm", "device = \"/dev/pps0\"")),
        is_refused_at(
            4, "belongs to the driver \"gpsd\" or \"pps-kernel\" or \"nmea\" or \"jjy-serial\", not to \"shm\""));
}

TEST(Configuration, RefusesASpeedThatSerialPortsDoNotHave) {
    for (const unsigned baud : {4800U, 9600U, 19200U, 38400U, 57600U, 115200U, 230400U, 460800U, 921600U}) {
        EXPECT_THAT(errors_of(refclock("nmea", "device = \"d\"\nbaud = " + std::to_string(baud))), IsEmpty());
    }
    EXPECT_THAT(errors_of(refclock("nmea", "device = \"d\"\nbaud = 14400")),
                is_refused_at(5, "baud 14400 is no speed of a serial port; write one of 4800, 9600, 19200"));
    EXPECT_THAT(errors_of(refclock("nmea", "device = \"d\"\nbaud = 1200")), is_refused_at(5, "from 4800 to 921600"));
}

TEST(Configuration, RefusesANameThatIsUsedTwice) {
    EXPECT_THAT(errors_of(simulated("") + gpsd("") + "[[refclock]]\ndriver = \"gpsd\"\nname = \"sky\""),
                ElementsAre(AllOf(error_at(11, "\"sky\" is already used in line 3"))));
}

TEST(Configuration, RefusesNamesThatCannotBeShown) {
    EXPECT_THAT(errors_of("[[refclock]]\ndriver = \"gpsd\"\nname = \"\""), is_refused_at(3, "1 to 64 bytes"));
    EXPECT_THAT(errors_of("[[refclock]]\ndriver = \"gpsd\"\nname = \"a\\nb\""), is_refused_at(3, "\"a\\nb\""));
    EXPECT_EQ(configuration_of("[[refclock]]\ndriver = \"gpsd\"\nname = \"屋上のGPS\"").refclocks.at(0).name,
              "屋上のGPS");
}

TEST(Configuration, RefusesARefidForASimulatedSource) {
    EXPECT_THAT(errors_of(simulated("refid = \"GPS\"")), is_refused_at(4, "always says SIM; remove it"));
}

TEST(Configuration, RefusesARefidThatIsNotFourVisibleCharacters) {
    for (const std::string refid : {"", "ABCDE", "A B", "時", "\\t"}) {
        EXPECT_THAT(errors_of(gpsd("refid = \"" + refid + "\"")), is_refused_at(4, "1 to 4 visible ASCII")) << refid;
    }
    EXPECT_EQ(configuration_of(gpsd("refid = \"X\"")).refclocks.at(0).refid, "X");
    EXPECT_EQ(configuration_of(gpsd("refid = \"GNSS\"")).refclocks.at(0).refid, "GNSS");
}

TEST(Configuration, RefusesListenAddressesThatAreNotNumeric) {
    for (const std::string address :
         {"localhost:123", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "::1:123", "[::1]", "[127.0.0.1]:123",
          "127.0.0.1:", "127.0.0.1:+1", "[::1:123", "", ":", "1.2.3:123", "127.0.0.1:12x", "[::1\\u0000]:123"}) {
        EXPECT_THAT(errors_of("[server]\nlisten = [\n\"127.0.0.1:1\",\n\"" + address + "\"]"),
                    is_refused_at(4, "numeric addresses with a port from 1 to 65535"))
            << address;
    }
}

TEST(Configuration, RefusesAListenListThatIsEmptyOrNoListOrRepeatsItself) {
    EXPECT_THAT(errors_of("[server]\nlisten = []"), is_refused_at(2, "an empty list"));
    EXPECT_THAT(errors_of("[server]\nlisten = \"127.0.0.1:123\""), is_refused_at(2, "write numeric addresses"));
    EXPECT_THAT(errors_of("[server]\nlisten = [123]"), is_refused_at(2, "listen in [server] is 123"));
    EXPECT_THAT(errors_of("[server]\nlisten = [\"[::1]:1\",\n\"[0:0::1]:1\"]"), is_refused_at(3, "stands twice"));
}

TEST(Configuration, RefusesMoreThan64AddressesAndSources) {
    std::string listen = "[server]\nlisten = [\n";
    std::string sources;
    for (int i = 1; i <= 65; ++i) {
        listen += "\"127.0.0.1:" + std::to_string(i) + "\",\n";
        sources += "[[refclock]]\ndriver = \"gpsd\"\nname = \"gps" + std::to_string(i) + "\"\n";
    }
    EXPECT_THAT(errors_of(listen + "]"), is_refused_at(67, "more than 64 addresses"));
    EXPECT_THAT(errors_of(sources), is_refused_at(64 * 3 + 1, "more than 64 of [[refclock]]"));
}

struct Bounds {
    const char* before;
    const char* key;
    std::vector<const char*> good;
    std::vector<const char*> bad;
};

class ConfigurationRange : public ::testing::TestWithParam<Bounds> {};

TEST_P(ConfigurationRange, HoldsAtBothEndsWhateverModeIsInForce) {
    for (const char* mode : {"\n", "server.lab_mode = true\n"}) {
        const std::string start = std::string(mode) + GetParam().before + GetParam().key + " = ";
        for (const char* value : GetParam().good) {
            EXPECT_THAT(errors_of(start + value), IsEmpty()) << start << value;
        }
        for (const char* value : GetParam().bad) {
            const auto line = static_cast<int>(std::ranges::count(start, '\n')) + 1;
            EXPECT_THAT(errors_of(start + value), ElementsAre(error_at(line, GetParam().key))) << start << value;
        }
    }
}

constexpr const char* kGpsd = "[[refclock]]\ndriver = \"gpsd\"\nname = \"a\"\n";
constexpr const char* kShm = "[[refclock]]\ndriver = \"shm\"\nname = \"a\"\n";
constexpr const char* kSky = "[[refclock]]\ndriver = \"simulated\"\nname = \"a\"\n";

INSTANTIATE_TEST_SUITE_P(
    All, ConfigurationRange,
    ::testing::Values(
        Bounds{"server.", "workers", {"0", "64", "\"auto\""}, {"-1", "65", "\"many\"", "\"4\"", "1.0", "true"}},
        Bounds{"[clock]\n",
               "holdover",
               {"\"10s\"", "\"30d\""},
               {"\"9.9s\"", "\"31d\"", "3600", "\"\"", "\"1 h\"", "\"-1h\""}},
        Bounds{"[clock]\n", "system_clock", {"\"follow\"", "\"leave\""}, {"\"Leave\"", "true", "\"\""}},
        Bounds{"[clock]\n",
               "system_clock_step",
               {"\"never\"", "\"start\"", "\"always\""},
               {"\"Start\"", "\"1s\"", "false"}},
        Bounds{"[clock]\n",
               "system_clock_step_threshold",
               {"\"1ms\"", "\"1h\""},
               {"\"0ms\"", "\"61m\"", "0.128", "\"-1s\""}},
        Bounds{kGpsd, "offset", {"\"-1s\"", "\"1s\"", "\"+5ms\""}, {"\"1.1s\"", "\"-1.1s\"", "0", "\"5\"", "\"nans\""}},
        Bounds{kGpsd, "delay", {"\"0s\"", "\"2s\""}, {"\"-1ns\"", "\"2.1s\"", "\"infs\"", "\"1e0s\""}},
        Bounds{kGpsd, "port", {"1", "65535"}, {"0", "65536", "\"2947\"", "9223372036854775807"}},
        Bounds{kGpsd, "host", {"\"h\""}, {"\"\"", "\"a\\u001bb\"", "\"a\\u202eb\"", "[]", "{}"}},
        Bounds{kGpsd, "prefer", {"true", "false"}, {"\"true\"", "1", "1979-05-27"}},
        Bounds{kGpsd, "poll", {"0", "10"}, {"-1", "11"}}, Bounds{kGpsd, "filter", {"1", "64"}, {"0", "65"}},
        Bounds{kGpsd, "stratum", {"0", "14"}, {"-1", "15"}}, Bounds{kShm, "unit", {"0", "255"}, {"-1", "256", "\"0\""}},
        Bounds{kSky, "jitter", {"\"0ns\"", "\"100ms\""}, {"\"-1ns\"", "\"101ms\""}},
        Bounds{
            kSky, "frequency_error", {"\"-500ppm\"", "\"500ppm\""}, {"\"500.1ppm\"", "\"-501ppm\"", "0.0", "\"1ppb\""}},
        Bounds{kSky, "leap", {"\"none\"", "\"insert\"", "\"delete\""}, {"\"inserted\"", "1"}},
        Bounds{"[leap]\n", "mode", {"\"insert\"", "\"smear\""}, {"\"step\""}},
        Bounds{"[leap]\n", "source", {"\"auto\"", "\"manual\""}, {"\"gps\""}},
        Bounds{"[leap]\n", "smear_minutes", {"60", "400"}, {"59", "401", "\"120\""}},
        Bounds{"[leap]\n", "list_file", {"\"\"", "\"/a\""}, {"1", "\"a\\u0000b\""}},
        Bounds{"[log]\n", "level", {"\"error\"", "\"warning\"", "\"info\"", "\"debug\""}, {"\"notice\"", "3"}},
        Bounds{"[log]\n", "status", {"\"0s\"", "\"24h\""}, {"\"25h\"", "\"-1s\""}},
        Bounds{"[control]\n", "socket", {"\"\"", "\"/s\""}, {"false"}},
        Bounds{"[state]\n", "dir", {"\"\"", "\"/s\""}, {"1.5"}}));

TEST(Configuration, NamesTheNearestChoice) {
    EXPECT_THAT(errors_of("[log]\nlevel = \"warn\""), is_refused_at(2, "did you mean \"warning\"?"));
}

TEST(Configuration, ReadsOtherServers) {
    const auto read = parse_configuration(R"([[upstream]]
address = "ntp.example.jp"
[[upstream]]
address = "2001:db8::1"
name = "other"
port = 1123
iburst = false
minpoll = 6
maxpoll = 7
key = 5
prefer = true
noselect = true
trust = true
)",
                                          "f");
    ASSERT_TRUE(read.configuration) << read.errors.front();
    const auto& sources = read.configuration->refclocks;
    ASSERT_EQ(sources.size(), 2U);
    EXPECT_EQ(sources[0].driver, "upstream");
    EXPECT_EQ(sources[0].name, "ntp.example.jp");
    EXPECT_EQ(sources[0].host, "ntp.example.jp");
    EXPECT_EQ(sources[0].port, 123);
    EXPECT_TRUE(sources[0].iburst);
    EXPECT_EQ(sources[0].minpoll, 8U);
    EXPECT_EQ(sources[0].maxpoll, 10U);
    EXPECT_EQ(sources[0].key, 0U);
    EXPECT_EQ(sources[1].name, "other");
    EXPECT_EQ(sources[1].port, 1123);
    EXPECT_FALSE(sources[1].iburst);
    EXPECT_EQ(sources[1].minpoll, 6U);
    EXPECT_EQ(sources[1].maxpoll, 7U);
    EXPECT_EQ(sources[1].key, 5U);
    EXPECT_TRUE(sources[1].prefer && sources[1].noselect && sources[1].trust);
}

TEST(Configuration, RefusesOtherServersThatCannotBeAsked) {
    EXPECT_THAT(errors_of("[[upstream]]\nname = \"a\""), ElementsAre(error_at(1, "no address")));
    EXPECT_THAT(errors_of("[[upstream]]\naddress = \"a\"\n[[upstream]]\naddress = \"a\""),
                is_refused_at(4, "already used in line 2"));
    EXPECT_THAT(errors_of("[[upstream]]\naddress = \"a\"\nminpoll = 9\nmaxpoll = 8"),
                is_refused_at(4, "maxpoll 8 is below minpoll"));
    EXPECT_THAT(errors_of("[[upstream]]\naddress = \"a\"\nminpoll = 2"), is_refused_at(3, "from 3 to 12"));
    EXPECT_THAT(errors_of("[server]\nworkers = 0\n[[upstream]]\naddress = \"localhost\""),
                is_refused_at(4, "leaves no thread to resolve it"));
    EXPECT_THAT(errors_of("[server]\nworkers = 0\n[[upstream]]\naddress = \"::1\""), ElementsAre());
}

TEST(Configuration, RefusesALimitThatIsLongerThanIsKeptOfAClient) {
    EXPECT_THAT(errors_of("[access]\ninterval = \"1h\"\nburst = 20"), is_refused_at(3, "write at most 19, or"));
    EXPECT_THAT(errors_of("[access]\ninterval = \"1h\"\nburst = 19"), ElementsAre());
    EXPECT_THAT(errors_of("[access]\nburst = 255\ninterval = \"269s\""), is_refused_at(2, "at most 254"));
    EXPECT_THAT(errors_of("[access]\nburst = 255\ninterval = \"268s\""), ElementsAre());
    EXPECT_THAT(errors_of("[[access.rule]]\nfrom = [\"10.0.0.0/8\"]\ninterval = \"1h\"\nburst = 100"),
                is_refused_at(4, "A burst of 100"));
    EXPECT_THAT(errors_of("[[access.rule]]\nfrom = [\"10.0.0.0/8\"]\ninterval = \"1h\"\n"
                          "[access]\nburst = 60\ninterval = \"2s\""),
                is_refused_at(3, "A burst of 60"));
    EXPECT_THAT(errors_of("[access]\ninterval = \"1h\"\n[[access.rule]]\nfrom = [\"10.0.0.0/8\"]\nburst = 20"),
                is_refused_at(5, "A burst of 20"));
}

TEST(Configuration, WantsTheChipOfAPanelLineByNumber) {
    EXPECT_THAT(errors_of("[front_panel]\nalarm_relay = \"17\""), is_refused_at(2, "write chip = … too"));
    EXPECT_THAT(errors_of("[front_panel]\nbutton = \"5\"\ntime_led = \"GPIO17\""), is_refused_at(2, "button \"5\""));
    EXPECT_THAT(errors_of("[front_panel]\nalarm_relay = \"17\"\nchip = \"gpiochip0\""), ElementsAre());
    EXPECT_THAT(errors_of("[front_panel]\nalarm_relay = \"GPIO17\""), ElementsAre());
}

TEST(Configuration, WantsTheInterfaceOfALinkLocalServerAndOfNoOther) {
    EXPECT_THAT(errors_of("[[upstream]]\naddress = \"fe80::1%eth0\""), ElementsAre());
    EXPECT_THAT(errors_of("[server]\nworkers = 0\n[[upstream]]\naddress = \"fe80::1%2\""), ElementsAre());
    EXPECT_THAT(errors_of("[[upstream]]\naddress = \"fe80::1\""), is_refused_at(2, "as in \"fe80::1%eth0\""));
    EXPECT_THAT(errors_of("[[upstream]]\naddress = \"2001:db8::1%eth0\""),
                is_refused_at(2, "only a link-local address"));
    EXPECT_THAT(errors_of("[[upstream]]\naddress = \"ntp.example.jp%eth0\""), is_refused_at(2, "has an interface"));
    EXPECT_THAT(errors_of("[[upstream]]\naddress = \"fe80::1%\""), is_refused_at(2, "has an interface"));
}

TEST(Configuration, ReadsWhoMayAsk) {
    const auto read = parse_configuration(R"([access]
allow = ["192.0.2.0/24", "2001:db8::/32", "private"]
deny = ["192.0.2.7"]
query = []
refuse = "restrict"
interval = "2s"
burst = 20
leak = 3
kod = true
clients = 2048
ipv6_prefix = 64
keys_file = "/etc/tokimori/keys"
[[access.rule]]
from = ["198.51.100.0/24"]
flags = ["limited", "kod", "nomodify"]
interval = "8s"
[[access.rule]]
from = ["any"]
)",
                                          "test.toml");
    ASSERT_THAT(read.errors, IsEmpty());
    const AccessPolicy& access = read.configuration->access;
    ASSERT_EQ(access.allow.size(), 2 + private_networks().size());
    EXPECT_EQ(access.allow[0], Prefix::v4(0xC0000200, 24));
    EXPECT_EQ(access.allow[1], (Prefix{{0x2001'0DB8'0000'0000, 0}, 32}));
    EXPECT_EQ(access.deny, (std::vector{Prefix::v4(0xC0000207, 32)}));
    EXPECT_THAT(access.query, IsEmpty());
    EXPECT_EQ(access.refusal, Refusal::kRestrict);
    EXPECT_EQ(access.limit, (RateLimit{2s, 20, 3}));
    EXPECT_TRUE(access.kiss);
    EXPECT_EQ(access.clients, 2048U);
    EXPECT_EQ(access.ipv6_prefix, 64);
    EXPECT_EQ(read.configuration->keys_file, "/etc/tokimori/keys");
    ASSERT_EQ(access.rules.size(), 2U);
    EXPECT_EQ(access.rules[0].flags, (std::vector{AccessFlag::kLimited, AccessFlag::kKod, AccessFlag::kNoModify}));
    EXPECT_EQ(access.rules[0].interval, 8s);
    EXPECT_EQ(access.rules[1].from, all_networks());
}

TEST(Configuration, RefusesNetworksThatAreNone) {
    for (const char* const wrong : {"192.0.2.1/24", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2", "2001:db8::/129",
                                    "2001:db8::1/64", "lan", "", "10.0.0.0/8,192.0.2.0/24", "10.0.0.0/"}) {
        EXPECT_THAT(errors_of("[access]\nallow = [\"" + std::string(wrong) + "\"]"),
                    is_refused_at(2, "list of networks"))
            << wrong;
    }
    EXPECT_THAT(errors_of("[access]\nallow = \"any\""), is_refused_at(2, "list of networks"));
    EXPECT_THAT(errors_of("[[access.rule]]\nflags = [\"noserv\"]\nfrom = [\"any\"]"), is_refused_at(2, "noserve"));
    EXPECT_THAT(errors_of("[[access.rule]]\nflags = []"), is_refused_at(1, "has no from"));
}

TEST(Configuration, ReadsHowLeapSecondsAreServedAndEnteredByHand) {
    const ConfigurationResult read = parse_configuration(R"([leap]
mode = "smear"
smear_minutes = 90
announce = "12h"
mark_refid = false
smear_system_clock = true
source = "manual"
[[leap.manual]]
date = "2016-12-31"
kind = "insert"
[[leap.manual]]
date = 2029-06-30
kind = "delete"
)",
                                                         "f");
    ASSERT_THAT(read.errors, IsEmpty());
    EXPECT_EQ(read.configuration->leap, (LeapPolicy{.mode = LeapMode::kSmear,
                                                    .lead = std::chrono::hours{12},
                                                    .smear = std::chrono::minutes{90},
                                                    .mark_refid = false,
                                                    .smear_host = true}));
    EXPECT_EQ(read.configuration->leap_source, LeapSource::kManual);
    EXPECT_THAT(read.configuration->leap_manual,
                ElementsAre(LeapEvent{*day_from_date(2016, 12, 31), LeapKind::kInsert},
                            LeapEvent{*day_from_date(2029, 6, 30), LeapKind::kDelete}));
}

TEST(Configuration, SaysWhyASmearIsNeitherShorterNorLonger) {
    for (const char* const length : {"59", "401", "1440"}) {
        EXPECT_THAT(errors_of(std::string("[leap]\nsmear_minutes = ") + length),
                    is_refused_at(2, "Shorter smears are faster than clients can follow"));
    }
}

TEST(Configuration, RefusesLeapSecondsThatCannotBe) {
    EXPECT_THAT(errors_of("[[leap.manual]]\ndate = 2016-12-31\nkind = \"insrt\""),
                ElementsAre(error_at(3, "did you mean \"insert\"?")));
    EXPECT_THAT(errors_of("[[leap.manual]]\ndate = \"2016-13-31\"\nkind = \"insert\""),
                ElementsAre(error_at(2, "such as \"2016-12-31\"")));
    EXPECT_THAT(errors_of("[[leap.manual]]\ndate = \"2016-12-30\"\nkind = \"insert\""),
                ElementsAre(error_at(2, "write \"2016-12-31\"")));
    EXPECT_THAT(errors_of("[[leap.manual]]\nkind = \"insert\""), ElementsAre(error_at(1, "no date")));
    EXPECT_THAT(errors_of("[[leap.manual]]\ndate = 2016-12-31\nkind = \"insert\"\n"
                          "[[leap.manual]]\ndate = 2016-12-31\nkind = \"delete\""),
                ElementsAre(error_at(5, "stands twice")));
}

TEST(Configuration, NamesTheNearestKeyOfAnotherServer) {
    EXPECT_THAT(errors_of("[[upstream]]\nadress = \"a\""),
                ElementsAre(error_at(1, "no address"), error_at(2, "did you mean \"address\"?")));
}

TEST(Configuration, ReportsAllErrorsAtOnceInTheOrderOfTheLines) {
    EXPECT_THAT(errors_of("[server]\n"
                          "wrkers = 1\n"
                          "listen = [\"x\"]\n"
                          "[clock]\n"
                          "holdover = \"1s\"\n"
                          "[[refclock]]\n"
                          "driver = \"simulated\"\n"
                          "jitter = \"1h\"\n"
                          "[bogus]\n"),
                ElementsAre(error_at(2, "wrkers"), error_at(3, "\"x\""), error_at(5, "holdover"),
                            error_at(6, "no name"), error_at(8, "jitter"), error_at(9, "bogus")));
}

TEST(Configuration, ReportsWrongSyntaxWithItsLine) {
    EXPECT_THAT(errors_of("[server]\nworkers = \n"), is_refused_at(2, "not valid TOML"));
    EXPECT_THAT(errors_of("[server]\nworkers = 1\nworkers = 2"), is_refused_at(3, "not valid TOML"));
    EXPECT_THAT(errors_of("[server]\n\n\nlisten = [\"a"), is_refused_at(4, "not valid TOML"));
}

TEST(Configuration, ErrorsStayOnOneLineWhateverAKeySays) {
    const auto errors = errors_of("\"a\\nb\\u001b[2J\" = 1\n[server]\n\"x\\ry\" = 1\nworkers = \"\\n\\u0007\"");
    EXPECT_THAT(errors, ElementsAre(error_at(1, "a\\nb\\u{001B}[2J"), error_at(3, "x\\ry"), error_at(4, "\\n")));
    for (const std::string& error : errors) {
        EXPECT_TRUE(std::ranges::none_of(error, [](char c) { return c >= 0 && c < ' '; })) << error;
    }
}

TEST(Configuration, LongTextIsCutInErrors) {
    EXPECT_THAT(errors_of("[server]\nworkers = \"" + std::string(900, 'x') + "\""),
                ElementsAre(AllOf(error_at(2, "x…\";"), ::testing::SizeIs(::testing::Lt(250U)))));
}

TEST(Configuration, RefusesBinaryGarbage) {
    std::string garbage;
    for (int i = 0; i < 4096; ++i) {
        garbage += static_cast<char>(i * 37 % 256);
    }
    EXPECT_THAT(errors_of(garbage), ElementsAre(StartsWith("t.toml:1: ")));
    EXPECT_THAT(errors_of(std::string("\0\0\0", 3)), ElementsAre(StartsWith("t.toml:1: ")));
}

TEST(Configuration, RefusesLinesThatNobodyWrites) {
    const auto chain = [](std::size_t parts) {
        std::string key = "a";
        for (std::size_t i = 1; i < parts; ++i) {
            key += ".a";
        }
        return key;
    };
    EXPECT_THAT(errors_of("\n" + chain(400'000) + " = 1"), is_refused_at(2, "longer than 1024 bytes"));
    std::string nested = chain(500) + " = [\n";
    for (int i = 0; i < 100; ++i) {
        nested += "{" + chain(500) + " = [\n";
    }
    for (int i = 0; i < 100; ++i) {
        nested += "]}\n";
    }
    EXPECT_THAT(errors_of(nested + "]"), is_refused_at(1, "no section \"a\""));
}

TEST(ReadConfiguration, ReadsAFile) {
    const TemporaryDirectory directory;
    const auto result = read_configuration(directory.write("good.toml", "[server]\nworkers = 3\n"));
    EXPECT_THAT(result.errors, IsEmpty());
    ASSERT_TRUE(result.configuration.has_value());
    EXPECT_EQ(result.configuration->workers, 3U);
}

TEST(ReadConfiguration, NamesTheFileAndTheLine) {
    const TemporaryDirectory directory;
    const std::string path = directory.write("bad.toml", "\nx = 1\n");
    EXPECT_THAT(read_configuration(path).errors, ElementsAre(StartsWith(path + ":2: ")));
}

TEST(ReadConfiguration, TellsWhyAFileCannotBeRead) {
    const TemporaryDirectory directory;
    const std::string missing = directory.path() + "/missing.toml";
    EXPECT_THAT(read_configuration(missing).errors,
                ElementsAre(AllOf(StartsWith(missing + ": "), HasSubstr("No such file"))));
    EXPECT_THAT(read_configuration(directory.path()).errors,
                ElementsAre(AllOf(StartsWith(directory.path() + ": "), HasSubstr("Is a directory"))));
    EXPECT_FALSE(read_configuration(missing).configuration.has_value());
    EXPECT_FALSE(read_configuration(directory.path()).configuration.has_value());
}

TEST(ReadConfiguration, RefusesMoreThanOneMebibyte) {
    const TemporaryDirectory directory;
    std::string text;
    while (text.size() < 10'000'000) {
        text += "# nothing to see here, only a very long file\n";
    }
    EXPECT_THAT(read_configuration(directory.write("huge.toml", text)).errors,
                ElementsAre(EndsWith("huge.toml: The file is larger than 1 MiB; is it the right one?")));
    text.resize(1024 * 1024);
    EXPECT_THAT(read_configuration(directory.write("large.toml", text)).errors, IsEmpty());
}

}  // namespace
}  // namespace tokimori
