#include "leap/instant.h"
#include "leap/ntp_timestamp.h"

namespace tokimori {

bool timestamp_less_than(NtpTimestamp a, NtpTimestamp b) {
    return a < b;
}

}  // namespace tokimori
