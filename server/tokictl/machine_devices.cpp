#include "server/tokictl/machine_devices.h"

#include <fcntl.h>
#include <linux/gpio.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/shm.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>

#include "server/tokictl/gpsd_question.h"
#include "server/tokictl/receiver_ear.h"

namespace tokimori {
namespace {

constexpr key_t kFirstSharedMemoryKey = 0x4E545030;  // "NTP0"
constexpr std::size_t kSharedMemoryWords = 4;        // mode, count, and the reference time or its beginning
constexpr unsigned kMostLines = 4096;

template <std::size_t size>
std::string text_of(const char (&field)[size]) {
    return {field, strnlen(field, size)};
}

// The first form is Linux 5.10's; older kernels know the second, and kernels may be built without that.
std::optional<FoundGpioLine> line_of(int chip, unsigned number) {
    gpio_v2_line_info info{};
    info.offset = number;
    if (::ioctl(chip, GPIO_V2_GET_LINEINFO_IOCTL, &info) == 0) {
        return FoundGpioLine{number, text_of(info.name), text_of(info.consumer),
                             (info.flags & GPIO_V2_LINE_FLAG_USED) != 0};
    }
    gpioline_info old{};
    old.line_offset = number;
    if (::ioctl(chip, GPIO_GET_LINEINFO_IOCTL, &old) == 0) {
        return FoundGpioLine{number, text_of(old.name), text_of(old.consumer), (old.flags & GPIOLINE_FLAG_KERNEL) != 0};
    }
    return std::nullopt;
}

std::vector<FoundGpioLine> lines_of(int chip, unsigned count) {
    std::vector<FoundGpioLine> lines;
    for (unsigned number = 0; number < count && number < kMostLines; ++number) {
        std::optional<FoundGpioLine> line = line_of(chip, number);
        if (line && (line->used || !line->name.empty())) {
            lines.push_back(*std::move(line));
        }
    }
    return lines;
}

class DevicesOfThisMachine : public MachineDevices {
public:
    std::optional<GpioChipText> gpio_chip(const std::string& device) override {
        const int chip = ::open(device.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (chip < 0) {
            return std::nullopt;
        }
        gpiochip_info info{};
        std::optional<GpioChipText> text;
        if (::ioctl(chip, GPIO_GET_CHIPINFO_IOCTL, &info) == 0) {
            text = GpioChipText{text_of(info.label), info.lines, lines_of(chip, info.lines)};
        }
        ::close(chip);
        return text;
    }

    std::optional<std::vector<int>> shared_memory_record(int unit) override {
        constexpr std::size_t kSize = kSharedMemoryWords * sizeof(int);
        const int segment = ::shmget(kFirstSharedMemoryKey + unit, kSize, 0);
        // shmat tells of failure by the address -1.
        void* const memory = segment < 0 ? nullptr : ::shmat(segment, nullptr, SHM_RDONLY);
        if (memory == nullptr || memory == reinterpret_cast<void*>(-1)) {
            return std::nullopt;
        }
        const volatile int* const words = static_cast<const int*>(memory);
        std::vector<int> record(words, words + kSharedMemoryWords);
        ::shmdt(memory);
        return record;
    }

    std::string ask_gpsd(int port) override { return tokimori::ask_gpsd(port); }

    std::optional<int> receiver_speed(const std::string& serial_port) override {
        return speed_of_receiver(serial_port);
    }

    void pause(Duration time) override {
        ::poll(nullptr, 0, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(time).count()));
    }
};

}  // namespace

std::unique_ptr<MachineDevices> devices_of_this_machine() {
    return std::make_unique<DevicesOfThisMachine>();
}

}  // namespace tokimori
