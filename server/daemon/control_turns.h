#pragma once

#include "server/daemon/control_handler.h"
#include "server/daemon/turns.h"

namespace tokimori {

/// What a request is told that gets no turn: busy, disk_silent.
ControlError no_turn(Turns::Refusal why);

/// A request that waits for its turn, or is refused. `turns` must outlive it.
ControlHandler in_turn(ControlHandler handler, Turns& turns);

}  // namespace tokimori
