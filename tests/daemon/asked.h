#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "server/daemon/control_protocol.h"

namespace tokimori {

/// The reply to a line that is answered at once.
inline ControlReply asked(std::string_view line, const std::function<ControlFacts()>& facts,
                          const ControlPeer& peer = {}, std::span<const ControlHandler> handlers = {}) {
    std::optional<ControlReply> told;
    answer_control(line, facts, peer, handlers, [&told](ControlReply reply) { told = std::move(reply); });
    return told.value_or(ControlReply{});
}

/// The `answer` of a request that is answered at once: `tell` adds its own members to those of the reply.
inline auto at_once(
    std::function<std::optional<ControlError>(const boost::json::object& request, boost::json::object& reply)> tell) {
    return [tell = std::move(tell)](const boost::json::object& request, const ControlDone& done) {
        boost::json::object reply;
        std::optional<ControlError> error = tell(request, reply);
        done(std::move(error), std::move(reply));
    };
}

}  // namespace tokimori
