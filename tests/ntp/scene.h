#pragma once

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

#include "server/ntp/responder.h"

namespace tokimori {

using Datagram = std::vector<std::byte>;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// The octets of a text of hexadecimal digits; blanks are skipped.
inline Datagram from_hex(std::string_view text) {
    Datagram octets;
    unsigned value = 0;
    bool half = false;
    for (const char digit : text) {
        if (digit == ' ') {
            continue;
        }
        value = value << 4 | static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
        if (half) {
            octets.push_back(static_cast<std::byte>(value));
            value = 0;
        }
        half = !half;
    }
    return octets;
}

/// A request of 48 octets with this first octet and transmit timestamp, all else zero.
inline Datagram datagram(unsigned first_octet, std::uint64_t transmit = 0x0123'4567'89AB'CDEF) {
    Datagram octets(kHeaderSize);
    NtpHeader header;
    header.transmit = {transmit};
    write_header(header, std::span(octets).first<kHeaderSize>());
    octets[0] = static_cast<std::byte>(first_octet);
    return octets;
}

/// Both in one piece of memory with nothing to spare, so that the address sanitizer sees every step past the end.
inline Datagram operator+(const Datagram& head, const Datagram& tail) {
    Datagram whole;
    whole.reserve(head.size() + tail.size());
    whole.insert(whole.end(), head.begin(), head.end());
    whole.insert(whole.end(), tail.begin(), tail.end());
    return whole;
}

inline Datagram zeros(std::size_t count) {
    return Datagram(count);
}

/// An extension field of an unknown type, `length` octets in all and in its length word.
inline Datagram field(std::size_t length) {
    Datagram octets(length, std::byte{0x5A});
    octets[2] = static_cast<std::byte>(length >> 8);
    octets[3] = static_cast<std::byte>(length & 0xFF);
    return octets;
}

inline constexpr LocalInstant kBoot{};
inline constexpr LocalInstant kNow = kBoot + hours(1);

/// A stratum-1 server that may be believed for a day from `kNow`; `kNow` is 2026-11-22T00:00:00 UTC.
inline ServerState synchronised_state() {
    const TaiInstant now{std::chrono::sys_days(std::chrono::year{2026} / 11 / 22).time_since_epoch() + seconds(37)};
    ServerState state;
    state.model.anchor_local = kNow;
    state.model.anchor_tai = now;
    state.model.slew_end = kNow;
    state.model.dispersion = microseconds(50);
    state.model.dispersion_rate = rate_from_ppm(15.01);
    state.valid_until = kNow + hours(24);
    state.reference = now - seconds(1);
    state.root_delay = microseconds(20);
    state.refid = reference_id("PPS");
    state.precision = -24;
    state.stratum = 1;
    state.ever_synchronised = true;
    return state;
}

inline Request request_of(const Datagram& octets, LocalInstant arrival = kNow) {
    return {.octets = octets, .arrival = arrival, .source_port = 40000, .from_unicast = true};
}

inline NtpHeader header_of(const Reply& reply) {
    return read_header(std::span(reply.octets).first<kHeaderSize>());
}

/// What a client reads that asked at `arrival` and is answered at `departure`.
inline NtpHeader exchange(Responder& responder, const ServerState& state, LocalInstant arrival,
                          LocalInstant departure) {
    Reply reply;
    responder.answer(request_of(datagram(0x23), arrival), state, reply);
    responder.stamp(reply, Departure{state, departure});
    return header_of(reply);
}

}  // namespace tokimori
