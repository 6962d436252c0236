#include "server/daemon/steering.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstdint>

namespace tokimori {

std::vector<sock_filter> steering_program(int family, std::size_t ports, int ipv6_prefix) {
    constexpr std::uint32_t kGoldenRatio = 0x9E37'79B1;
    constexpr int kBitsOfWord = 32;
    const std::uint32_t first = static_cast<std::uint32_t>(SKF_NET_OFF) + (family == AF_INET6 ? 8U : 12U);
    const int bits = family == AF_INET6 ? ipv6_prefix : kBitsOfWord;
    std::vector<sock_filter> program{BPF_STMT(BPF_LD | BPF_IMM, 0)};
    for (int bit = 0; bit < bits; bit += kBitsOfWord) {
        const int left_out = std::max(kBitsOfWord - (bits - bit), 0);
        program.push_back(BPF_STMT(BPF_MISC | BPF_TAX, 0));
        program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, first + static_cast<std::uint32_t>(bit / 8)));
        program.push_back(BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, static_cast<std::uint32_t>(left_out)));
        program.push_back(BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0));
        program.push_back(BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, kGoldenRatio));
    }
    // The upper bits of a product are the mixed ones.
    program.push_back(BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16));
    program.push_back(BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, static_cast<std::uint32_t>(ports)));
    program.push_back(BPF_STMT(BPF_RET | BPF_A, 0));
    return program;
}

}  // namespace tokimori
