#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "web/request.h"

namespace tokimori::web {

/// Lets only so many failures of strangers into the audit log, which is on a memory card: twenty at once, then two a
/// minute. Pure; the time comes in.
class AuditPacer {
public:
    /// How many were left out before this one; nullopt where this one is left out, too.
    std::optional<std::uint64_t> admit(Instant now);

private:
    static constexpr std::chrono::seconds kPause{30};
    static constexpr int kBurst = 20;

    std::chrono::nanoseconds credit_ = kPause * kBurst;
    std::optional<Instant> last_;
    std::uint64_t left_out_ = 0;
};

}  // namespace tokimori::web
