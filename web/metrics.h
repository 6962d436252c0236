#pragma once

#include <cstdint>
#include <string>

namespace boost::json {
class object;
}

namespace tokimori::web {

/// What the web process knows of itself.
struct WebCounts {
    std::uint64_t requests = 0;
    std::uint64_t refused = 0;  ///< answered with 4xx
    std::uint64_t failed = 0;   ///< answered with 5xx
    std::uint64_t live = 0;     ///< viewers of the live stream now
};

/// The text of `/metrics` (Prometheus text format 0.0.4): each figure with HELP and TYPE, in seconds and parts of one,
/// by the names of ntpd-rs where that has the same figure. `status`: the daemon's reply, null where it is silent. Pure.
std::string metrics_text(const boost::json::object* status, const WebCounts& counts);

}  // namespace tokimori::web
