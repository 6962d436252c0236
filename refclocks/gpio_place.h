#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "refclocks/gpio_controller.h"

namespace tokimori {

/// Where a GPIO line is, in an operator's words, and why it cannot be had. Clock thread only.
class GpioPlace {
public:
    /// `chip`: its name ("gpiochip0"), label ("pinctrl-bcm2711") or path; empty: the first that has a line of that
    /// name. `line`: its number on the chip, or its name.
    GpioPlace(std::string chip, std::string line);

    /// Opens the chip that has the line. nullopt where there is one, else the sentence why not, with the remedy.
    std::optional<std::string> find();
    /// Closes the chip. What was asked of it must be gone.
    void close() { chip_.reset(); }

    /// After `find`.
    GpioController& chip() const { return *chip_; }
    unsigned line() const { return line_; }

    /// The sentence for a line that was refused by `error`, an errno: "line 18 of GPIO chip gpiochip0 cannot be …".
    /// `busy` ends the sentence where somebody else has it, `otherwise` all others.
    std::string refused(int error, std::string_view what, std::string_view busy, std::string_view otherwise) const;

private:
    bool is_wanted(const GpioController& chip, const std::string& path) const;
    bool find_line_on_chip();
    std::string no_such_line() const;
    std::string no_such_chip(const std::string& here, const std::string& forbidden) const;

    std::string wanted_chip_;
    std::string wanted_line_;
    std::optional<unsigned> number_;
    std::unique_ptr<GpioController> chip_;
    unsigned line_ = 0;
};

}  // namespace tokimori
