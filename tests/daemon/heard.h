#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "server/ntp/request.h"

namespace tokimori {

/// What the kernel hands over of `octets` from there, as read by a socket of ours: of 192.0.2.1 or 2001:db8::1,
/// port 123. `octets` must live as long as the request, which has no arrival yet.
Request heard_from(const std::string& address, std::uint16_t port, std::span<const std::byte> octets);

}  // namespace tokimori
