#include "web/audit_pacer.h"

#include <algorithm>
#include <utility>

namespace tokimori::web {

std::optional<std::uint64_t> AuditPacer::admit(Instant now) {
    const std::chrono::nanoseconds full = kPause * kBurst;
    const std::chrono::nanoseconds elapsed = last_ ? now - *last_ : std::chrono::nanoseconds::zero();
    last_ = now;
    credit_ = std::min(credit_ + std::min(elapsed, full), full);
    if (credit_ < kPause) {
        ++left_out_;
        return std::nullopt;
    }
    credit_ -= kPause;
    return std::exchange(left_out_, 0);
}

}  // namespace tokimori::web
