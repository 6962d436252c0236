#include "server/tokictl/machine_devices.h"

#include <gtest/gtest.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

namespace tokimori {
namespace {

// Nobody's unit: gpsd has eight, and the daemon's tests use others.
constexpr int kUnit = 0x7100;
constexpr key_t kKey = 0x4E545030 + kUnit;

TEST(MachineDevices, WhatIsNoChipSaysNothing) {
    const auto devices = devices_of_this_machine();
    EXPECT_FALSE(devices->gpio_chip("/dev/null"));
    EXPECT_FALSE(devices->gpio_chip("/dev/no-such-gpiochip"));
}

TEST(MachineDevices, LookingAtSharedMemoryMakesNone) {
    const auto devices = devices_of_this_machine();
    EXPECT_FALSE(devices->shared_memory_record(kUnit));
    EXPECT_EQ(::shmget(kKey, 0, 0), -1);
    EXPECT_EQ(errno, ENOENT);
}

TEST(MachineDevices, ARecordInSharedMemoryIsSeenToChange) {
    const int segment = ::shmget(kKey, 96, IPC_CREAT | IPC_EXCL | 0600);
    ASSERT_GE(segment, 0);
    void* const memory = ::shmat(segment, nullptr, 0);
    const auto devices = devices_of_this_machine();
    const auto before = devices->shared_memory_record(kUnit);
    static_cast<int*>(memory)[1] = 2;
    const auto after = devices->shared_memory_record(kUnit);
    ::shmdt(memory);
    ::shmctl(segment, IPC_RMID, nullptr);
    ASSERT_TRUE(before && after);
    EXPECT_NE(*before, *after);
}

}  // namespace
}  // namespace tokimori
