// Sends requests to an NTP server on the loopback at a given rate, from many addresses, and says what came of them:
// README.md. The addresses must be local ones (ip route add local 10.0.0.0/8 dev lo).

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kNtpEpoch = 2'208'988'800;
constexpr std::size_t kBatch = 64;
constexpr std::size_t kHeader = 48;
constexpr std::size_t kOriginAt = 24;
constexpr std::size_t kReceiveAt = 32;
constexpr std::size_t kTransmitAt = 40;
constexpr std::int64_t kPatience = kSecond / 2;

struct Plan {
    std::uint16_t port = 0;
    double seconds = 0;
    double rate = 0;            ///< requests a second
    std::uint32_t address = 0;  ///< the first source
    std::uint32_t addresses = 1;
    std::string_view kind;  ///< time, malformed, control
};

/// What was seen of the replies, in ns.
struct Seen {
    std::uint64_t sent = 0;
    double seconds = 0;  ///< in which they were sent
    std::uint64_t good = 0;
    std::vector<std::int64_t> delays;
    std::vector<std::int64_t> offsets;
    std::vector<std::int64_t> staleness;  ///< from the transmit timestamp until the kernel had the reply
};

std::int64_t now_of(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return now.tv_sec * kSecond + now.tv_nsec;
}

std::uint64_t word_at(const unsigned char* octets) {
    std::uint64_t word = 0;
    std::memcpy(&word, octets, sizeof word);
    return be64toh(word);
}

std::int64_t posix_of(std::uint64_t ntp) {
    const auto fraction = static_cast<std::int64_t>((ntp & 0xFFFF'FFFFU) * kSecond >> 32);
    return (static_cast<std::int64_t>(ntp >> 32) - kNtpEpoch) * kSecond + fraction;
}

int open_socket() {
    const int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    const int on = 1;
    const int room = 8 << 20;
    setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    return descriptor;
}

/// Requests that leave together, each from an address of its own.
class Requests {
public:
    explicit Requests(const Plan& plan) : plan_{plan} {
        server_.sin_family = AF_INET;
        server_.sin_port = htons(plan.port);
        server_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        for (std::size_t i = 0; i < kBatch; ++i) {
            msghdr& message = messages_[i].msg_hdr;
            parts_[i] = {packets_[i].data(), write_packet(packets_[i])};
            message.msg_name = &server_;
            message.msg_namelen = sizeof server_;
            message.msg_iov = &parts_[i];
            message.msg_iovlen = 1;
            message.msg_control = controls_[i].octets.data();
            message.msg_controllen = CMSG_SPACE(sizeof(in_pktinfo));
            cmsghdr* const header = CMSG_FIRSTHDR(&message);
            header->cmsg_level = IPPROTO_IP;
            header->cmsg_type = IP_PKTINFO;
            header->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
        }
    }
    Requests(const Requests&) = delete;
    Requests& operator=(const Requests&) = delete;

    std::uint64_t send(int descriptor, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            in_pktinfo info{};
            info.ipi_spec_dst.s_addr = htonl(plan_.address + next_++ % plan_.addresses);
            std::memcpy(CMSG_DATA(CMSG_FIRSTHDR(&messages_[i].msg_hdr)), &info, sizeof info);
            const std::uint64_t nonce = htobe64(static_cast<std::uint64_t>(now_of(CLOCK_REALTIME)));
            std::memcpy(&packets_[i][kTransmitAt], &nonce, sizeof nonce);
        }
        const int sent = sendmmsg(descriptor, messages_.data(), static_cast<unsigned>(count), 0);
        return sent > 0 ? static_cast<std::uint64_t>(sent) : 0;
    }

private:
    using Packet = std::array<unsigned char, 64>;
    struct alignas(cmsghdr) Control {
        std::array<unsigned char, CMSG_SPACE(sizeof(in_pktinfo))> octets{};
    };

    /// How long it is.
    std::size_t write_packet(Packet& packet) const {
        if (plan_.kind == "control") {
            packet = {0x16, 0x02};  // mode 6, read variables
            return 12;
        }
        packet[0] = 0x23;
        // Two octets more than a header are nothing.
        return plan_.kind == "malformed" ? kHeader + 2 : kHeader;
    }

    const Plan& plan_;
    sockaddr_in server_{};
    std::uint32_t next_ = 0;
    std::array<Packet, kBatch> packets_{};
    std::array<Control, kBatch> controls_{};
    std::array<iovec, kBatch> parts_{};
    std::array<mmsghdr, kBatch> messages_{};
};

/// Reads one reply; false if none waits.
bool hear(int descriptor, Seen& seen) {
    std::array<unsigned char, 512> packet{};
    alignas(cmsghdr) std::array<unsigned char, 128> control{};
    iovec part{packet.data(), packet.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (recvmsg(descriptor, &message, MSG_DONTWAIT) < static_cast<ssize_t>(kHeader)) {
        return errno != EAGAIN;
    }
    const cmsghdr* const header = CMSG_FIRSTHDR(&message);
    const bool good = (packet[0] & 0x07) == 4 && packet[0] >> 6 != 3 && packet[1] > 0 && packet[1] < 16;
    if (!good || header == nullptr) {
        return true;
    }
    timespec stamp{};
    std::memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
    const std::int64_t came = stamp.tv_sec * kSecond + stamp.tv_nsec;
    const auto asked = static_cast<std::int64_t>(word_at(&packet[kOriginAt]));
    const std::int64_t received = posix_of(word_at(&packet[kReceiveAt]));
    const std::int64_t left = posix_of(word_at(&packet[kTransmitAt]));
    ++seen.good;
    seen.delays.push_back(came - asked);
    seen.offsets.push_back(((received - asked) + (left - came)) / 2);
    seen.staleness.push_back(came - left);
    return true;
}

void hear_all(int descriptor, Seen& seen) {
    while (hear(descriptor, seen)) {
    }
}

Seen carry_out(const Plan& plan, int descriptor) {
    Seen seen;
    Requests requests{plan};
    const std::int64_t begun = now_of(CLOCK_MONOTONIC);
    const auto wanted = static_cast<std::uint64_t>(plan.seconds * plan.rate);
    pollfd waiting{descriptor, POLLIN, 0};
    while (seen.sent < wanted) {
        const double passed = static_cast<double>(now_of(CLOCK_MONOTONIC) - begun) / kSecond;
        const std::uint64_t due = std::min(wanted, static_cast<std::uint64_t>(passed * plan.rate) + 1);
        if (due > seen.sent) {
            // Who cannot keep up sends less, not more at once.
            seen.sent += requests.send(descriptor, std::min<std::uint64_t>(due - seen.sent, kBatch));
        }
        hear_all(descriptor, seen);
        const auto next = static_cast<std::int64_t>(static_cast<double>(seen.sent) / plan.rate * kSecond);
        const std::int64_t pause = begun + next - now_of(CLOCK_MONOTONIC);
        const timespec wait{pause / kSecond, pause % kSecond};
        if (pause > 0) {
            ppoll(&waiting, 1, &wait, nullptr);
        }
    }
    seen.seconds = static_cast<double>(now_of(CLOCK_MONOTONIC) - begun) / kSecond;
    const std::int64_t end = now_of(CLOCK_MONOTONIC) + kPatience;
    while (seen.good < seen.sent && now_of(CLOCK_MONOTONIC) < end) {
        poll(&waiting, 1, 10);
        hear_all(descriptor, seen);
    }
    return seen;
}

double microseconds(std::vector<std::int64_t>& values, double part) {
    if (values.empty()) {
        return 0;
    }
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return static_cast<double>(*at) / 1000;
}

}  // namespace

int main(int count, char** arguments) {
    in_addr address{};
    if (count != 7 || inet_pton(AF_INET, arguments[4], &address) != 1) {
        std::fputs("asker PORT SECONDS RATE FIRST_ADDRESS ADDRESSES time|malformed|control\n", stderr);
        return 2;
    }
    const Plan plan{.port = static_cast<std::uint16_t>(std::atoi(arguments[1])),
                    .seconds = std::atof(arguments[2]),
                    .rate = std::atof(arguments[3]),
                    .address = ntohl(address.s_addr),
                    .addresses = static_cast<std::uint32_t>(std::atoi(arguments[5])),
                    .kind = arguments[6]};
    const int descriptor = open_socket();
    Seen seen = carry_out(plan, descriptor);
    close(descriptor);
    std::printf(
        "sent=%llu seconds=%.3f good=%llu p50=%.1f p99=%.1f offset=%.2f offset99=%.2f stale=%.2f stale99=%.2f\n",
        static_cast<unsigned long long>(seen.sent), seen.seconds, static_cast<unsigned long long>(seen.good),
        microseconds(seen.delays, 0.5), microseconds(seen.delays, 0.99), microseconds(seen.offsets, 0.5),
        microseconds(seen.offsets, 0.99), microseconds(seen.staleness, 0.5), microseconds(seen.staleness, 0.99));
    return 0;
}
