#include "leap/instant.h"
#include "leap/ntp_timestamp.h"

namespace tokimori {

LocalInstant local_clock_now() {
    return LocalClock::now();
}

}  // namespace tokimori
