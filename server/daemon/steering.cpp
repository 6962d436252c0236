#include "server/daemon/steering.h"

#include <sys/socket.h>

#include <cstdint>

namespace tokimori {

std::vector<sock_filter> steering_program(int family, std::size_t ports) {
    constexpr std::uint32_t kGoldenRatio = 0x9E37'79B1;
    const std::uint32_t first = static_cast<std::uint32_t>(SKF_NET_OFF) + (family == AF_INET6 ? 8U : 12U);
    const std::uint32_t words = family == AF_INET6 ? 4U : 1U;
    std::vector<sock_filter> program{BPF_STMT(BPF_LD | BPF_IMM, 0)};
    for (std::uint32_t word = 0; word < words; ++word) {
        program.push_back(BPF_STMT(BPF_MISC | BPF_TAX, 0));
        program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, first + 4 * word));
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
