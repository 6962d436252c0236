#include <algorithm>
#include <array>
#include <iterator>

#include "server/ntp/responder.h"
#include "tests/fuzz/conformance_seeds.h"
#include "tests/fuzz/server_states.h"

namespace tokimori {
namespace {

using Octets = std::span<const std::byte>;

constexpr std::size_t kLongestConversation = 4 * 24;

/// The mode of the reply as the table of requests has it; kReserved for silence.
NtpMode mode_in_table(unsigned first_octet, std::uint16_t port) {
    const unsigned version = first_octet >> 3 & 7;
    const unsigned mode = first_octet & 7;
    if (version < 1 || version > 4) {
        return NtpMode::kReserved;
    }
    if (mode == 1) {
        return NtpMode::kSymmetricPassive;
    }
    const bool client = mode == 3 || (mode == 0 && version == 1 && port != 123);
    return client ? NtpMode::kServer : NtpMode::kReserved;
}

void check_answered(const Request& request, const Reply& reply) {
    const unsigned first_octet = std::to_integer<unsigned>(request.octets[0]);
    const NtpHeader header = read_header(std::span(reply.octets).first<kHeaderSize>());
    require(reply.size == kHeaderSize && reply.size <= request.octets.size());
    require(request.octets.size() % 4 == 0 && request.source_port != 0);
    require(header.mode != NtpMode::kReserved && header.mode == mode_in_table(first_octet, request.source_port));
    require(header.version == (first_octet >> 3 & 7));
    require(std::to_integer<std::int8_t>(request.octets[2]) == header.poll);
    require(std::equal(request.octets.begin() + 40, request.octets.begin() + 48, reply.octets.begin() + 24));
}

void check_stamped(const Reply& reply, const ServerState& state, LocalInstant departure) {
    const NtpHeader header = read_header(std::span(reply.octets).first<kHeaderSize>());
    const bool synchronised = state.synchronised_at(departure);
    require((header.leap != LeapIndicator::kUnsynchronised) == synchronised);
    require((header.stratum == 1) == synchronised);
    if (!state.ever_synchronised) {
        require(header.receive.bits == 0 && header.transmit.bits == 0 && header.reference.bits == 0);
        return;
    }
    require(ntp_difference(header.transmit, header.receive) > 0);
    require(ntp_difference(header.transmit, header.reference) >= 0);
    require(header.origin != header.receive && header.origin != header.transmit);
}

/// A server that lives as long as the program. Time goes on, so that what it counts or remembers of an earlier input
/// changes nothing that is judged here.
struct Server {
    Responder responder;
    LocalInstant now{std::chrono::seconds(10)};
};

/// A conversation: every word of the input, up to so many, asks again, by what the reply before said, or by it and a
/// little more.
void converse(Octets input, const ServerState& state, Server& server) {
    auto& [responder, now] = server;
    NtpHeader last;
    input = input.first(std::min(input.size(), kLongestConversation));
    while (input.size() >= 4) {
        const auto octet = [&](std::size_t at) { return std::to_integer<unsigned>(input[at]); };
        NtpHeader asked;
        asked.origin = {(octet(0) & 1 ? last.receive.bits : last.transmit.bits) + (octet(0) >> 6)};
        asked.receive = {octet(1)};
        asked.transmit = {octet(2) + 1};
        std::array<std::byte, kHeaderSize> octets{};
        write_header(asked, octets);
        octets[0] = std::byte{0x23};
        Reply reply;
        const Request request{.octets = octets, .arrival = now, .source_port = 1, .source = {0, octet(0) >> 1 & 3}};
        require(responder.answer(request, state, reply) == Verdict::kAnswered);
        responder.stamp(reply, Departure{state, now + std::chrono::nanoseconds(octet(3) + 1)});
        const NtpHeader header = read_header(std::span(reply.octets).first<kHeaderSize>());
        require(reply.size == kHeaderSize);
        const bool interleaved = header.origin != asked.transmit;
        require(!interleaved || (reply.interleaved.client != 0 && header.origin == asked.receive));
        require(!interleaved || (asked.receive != asked.transmit && header.transmit.bits % 2 == 0));
        require(header.receive.bits == 0 || header.receive.bits % 2 == 1);
        require(ntp_difference(header.transmit, header.reference) >= 0);
        if (octet(0) & 32) {
            const LocalInstant departed = now + std::chrono::microseconds(octet(3));
            responder.sent(reply.interleaved.ticket, departed, state);
        }
        last = header;
        now += std::chrono::milliseconds(octet(3));
        input = input.subspan(4);
    }
}

/// Octet 0 chooses the state, 1 and 2 the port, 3 the address family's verdict and the delay; the rest is the datagram.
void one_exchange(Octets input, Server& server) {
    auto& [responder, now] = server;
    now += std::chrono::milliseconds(100);
    const auto octet = [&](std::size_t at) { return std::to_integer<unsigned>(input[at]); };
    const ServerState state = state_chosen_by(octet(0));
    const LocalInstant departure = now + std::chrono::nanoseconds(octet(3) * 100);
    const Request request{.octets = input.subspan(4),
                          .arrival = now,
                          .source_port = static_cast<std::uint16_t>(octet(1) << 8 | octet(2)),
                          .from_unicast = octet(3) != 0xFF};
    Reply reply;
    const ServerCounts before = responder.counts();
    const Verdict verdict = responder.answer(request, state, reply);
    require(responder.counts().of(verdict) == before.of(verdict) + 1);
    require(responder.counts().received() == before.received() + 1);
    if (verdict != Verdict::kAnswered) {
        require(reply.size == 0);
        return;
    }
    require(request.from_unicast);
    check_answered(request, reply);
    responder.stamp(reply, Departure{state, departure});
    check_answered(request, reply);
    check_stamped(reply, state, departure);
}

}  // namespace
}  // namespace tokimori

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
    using namespace tokimori;
    plant_conformance(std::span(*arguments, static_cast<std::size_t>(*count)), [](const ConformanceCase& one) {
        return Datagram{std::byte{1}, static_cast<std::byte>(one.port >> 8), static_cast<std::byte>(one.port & 0xFF),
                        std::byte{1}};
    });
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static tokimori::Server server;
    if (size >= 4) {
        tokimori::one_exchange(std::as_bytes(std::span(data, size)), server);
        tokimori::converse(std::as_bytes(std::span(data, size).subspan(1)), tokimori::state_chosen_by(data[0]), server);
    }
    return 0;
}
