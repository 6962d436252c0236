#include "leap/instant.h"
#include "leap/ntp_timestamp.h"

namespace tokimori {

LocalInstant local_from_tai(TaiInstant a) {
    LocalInstant b = a;
    return b;
}

}  // namespace tokimori
