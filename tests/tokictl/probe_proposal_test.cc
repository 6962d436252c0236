#include "server/tokictl/probe_proposal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokimori {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

MachineView with_gpsd(std::vector<GpsdDevice> devices) {
    MachineView view;
    view.gpsd.state = GpsdState::kAnswers;
    view.gpsd.devices = std::move(devices);
    return view;
}

std::string toml(const MachineView& view) {
    return toml_of(propose(view), Language::kEnglish);
}

TEST(Proposal, OfSeveralReceiversOfGpsdTheOneThatIsHeardIsNamed) {
    const Proposal proposal =
        propose(with_gpsd({{"/dev/ttyS0", "", false}, {"/dev/pps0", "PPS", true}, {"/dev/ttyACM0", "u-blox", true}}));
    ASSERT_EQ(proposal.sources.size(), 1U);
    EXPECT_EQ(proposal.sources[0].device, "/dev/ttyACM0");
    EXPECT_TRUE(proposal.sources[0].heard);
    EXPECT_THAT(toml_of(proposal, Language::kEnglish), HasSubstr("device = \"/dev/ttyACM0\""));
}

TEST(Proposal, NamesNoReceiverWhereGpsdHasOne) {
    EXPECT_THAT(toml(with_gpsd({{"/dev/ttyS0", "u-blox", true}})), Not(HasSubstr("device")));
}

TEST(Proposal, NamesThePortOfGpsdWhereItIsNotTheUsualOne) {
    MachineView view = with_gpsd({{"/dev/ttyS0", "u-blox", true}});
    EXPECT_THAT(toml(view), Not(HasSubstr("port =")));
    view.gpsd.port = 29470;
    EXPECT_THAT(toml(view), HasSubstr("port = 29470\n"));
}

TEST(Proposal, TakesEveryDeviceThatPulsesAndPrefersTheFirst) {
    MachineView view = with_gpsd({{"/dev/ttyS0", "u-blox", true}});
    view.pps_devices = {{"/dev/pps0", {}, "", Activity::kSilent},
                        {"/dev/pps1", {}, "", Activity::kActive},
                        {"/dev/pps2", {}, "", Activity::kActive}};
    const Proposal proposal = propose(view);
    ASSERT_EQ(proposal.sources.size(), 3U);
    EXPECT_EQ(proposal.sources[1].name, "pps");
    EXPECT_EQ(proposal.sources[1].device, "/dev/pps1");
    EXPECT_EQ(proposal.sources[1].keys.back().name, "prefer");
    EXPECT_EQ(proposal.sources[2].name, "pps2");
    EXPECT_EQ(proposal.sources[2].keys.back().name, "device");
}

TEST(Proposal, TakesTheFirstPpsDeviceWhereNonePulses) {
    MachineView view = with_gpsd({{"/dev/ttyS0", "u-blox", true}});
    view.pps_devices = {{"/dev/pps0", {}, "", Activity::kSilent}, {"/dev/pps1", {}, "", Activity::kUnknown}};
    const Proposal proposal = propose(view);
    ASSERT_EQ(proposal.sources.size(), 2U);
    EXPECT_EQ(proposal.sources[1].device, "/dev/pps0");
    EXPECT_FALSE(proposal.sources[1].heard);
}

TEST(Proposal, SharedMemoryThatIsWrittenIsHeardWhereGpsdIsNot) {
    MachineView view;
    view.shared_memory = {{0, {}, Activity::kUnknown},
                          {2, {}, Activity::kActive},
                          {3, {}, Activity::kActive},
                          {4, {}, Activity::kSilent}};
    const Proposal proposal = propose(view);
    ASSERT_EQ(proposal.sources.size(), 2U);
    EXPECT_EQ(source_of_seconds(proposal)->name, "shm2");
    EXPECT_EQ(source_of_pulses(proposal)->name, "shm3");
    EXPECT_THAT(toml_of(proposal, Language::kEnglish), HasSubstr("unit = 3\n"));
}

TEST(Proposal, PulsesAloneNameNoSeconds) {
    MachineView view;
    view.pps_devices = {{"/dev/pps0", {}, "", Activity::kActive}};
    EXPECT_THAT(propose(view).sources, IsEmpty());
}

TEST(Proposal, APortWithPulsesOnItIsWhereTheReceiverSpeaks) {
    MachineView view;
    view.pps_devices = {{"/dev/pps0", {}, "/dev/ttyS1", Activity::kActive}};
    view.serial_ports = {{"/dev/ttyS0"}, {"/dev/ttyS1"}};
    EXPECT_EQ(propose(view).sources.at(0).device, "/dev/ttyS1");
}

TEST(Proposal, APortWithoutAConsoleComesFirst) {
    MachineView view;
    view.pps_devices = {{"/dev/pps0", {}, "pps@12.-1", Activity::kActive}};
    view.serial_ports = {{"/dev/ttyAMA0"}, {"/dev/ttyS0"}};
    view.serial_ports[0].kernel_console = true;
    EXPECT_EQ(propose(view).sources.at(0).device, "/dev/ttyS0");
    view.serial_ports.pop_back();
    EXPECT_EQ(propose(view).sources.at(0).device, "/dev/ttyAMA0");
}

TEST(Proposal, BluetoothsPortIsLeftAlone) {
    MachineView view;
    view.raspberry_pi = RaspberryPi{"Raspberry Pi 3 Model B"};
    view.serial_ports = {{"/dev/ttyAMA0", {"/dev/serial1"}}};
    EXPECT_THAT(propose(view).sources, IsEmpty());
}

TEST(Proposal, AChipThatNamesNoLinesIsCounted) {
    MachineView view = with_gpsd({{"/dev/ttyS0", "u-blox", true}});
    view.raspberry_pi = RaspberryPi{"Raspberry Pi 2 Model B"};
    GpioChip chip{"/dev/gpiochip0"};
    chip.label = "pinctrl-bcm2835";
    chip.line_count = 54;
    view.gpio_chips = {chip};
    EXPECT_THAT(toml(view), HasSubstr("chip = \"pinctrl-bcm2835\"\nline = \"18\"\n"));
    view.gpio_chips[0].lines = {{18, "", "w1", true}};
    EXPECT_THAT(toml(view), Not(HasSubstr("pps-gpio")));
}

TEST(Proposal, OnOtherBoardsALineCalledPpsIsTaken) {
    MachineView view = with_gpsd({{"/dev/ttyS0", "u-blox", true}});
    GpioChip chip{"/dev/gpiochip2"};
    chip.lines = {{4, "PPS", "", false}};
    view.gpio_chips = {chip};
    EXPECT_THAT(toml(view), HasSubstr("chip = \"/dev/gpiochip2\"\nline = \"PPS\"\n"));
}

TEST(Proposal, ListensOnIpv6WhereThereIsSome) {
    MachineView view = with_gpsd({{"/dev/ttyS0", "u-blox", true}});
    EXPECT_THAT(toml(view), HasSubstr("listen = [\"0.0.0.0:123\"]\n"));
    view.has_ipv6 = true;
    EXPECT_THAT(toml(view), HasSubstr("listen = [\"0.0.0.0:123\", \"[::]:123\"]\n"));
}

TEST(Proposal, WhatOthersNamedCannotBreakTheFile) {
    const std::string text = toml(with_gpsd({{"/dev/a\"\n\\[x]", "u-blox", true}, {"/dev/b", "", false}}));
    EXPECT_THAT(text, HasSubstr("device = \"/dev/a\\\"\\u000A\\\\[x]\"\n"));
}

}  // namespace
}  // namespace tokimori
