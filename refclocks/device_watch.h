#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "refclocks/counter.h"
#include "refclocks/refclock.h"

namespace tokimori {

/// What a driver does about its device beside listening: tells its state on change only, counts what it drops at a
/// bearable rate, and knows how long to wait before it tries again.
class DeviceWatch {
public:
    using Milliseconds = std::chrono::milliseconds;

    /// `counter` and `sink` must outlive the object.
    DeviceWatch(Counter& counter, ObservationSink& sink, SourceId source)
        : counter_{counter}, sink_{sink}, source_{source} {}

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

    /// The pause before the next attempt: 0.5 s, doubled each time up to 10 s.
    Milliseconds next_pause() { return std::exchange(pause_, std::min(pause_ * 2, kLongestPause)); }
    /// An attempt succeeded.
    void succeeded() { pause_ = kFirstPause; }

    /// The next state is news whatever it is.
    void forget() { known_.reset(); }

private:
    static constexpr Milliseconds kFirstPause{500};
    static constexpr Milliseconds kLongestPause{10'000};
    static constexpr int kMostRejections = 10;

    Counter& counter_;
    ObservationSink& sink_;
    SourceId source_;
    std::optional<DeviceState> known_;
    Milliseconds pause_ = kFirstPause;
    std::optional<LocalInstant> rejections_since_;
    int rejections_ = 0;
};

}  // namespace tokimori
