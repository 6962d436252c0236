#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "refclocks/edge_source.h"

namespace tokimori {

/// An open GPIO chip. This file's .cpp alone knows libgpiod, and what its two generations call differently. Clock
/// thread only.
class GpioController {
public:
    /// The chip at `path`, such as /dev/gpiochip0; nullptr, and errno says why.
    static std::unique_ptr<GpioController> open(const std::string& path);
    ~GpioController();
    GpioController(const GpioController&) = delete;
    GpioController& operator=(const GpioController&) = delete;

    const std::string& name() const { return name_; }    ///< "gpiochip0"
    const std::string& label() const { return label_; }  ///< "pinctrl-bcm2711"
    unsigned lines() const { return lines_; }            ///< numbered from 0
    std::optional<unsigned> line_named(const std::string& name) const;
    /// Who uses the line; empty: nobody, or somebody without a name.
    std::string consumer_of(unsigned line) const;

    struct Handle;
    Handle& handle() { return *handle_; }

private:
    explicit GpioController(std::unique_ptr<Handle> handle);

    std::unique_ptr<Handle> handle_;
    std::string name_;
    std::string label_;
    unsigned lines_ = 0;
};

/// A line whose edges are asked for, as long as the object lives, which must be no longer than its chip.
class GpioEdges {
public:
    GpioEdges(GpioController& chip, unsigned line, LineBias bias);
    ~GpioEdges();
    GpioEdges(const GpioEdges&) = delete;
    GpioEdges& operator=(const GpioEdges&) = delete;

    /// −1 where it cannot be had; then errno says why, right after the constructor.
    int descriptor() const;
    /// How many were taken; −1 and errno as read(2).
    int read(std::span<LineEdge> edges);

private:
    struct Request;
    std::unique_ptr<Request> request_;
};

/// A line that is driven, as long as the object lives, which must be no longer than its chip.
class GpioDrive {
public:
    /// Drives the line inactive from the first moment on. `active_low`: active is the low level.
    GpioDrive(GpioController& chip, unsigned line, bool active_low);
    ~GpioDrive();
    GpioDrive(const GpioDrive&) = delete;
    GpioDrive& operator=(const GpioDrive&) = delete;

    /// Whether it can be had; if not, errno says why, right after the constructor.
    bool works() const;
    /// Whether that could be done; if not, errno says why.
    bool set(bool active);

private:
    struct Request;
    std::unique_ptr<Request> request_;
};

}  // namespace tokimori
