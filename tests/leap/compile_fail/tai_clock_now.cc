#include "leap/instant.h"
#include "leap/ntp_timestamp.h"

namespace tokimori {

TaiInstant tai_clock_now() {
    return TaiClock::now();
}

}  // namespace tokimori
