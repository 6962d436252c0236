// The least that anybody can do for a reply: what comes is read in batches with the kernel's receive stamps, and goes
// back as it is but for its mode and stratum. What this costs is the kernel's, and the limit of any NTP server:
// README.md.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr std::size_t kBatch = 16;
constexpr std::size_t kHeader = 48;
constexpr std::size_t kOriginAt = 24;
constexpr std::size_t kTransmitAt = 40;
constexpr std::size_t kControl = 64;

int bound_socket(std::uint16_t port) {
    const int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    const int on = 1;
    const int probe = IP_PMTUDISC_PROBE;
    setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    setsockopt(descriptor, IPPROTO_IP, IP_MTU_DISCOVER, &probe, sizeof probe);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? descriptor : -1;
}

/// A batch, and the room for what belongs to it.
class Batch {
public:
    Batch() {
        for (std::size_t i = 0; i < kBatch; ++i) {
            parts_[i] = {octets_[i].data(), kHeader};
            requests_[i].msg_hdr = {
                &peers_[i], sizeof(sockaddr_in), &parts_[i], 1, controls_[i].octets.data(), kControl, 0};
            replies_[i].msg_hdr = {&peers_[i], sizeof(sockaddr_in), &parts_[i], 1, nullptr, 0, 0};
        }
    }
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    /// Answers what waits. False if nothing did.
    bool serve(int descriptor) {
        const int came = recvmmsg(descriptor, requests_.data(), kBatch, MSG_DONTWAIT, nullptr);
        if (came <= 0) {
            return false;
        }
        const auto count = static_cast<std::size_t>(came);
        for (std::size_t i = 0; i < count; ++i) {
            octets_[i][0] = 0x24;
            octets_[i][1] = 1;
            std::memcpy(&octets_[i][kOriginAt], &octets_[i][kTransmitAt], sizeof(std::uint64_t));
            requests_[i].msg_hdr.msg_controllen = kControl;
        }
        sendmmsg(descriptor, replies_.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
        return true;
    }

private:
    struct alignas(cmsghdr) Control {
        std::array<unsigned char, kControl> octets{};
    };

    std::array<std::array<unsigned char, kHeader>, kBatch> octets_{};
    std::array<sockaddr_in, kBatch> peers_{};
    std::array<Control, kBatch> controls_{};
    std::array<iovec, kBatch> parts_{};
    std::array<mmsghdr, kBatch> requests_{};
    std::array<mmsghdr, kBatch> replies_{};
};

}  // namespace

int main(int count, char** arguments) {
    const int descriptor = count == 2 ? bound_socket(static_cast<std::uint16_t>(std::atoi(arguments[1]))) : -1;
    if (descriptor < 0) {
        std::fputs("bare PORT: answers on this port of 127.0.0.1, which must be free\n", stderr);
        return 2;
    }
    Batch batch;
    pollfd waiting{descriptor, POLLIN, 0};
    for (;;) {
        if (!batch.serve(descriptor)) {
            poll(&waiting, 1, -1);
        }
    }
}
