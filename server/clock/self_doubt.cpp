#include "server/clock/self_doubt.h"

#include <chrono>

namespace tokimori {
namespace {

constexpr Duration kMostDoubt = std::chrono::seconds{64};

}  // namespace

void SelfDoubt::note(bool ours_may_be_wrong, bool somebody_stepped, LocalInstant now) {
    of_ourselves_ = since_ ? of_ourselves_ : ours_may_be_wrong;
    of_ourselves_ = of_ourselves_ && !somebody_stepped;
    since_ = since_.value_or(now);
}

bool SelfDoubt::unbearable(LocalInstant now) const {
    return since_ && of_ourselves_ && now - *since_ > kMostDoubt;
}

}  // namespace tokimori
