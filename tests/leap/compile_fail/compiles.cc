// What is allowed: the neighbours of every forbidden expression beside this file.
#include "leap/instant.h"
#include "leap/ntp_timestamp.h"

namespace tokimori {

Duration within_tai(TaiInstant a, TaiInstant b) {
    return a - b;
}
Duration within_local(LocalInstant a, LocalInstant b) {
    return a - b;
}
LocalInstant local_from_local(LocalInstant a) {
    LocalInstant b = a;
    return b;
}
bool timestamps_differ(NtpTimestamp a, NtpTimestamp b) {
    return a != b && ntp_difference(a, b) < 0;
}
LocalInstant local_clock_origin() {
    return std::chrono::time_point<LocalClock, LocalClock::duration>{};
}

}  // namespace tokimori
