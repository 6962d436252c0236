#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "server/tokictl/machine_devices.h"
#include "server/tokictl/machine_reader.h"

namespace tokimori {

/// A machine laid out in a temporary directory; what is not in files is said by the test.
class FakeMachine : public MachineDevices {
public:
    FakeMachine() {
        std::string pattern = (std::filesystem::temp_directory_path() / "tokimori-machine-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error("no temporary directory");
        }
        root_ = pattern;
        put("/proc/cmdline", "quiet\n");
        put("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\npi:x:4321:4321::/home/pi:/bin/bash\n");
        put("/etc/group", "root:x:0:\ndialout:x:4020:pi\npi:x:4321:\n");
        put("/proc/net/if_inet6", "00000000000000000000000000000001 01 80 10 80 lo\n");
        directory("/sys/class/tty");
        directory("/dev");
        put("/dev/null", "");
    }
    ~FakeMachine() override {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    FakeMachine(const FakeMachine&) = delete;
    FakeMachine& operator=(const FakeMachine&) = delete;

    FileTree files() const { return FileTree{root_}; }

    void directory(const std::string& path) const { std::filesystem::create_directories(root_ + path); }
    void put(const std::string& path, const std::string& text, unsigned mode = 0644) const {
        directory(path.substr(0, path.rfind('/')));
        std::ofstream{root_ + path, std::ios::binary} << text;
        ::chmod((root_ + path).c_str(), mode);
    }
    void link(const std::string& path, const std::string& target) const {
        directory(path.substr(0, path.rfind('/')));
        std::filesystem::create_symlink(target, root_ + path);
    }
    void remove(const std::string& path) const { std::filesystem::remove_all(root_ + path); }

    /// A serial port; `number` as in sysfs, such as "204:64".
    void serial_port(const std::string& name, const std::string& number, const std::string& type = "32") const {
        directory("/sys/class/tty/" + name + "/device");
        put("/sys/class/tty/" + name + "/dev", number + "\n");
        if (!type.empty()) {
            put("/sys/class/tty/" + name + "/type", type + "\n");
        }
        put("/dev/" + name, "", 0666);
    }

    /// /dev/ppsN with its count; the mode of its node.
    void pps(const std::string& name, const std::string& source, unsigned mode = 0644) const {
        put("/dev/" + name, "", mode);
        put("/sys/class/pps/" + name + "/name", source + "\n");
        put("/sys/class/pps/" + name + "/path", "\n");
        put("/sys/class/pps/" + name + "/assert", "1795851330.000000123#42\n");
        put("/sys/class/pps/" + name + "/clear", "\n");
    }
    /// One more pulse.
    void pulse(const std::string& name) {
        put("/sys/class/pps/" + name + "/assert", "1795851331.000000321#" + std::to_string(++pulses_) + "\n");
    }

    void gpio_chip(const std::string& name, GpioChipText text) {
        put("/dev/" + name, "", 0666);
        chips["/dev/" + name] = std::move(text);
    }

    /// A running program; `terminal` as in /proc/PID/stat.
    void program(int id, const std::string& name, const std::string& unit = {}, unsigned terminal = 0) const {
        const std::string directory = "/proc/" + std::to_string(id);
        put(directory + "/stat",
            std::to_string(id) + " (" + name + ") S 1 1 1 " + std::to_string(terminal) + " -1 0\n");
        put(directory + "/cgroup", unit.empty() ? "0::/user.slice\n" : "0::/system.slice/" + unit + ".service\n");
    }

    /// A socket in a table of /proc/net.
    void socket(const std::string& table, const std::string& local, const std::string& state) const {
        put("/proc/net/" + table, "  sl  local_address rem_address   st\n   0: " + local + " 00000000:0000 " + state +
                                      " 00000000:00000000 00:00000000\n");
    }

    /// gpsd runs, listens on its usual port and says this.
    void gpsd(std::string says) {
        program(500, "gpsd", "gpsd");
        socket("tcp", "0100007F:0B83", "0A");
        gpsd_says = std::move(says);
    }

    std::optional<GpioChipText> gpio_chip(const std::string& device) override {
        const auto found = chips.find(device);
        return found == chips.end() ? std::nullopt : std::optional(found->second);
    }
    std::optional<std::vector<int>> shared_memory_record(int unit) override {
        const auto found = records.find(unit);
        return found == records.end() ? std::nullopt : std::optional(found->second);
    }
    std::string ask_gpsd(int port) override {
        asked.push_back(port);
        return gpsd_says;
    }
    std::optional<int> receiver_speed(const std::string& serial_port) override {
        listened.push_back(serial_port);
        const auto found = speeds.find(serial_port);
        return found == speeds.end() ? std::nullopt : std::optional(found->second);
    }
    void pause(Duration time) override {
        paused += time;
        if (during_pause) {
            during_pause();
        }
    }

    MachineView look(const User& user = {"pi", 4321, {4321, 4020}}, int port = 2947) {
        return read_machine(files(), *this, user, port);
    }

    std::map<std::string, GpioChipText> chips;
    std::map<int, std::vector<int>> records;
    std::map<std::string, int> speeds;
    std::vector<std::string> listened;
    std::string gpsd_says;
    std::vector<int> asked;
    Duration paused{};
    std::function<void()> during_pause;

private:
    std::string root_;
    int pulses_ = 42;
};

/// What gpsd 3.22 says, with these entries in the list of its devices.
inline std::string gpsd_text(const std::string& devices) {
    return "{\"class\":\"VERSION\",\"release\":\"3.22\",\"rev\":\"3.22\",\"proto_major\":3,\"proto_minor\":14}\r\n"
           "{\"class\":\"DEVICES\",\"devices\":[" +
           devices + "]}\r\n";
}
inline std::string active_receiver(const std::string& path) {
    return "{\"class\":\"DEVICE\",\"path\":\"" + path +
           "\",\"driver\":\"u-blox\",\"activated\":\"2026-11-28T07:30:00.000Z\",\"flags\":1,\"native\":0,\"bps\":9600}";
}

}  // namespace tokimori
