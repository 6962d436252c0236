#pragma once

#include <algorithm>

#include "leap/instant.h"

namespace tokimori {

/// How much later than the one before each of those replies is stamped that leave by one system call. Nobody tells when
/// which of them left, and not all cost the same: to a host whose link address is not known one is merely laid aside.
/// So it is what the cheapest took of late, for which a batch leaves one by one now and then. One thread at a time.
class ReplyPace {
public:
    /// 0 … `kMost`; 0 before anything was seen, and while the kernel refuses some.
    Duration between() const { return caution_ > 0 ? Duration::zero() : least_ / kFineness; }

    /// Whether the next batch shall leave one by one. To be asked once for each.
    bool looks_closely() { return batches_++ % kBetweenLooks == 0; }

    /// Some left by one system call, each of which took so long in the mean; whether the kernel took all of them.
    void saw(Duration each, bool took_all) {
        const Duration seen = std::min(each, kMost) * kFineness;
        least_ += is_known_ ? kForgetting : kApproach;
        is_known_ = is_known_ || seen <= least_;
        least_ = std::min(least_, seen);
        caution_ = took_all ? std::max(caution_ - 1, 0) : kCaution;
    }

    static constexpr Duration kMost{2500};
    static constexpr int kCaution = 64;

private:
    static constexpr unsigned kBetweenLooks = 1024;
    static constexpr int kFineness = 32;  // parts of a nanosecond in which the least is kept
    // With each look: from none to the least that is seen by then, later so that little is forgotten by the next close
    // look.
    static constexpr Duration kApproach{8 * kFineness};
    static constexpr Duration kForgetting{1};

    Duration least_{};
    bool is_known_ = false;
    int caution_ = 0;  ///< so many more without a refusal
    unsigned batches_ = 0;
};

}  // namespace tokimori
