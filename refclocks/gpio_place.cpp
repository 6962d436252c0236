#include "refclocks/gpio_place.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace tokimori {
namespace {

std::vector<std::string> chip_paths() {
    std::vector<std::string> paths;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator{"/dev", error}) {
        if (entry.path().filename().string().starts_with("gpiochip")) {
            paths.push_back(entry.path().string());
        }
    }
    std::sort(paths.begin(), paths.end(), [](const std::string& a, const std::string& b) {
        return std::pair{a.size(), a} < std::pair{b.size(), b};
    });
    return paths;
}

std::optional<unsigned> number_in(const std::string& text) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{number} : std::nullopt;
}

}  // namespace

GpioPlace::GpioPlace(std::string chip, std::string line)
    : wanted_chip_{std::move(chip)}, wanted_line_{std::move(line)}, number_{number_in(wanted_line_)} {}

std::optional<std::string> GpioPlace::find() {
    close();
    if (wanted_chip_.empty() && number_) {
        return "line " + wanted_line_ + " is a number: name its chip too (gpiodetect lists them)";
    }
    std::string here;
    std::string forbidden;
    for (const std::string& path : chip_paths()) {
        chip_ = GpioController::open(path);
        if (!chip_) {
            forbidden = errno == EACCES || errno == EPERM ? path : forbidden;
            continue;
        }
        here += (here.empty() ? "" : ", ") + chip_->name() + " (" + chip_->label() + ')';
        const bool wanted = is_wanted(*chip_, path);
        if (wanted && find_line_on_chip()) {
            return std::nullopt;
        }
        if (wanted && !wanted_chip_.empty()) {
            return no_such_line();
        }
    }
    close();
    return no_such_chip(here, forbidden);
}

bool GpioPlace::is_wanted(const GpioController& chip, const std::string& path) const {
    return wanted_chip_.empty() || wanted_chip_ == chip.name() || wanted_chip_ == chip.label() ||
           wanted_chip_ == path || "/dev/" + wanted_chip_ == path;
}

bool GpioPlace::find_line_on_chip() {
    const std::optional<unsigned> found = number_ ? number_ : chip_->line_named(wanted_line_);
    line_ = found.value_or(0);
    return found && *found < chip_->lines();
}

std::string GpioPlace::no_such_line() const {
    return number_ ? "GPIO chip " + chip_->name() + " has no line " + wanted_line_ + ", only 0 to " +
                         std::to_string(chip_->lines() - 1) + ": correct line"
                   : "GPIO chip " + chip_->name() + " has no line called \"" + wanted_line_ +
                         "\": gpioinfo lists those it has";
}

std::string GpioPlace::no_such_chip(const std::string& here, const std::string& forbidden) const {
    if (!forbidden.empty()) {
        return forbidden + " may not be opened: put the user of the service into the group gpio";
    }
    if (here.empty()) {
        return "this host shows no GPIO chip (/dev/gpiochip*): is it one with GPIO, and may the service see it?";
    }
    return wanted_chip_.empty()
               ? "no GPIO chip has a line called \"" + wanted_line_ + "\": gpioinfo lists those there are"
               : "there is no GPIO chip \"" + wanted_chip_ + "\": those here are " + here;
}

std::string GpioPlace::refused(int error, std::string_view what, std::string_view busy,
                               std::string_view otherwise) const {
    const std::string line = "line " + std::to_string(line_) + " of GPIO chip " + chip_->name();
    const std::string consumer = chip_->consumer_of(line_);
    if (error == EBUSY) {
        return line + " is in use" + (consumer.empty() ? "" : " by \"" + consumer + '"') + ": " + std::string(busy);
    }
    return line + " cannot be " + std::string(what) + " (" + std::generic_category().message(error) +
           "): " + std::string(otherwise);
}

}  // namespace tokimori
