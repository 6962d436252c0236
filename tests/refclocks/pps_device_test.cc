#include "refclocks/pps_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokimori {
namespace {

using ::testing::HasSubstr;

TEST(KernelPpsDevice, SaysWhichDeviceIsNotThere) {
    const auto device = make_kernel_pps_device("/dev/no-such-pps");
    EXPECT_THAT(device->open().fault, HasSubstr("/dev/no-such-pps is not there (No such file or directory)"));
}

TEST(KernelPpsDevice, SaysThatAnotherKindOfDeviceGivesNoPulses) {
    const auto device = make_kernel_pps_device("/dev/null");
    EXPECT_THAT(device->open().fault, HasSubstr("/dev/null is no pulse device"));
}

TEST(KernelPpsDevice, IsGoneWhileItIsNotOpen) {
    const auto device = make_kernel_pps_device("/dev/null");
    EXPECT_FALSE(device->fetch(std::chrono::milliseconds{0}));
    device->open();
    EXPECT_FALSE(device->fetch(std::chrono::milliseconds{0}));
}

}  // namespace
}  // namespace tokimori
