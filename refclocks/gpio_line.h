#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "refclocks/edge_source.h"
#include "refclocks/retried_device.h"

namespace tokimori {

/// Which GPIO line, and how long it is waited for.
struct GpioLineSettings {
    std::string chip;  ///< name, label or path; empty: the first chip that has a line of this name
    std::string line;  ///< name, or number on its chip
    DevicePatience patience = {};
    Duration tick{};                                 ///< how often `GpioLineUser::tick` is called; 0: never
    std::shared_ptr<EdgeSource> hardware = nullptr;  ///< a test's; nullptr: the line `line` of `chip`
};

/// What is done with a line. Nothing is called after its `stop`; all must be set, but `tick` where there is none.
struct GpioLineUser {
    std::function<void()> opened;
    /// An edge, in its order; nullopt: its stamp is too old.
    std::function<void(std::optional<LocalInstant> at, bool rising)> edge;
    /// Nothing of use was heard for long.
    std::function<void()> silent;
    /// All edges so far were handed over.
    std::function<void()> tick = {};
};

/// A GPIO line whose edges are stamped by the kernel in CLOCK_MONOTONIC (libgpiod), as all drivers of such lines hear
/// it.
class GpioLine : public RetriedDevice {
public:
    GpioLine(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
             const GpioLineSettings& settings);
    ~GpioLine() override;

    /// Before `start`.
    void use(GpioLineUser user) { user_ = std::move(user); }
    /// "GPIO line 18 of gpiochip0".
    const std::string& place() const { return place_; }

private:
    struct Wait;

    std::optional<std::string> open_device() override;
    void close_device() override;
    void silent() override { user_.silent(); }
    void await_edges();
    void take_waiting(const Error& error);
    bool hand_over();
    void wait_for_tick();
    void tick();
    void lose_line();

    const std::string place_;
    const Duration tick_;
    const std::shared_ptr<EdgeSource> line_;
    GpioLineUser user_;
    DeviceTimer ticker_;
    std::unique_ptr<Wait> wait_;
};

}  // namespace tokimori
