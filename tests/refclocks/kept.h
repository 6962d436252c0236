#pragma once

#include <functional>
#include <string>
#include <vector>

#include "refclocks/refclock.h"

namespace tokimori {

/// What a driver reports; `on_each` may interfere.
struct Keeper : ObservationSink {
    std::vector<Observation> all;
    std::function<void()> on_each = [] {};

    void observe(const Observation& observation) override {
        all.push_back(observation);
        on_each();
    }
    template <typename Kind>
    std::vector<Kind> of() const {
        std::vector<Kind> found;
        for (const Observation& observation : all) {
            if (const auto* one = std::get_if<Kind>(&observation)) {
                found.push_back(*one);
            }
        }
        return found;
    }
    std::vector<Rejection::Reason> reasons() const {
        std::vector<Rejection::Reason> found;
        for (const Rejection& rejection : of<Rejection>()) {
            found.push_back(rejection.reason);
        }
        return found;
    }
    /// The last sentence about the device, with "+" before it where it works.
    std::string said() const {
        const auto states = of<DeviceState>();
        return states.empty() ? "" : (states.back().working ? "+" : "-") + states.back().sentence;
    }
};

}  // namespace tokimori
