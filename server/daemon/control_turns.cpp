#include "server/daemon/control_turns.h"

#include <boost/json/object.hpp>
#include <utility>

namespace tokimori {

ControlError no_turn(Turns::Refusal why) {
    return why == Turns::Refusal::kStandsStill
               ? ControlError{"disk_silent",
                              "The disk does not answer, and what was asked before waits for it; nothing was done."}
               : ControlError{"busy", "Too many requests wait for the disk; try again in a moment."};
}

ControlHandler in_turn(ControlHandler handler, Turns& turns) {
    const auto answer = [&turns, answer = std::move(handler.answer)](const boost::json::object& request,
                                                                     const ControlDone& done) {
        turns.take(
            [answer, request, done](const Turns::End& end) {
                answer(request, [done, end](std::optional<ControlError> error, boost::json::object members) {
                    done(std::move(error), std::move(members));
                    end();
                });
            },
            [done](Turns::Refusal why) { done(no_turn(why), {}); });
    };
    return {std::move(handler.name), handler.changes, answer};
}

}  // namespace tokimori
