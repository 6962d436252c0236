#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "server/daemon/control_protocol.h"

namespace boost::json {
class array;
class object;
class value;
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

/// What can be told; to be called only where there is something to tell. Good until the reply is made.
using KnownFacts = std::function<const ControlFacts&()>;

/// A member of the reply that depends on what else `request` says: it is put into `part`, or there is a reason why not.
using ControlPart = std::optional<ControlError>(const boost::json::object& request, const KnownFacts& known,
                                                boost::json::value& part);

/// The clients that are asked for: `first`, `count`, `sort`, `match`.
ControlPart clients_reply;

/// The leap second that is asked for, as it would be served: `day`, `kind`, `mode`, `smear_minutes`.
ControlPart preview_reply;

}  // namespace tokimori
