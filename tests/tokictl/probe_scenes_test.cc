// Whole machines, laid out as files, and what `tokictl probe` makes of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "server/tokictl/probe_report.h"
#include "tests/tokictl/fake_machine.h"

namespace tokimori {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

std::vector<std::string> ids(const ProbeResult& result) {
    std::vector<std::string> ids;
    for (const Finding& finding : result.findings) {
        ids.emplace_back(id_of(finding));
    }
    return ids;
}

std::vector<std::string> drivers(const ProbeResult& result) {
    std::vector<std::string> drivers;
    for (const ProposedSource& source : result.proposal.sources) {
        drivers.push_back(source.driver + ' ' + source.device);
    }
    return drivers;
}

/// What the probe finds. Where TOKIMORI_PROPOSALS names a directory, the proposal is kept there in both languages, for
/// the system test that gives them to tokimorid.
ProbeResult probed(FakeMachine& machine) {
    ProbeResult result = judge(machine.look());
    const char* const directory = std::getenv("TOKIMORI_PROPOSALS");
    if (directory != nullptr && !result.proposal.sources.empty()) {
        static int count = 0;
        const std::string stem = std::string(directory) + '/' + std::to_string(++count);
        std::ofstream{stem + "-en.toml"} << toml_of(result.proposal, Language::kEnglish);
        std::ofstream{stem + "-ja.toml"} << toml_of(result.proposal, Language::kJapanese);
    }
    return result;
}

/// A Raspberry Pi 4 with a serial port on its header and nothing else.
class RaspberryPi4 : public FakeMachine {
public:
    RaspberryPi4() {
        put("/proc/device-tree/model", std::string("Raspberry Pi 4 Model B Rev 1.4") + char{});
        put("/boot/firmware/config.txt", "[all]\nenable_uart=1\n");
        put("/proc/cmdline", "console=tty1 root=PARTUUID=1 rootwait\n");
        put("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0\n");
        serial_port("ttyS0", "4:64", "20");
        link("/dev/serial0", "ttyS0");
        gpio_chip("gpiochip0", {"pinctrl-bcm2711", 58, {{18, "GPIO18", "", false}, {42, "RGMII_MDIO", "", false}}});
        gpio_chip("gpiochip1", {"raspberrypi-exp-gpio", 8, {{0, "BT_ON", "shutdown", true}}});
    }

    /// With the overlay and pulses.
    void give_pulses() {
        put("/boot/firmware/config.txt", "enable_uart=1\ndtoverlay=pps-gpio,gpiopin=18\n");
        chips["/dev/gpiochip0"].lines[0] = {18, "GPIO18", "pps@12", true};
        pps("pps0", "pps@12.-1");
        during_pause = [this] { pulse("pps0"); };
    }
};

TEST(ProbeScenes, ABareRaspberryPiMayListenToItsHeaderAndGuessesTheLineOfThePulses) {
    RaspberryPi4 machine;
    const ProbeResult result = probed(machine);
    EXPECT_EQ(exit_code_of(result), ExitCode::kWarning);
    EXPECT_THAT(ids(result), ElementsAre("receiver-not-tried", "no-overlay"));
    EXPECT_THAT(drivers(result), ElementsAre("nmea /dev/ttyS0", "pps-gpio GPIO18"));
    EXPECT_THAT(
        toml_of(result.proposal, Language::kEnglish),
        AllOf(HasSubstr("chip = \"pinctrl-bcm2711\"\nline = \"GPIO18\"\nprefer = true\n"), HasSubstr("baud = 9600")));
}

TEST(ProbeScenes, ARaspberryPiWithGpsdAndPulsesNeedsNothing) {
    RaspberryPi4 machine;
    machine.give_pulses();
    machine.gpsd(gpsd_text(active_receiver("/dev/ttyS0")));
    const ProbeResult result = probed(machine);
    EXPECT_EQ(exit_code_of(result), ExitCode::kGood);
    EXPECT_THAT(ids(result), IsEmpty());
    EXPECT_THAT(drivers(result), ElementsAre("gpsd /dev/ttyS0", "pps-kernel /dev/pps0"));
    EXPECT_EQ(toml_of(result.proposal, Language::kEnglish),
              "# Proposed by tokictl probe.\n"
              "[server]\n"
              "listen = [\"0.0.0.0:123\", \"[::]:123\"]\n"
              "[clock]\n"
              "system_clock = \"follow\"  # the clock of this machine follows\n"
              "[[refclock]]\n"
              "driver = \"gpsd\"  # which second it is\n"
              "name = \"gps\"\n"
              "[[refclock]]\n"
              "driver = \"pps-kernel\"  # when it begins\n"
              "name = \"pps\"\n"
              "device = \"/dev/pps0\"\n"
              "prefer = true\n");
}

ProbeResult listened(FakeMachine& machine) {
    MachineView view = machine.look();
    listen_for_receiver(view, machine);
    return judge(std::move(view));
}

TEST(ProbeScenes, AReceiverThatIsHeardIsProposedWithItsSpeed) {
    RaspberryPi4 machine;
    machine.give_pulses();
    machine.speeds = {{"/dev/ttyS0", 38400}};
    const ProbeResult result = listened(machine);
    EXPECT_EQ(exit_code_of(result), ExitCode::kGood);
    EXPECT_THAT(toml_of(result.proposal, Language::kEnglish), HasSubstr("baud = 38400\n"));
}

TEST(ProbeScenes, ListeningFindsTheReceiverAmongSeveralPorts) {
    RaspberryPi4 machine;
    machine.serial_port("ttyUSB0", "188:0", "");
    machine.serial_port("ttyUSB1", "188:1", "");
    machine.speeds = {{"/dev/ttyUSB0", 9600}};
    EXPECT_THAT(drivers(listened(machine)), Contains("nmea /dev/ttyUSB0"));
    EXPECT_THAT(machine.listened, ElementsAre("/dev/ttyS0", "/dev/ttyUSB0"));
}

TEST(ProbeScenes, AReceiverThatIsNotHeardIsInTheWay) {
    RaspberryPi4 machine;
    const ProbeResult result = listened(machine);
    EXPECT_EQ(exit_code_of(result), ExitCode::kCritical);
    EXPECT_THAT(ids(result), ElementsAre("receiver-silent", "no-overlay"));
}

TEST(ProbeScenes, NobodyIsRobbedOfWhatTheyListenTo) {
    RaspberryPi4 machine;
    machine.gpsd(gpsd_text(active_receiver("/dev/ttyS0")));
    listened(machine);
    EXPECT_THAT(machine.listened, IsEmpty());
    machine.gpsd("");
    machine.put("/etc/default/gpsd", "DEVICES=\"/dev/serial0\"\n");
    listened(machine);
    EXPECT_THAT(machine.listened, IsEmpty());
    machine.put("/etc/default/gpsd", "");
    machine.program(612, "agetty", "serial-getty@ttyS0", 4U << 8U | 64U);
    listened(machine);
    EXPECT_THAT(machine.listened, IsEmpty());
}

TEST(ProbeScenes, AConsoleOnTheHeaderIsInTheWay) {
    RaspberryPi4 machine;
    machine.give_pulses();
    machine.put("/proc/cmdline", "console=ttyS0,115200 console=tty1\n");
    machine.program(612, "agetty", "serial-getty@ttyS0", 4U << 8U | 64U);
    const ProbeResult result = probed(machine);
    EXPECT_EQ(exit_code_of(result), ExitCode::kCritical);
    EXPECT_THAT(ids(result), ElementsAre("serial-console", "serial-login", "receiver-not-tried"));
    EXPECT_THAT(remedy(result.findings[0], Language::kEnglish), HasSubstr("console=ttyS0"));
    EXPECT_THAT(remedy(result.findings[1], Language::kEnglish), HasSubstr("serial-getty@ttyS0.service"));
    // What works once it is gone.
    EXPECT_THAT(drivers(result), ElementsAre("nmea /dev/ttyS0", "pps-kernel /dev/pps0"));
}

TEST(ProbeScenes, AConsoleWhereGpsdListensLimits) {
    RaspberryPi4 machine;
    machine.give_pulses();
    machine.gpsd(gpsd_text(active_receiver("/dev/serial0")));
    machine.put("/proc/cmdline", "console=ttyS0,115200\n");
    const ProbeResult result = probed(machine);
    EXPECT_EQ(exit_code_of(result), ExitCode::kWarning);
    EXPECT_THAT(ids(result), ElementsAre("serial-console"));
}

TEST(ProbeScenes, AConsoleWhereNobodyListensIsOnlyANote) {
    RaspberryPi4 machine;
    machine.give_pulses();
    machine.serial_port("ttyACM0", "166:0", "");
    machine.link("/dev/serial/by-id/usb-u-blox_AG_GNSS_receiver-if00", "../../ttyACM0");
    machine.put("/proc/cmdline", "console=ttyS0,115200\n");
    machine.gpsd(gpsd_text(active_receiver("/dev/ttyACM0")));
    const ProbeResult result = probed(machine);
    EXPECT_EQ(exit_code_of(result), ExitCode::kGood);
    EXPECT_THAT(ids(result), ElementsAre("serial-console"));
}

TEST(ProbeScenes, ChronyIsInTheWayWhereItServes) {
    RaspberryPi4 machine;
    machine.give_pulses();
    machine.gpsd(gpsd_text(active_receiver("/dev/ttyS0")));
    machine.program(700, "chronyd", "chrony");
    EXPECT_EQ(exit_code_of(probed(machine)), ExitCode::kWarning);
    EXPECT_THAT(toml_of(probed(machine).proposal, Language::kEnglish), HasSubstr("system_clock = \"leave\""));
    machine.socket("udp", "00000000:007B", "07");
    const ProbeResult result = probed(machine);
    EXPECT_EQ(exit_code_of(result), ExitCode::kCritical);
    EXPECT_THAT(ids(result), ElementsAre("ntp-port-taken", "time-service"));
    EXPECT_EQ(remedy(result.findings[1], Language::kEnglish), "sudo systemctl disable --now chrony");
}

TEST(ProbeScenes, OurOwnDaemonIsNotInItsOwnWay) {
    RaspberryPi4 machine;
    machine.give_pulses();
    machine.gpsd(gpsd_text(active_receiver("/dev/ttyS0")));
    machine.program(700, "tokimorid", "tokimorid");
    machine.socket("udp", "00000000:007B", "07");
    const ProbeResult result = probed(machine);
    EXPECT_EQ(exit_code_of(result), ExitCode::kGood);
    EXPECT_THAT(ids(result), ElementsAre("already-running"));
}

TEST(ProbeScenes, ARaspberryPi5TakesTheChipAndThePortOfItsHeader) {
    FakeMachine machine;
    machine.put("/proc/device-tree/model", std::string("Raspberry Pi 5 Model B Rev 1.0") + char{});
    machine.put("/boot/firmware/config.txt", "dtparam=uart0=on\n");
    machine.serial_port("ttyAMA0", "204:64");
    machine.serial_port("ttyAMA10", "204:74");
    machine.link("/dev/serial0", "ttyAMA10");
    for (const char* const name : {"gpiochip10", "gpiochip11", "gpiochip12", "gpiochip13"}) {
        machine.gpio_chip(name, {"gpio-brcmstb", 32, {{0, "-", "", false}}});
    }
    machine.gpio_chip("gpiochip0", {"pinctrl-rp1", 54, {{18, "GPIO18", "", false}}});
    machine.link("/dev/gpiochip4", "gpiochip0");
    const ProbeResult result = probed(machine);
    EXPECT_EQ(result.view.gpio_chips.size(), 5U);
    EXPECT_THAT(drivers(result), ElementsAre("nmea /dev/ttyAMA0", "pps-gpio GPIO18"));
    EXPECT_THAT(toml_of(result.proposal, Language::kEnglish), HasSubstr("chip = \"pinctrl-rp1\""));
}

TEST(ProbeScenes, AHeaderPortThatIsOffIsNamedWithTheLineThatTurnsItOn) {
    FakeMachine machine;
    machine.put("/proc/device-tree/model", std::string("Raspberry Pi 5 Model B Rev 1.0") + char{});
    machine.serial_port("ttyAMA10", "204:74");
    const ProbeResult fifth = probed(machine);
    EXPECT_EQ(exit_code_of(fifth), ExitCode::kCritical);
    EXPECT_THAT(ids(fifth), Contains("header-port-off"));
    EXPECT_THAT(remedy(fifth.findings[0], Language::kEnglish), HasSubstr("dtparam=uart0=on"));
    machine.remove("/sys/class/tty/ttyAMA10");
    machine.put("/proc/device-tree/model", "Raspberry Pi 3 Model B Plus Rev 1.3");
    EXPECT_THAT(remedy(probed(machine).findings[0], Language::kJapanese), HasSubstr("enable_uart=1"));
}

TEST(ProbeScenes, ADesktopWithNothingHasNothingToHear) {
    FakeMachine machine;
    machine.serial_port("ttyS0", "4:64", "4");  // a port is not yet a receiver
    machine.put("/proc/sys/net/ipv4/ip_unprivileged_port_start", "1024\n");
    const ProbeResult result = probed(machine);
    EXPECT_EQ(exit_code_of(result), ExitCode::kCritical);
    EXPECT_THAT(ids(result), ElementsAre("nothing-to-hear", "privileged-port"));
    EXPECT_THAT(drivers(result), IsEmpty());
    EXPECT_EQ(toml_of(result.proposal, Language::kEnglish), "");
}

TEST(ProbeScenes, ADesktopWithAReceiverOnUsbServesSentences) {
    FakeMachine machine;
    machine.serial_port("ttyS0", "4:64", "4");
    machine.serial_port("ttyUSB0", "188:0", "");
    machine.link("/dev/serial/by-id/usb-Prolific_GPS-if00-port0", "../../ttyUSB0");
    const ProbeResult result = probed(machine);
    EXPECT_EQ(exit_code_of(result), ExitCode::kWarning);
    EXPECT_THAT(ids(result), ElementsAre("receiver-not-tried", "no-pulse-device", "privileged-port"));
    EXPECT_THAT(drivers(result), ElementsAre("nmea /dev/serial/by-id/usb-Prolific_GPS-if00-port0"));
}

TEST(ProbeScenes, WithoutPermissionTheGroupOrTheRuleIsNamed) {
    RaspberryPi4 machine;
    machine.give_pulses();
    machine.put("/dev/pps0", "", 0600);
    machine.put("/dev/ttyS0", "", 0600);
    const ProbeResult result = probed(machine);
    EXPECT_EQ(exit_code_of(result), ExitCode::kCritical);
    EXPECT_THAT(ids(result), ElementsAre("forbidden-to-all", "receiver-not-tried", "forbidden-to-all"));
    EXPECT_EQ(result.findings[0].subject, "/dev/ttyS0");
    EXPECT_EQ(result.findings[2].subject, "/dev/pps0");
    EXPECT_THAT(remedy(result.findings[2], Language::kEnglish), HasSubstr("SUBSYSTEM==\"pps\", GROUP=\"dialout\""));
}

TEST(ProbeScenes, PulsesThatDoNotComeLimit) {
    RaspberryPi4 machine;
    machine.give_pulses();
    machine.during_pause = nullptr;
    machine.gpsd(gpsd_text(active_receiver("/dev/ttyS0")));
    const ProbeResult result = probed(machine);
    EXPECT_EQ(exit_code_of(result), ExitCode::kWarning);
    EXPECT_THAT(ids(result), ElementsAre("no-pulses"));
}

TEST(ProbeScenes, AnOverlayThatWaitsForARestartIsTold) {
    RaspberryPi4 machine;
    machine.put("/boot/firmware/config.txt", "dtoverlay=pps-gpio,gpiopin=4\n");
    machine.gpsd(gpsd_text(active_receiver("/dev/ttyS0")));
    const ProbeResult result = probed(machine);
    EXPECT_THAT(ids(result), ElementsAre("overlay-without-device"));
    EXPECT_THAT(drivers(result), ElementsAre("gpsd /dev/ttyS0", "pps-kernel /dev/pps0"));
}

TEST(ProbeScenes, ALineThatSomebodyHoldsIsNotProposed) {
    RaspberryPi4 machine;
    machine.chips["/dev/gpiochip0"].lines[0] = {18, "GPIO18", "onewire@12", true};
    machine.gpsd(gpsd_text(active_receiver("/dev/ttyS0")));
    const ProbeResult result = probed(machine);
    EXPECT_THAT(ids(result), ElementsAre("no-pulse-device", "line-held"));
    EXPECT_THAT(sentence(result.findings[1], Language::kEnglish), HasSubstr("onewire@12"));
    EXPECT_THAT(drivers(result), ElementsAre("gpsd /dev/ttyS0"));
}

TEST(ProbeScenes, GpsdThatHearsNothingIsTold) {
    RaspberryPi4 machine;
    machine.give_pulses();
    machine.gpsd(gpsd_text("{\"class\":\"DEVICE\",\"path\":\"/dev/ttyS0\",\"activated\":0}"));
    EXPECT_THAT(ids(probed(machine)), ElementsAre("gpsd-receiver-silent"));
    machine.gpsd(gpsd_text("{\"class\":\"DEVICE\",\"path\":\"/dev/pps0\",\"driver\":\"PPS\",\"activated\":1}"));
    EXPECT_THAT(ids(probed(machine)), ElementsAre("receiver-not-tried", "gpsd-without-receiver"));
    machine.gpsd("");
    machine.put("/etc/default/gpsd", "DEVICES=\"/dev/serial0\"\n");
    EXPECT_THAT(ids(probed(machine)), IsSupersetOf({"gpsd-mute", "nothing-to-hear"}));
}

TEST(ProbeScenes, AGpsdThatStartsWhenAskedIsProposedWithItsReceiver) {
    RaspberryPi4 machine;
    machine.give_pulses();
    machine.put("/etc/default/gpsd", "DEVICES=\"/dev/ttyS0 /dev/pps0\"\n");
    machine.link("/etc/systemd/system/sockets.target.wants/gpsd.socket", "/lib/systemd/system/gpsd.socket");
    machine.socket("tcp", "0100007F:0B83", "0A");
    const ProbeResult result = probed(machine);
    EXPECT_THAT(drivers(result), ElementsAre("gpsd /dev/ttyS0", "pps-kernel /dev/pps0"));
    EXPECT_EQ(exit_code_of(result), ExitCode::kGood);
}

TEST(ProbeScenes, AMachineThatCannotBeSeenIsUnknown) {
    FakeMachine machine;
    machine.remove("/dev");
    EXPECT_EQ(exit_code_of(probed(machine)), ExitCode::kUnknown);
}

TEST(ProbeScenes, NoReportHoldsWhatAnotherProgramWouldDoToATerminal) {
    RaspberryPi4 machine;
    machine.gpsd(gpsd_text(active_receiver("/dev/tty\\u001b[2J")));
    machine.chips["/dev/gpiochip1"].lines[0].consumer = "\x1b]0;x\x07";
    const std::string report = report_of(probed(machine), Language::kEnglish);
    EXPECT_THAT(report, Each(Not(::testing::AnyOf('\x1b', '\x07'))));
}

}  // namespace
}  // namespace tokimori
