#include "refclocks/pps_device.h"

#include <fcntl.h>
#include <linux/pps.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace tokimori {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr int kNanosecondsPerMillisecond = 1'000'000;

PpsStamp stamp_of(std::uint32_t sequence, const pps_ktime& time) {
    return {sequence, time.sec * kNanosecondsPerSecond + time.nsec};
}

class KernelPpsDevice : public PpsDevice {
public:
    explicit KernelPpsDevice(std::string path) : path_{std::move(path)} {}
    KernelPpsDevice(const KernelPpsDevice&) = delete;
    KernelPpsDevice& operator=(const KernelPpsDevice&) = delete;
    ~KernelPpsDevice() override { close(); }

    PpsOpened open() override {
        close();
        descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (descriptor_ < 0) {
            return {.fault = open_fault(errno)};
        }
        int offered = 0;
        pps_kparams parameters{};
        if (ioctl(descriptor_, PPS_GETCAP, &offered) < 0 || ioctl(descriptor_, PPS_GETPARAMS, &parameters) < 0) {
            const std::string why = std::generic_category().message(errno);
            close();
            return {.fault = path_ + " is no pulse device (" + why + "): name one of /dev/pps*"};
        }
        last_.reset();
        const int captured = capture(offered, parameters);
        return {.asserted = (captured & PPS_CAPTUREASSERT) != 0,
                .cleared = (captured & PPS_CAPTURECLEAR) != 0,
                .can_wait = (offered & PPS_CANWAIT) != 0,
                .forbidden = (offered & PPS_CAPTUREBOTH & ~captured) != 0};
    }

    std::optional<PpsStamps> fetch(std::chrono::milliseconds timeout) override {
        std::optional<PpsStamps> stamps;
        if (!ask(timeout, stamps) && errno != ETIMEDOUT && errno != EINTR) {
            return std::nullopt;
        }
        // An edge between two waits ends neither of them.
        if (!stamps && !ask(std::chrono::milliseconds{0}, stamps)) {
            return std::nullopt;
        }
        const bool quiet = std::exchange(last_, stamps) == stamps;
        return quiet && !has_node() ? std::nullopt : stamps;
    }

private:
    void close() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
            descriptor_ = -1;
        }
    }

    std::string open_fault(int error) const {
        const std::string why = " (" + std::generic_category().message(error) + "): ";
        if (error == EACCES || error == EPERM) {
            return path_ + " may not be opened" + why +
                   "let the user of the service read it, for example by a udev rule";
        }
        return path_ + " is not there" + why +
               "is the pulse input set up (overlay pps-gpio, or ldattach), and the receiver plugged in?";
    }

    // To change anything takes CAP_SYS_TIME; usually all that is offered is captured already.
    int capture(int offered, pps_kparams parameters) const {
        const int wanted = parameters.mode | (offered & PPS_CAPTUREBOTH);
        if (wanted == parameters.mode) {
            return wanted;
        }
        const int before = std::exchange(parameters.mode, wanted);
        return ioctl(descriptor_, PPS_SETPARAMS, &parameters) < 0 ? before : wanted;
    }

    bool ask(std::chrono::milliseconds timeout, std::optional<PpsStamps>& stamps) const {
        pps_fdata data{};
        data.timeout.sec = timeout.count() / 1000;
        data.timeout.nsec = static_cast<int>(timeout.count() % 1000) * kNanosecondsPerMillisecond;
        if (ioctl(descriptor_, PPS_FETCH, &data) < 0) {
            return false;
        }
        stamps = PpsStamps{stamp_of(data.info.assert_sequence, data.info.assert_tu),
                           stamp_of(data.info.clear_sequence, data.info.clear_tu)};
        return true;
    }

    // The kernel goes on to answer for a device that was unplugged, and keeps its number from being used again.
    bool has_node() const {
        struct stat node {};
        struct stat open_one {};
        return stat(path_.c_str(), &node) == 0 && fstat(descriptor_, &open_one) == 0 &&
               node.st_rdev == open_one.st_rdev && node.st_ino == open_one.st_ino;
    }

    const std::string path_;
    int descriptor_ = -1;
    std::optional<PpsStamps> last_;
};

}  // namespace

std::unique_ptr<PpsDevice> make_kernel_pps_device(std::string path) {
    return std::make_unique<KernelPpsDevice>(std::move(path));
}

}  // namespace tokimori
