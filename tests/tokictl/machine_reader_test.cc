#include "server/tokictl/machine_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>

#include "tests/tokictl/fake_machine.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(MachineReader, SeesSerialPortsThatHaveHardware) {
    FakeMachine machine;
    machine.serial_port("ttyAMA0", "204:64");
    machine.serial_port("ttyS0", "4:64", "0");         // the driver's spare
    machine.serial_port("ttyUSB0", "188:0", "");       // USB drivers know no type
    machine.directory("/sys/class/tty/tty1");          // no device
    machine.directory("/sys/class/tty/ttyS9/device");  // no node
    const MachineView view = machine.look();
    ASSERT_EQ(view.serial_ports.size(), 2U);
    EXPECT_EQ(view.serial_ports[0].device, "/dev/ttyAMA0");
    EXPECT_FALSE(view.serial_ports[0].usb);
    EXPECT_EQ(view.serial_ports[1].device, "/dev/ttyUSB0");
    EXPECT_TRUE(view.serial_ports[1].usb);
}

TEST(MachineReader, SeesTheNamesThatLeadToAPort) {
    FakeMachine machine;
    machine.serial_port("ttyAMA0", "204:64");
    machine.serial_port("ttyACM0", "166:0", "");
    machine.link("/dev/serial0", "ttyAMA0");
    machine.link("/dev/serial1", "ttyS5");
    machine.link("/dev/serial/by-id/usb-u-blox_GNSS-if00", "../../ttyACM0");
    const MachineView view = machine.look();
    ASSERT_EQ(view.serial_ports.size(), 2U);
    EXPECT_THAT(view.serial_ports[0].aliases, ElementsAre("/dev/serial/by-id/usb-u-blox_GNSS-if00"));
    EXPECT_THAT(view.serial_ports[1].aliases, ElementsAre("/dev/serial0"));
}

TEST(MachineReader, SeesConsolesByTheCommandLineAndByTheKernelsWord) {
    FakeMachine machine;
    machine.serial_port("ttyAMA0", "204:64");
    machine.serial_port("ttyS0", "4:64");
    machine.serial_port("ttyS1", "4:65");
    machine.put("/proc/cmdline", "console=ttyAMA0,115200 console=tty1\n");
    machine.put("/sys/class/tty/ttyS0/console", "Y\n");
    machine.put("/sys/class/tty/ttyS1/console", "N\n");
    const MachineView view = machine.look();
    EXPECT_TRUE(view.serial_ports[0].kernel_console);
    EXPECT_TRUE(view.serial_ports[1].kernel_console);
    EXPECT_FALSE(view.serial_ports[2].kernel_console);
}

TEST(MachineReader, SeesWhoIsLoggedInOnAPort) {
    FakeMachine machine;
    machine.serial_port("ttyAMA0", "204:64");
    machine.serial_port("ttyAMA1", "204:65");
    machine.program(600, "agetty", "serial-getty@ttyAMA0", 204U << 8U | 64U);
    machine.program(601, "bash", {}, 4U << 8U | 1U);
    const MachineView view = machine.look();
    EXPECT_TRUE(view.serial_ports[0].login);
    EXPECT_FALSE(view.serial_ports[1].login);
}

TEST(MachineReader, SeesGpioChipsOnceAndWhatTheySay) {
    FakeMachine machine;
    machine.gpio_chip("gpiochip0", {"pinctrl-rp1", 54, {{18, "GPIO18", "", false}}});
    machine.gpio_chip("gpiochip10", {"gpio-brcmstb@107d508500", 32, {}});
    machine.link("/dev/gpiochip4", "gpiochip0");
    machine.put("/dev/gpiochip11", "", 0600);  // may not be opened
    const MachineView view = machine.look();
    ASSERT_EQ(view.gpio_chips.size(), 3U);
    EXPECT_EQ(view.gpio_chips[0].label, "pinctrl-rp1");
    EXPECT_EQ(view.gpio_chips[0].line_count, 54U);
    EXPECT_EQ(view.gpio_chips[1].device, "/dev/gpiochip10");
    EXPECT_FALSE(view.gpio_chips[2].readable);
    EXPECT_EQ(view.gpio_chips[2].access.mode, 0600U);
}

TEST(MachineReader, SeesPulsesThatComeWhileItLooks) {
    FakeMachine machine;
    machine.pps("pps0", "pps@12.-1");
    machine.pps("pps1", "serial1");
    machine.put("/sys/class/pps/pps1/path", "/dev/ttyS1\n");
    machine.during_pause = [&] { machine.pulse("pps0"); };
    const MachineView view = machine.look();
    ASSERT_EQ(view.pps_devices.size(), 2U);
    EXPECT_EQ(view.pps_devices[0].source, "pps@12.-1");
    EXPECT_EQ(view.pps_devices[0].pulses, Activity::kActive);
    EXPECT_EQ(view.pps_devices[1].source, "/dev/ttyS1");
    EXPECT_EQ(view.pps_devices[1].pulses, Activity::kSilent);
}

TEST(MachineReader, LooksNoLongerThanItMust) {
    FakeMachine machine;
    EXPECT_EQ((machine.look(), machine.paused), 0ns);
    machine.pps("pps0", "pps@12.-1");
    machine.during_pause = [&] { machine.pulse("pps0"); };
    EXPECT_EQ((machine.look(), machine.paused), 300ms);
}

TEST(MachineReader, WaitsLittleMoreThanASecondForPulsesThatDoNotCome) {
    FakeMachine machine;
    machine.pps("pps0", "pps@12.-1");
    machine.look();
    EXPECT_GE(machine.paused, 1100ms);
    EXPECT_LE(machine.paused, 1500ms);
}

TEST(MachineReader, APpsDeviceThatTheKernelDoesNotShowIsUnknown) {
    FakeMachine machine;
    machine.put("/dev/pps0", "");
    machine.put("/dev/ppsx", "");
    const MachineView view = machine.look();
    ASSERT_EQ(view.pps_devices.size(), 1U);
    EXPECT_EQ(view.pps_devices[0].pulses, Activity::kUnknown);
}

TEST(MachineReader, SeesSharedMemoryThatIsWritten) {
    FakeMachine machine;
    machine.put("/proc/sysvipc/shm",
                "       key      shmid perms                  size  cpid  lpid nattch   uid   gid\n"
                "1314148400         16   600                    96 21050 21080      1     0     0 0 0\n"
                "1314148402         18   666                    96 21050 21080      1     0  4020 0 0\n"
                "1314148403         19   666                    96 21050 21080      1     0     0 0 0\n");
    machine.records = {{2, {1, 10, 5, 0}}, {3, {1, 10, 5, 0}}};
    machine.during_pause = [&] { ++machine.records[2][1]; };
    const MachineView view = machine.look();
    ASSERT_EQ(view.shared_memory.size(), 3U);
    EXPECT_EQ(view.shared_memory[0].records, Activity::kUnknown);
    EXPECT_EQ(view.shared_memory[1].records, Activity::kActive);
    EXPECT_EQ(view.shared_memory[1].access.group_name, "dialout");
    EXPECT_EQ(view.shared_memory[2].records, Activity::kSilent);
}

TEST(MachineReader, SeesGpsdInEveryState) {
    FakeMachine machine;
    EXPECT_EQ(machine.look().gpsd.state, GpsdState::kAbsent);
    machine.put("/usr/sbin/gpsd", "");
    EXPECT_EQ(machine.look().gpsd.state, GpsdState::kOff);
    machine.link("/etc/systemd/system/sockets.target.wants/gpsd.socket", "/lib/systemd/system/gpsd.socket");
    machine.socket("tcp6", "00000000000000000000000001000000:0B83", "0A");
    EXPECT_EQ(machine.look().gpsd.state, GpsdState::kOnDemand);
    EXPECT_THAT(machine.asked, IsEmpty());  // that would have started it
    machine.gpsd("");
    EXPECT_EQ(machine.look().gpsd.state, GpsdState::kMute);
    machine.gpsd(gpsd_text(active_receiver("/dev/ttyAMA0")));
    EXPECT_EQ(machine.look().gpsd.state, GpsdState::kAnswers);
    EXPECT_THAT(machine.asked, ElementsAre(2947, 2947));
}

TEST(MachineReader, AsksGpsdWhereItListens) {
    FakeMachine machine;
    machine.gpsd(gpsd_text(""));
    EXPECT_EQ(machine.look({"pi", 4321, {}}, 29470).gpsd.port, 29470);
    EXPECT_THAT(machine.asked, ElementsAre(29470));
}

TEST(MachineReader, SeesTimeServicesAndTheirUnits) {
    FakeMachine machine;
    machine.program(10, "ntpd", "ntpsec");
    machine.program(11, "chronyd", "chrony");
    machine.program(12, "chronyd", "chrony");
    machine.program(13, "systemd-timesyn");
    const MachineView view = machine.look();
    ASSERT_EQ(view.time_services.size(), 3U);
    EXPECT_EQ(view.time_services[0].name, "chronyd");
    EXPECT_EQ(view.time_services[0].process, 11);
    EXPECT_EQ(view.time_services[1].unit, "ntpsec");
    EXPECT_EQ(view.time_services[2].name, "systemd-timesyncd");
    EXPECT_EQ(view.time_services[2].unit, "systemd-timesyncd");
}

TEST(MachineReader, SeesWhoHasPort123) {
    FakeMachine machine;
    EXPECT_FALSE(machine.look().ntp_port_taken);
    EXPECT_TRUE(machine.look().ntp_port_privileged);
    machine.socket("udp6", "00000000000000000000000000000000:007B", "07");
    machine.put("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0\n");
    EXPECT_TRUE(machine.look().ntp_port_taken);
    EXPECT_FALSE(machine.look().ntp_port_privileged);
}

TEST(MachineReader, KnowsARaspberryPiAndItsConfiguration) {
    FakeMachine machine;
    EXPECT_FALSE(machine.look().raspberry_pi);
    machine.put("/proc/device-tree/model", std::string("Raspberry Pi 4 Model B Rev 1.4") + char{});
    ASSERT_TRUE(machine.look().raspberry_pi);
    EXPECT_EQ(machine.look().raspberry_pi->model, "Raspberry Pi 4 Model B Rev 1.4");
    EXPECT_FALSE(machine.look().raspberry_pi->configuration_known);
    machine.put("/boot/config.txt", "dtoverlay=pps-gpio,gpiopin=4\n");
    EXPECT_EQ(machine.look().raspberry_pi->pulse_line, 4U);
    machine.put("/boot/firmware/config.txt", "enable_uart=1\n");  // the newer place counts
    EXPECT_TRUE(machine.look().raspberry_pi->configuration_known);
    EXPECT_FALSE(machine.look().raspberry_pi->pulse_line);
}

TEST(MachineReader, SaysWhatItCannotSee) {
    FakeMachine machine;
    EXPECT_EQ(machine.look().not_seen, "");
    machine.remove("/proc");
    EXPECT_EQ(machine.look().not_seen, "/proc");
}

TEST(MachineReader, FindsUsersByName) {
    FakeMachine machine;
    EXPECT_THAT(user_named(machine.files(), "pi")->groups, ElementsAre(4321U, 4020U));
    EXPECT_FALSE(user_named(machine.files(), "nobody"));
    EXPECT_EQ(this_user(machine.files()).id, ::geteuid());
}

}  // namespace
}  // namespace tokimori
