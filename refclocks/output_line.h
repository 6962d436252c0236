#pragma once

#include <memory>
#include <optional>
#include <string>

namespace tokimori {

/// A line that is driven: a GPIO line, or a test's. Clock thread only.
class OutputLine {
public:
    virtual ~OutputLine() = default;

    /// Takes the line and drives it inactive. nullopt where that worked, else the sentence why not, with the remedy.
    virtual std::optional<std::string> open() = 0;

    /// Only while open. Likewise; then it is gone and has to be opened anew.
    virtual std::optional<std::string> set(bool active) = 0;

    /// Drives it inactive and lets it go.
    virtual void close() = 0;
};

/// A line of a GPIO chip, by libgpiod. `chip` and `line` as for `make_gpio_edge_source`; `active_low`: active is the
/// low level.
std::unique_ptr<OutputLine> make_gpio_output_line(std::string chip, std::string line, bool active_low);

}  // namespace tokimori
