#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace tokimori {

/// What holds a line that nobody drives, where the chip can do that.
enum class LineBias : std::uint8_t { kAsIs, kPullUp, kPullDown };

/// One edge of a GPIO line.
struct LineEdge {
    std::int64_t monotonic = 0;  ///< CLOCK_MONOTONIC in the interrupt, nanoseconds
    bool rising = true;
};

/// A line whose edges are stamped by the kernel: a GPIO line, or a test's. Clock thread only.
class EdgeSource {
public:
    virtual ~EdgeSource() = default;

    /// Asks for both edges of the line. nullopt where that worked, else the sentence why not, with the remedy.
    virtual std::optional<std::string> open() = 0;

    /// Becomes readable when edges wait, or when the line is gone. Belongs to the source; −1 while not open.
    virtual int descriptor() const = 0;

    /// Takes waiting edges, oldest first, without blocking; how many, 0 where none wait. The kernel holds at least 16;
    /// of more, some are lost, and the others keep their true stamps. nullopt: the line is gone. Only while open.
    virtual std::optional<std::size_t> read(std::span<LineEdge> edges) = 0;

    virtual void close() = 0;
};

/// A line of a GPIO chip, by libgpiod. `chip`: its name ("gpiochip0"), label ("pinctrl-bcm2711") or path; empty: the
/// first that has a line of that name. `line`: its number on the chip, or its name.
std::unique_ptr<EdgeSource> make_gpio_edge_source(std::string chip, std::string line, LineBias bias = LineBias::kAsIs);

}  // namespace tokimori
