#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "server/daemon/datagram_control.h"

namespace tokimori {

/// An address of either family, as people write it.
inline SocketAddress address(const std::string& text, std::uint16_t port) {
    SocketAddress result{};
    if (inet_pton(AF_INET, text.c_str(), &result.v4.sin_addr) == 1) {
        result.v4.sin_family = AF_INET;
        result.v4.sin_port = htons(port);
        return result;
    }
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &result.v6.sin6_addr), 1) << text;
    result.v6.sin6_family = AF_INET6;
    result.v6.sin6_port = htons(port);
    return result;
}

}  // namespace tokimori
