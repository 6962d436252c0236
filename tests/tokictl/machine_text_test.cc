#include "server/tokictl/machine_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/tokictl/fake_machine.h"

namespace tokimori {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ProcessText, IsReadFromStat) {
    const auto process = process_of("612 (agetty) S 1 612 612 52288 612 4194304 138 0\n");
    ASSERT_TRUE(process);
    EXPECT_EQ(process->id, 612);
    EXPECT_EQ(process->name, "agetty");
    EXPECT_EQ(process->terminal, 52288U);
}

TEST(ProcessText, ANameMayHoldAnything) {
    const auto process = process_of("7 (a) b (c) R 1 7 7 0 -1 0");
    ASSERT_TRUE(process);
    EXPECT_EQ(process->name, "a) b (c");
    EXPECT_EQ(process->terminal, 0U);
}

TEST(ProcessText, NonsenseIsNoProcess) {
    for (const char* const text : {"", "12", "12 (", ") 12 (", "x (a) S 1 1 1 0", "12 (a) S 1"}) {
        EXPECT_FALSE(process_of(text)) << text;
    }
}

TEST(DeviceNumber, IsCountedAsTheKernelCountsTerminals) {
    EXPECT_EQ(device_number("204:64"), 52288U);
    EXPECT_EQ(device_number("4:64"), 1088U);
    EXPECT_EQ(device_number("4:256"), 1U << 20U | 4U << 8U);
    for (const char* const text : {"", ":", "4", "4:", "a:b"}) {
        EXPECT_EQ(device_number(text), 0U) << text;
    }
}

TEST(ServiceName, IsThatOfSystemd) {
    EXPECT_EQ(service_of("0::/system.slice/ntpsec.service\n"), "ntpsec");
    EXPECT_EQ(service_of("12:cpu:/\n0::/system.slice/system-x.slice/x@1.service/sub\n"), "x@1");
    EXPECT_EQ(service_of("0::/user.slice/user-1000.slice\n"), "");
    EXPECT_EQ(service_of(""), "");
}

TEST(LocalPort, IsFoundInTablesOfTheKernel) {
    const std::string table =
        "   sl  local_address rem_address   st tx_queue\n"
        " 2156: 00000000:007B 00000000:0000 07 00000000:00000000\n"
        " 2157: 0100007F:0B83 00000000:0000 0A 00000000:00000000\n";
    EXPECT_TRUE(has_local_port(table, 123));
    EXPECT_TRUE(has_local_port(table, 2947, "0A"));
    EXPECT_FALSE(has_local_port(table, 123, "0A"));
    EXPECT_FALSE(has_local_port(table, 124));
    EXPECT_FALSE(has_local_port("", 0));
    EXPECT_TRUE(has_local_port("  1: 00000000000000000000000000000000:007B 0:0 07\n", 123));
}

TEST(Consoles, AreThoseOfTheCommandLine) {
    EXPECT_THAT(consoles_of("console=ttyAMA0,115200 console=tty1 root=/dev/sda\n"), ElementsAre("ttyAMA0", "tty1"));
    EXPECT_THAT(consoles_of("noconsole=ttyS0 consoleblank=0"), IsEmpty());
}

TEST(PulseLine, IsThatOfTheOverlay) {
    EXPECT_EQ(pulse_line_of("[all]\ndtoverlay=pps-gpio,gpiopin=4\n"), 4U);
    EXPECT_EQ(pulse_line_of("dtoverlay=pps-gpio, assert_falling_edge,gpiopin=23\r\n"), 23U);
    EXPECT_EQ(pulse_line_of("  dtoverlay=pps-gpio\n"), 18U);
    EXPECT_EQ(pulse_line_of("dtoverlay=pps-gpio,gpiopin=x\n"), 18U);
}

TEST(PulseLine, IsNoneWithoutTheOverlay) {
    for (const char* const text : {"", "#dtoverlay=pps-gpio,gpiopin=4\n", "dtoverlay=pps-gpio2\n",
                                   "dtoverlay=gpio-ir\n", "x # dtoverlay=pps-gpio\n"}) {
        EXPECT_FALSE(pulse_line_of(text)) << text;
    }
}

TEST(GpsdDefaults, NameDevices) {
    EXPECT_THAT(gpsd_devices_of("# DEVICES=\"/dev/x\"\nDEVICES=\"/dev/ttyAMA0 /dev/pps0\"\nGPSD_OPTIONS=\"-n\"\n"),
                ElementsAre("/dev/ttyAMA0", "/dev/pps0"));
    EXPECT_THAT(gpsd_devices_of("DEVICES=\"\"\n"), IsEmpty());
    EXPECT_THAT(gpsd_devices_of(""), IsEmpty());
}

TEST(UserText, HasAllGroups) {
    const auto user = user_of("root:x:0:0::/:\npi:x:1000:1000::/home/pi:/bin/bash\n",
                              "dialout:x:20:pi,lp\nlp:x:7:lp\ngpio:x:997:lp,pi\npip:x:9:pip\n", "pi");
    ASSERT_TRUE(user);
    EXPECT_EQ(user->id, 1000U);
    EXPECT_THAT(user->groups, ElementsAre(1000U, 20U, 997U));
    EXPECT_FALSE(user_of("root:x:0:0::/:\n", "", "pi"));
    EXPECT_FALSE(user_of("pi:x:many:0::/:\npi\n", "", "pi"));
}

TEST(NameText, IsTheNumberWhereThereIsNone) {
    EXPECT_EQ(name_of("root:x:0:\ndialout:x:20:pi\n", 20), "dialout");
    EXPECT_EQ(name_of("root:x:0:\n", 20), "20");
    EXPECT_EQ(name_of("", 0), "0");
}

TEST(SharedMemoryText, HasTheUnitsOfNtp) {
    const auto units = shared_memory_of(
        "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid\n"
        "1314148402         18   666                    96 21050 21080      1     5     6     0     0\n"
        "1314148400         16   600                    96 21050 21080      1     0     0     0     0\n"
        "1196446532         24   666                 24512 21050 21050      1     0     0     0     0\n"
        "1314148408         25   600                    96 21050 21080      1     0     0     0     0\n"
        "-559038737         26   600                    96 21050 21080      1     0     0     0     0\n");
    ASSERT_EQ(units.size(), 2U);
    EXPECT_EQ(units[0].unit, 0);
    EXPECT_EQ(units[0].access.mode, 0600U);
    EXPECT_EQ(units[1].unit, 2);
    EXPECT_EQ(units[1].access.owner, 5U);
    EXPECT_EQ(units[1].access.group, 6U);
    EXPECT_EQ(units[1].access.mode, 0666U);
}

TEST(GpsdText, NamesReleaseAndDevices) {
    const Gpsd gpsd =
        gpsd_of(gpsd_text(active_receiver("/dev/ttyAMA0") +
                          ",{\"class\":\"DEVICE\",\"path\":\"/dev/pps0\",\"driver\":\"PPS\",\"activated\":0}"
                          ",{\"class\":\"DEVICE\",\"path\":\"/dev/ttyS9\",\"bps\":9600}"));
    EXPECT_EQ(gpsd.state, GpsdState::kAnswers);
    EXPECT_EQ(gpsd.release, "3.22");
    ASSERT_EQ(gpsd.devices.size(), 3U);
    EXPECT_EQ(gpsd.devices[0].path, "/dev/ttyAMA0");
    EXPECT_EQ(gpsd.devices[0].driver, "u-blox");
    EXPECT_TRUE(gpsd.devices[0].active);
    EXPECT_FALSE(gpsd.devices[1].active);
    EXPECT_FALSE(gpsd.devices[2].active);
    EXPECT_EQ(gpsd.devices[2].driver, "");
}

TEST(GpsdText, WithoutAListOfDevicesIsMute) {
    for (const char* const text : {"", "220 mail ready\r\n", "{\"class\":\"VERSION\",\"release\":\"3.22\"}\r\n",
                                   "{\"class\":\"DEVICES\"", "[1,2]\n", "{\"class\":7}\n", "null\n"}) {
        EXPECT_EQ(gpsd_of(text).state, GpsdState::kMute) << text;
    }
}

TEST(GpsdText, StrangeDevicesAreLeftOut) {
    const Gpsd gpsd = gpsd_of(gpsd_text("7,{},{\"path\":7},{\"path\":\"\"},{\"path\":\"/dev/a\",\"driver\":[]}"));
    EXPECT_EQ(gpsd.state, GpsdState::kAnswers);
    ASSERT_EQ(gpsd.devices.size(), 1U);
    EXPECT_EQ(gpsd.devices[0].path, "/dev/a");
    EXPECT_EQ(gpsd_of("{\"class\":\"DEVICES\",\"devices\":{}}\n").state, GpsdState::kAnswers);
}

}  // namespace
}  // namespace tokimori
