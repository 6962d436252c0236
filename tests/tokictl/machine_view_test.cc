#include "server/tokictl/machine_view.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

const User kPi{"pi", 1000, {1000, 20}};

TEST(MayUse, ByOwnerGroupAndOthersAsTheKernelDecides) {
    EXPECT_TRUE(may_use(kPi, {1000, 0, 0400, {}}));
    EXPECT_FALSE(may_use(kPi, {1000, 20, 0060, {}}));  // the owner's bits count, whatever the group's say
    EXPECT_TRUE(may_use(kPi, {0, 20, 0640, {}}));
    EXPECT_FALSE(may_use(kPi, {0, 20, 0606, {}}));
    EXPECT_TRUE(may_use(kPi, {0, 0, 0604, {}}));
    EXPECT_FALSE(may_use(kPi, {0, 0, 0660, {}}));
}

TEST(MayUse, WritingWantsBoth) {
    EXPECT_FALSE(may_use(kPi, {0, 20, 0640, {}}, true));
    EXPECT_TRUE(may_use(kPi, {0, 20, 0660, {}}, true));
    EXPECT_FALSE(may_use(kPi, {0, 20, 0020, {}}, true));
}

TEST(MayUse, RootMayAlways) {
    EXPECT_TRUE(may_use({"root", 0, {0}}, {5, 5, 0, {}}, true));
}

TEST(FindPort, ByItsNameAndItsAliases) {
    MachineView view;
    view.serial_ports = {{"/dev/ttyAMA0", {"/dev/serial0", "/dev/gps"}}, {"/dev/ttyS0"}};
    EXPECT_EQ(find_port(view, "/dev/gps"), view.serial_ports.data());
    EXPECT_EQ(find_port(view, "/dev/ttyS0"), &view.serial_ports[1]);
    EXPECT_EQ(find_port(view, "/dev/ttyS1"), nullptr);
}

}  // namespace
}  // namespace tokimori
