#include "server/clock/outlier_count.h"

#include <bit>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr int kOutliersToMove = 4;
// Outliers just beyond the gate show that the samples scatter more than the line knows: those that pass are a
// selection, and would bend it with a straight face. What lies farther off is no scatter.
constexpr int kNearOutliersToMove = 4;
constexpr Duration kHalfSecond = 500ms;

}  // namespace

void OutlierCount::note_good(LocalInstant at) {
    in_a_row_ = 0;
    note_verdict(at, false);
}

bool OutlierCount::note(const Sample& outlier, bool near) {
    if (in_a_row_ == 0) {
        first_ = outlier;
    }
    if (in_a_row_ == 0 || outlier.local - last_ >= kHalfSecond) {
        ++in_a_row_;
        last_ = outlier.local;
    }
    note_verdict(outlier.local, near);
    return in_a_row() || std::popcount(near_) >= kNearOutliersToMove;
}

bool OutlierCount::in_a_row() const {
    return in_a_row_ >= kOutliersToMove;
}

void OutlierCount::clear() {
    in_a_row_ = 0;
    near_ = 0;
}

// One verdict a second; a sample that counts speaks for those beside it.
void OutlierCount::note_verdict(LocalInstant at, bool near) {
    const bool same_second = last_verdict_ && at - *last_verdict_ < kHalfSecond;
    if (!same_second) {
        near_ = static_cast<std::uint8_t>(near_ << 1U);
    }
    const bool good_before = same_second && (near_ & 1U) == 0;
    near_ = static_cast<std::uint8_t>((near_ & ~1U) | (near && !good_before ? 1U : 0U));
    last_verdict_ = at;
}

}  // namespace tokimori
