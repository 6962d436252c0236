#pragma once

#include <cstdint>
#include <optional>

#include "web/request.h"

/// The only file of this room that reads clocks and thermometers of the host.
namespace tokimori::web {

/// The counter by which ages are measured.
Instant counter_now();

/// The host's clock in Unix seconds: for the audit log while the daemon does not answer, and for nothing else.
std::int64_t host_unix_seconds();

/// The temperature of the processor in degrees Celsius; nullopt where the machine tells none.
std::optional<double> host_temperature();

}  // namespace tokimori::web
