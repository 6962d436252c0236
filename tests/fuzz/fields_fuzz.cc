// Requests with extension fields and MACs, of a server that has keys. What must come of each is said by a parser that
// was written here after the words of the RFCs and the table of requests, and by the digests of another library.

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "server/ntp/responder.h"
#include "tests/fuzz/conformance_seeds.h"
#include "tests/fuzz/openssl_digest.h"
#include "tests/fuzz/server_states.h"

namespace tokimori {
namespace {

using Octets = std::span<const std::byte>;

constexpr std::size_t kChoices = 2;
constexpr std::size_t kLongestRequest = 2048;
constexpr std::int8_t kSharpPrecision = -20;

unsigned at(Octets octets, std::size_t place) {
    return std::to_integer<unsigned>(octets[place]);
}

bool is_zero(Octets octets) {
    return std::ranges::all_of(octets, [](std::byte octet) { return octet == std::byte{0}; });
}

/// The keys of the conformance data, 1 to 7: one of each type.
const std::vector<OpensslDigest>& digests() {
    static const auto all = [] {
        const KeyRing ring = conformance_keys();
        std::vector<OpensslDigest> made;
        for (std::uint32_t id = 1; id <= ring.size(); ++id) {
            made.emplace_back(*ring.find(id));
        }
        return made;
    }();
    return all;
}

constexpr std::size_t kCut = 24;
constexpr std::size_t kWhole = 68;

/// Key number and digest, together cut to so many octets.
void append_mac(Datagram& message, const OpensslDigest& digest, std::size_t most) {
    std::vector<std::byte> octets = digest(message);
    octets.resize(std::min(octets.size(), most - 4));
    message.insert(message.end(), {std::byte{0}, std::byte{0}, std::byte{0}, static_cast<std::byte>(digest.key())});
    message.insert(message.end(), octets.begin(), octets.end());
}

// What must come of a request.

enum class Kind { kNothing, kMac, kNoTime, kNonsense };

struct End {
    Kind kind;
    std::size_t mac = 0;  ///< octets
};

/// RFC 7822 section 7.5: the length of a field counts all its octets, is a multiple of four and at least 16; at least
/// 28 where it is the last and no MAC follows. A MAC is a key number and 16 or 20 octets, as longer digests are cut; a
/// crypto-NAK four zeros.
End end_of_fields(Octets tail) {
    constexpr int kMostFields = 16;
    std::size_t last = 28;
    for (int fields = 0; fields <= kMostFields; ++fields) {
        if (tail.empty()) {
            return {last >= 28 ? Kind::kNothing : Kind::kNonsense};
        }
        if (tail.size() == 20 || tail.size() == 24) {
            return {Kind::kMac, tail.size()};
        }
        if (tail.size() == 4) {
            return {is_zero(tail) ? Kind::kNoTime : Kind::kNonsense};
        }
        last = at(tail, 2) * 256 + at(tail, 3);
        if (last < 16 || last % 4 != 0 || last > tail.size()) {
            return {Kind::kNonsense};
        }
        tail = tail.last(tail.size() - last);
    }
    return {Kind::kNonsense};
}

/// RFC 5905 section 7.3, MS-SNTP: before version 4 there are no fields, and digests of 16, 20, 32, 48 and 64 octets; in
/// version 3 one of zeros may ask for a domain controller's signature.
End end_before_version_4(Octets tail, unsigned version) {
    switch (tail.size()) {
        case 0:
            return {Kind::kNothing};
        case 4:
            return {is_zero(tail) ? Kind::kNoTime : Kind::kNonsense};
        case 20:
            return version == 3 && is_zero(tail.last(16)) ? End{Kind::kNoTime} : End{Kind::kMac, 20};
        case 24:
        case 36:
        case 52:
        case 68:
            return {Kind::kMac, tail.size()};
        case 72:
            return {version == 3 && is_zero(tail.last(64)) ? Kind::kNoTime : Kind::kNonsense};
        default:
            return {Kind::kNonsense};
    }
}

/// The key by which `datagram`, which ends with a MAC, is signed as it says, if it is one of ours; the digest is whole
/// or cut to 20 octets.
const OpensslDigest* signer_of(Octets datagram, std::size_t mac_size) {
    const Octets message = datagram.first(datagram.size() - mac_size);
    for (const OpensslDigest& digest : digests()) {
        for (const std::size_t most : {kCut, kWhole}) {
            Datagram signed_by_it{message.begin(), message.end()};
            append_mac(signed_by_it, digest, most);
            if (std::ranges::equal(signed_by_it, datagram)) {
                return &digest;
            }
        }
    }
    return nullptr;
}

struct Asked {
    Octets datagram;
    std::uint16_t port = 0;
    bool only_signed = false;
};

struct Expected {
    Verdict verdict = Verdict::kAnswered;
    const OpensslDigest* signer = nullptr;
    std::size_t mac = 0;  ///< octets of that of the request, and so of the reply's
};

/// The table of requests, from its top.
Expected expected_of(const Asked& asked) {
    const Octets datagram = asked.datagram;
    const unsigned mode = at(datagram, 0) % 8;
    const unsigned version = at(datagram, 0) / 8 % 8;
    if (mode >= 6) {
        return {mode == 6 ? Verdict::kQueried : Verdict::kPrivate};
    }
    if (version == 0 || version > 4) {
        return {Verdict::kBadVersion};
    }
    if (mode != 3 && mode != 1 && !(mode == 0 && version == 1 && asked.port != 123)) {
        return {Verdict::kNotARequest};
    }
    const Octets tail = datagram.subspan(48);
    const End end = version == 4 ? end_of_fields(tail) : end_before_version_4(tail, version);
    if (end.kind == Kind::kNonsense) {
        return {Verdict::kMalformed};
    }
    const OpensslDigest* const signer = end.kind == Kind::kMac ? signer_of(datagram, end.mac) : nullptr;
    const bool answered = signer != nullptr || (end.kind == Kind::kNothing && !asked.only_signed);
    return {answered ? Verdict::kAnswered : Verdict::kUnauthenticated, signer, end.mac};
}

// What a reply must be: every octet of it comes from the server's state but for what is the client's.

bool is_near(NtpTimestamp told, NtpTimestamp exact, std::int8_t precision) {
    const std::int64_t block = std::int64_t{1} << (32 + std::max<int>(precision, Departure::kFinestPrecision));
    const std::int64_t difference = ntp_difference(told, exact);
    return -block - 2 < difference && difference < block + 2;
}

void check_times(const NtpHeader& header, const Reply& reply, const ServerState& state, LocalInstant departure) {
    if (!state.ever_synchronised) {
        require((header.reference.bits | header.receive.bits | header.transmit.bits) == 0);
        return;
    }
    const auto told_at = [&](LocalInstant when) { return state.scale.at(state.model.tai_at(when)).timestamp; };
    require(header.reference == state.scale.at(state.reference).timestamp);
    require(is_near(header.receive, told_at(reply.arrival), state.precision));
    require(is_near(header.transmit, told_at(departure), state.precision));
    require(ntp_difference(header.transmit, header.receive) > 0);
}

void check_header(Octets datagram, const Reply& reply, const ServerState& state, LocalInstant departure) {
    const NtpHeader header = read_header(std::span(reply.octets).first<kHeaderSize>());
    const bool synchronised = state.synchronised_at(departure);
    const Duration dispersion = synchronised              ? state.root_dispersion_at(departure)
                                : state.ever_synchronised ? state.root_distance_at(departure)
                                                          : Duration{std::chrono::seconds(16)};
    require(header.leap == (synchronised ? LeapIndicator::kNone : LeapIndicator::kUnsynchronised));
    require(header.version == at(datagram, 0) / 8 % 8);
    require(header.mode == (at(datagram, 0) % 8 == 1 ? NtpMode::kSymmetricPassive : NtpMode::kServer));
    require(header.stratum == (synchronised ? 1 : 0));
    require(header.poll == static_cast<std::int8_t>(datagram[2]));
    require(header.precision == std::max(state.precision, Departure::kFinestPrecision));
    require(header.root_delay == 0);
    require(header.root_dispersion == ntp_short_from(dispersion));
    require(header.refid == (synchronised ? state.refid : reference_id("INIT")));
    check_times(header, reply, state, departure);
}

/// Before it is stamped it says that there is no time, and of the request what is asked with.
void check_unstamped(Octets datagram, const Reply& reply) {
    const NtpHeader header = read_header(std::span(reply.octets).first<kHeaderSize>());
    require(header.leap == LeapIndicator::kUnsynchronised && header.stratum == 0 && header.precision == 0);
    require(header.version == at(datagram, 0) / 8 % 8);
    require(header.mode == (at(datagram, 0) % 8 == 1 ? NtpMode::kSymmetricPassive : NtpMode::kServer));
    require(header.poll == static_cast<std::int8_t>(datagram[2]));
    require(header.origin == timestamp_at(datagram, kTransmitAt));
}

/// Signed as the request was, and nothing else behind the header: no field, no crypto-NAK.
void check_end(Octets datagram, const Reply& reply, const Expected& asked) {
    const Octets sent = Octets{reply.octets}.first(reply.size);
    Datagram expected{sent.begin(), sent.begin() + kHeaderSize};
    if (asked.signer != nullptr) {
        append_mac(expected, *asked.signer, asked.mac);
    }
    require(std::ranges::equal(sent, expected));
    require(sent.size() <= datagram.size());
}

// Who asks.

/// Two servers that live as long as the program: one serves everybody, the other only who has a key. Time goes on, and
/// nobody asks twice, so that nothing of an earlier input counts.
class Servers {
public:
    Servers() {
        const auto keys = std::make_shared<const KeyRing>(conformance_keys());
        AccessPolicy policy;
        policy.rules = {{.from = all_networks(), .flags = {AccessFlag::kNoTrust}}};
        only_signed_.admit_by(std::make_shared<AccessRules>(policy));
        everybody_.authenticate_by(keys);
        only_signed_.authenticate_by(keys);
    }

    void ask(const Asked& asked, const ServerState& state) {
        now_ += std::chrono::milliseconds(100);
        source_ = ClientAddress::v4(static_cast<std::uint32_t>(source_.low) + 1);
        Responder& responder = asked.only_signed ? only_signed_ : everybody_;
        const Expected expected = expected_of(asked);
        const auto before = responder.counts().of(expected.verdict);
        const std::size_t size_before = reply_.size;
        require(responder.answer(request(asked), state, reply_) == expected.verdict);
        require(responder.counts().of(expected.verdict) == before + 1);
        if (expected.verdict != Verdict::kAnswered) {
            require(reply_.size == size_before);
            return;
        }
        check_unstamped(asked.datagram, reply_);
        const LocalInstant departure = now_ + std::chrono::microseconds(at(asked.datagram, 3));
        for (const auto wait : {0, 70}) {
            const LocalInstant when = departure + std::chrono::milliseconds(wait);
            responder.stamp(reply_, Departure{state, when});
            require(timestamp_at(reply_.octets, kOriginAt) == timestamp_at(asked.datagram, kTransmitAt));
            check_header(asked.datagram, reply_, state, when);
            check_end(asked.datagram, reply_, expected);
        }
        if (at(asked.datagram, 0) % 64 == 0x23 && state.ever_synchronised) {
            go_on_interleaved(asked, expected, state);
        }
    }

private:
    Request request(const Asked& asked) const {
        return {.octets = asked.datagram, .arrival = now_, .source_port = asked.port, .source = source_};
    }

    /// RFC 9769: who names the receive timestamp of a reply gets, the second time, a reply in interleaved mode, signed
    /// and sized like any other.
    void go_on_interleaved(const Asked& asked, const Expected& expected, const ServerState& state) {
        Responder& responder = asked.only_signed ? only_signed_ : everybody_;
        Datagram datagram{asked.datagram.begin(), asked.datagram.end() - static_cast<std::ptrdiff_t>(expected.mac)};
        for (const std::uint64_t round : {1U, 2U}) {
            now_ += std::chrono::milliseconds(1);
            put_timestamp(datagram, kOriginAt, timestamp_at(reply_.octets, kReceiveAt));
            put_timestamp(datagram, kReceiveAt, {2 * round});
            put_timestamp(datagram, kTransmitAt, {2 * round + 1});
            Datagram whole = datagram;
            if (expected.signer != nullptr) {
                append_mac(whole, *expected.signer, expected.mac);
            }
            const Asked again{.datagram = whole, .port = asked.port};
            require(responder.answer(request(again), state, reply_) == Verdict::kAnswered);
            responder.stamp(reply_, Departure{state, now_ + std::chrono::microseconds(1)});
            const bool interleaved = timestamp_at(reply_.octets, kOriginAt).bits == 2 * round;
            require(interleaved || timestamp_at(reply_.octets, kOriginAt).bits == 2 * round + 1);
            // Of a clock that reads roughly what was told is forgotten.
            require(interleaved || round == 1 || state.precision > kSharpPrecision);
            check_end(whole, reply_, expected);
        }
    }

    Responder everybody_;
    Responder only_signed_;
    Reply reply_;  // the room of all replies, as in a worker
    LocalInstant now_{std::chrono::seconds(10)};
    ClientAddress source_ = ClientAddress::v4(0);
};

// What is asked.

/// A request that has its form, of version 3 or 4 and of mode 1 or 3, and fields of which each three octets say one:
/// type, length in words, and what it is filled with; 255: its length says otherwise.
Datagram datagram_by(Octets recipe) {
    const unsigned first = recipe.empty() ? 0x23U : at(recipe, 0);
    Datagram made = datagram((first & 0xC0U) | ((first & 7U) == 0 ? 0x18U : 0x20U) | ((first & 0x38U) == 0 ? 1U : 3U));
    for (recipe = recipe.subspan(std::min<std::size_t>(recipe.size(), 1)); recipe.size() >= 3;
         recipe = recipe.subspan(3)) {
        const std::size_t length = std::max<std::size_t>(at(recipe, 1) % 64 * 4, 4);
        const std::size_t begins = made.size();
        const std::size_t said = at(recipe, 2) != 255 ? length : at(recipe, 0);
        made.resize(begins + length, recipe[2]);
        put_word(made, begins, static_cast<std::uint32_t>(at(recipe, 0) << 16 | said));
    }
    return made;
}

/// Octet 0: the first two bits choose the state, then one who may ask, one whether there is a recipe, two the port, two
/// what kind of MAC is added. Octet 1: precision, which key, whether its digest is whole, which bit is wrong. The rest
/// is the datagram or its recipe.
Datagram datagram_of(Octets input) {
    const unsigned choice = at(input, 0);
    const Octets written = input.subspan(kChoices);
    Datagram datagram = (choice & 8U) != 0 ? datagram_by(written) : Datagram{written.begin(), written.end()};
    // Other lengths than whole words from a header on are for request_fuzz.
    datagram.resize(std::clamp((datagram.size() + 3) / 4 * 4, kHeaderSize, kLongestRequest));
    const unsigned kind = choice >> 6;
    if (kind > 0) {
        const std::size_t most = at(input, 1) / digests().size() % 2 == 0 ? kCut : kWhole;
        append_mac(datagram, digests()[at(input, 1) % digests().size()], most);
    }
    if (kind == 2) {
        const std::size_t bit = at(input, 1) * 5 % (datagram.size() * 8);
        datagram[datagram.size() - 1 - bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    }
    if (kind == 3 && at(input, 1) >= 128) {
        datagram.resize(datagram.size() + (at(input, 1) % 3) * 4);
    }
    return datagram;
}

constexpr std::array<std::uint16_t, 4> kPorts{40000, 123, 1, 65535};

}  // namespace
}  // namespace tokimori

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
    using namespace tokimori;
    plant_conformance(std::span(*arguments, static_cast<std::size_t>(*count)), [](const ConformanceCase& one) {
        const unsigned only_signed = one.word("access", "") == "signed" ? 4U : 0U;
        const unsigned port = one.port == 123 ? 16U : 0U;
        return Datagram{static_cast<std::byte>(1U | only_signed | port), std::byte{0}};
    });
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tokimori;
    static Servers servers;
    const Octets input = std::as_bytes(std::span(data, size));
    if (input.size() >= kChoices) {
        const unsigned choice = at(input, 0);
        const Datagram datagram = datagram_of(input);
        const unsigned precision = at(input, 1) + 24;
        servers.ask({.datagram = datagram, .port = kPorts[choice >> 4 & 3U], .only_signed = (choice & 4U) != 0},
                    state_chosen_by((choice & 3U) % 3 + 3 * precision));
    }
    return 0;
}
