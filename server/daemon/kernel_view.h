#pragma once

#include "server/daemon/system_clock.h"
#include "server/ntp/query_view.h"

namespace tokimori {

/// What the kernel says of the clock of this host, for `ntpq -c kerninfo`. Reads only; where that is refused, as of a
/// clock that nobody has set. `adjust`: tests pass a kernel of their own. Any thread.
KernelView read_kernel_view(const AdjustKernelClock& adjust = adjust_kernel_clock);

}  // namespace tokimori
