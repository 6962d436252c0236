#include "leap/instant.h"
#include "leap/ntp_timestamp.h"

namespace tokimori {

auto across_scales(TaiInstant a, LocalInstant b) {
    return a - b;
}

}  // namespace tokimori
