#pragma once

#include <linux/filter.h>

#include <cstddef>
#include <vector>

namespace tokimori {

/// For SO_ATTACH_REUSEPORT_CBPF: which of `ports` sockets gets a datagram of `family`, AF_INET or AF_INET6. All words
/// of the source address, of IPv6 the first `ipv6_prefix` bits, become one number, and what counts is its remainder.
std::vector<sock_filter> steering_program(int family, std::size_t ports, int ipv6_prefix);

}  // namespace tokimori
