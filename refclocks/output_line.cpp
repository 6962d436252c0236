#include "refclocks/output_line.h"

#include <cerrno>
#include <utility>

#include "refclocks/gpio_place.h"

namespace tokimori {
namespace {

class GpioOutputLine : public OutputLine {
public:
    GpioOutputLine(std::string chip, std::string line, bool active_low)
        : place_{std::move(chip), std::move(line)}, active_low_{active_low} {}

    std::optional<std::string> open() override {
        close();
        std::optional<std::string> fault = place_.find();
        if (fault) {
            return fault;
        }
        drive_.emplace(place_.chip(), place_.line(), active_low_);
        if (drive_->works()) {
            return std::nullopt;
        }
        fault = refused(errno);
        drive_.reset();
        return fault;
    }

    std::optional<std::string> set(bool active) override {
        return drive_->set(active) ? std::nullopt : std::optional{refused(errno)};
    }

    // Some kernels leave a line that is let go as it was.
    void close() override {
        if (drive_) {
            drive_->set(false);
        }
        drive_.reset();
        place_.close();
    }

private:
    std::string refused(int error) const {
        return place_.refused(error, "driven", "end that, or name another line", "is it one that can be an output?");
    }

    GpioPlace place_;
    const bool active_low_;
    std::optional<GpioDrive> drive_;
};

}  // namespace

std::unique_ptr<OutputLine> make_gpio_output_line(std::string chip, std::string line, bool active_low) {
    return std::make_unique<GpioOutputLine>(std::move(chip), std::move(line), active_low);
}

}  // namespace tokimori
