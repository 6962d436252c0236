#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "refclocks/counter.h"
#include "server/clock/server_state.h"
#include "server/daemon/udp_port.h"
#include "server/ntp/departure.h"
#include "server/ntp/packet.h"

namespace tokimori {

using Octets = std::vector<std::byte>;

inline sockaddr_in address_of(std::uint32_t host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(host);
    return address;
}

inline std::uint16_t port_of(const UdpPort& port) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(port.descriptor(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

/// A datagram that came, and two moments by which it had: as the kernel stamped it, and when it was read.
struct Heard {
    Octets octets;
    LocalInstant came;
    LocalInstant read;

    NtpHeader header() const { return read_header(std::span(octets).first<kHeaderSize>()); }
};

/// The last moment that a stamp of CLOCK_REALTIME can mean, however that is slewed; now, where there is none.
inline LocalInstant latest_of(const msghdr& message, LocalInstant now) {
    const cmsghdr* const part = CMSG_FIRSTHDR(&message);
    if (part == nullptr || part->cmsg_type != SCM_TIMESTAMPNS) {
        return now;
    }
    timespec stamp{};
    std::memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
    const ClockReading reading = read_host_clocks();
    const std::int64_t age =
        reading.realtime - (static_cast<std::int64_t>(stamp.tv_sec) * 1'000'000'000 + stamp.tv_nsec);
    return LocalInstant{Duration{reading.raw + reading.width / 2 + 1 - age + age / 1000}};
}

/// A client on the loopback.
class Asker {
public:
    Asker(std::uint32_t host, std::uint16_t port) : descriptor_{socket(AF_INET, SOCK_DGRAM, 0)} {
        const sockaddr_in own = address_of(host, 0);
        const sockaddr_in server = address_of(INADDR_LOOPBACK, port);
        const int on = 1;
        setsockopt(descriptor_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
        EXPECT_EQ(bind(descriptor_, reinterpret_cast<const sockaddr*>(&own), sizeof own), 0);
        EXPECT_EQ(connect(descriptor_, reinterpret_cast<const sockaddr*>(&server), sizeof server), 0);
    }
    ~Asker() { close(descriptor_); }
    Asker(const Asker&) = delete;
    Asker& operator=(const Asker&) = delete;

    void send(std::span<const std::byte> octets) const {
        EXPECT_EQ(::send(descriptor_, octets.data(), octets.size(), 0), static_cast<ssize_t>(octets.size()));
    }
    /// Empty if nothing comes.
    Heard hear() const {
        Heard heard{.octets = Octets(2048), .came = {}, .read = {}};
        alignas(cmsghdr) std::array<std::byte, 128> control{};
        iovec part{heard.octets.data(), heard.octets.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        pollfd watched{descriptor_, POLLIN, 0};
        const ssize_t size = poll(&watched, 1, 5000) == 1 ? recvmsg(descriptor_, &message, 0) : 0;
        heard.octets.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
        heard.read = read_host_counter();
        heard.came = latest_of(message, heard.read);
        return heard;
    }

    NtpTimestamp origin{};  ///< of the next request in interleaved mode: the receive timestamp of the last reply
    LocalInstant read{};    ///< when that was read

private:
    int descriptor_;
};

/// A request for the time, of version 4; the reply gives back `transmit`, which is not the time.
inline Octets client_request(std::uint64_t transmit) {
    NtpHeader header;
    header.version = 4;
    header.mode = NtpMode::kClient;
    header.transmit = {transmit};
    Octets octets(kHeaderSize);
    write_header(header, std::span(octets).first<kHeaderSize>());
    return octets;
}

/// A server that has just come to know the time, for good; a second after it heard of it.
inline ServerState synchronised_at(LocalInstant now) {
    ServerState state;
    state.model.anchor_local = state.model.slew_end = now;
    state.model.anchor_tai = TaiInstant{std::chrono::sys_days(std::chrono::year{2026} / 11 / 22).time_since_epoch()};
    state.model.dispersion = std::chrono::microseconds{50};
    state.valid_until = LocalInstant::max();
    state.reference = state.model.anchor_tai - std::chrono::seconds{1};
    state.refid = reference_id("PPS");
    state.precision = Departure::kFinestPrecision;
    state.stratum = 1;
    state.ever_synchronised = true;
    return state;
}

}  // namespace tokimori
