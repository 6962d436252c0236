#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/daemon/clock_facts.h"
#include "server/daemon/control_handler.h"
#include "server/ntp/client_table.h"
#include "server/ntp/verdict.h"

namespace tokimori {

/// The version of the protocol: grows when a member changes its meaning or goes away, not when one is added.
inline constexpr int kControlVersion = 1;

/// Longest request in bytes, without its newline.
inline constexpr std::size_t kLongestControlRequest = 4095;

/// The same for those who may change something.
inline constexpr std::size_t kLongestControlChange = 64 * 1024 - 1;

/// Longest reply in bytes, without its newline.
inline constexpr std::size_t kLongestControlReply = 256 * 1024 - 1;

/// What the control socket counts.
struct ControlCounts {
    std::uint64_t accepted = 0;  ///< connections
    std::uint64_t open = 0;      ///< connections now
    std::uint64_t requests = 0;
    std::uint64_t refused = 0;  ///< requests that were answered with an error
    std::uint64_t dropped = 0;  ///< connections that were closed: silent, too slow, or in the way of a newer one
};

/// Everything that can be asked of the daemon.
struct ControlFacts {
    ClockFacts clock = {};
    LocalInstant started = {};
    ServerCounts server = {};
    std::vector<const ClientTable*> client_tables = {};  ///< one for each worker
    ControlCounts control = {};
    std::string_view version = {};  ///< of the product
    bool lab_mode = false;
    std::string storage_fault = {};  ///< why something cannot be written, a sentence; empty: nothing is known of
    std::string panel_fault = {};    ///< which line of the front panel cannot be had, and why not; empty: all work
};

/// A reply line without its newline.
struct ControlReply {
    std::string line;
    bool refused = false;  ///< it is an error
};

/// Takes it to who asked, if he is still there.
using SendReply = std::function<void(ControlReply reply)>;

/// Who asks.
struct ControlPeer {
    bool may_change = false;

    std::size_t longest_request() const { return may_change ? kLongestControlChange : kLongestControlRequest; }
};

/// Answers one line: `{"version":1,"request":"tracking"}`, any bytes, as long as `peer` may send. Requests are
/// tracking, sources, sourcestats, selectdata, serverstats, leap, status (all of these), clients, leap_preview and
/// those of `handlers`; what a request may say more stands in README.md; members that are not known are passed over. An
/// error is
/// `{"version":1,"error":{"code":…,"message":…}}`, its code one of not_json, bad_request, unsupported_version,
/// unknown_request, not_allowed, request_too_long, reply_too_long, or of the handler. `facts` is asked once where there
/// is something to tell. `send` gets the reply, once: at once, or later where a handler takes its time. Never throws;
/// pure but for what handlers do.
void answer_control(std::string_view line, const std::function<ControlFacts()>& facts, const ControlPeer& peer,
                    std::span<const ControlHandler> handlers, const SendReply& send);

/// The reply to a line of `peer` that was too long to be read.
ControlReply refuse_long_request(const ControlPeer& peer);

}  // namespace tokimori
