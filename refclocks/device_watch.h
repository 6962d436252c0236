#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "refclocks/counter.h"
#include "refclocks/refclock.h"

namespace tokimori {

/// How long a device is waited for. Nobody configures this; tests are less patient.
struct DevicePatience {
    std::chrono::milliseconds first_pause{500};       ///< after it was lost or could not be opened; doubles …
    std::chrono::milliseconds longest_pause{10'000};  ///< … up to here, until it works
    std::chrono::milliseconds silence{10'000};        ///< without anything of use: it counts as not working
};

/// What a driver says of its device: its state on change only, and at a bearable rate what it drops. Knows how long to
/// wait before it tries again.
class DeviceWatch {
public:
    /// `counter` and `sink` must outlive the object.
    DeviceWatch(Counter& counter, ObservationSink& sink, SourceId source, DevicePatience patience = {})
        : counter_{counter}, sink_{sink}, source_{source}, patience_{patience}, pause_{patience.first_pause} {}

    /// A working device is news once; one that does not work, whenever the reason is another.
    void tell(bool working, std::string sentence) {
        const bool same = known_ && known_->working == working && (working || known_->sentence == sentence);
        if (!same) {
            known_ = DeviceState{source_, counter_.now(), working, std::move(sentence)};
            sink_.observe(DeviceState{*known_});
        }
    }

    /// Something was dropped. At most ten a second are told: noise on a line may not become a flood of its own.
    void reject(Rejection::Reason reason) {
        const LocalInstant now = counter_.now();
        if (!rejections_since_ || now - *rejections_since_ >= std::chrono::seconds{1}) {
            rejections_since_ = now;
            rejections_ = 0;
        }
        if (++rejections_ <= kMostRejections) {
            sink_.observe(Rejection{source_, now, reason});
        }
    }

    /// The pause before the next attempt: the first, doubled each time up to the longest.
    std::chrono::milliseconds next_pause() {
        return std::exchange(pause_, std::min(pause_ * 2, patience_.longest_pause));
    }
    /// An attempt succeeded.
    void succeeded() { pause_ = patience_.first_pause; }

    /// The next state is news whatever it is.
    void forget() { known_.reset(); }

private:
    static constexpr int kMostRejections = 10;

    Counter& counter_;
    ObservationSink& sink_;
    SourceId source_;
    DevicePatience patience_;
    std::optional<DeviceState> known_;
    std::chrono::milliseconds pause_;
    std::optional<LocalInstant> rejections_since_;
    int rejections_ = 0;
};

}  // namespace tokimori
