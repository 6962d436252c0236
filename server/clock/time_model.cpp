#include "server/clock/time_model.h"

namespace tokimori {

LocalInstant TimeModel::local_at(TaiInstant tai) const {
    // The rates are far below one, so each round shrinks the error by that factor.
    LocalInstant local = anchor_local + (tai - anchor_tai);
    for (int round = 0; round < 4; ++round) {
        local += tai - tai_at(local);
    }
    return local;
}

}  // namespace tokimori
