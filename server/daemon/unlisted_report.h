#pragma once

#include <cstdint>
#include <optional>

#include "server/daemon/log.h"
#include "server/ntp/verdict.h"

namespace tokimori {

/// Tells the operator that clients are refused only because no network of the rules of access holds them, and what to
/// write for those who should be served: with the first one, and then once an hour at most.
class UnlistedReport {
public:
    /// To be called every now and then with what was counted so far.
    void tell(const ServerCounts& counts, LocalInstant now, Log& log);

private:
    std::uint64_t told_ = 0;
    std::optional<LocalInstant> last_;
};

}  // namespace tokimori
