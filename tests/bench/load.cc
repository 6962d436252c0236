// Asks an NTP server on the loopback as fast as it answers, with so many requests on their way at a time, in turn in
// the name of so many clients, 127.1.0.0 and on: README.md.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kHeader = 48;
constexpr std::size_t kOriginAt = 24;
constexpr std::size_t kTransmitAt = 40;
using Packet = std::array<unsigned char, kHeader>;

constexpr std::uint32_t kFirstClient = 0x7F01'0000;

int patient_socket() {
    const int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    const timeval patience{1, 0};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return descriptor;
}

/// Many packets at once.
class Batch {
public:
    Batch(std::uint16_t port, std::uint32_t clients) : clients_{clients} {
        server_.sin_family = AF_INET;
        server_.sin_port = htons(port);
        server_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        for (std::size_t i = 0; i < kBatch; ++i) {
            parts_[i] = {packets_[i].data(), kHeader};
            questions_[i].msg_hdr = {
                &server_, sizeof server_, &parts_[i], 1, controls_[i].octets.data(), sizeof(Control), 0};
            replies_[i].msg_hdr = {nullptr, 0, &parts_[i], 1, nullptr, 0, 0};
            cmsghdr* const header = CMSG_FIRSTHDR(&questions_[i].msg_hdr);
            *header = {CMSG_LEN(sizeof(in_pktinfo)), IPPROTO_IP, IP_PKTINFO};
        }
    }
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    /// Requests whose transmit timestamps are `first` and those that follow.
    bool ask(int descriptor, std::uint64_t first, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            packets_[i].fill(0);
            packets_[i][0] = 0x23;
            const std::uint64_t nonce = first + i;
            std::memcpy(&packets_[i][kTransmitAt], &nonce, sizeof nonce);
            in_pktinfo source{};
            source.ipi_spec_dst.s_addr = htonl(kFirstClient + static_cast<std::uint32_t>(nonce % clients_));
            std::memcpy(CMSG_DATA(CMSG_FIRSTHDR(&questions_[i].msg_hdr)), &source, sizeof source);
        }
        return sendmmsg(descriptor, questions_.data(), static_cast<unsigned>(count), 0) == static_cast<int>(count);
    }
    /// How many came; 0: nothing within a second.
    std::size_t hear(int descriptor) {
        const int count = recvmmsg(descriptor, replies_.data(), kBatch, MSG_WAITFORONE, nullptr);
        return count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    /// The reply of a synchronised server to one of the requests below `asked`.
    bool is_good(std::size_t i, std::uint64_t asked) const {
        std::uint64_t origin = 0;
        std::memcpy(&origin, &packets_[i][kOriginAt], sizeof origin);
        return replies_[i].msg_len == kHeader && (packets_[i][0] & 0x3F) == 0x24 && packets_[i][0] >> 6 != 3 &&
               origin > 0 && origin < asked;
    }

private:
    struct alignas(cmsghdr) Control {
        std::array<unsigned char, CMSG_SPACE(sizeof(in_pktinfo))> octets{};
    };

    sockaddr_in server_{};
    std::uint32_t clients_;
    std::array<Packet, kBatch> packets_{};
    std::array<Control, kBatch> controls_{};
    std::array<iovec, kBatch> parts_{};
    std::array<mmsghdr, kBatch> questions_{};
    std::array<mmsghdr, kBatch> replies_{};
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 5) {
        std::fputs("load PORT REPLIES OUTSTANDING CLIENTS\n", stderr);
        return 2;
    }
    const int descriptor = patient_socket();
    const auto wanted = static_cast<std::uint64_t>(std::atoll(arguments[2]));
    const auto outstanding = static_cast<std::uint64_t>(std::atoll(arguments[3]));
    Batch batch{static_cast<std::uint16_t>(std::atoi(arguments[1])),
                static_cast<std::uint32_t>(std::atoi(arguments[4]))};
    std::uint64_t asked = 1;  // the next transmit timestamp
    std::uint64_t good = 0;
    std::uint64_t bad = 0;
    std::uint64_t lost = 0;
    const auto begun = std::chrono::steady_clock::now();
    while (good + bad < wanted) {
        while (asked - 1 - good - bad - lost < outstanding) {
            const std::uint64_t room = outstanding - (asked - 1 - good - bad - lost);
            const std::size_t next = room < kBatch ? room : kBatch;
            batch.ask(descriptor, asked, next);
            asked += next;
        }
        const std::size_t heard = batch.hear(descriptor);
        for (std::size_t i = 0; i < heard; ++i) {
            ++(batch.is_good(i, asked) ? good : bad);
        }
        lost += heard == 0 ? outstanding : 0;
        if (heard == 0 && lost > wanted) {
            break;
        }
    }
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begun;
    std::printf("good %llu bad %llu lost %llu seconds %.3f\n", static_cast<unsigned long long>(good),
                static_cast<unsigned long long>(bad), static_cast<unsigned long long>(lost), spent.count());
    close(descriptor);
    return bad == 0 && good >= wanted ? 0 : 1;
}
