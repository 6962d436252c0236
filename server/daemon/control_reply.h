#pragma once

#include "server/daemon/control_protocol.h"

namespace boost::json {
class array;
class object;
}  // namespace boost::json

/// The members of replies on the control socket, as server/daemon/README.md describes them. Spans are integers of
/// nanoseconds (`…_ns`), instants UTC as text; what is not known is null. Pure; nobody but `control_protocol` includes
/// this.
namespace tokimori {

/// When the reply is true, and how the clock is doing: in every reply.
boost::json::object at_reply(const ControlFacts& facts);

boost::json::object tracking_reply(const ControlFacts& facts);
boost::json::array sources_reply(const ControlFacts& facts);
boost::json::array sourcestats_reply(const ControlFacts& facts);
boost::json::array selectdata_reply(const ControlFacts& facts);
boost::json::object serverstats_reply(const ControlFacts& facts);
boost::json::object leap_reply(const ControlFacts& facts);

/// Those seen last, the newest first: as many as a reply has room for.
boost::json::object clients_reply(const ControlFacts& facts);

}  // namespace tokimori
