#pragma once

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

}  // namespace tokimori
