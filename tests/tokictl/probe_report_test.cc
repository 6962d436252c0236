#include "server/tokictl/probe_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <sstream>

#include "tests/tokictl/fake_machine.h"

namespace tokimori {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A machine with something of everything.
ProbeResult full_result() {
    FakeMachine machine;
    machine.gpsd(gpsd_text(active_receiver("/dev/ttyS0")));
    machine.serial_port("ttyS0", "4:64");
    machine.gpio_chip("gpiochip0", {"9030000.pl061", 8, {{4, "PPS", "pps", true}, {5, "JJY", "", false}}});
    machine.pps("pps0", "pps.-1");
    machine.program(9, "chronyd", "chrony");
    machine.put("/proc/sysvipc/shm", "1314148402 18 666 96 21050 21080 1 0 0 0 0\n");
    machine.records = {{2, {1, 2, 3, 4}}};
    machine.during_pause = [&] { machine.pulse("pps0"); };
    return judge(machine.look());
}

boost::json::object document(const ProbeResult& result, Language language = Language::kEnglish) {
    std::ostringstream out;
    print_probe_document(out, result, language);
    return boost::json::parse(out.str()).as_object();
}

TEST(ProbeReport, NamesWhatTheMachineHas) {
    const std::string report = report_of(full_result(), Language::kEnglish);
    for (const char* const part :
         {"/dev/gpiochip0 [9030000.pl061]: 8 GPIO lines; in use: PPS \"pps\"", "/dev/pps0 [pps.-1]: pulses come",
          "/dev/ttyS0", "units 2: not written", "gpsd: 3.22 answers on port 2947", "/dev/ttyS0 u-blox: active",
          "chronyd: running, process 9", "sudo systemctl disable --now chrony", "What to write into tokimori.toml"}) {
        EXPECT_THAT(report, HasSubstr(part));
    }
}

TEST(ProbeReport, IsSaidInJapaneseToo) {
    const std::string report = report_of(full_result(), Language::kJapanese);
    for (const char* const part :
         {"パルスあり", "書き込みなし", "動作中", "tokimori.toml に書く内容", "何秒かを知る"}) {
        EXPECT_THAT(report, HasSubstr(part));
    }
    EXPECT_THAT(report, Not(HasSubstr("pulses come")));
}

TEST(ProbeReport, NeverCallsALimitedProposalStratumOne) {
    EXPECT_THAT(report_of(full_result(), Language::kEnglish), Not(HasSubstr("is a stratum 1 server")));
}

TEST(ProbeDocument, HoldsWhatTheReportHolds) {
    const boost::json::object probe = document(full_result());
    EXPECT_EQ(probe.at("command"), "probe");
    EXPECT_EQ(probe.at("version"), 1);
    EXPECT_EQ(probe.at("exit_code"), 1);
    const boost::json::object& machine = probe.at("machine").as_object();
    const boost::json::object& chip = machine.at("gpio_chips").at(0).as_object();
    EXPECT_EQ(chip.at("label"), "9030000.pl061");
    EXPECT_EQ(chip.at("lines").at(0).at("consumer"), "pps");
    EXPECT_EQ(machine.at("pps").at(0).at("pulses"), "active");
    EXPECT_EQ(machine.at("serial_ports").at(0).at("device"), "/dev/ttyS0");
    EXPECT_EQ(machine.at("shared_memory").at(0).at("records"), "silent");
    EXPECT_EQ(machine.at("gpsd").at("devices").at(0).at("path"), "/dev/ttyS0");
    EXPECT_EQ(machine.at("time_services").at(0).at("unit"), "chrony");
    EXPECT_EQ(probe.at("findings").at(0).at("id"), "time-service");
    EXPECT_EQ(probe.at("proposal").at("sources").at(1).at("driver"), "pps-kernel");
}

TEST(ProbeDocument, ItsNamesAndWordsAreTheSameInBothLanguages) {
    const boost::json::object english = document(full_result());
    const boost::json::object japanese = document(full_result(), Language::kJapanese);
    EXPECT_EQ(english.at("machine"), japanese.at("machine"));
    EXPECT_EQ(english.at("findings").at(0).at("id"), japanese.at("findings").at(0).at("id"));
    EXPECT_NE(english.at("findings").at(0).at("sentence"), japanese.at("findings").at(0).at("sentence"));
}

}  // namespace
}  // namespace tokimori
