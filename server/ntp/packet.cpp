#include "server/ntp/packet.h"

#include <algorithm>
#include <cstring>

namespace tokimori {
namespace {

using Octets = std::span<const std::byte>;

constexpr std::size_t kShortMac = 20;
constexpr std::size_t kLongMac = 24;
constexpr std::size_t kMsSntpExtended = 72;
constexpr std::size_t kShortestField = 16;
constexpr std::size_t kShortestLastField = 28;
constexpr int kMostFields = 16;

bool all_zero(Octets octets) {
    return std::ranges::all_of(octets, [](std::byte octet) { return octet == std::byte{0}; });
}

bool is_crypto_nak(Octets rest) {
    return rest.size() == 4 && all_zero(rest);
}

bool has_size_of_mac(Octets rest) {
    return rest.size() == kShortMac || rest.size() == kLongMac;
}

/// Of one with all of a digest by SHA-256, SHA-384 or SHA-512.
bool has_size_of_whole_mac(Octets rest) {
    return rest.size() == 36 || rest.size() == 52 || rest.size() == 68;
}

bool is_ms_sntp(Octets rest) {
    // The extended form has four octets of flags and hash hints between key identifier and digest.
    return (rest.size() == kShortMac && all_zero(rest.subspan(4))) ||
           (rest.size() == kMsSntpExtended && all_zero(rest.subspan(8)));
}

/// The length of the extension field at the front of `rest`; 0 if none fits.
std::size_t field_length(Octets rest) {
    if (rest.size() < kShortestLastField) {
        return 0;
    }
    const std::size_t length = word_at(rest, 0) & 0xFFFFU;
    const bool fits = length >= kShortestField && length % 4 == 0 && length <= rest.size();
    return fits ? length : 0;
}

Tail tail_without_fields(Octets rest, std::uint8_t version) {
    if (rest.empty()) {
        return {Trailer::kNone};
    }
    if (is_crypto_nak(rest)) {
        return {Trailer::kCryptoNak};
    }
    if (version == 3 && is_ms_sntp(rest)) {
        return {Trailer::kMsSntp};
    }
    // Without extension fields there is nothing else that a long one could be.
    const bool is_mac = has_size_of_mac(rest) || has_size_of_whole_mac(rest);
    return is_mac ? Tail{Trailer::kAuthenticator, rest.size()} : Tail{};
}

Tail tail_with_fields(Octets rest) {
    for (int fields = 0; fields <= kMostFields; ++fields) {
        if (rest.empty()) {
            return {Trailer::kNone};
        }
        if (is_crypto_nak(rest)) {
            return {Trailer::kCryptoNak};
        }
        if (has_size_of_mac(rest)) {
            return {Trailer::kAuthenticator, rest.size()};
        }
        const std::size_t length = field_length(rest);
        if (length == 0) {
            return {};
        }
        rest = rest.subspan(length);
    }
    return {};
}

}  // namespace

NtpHeader read_header(std::span<const std::byte, kHeaderSize> octets) {
    NtpHeader header;
    header.leap = static_cast<LeapIndicator>(std::to_integer<unsigned>(octets[0]) >> 6);
    header.version = version_of(octets[0]);
    header.mode = mode_of(octets[0]);
    header.stratum = std::to_integer<std::uint8_t>(octets[kStratumAt]);
    header.poll = static_cast<std::int8_t>(octets[kPollAt]);
    header.precision = static_cast<std::int8_t>(octets[kPrecisionAt]);
    header.root_delay = word_at(octets, kRootDelayAt);
    header.root_dispersion = word_at(octets, kRootDispersionAt);
    std::memcpy(header.refid.data(), &octets[kRefidAt], header.refid.size());
    header.reference = timestamp_at(octets, kReferenceAt);
    header.origin = timestamp_at(octets, kOriginAt);
    header.receive = timestamp_at(octets, kReceiveAt);
    header.transmit = timestamp_at(octets, kTransmitAt);
    return header;
}

void write_header(const NtpHeader& header, std::span<std::byte, kHeaderSize> octets) {
    const unsigned first = static_cast<unsigned>(header.leap) << 6 | (header.version & 7U) << 3 |
                           (static_cast<unsigned>(header.mode) & 7U);
    octets[0] = static_cast<std::byte>(first);
    octets[kStratumAt] = static_cast<std::byte>(header.stratum);
    octets[kPollAt] = static_cast<std::byte>(header.poll);
    octets[kPrecisionAt] = static_cast<std::byte>(header.precision);
    put_word(octets, kRootDelayAt, header.root_delay);
    put_word(octets, kRootDispersionAt, header.root_dispersion);
    std::memcpy(&octets[kRefidAt], header.refid.data(), header.refid.size());
    put_timestamp(octets, kReferenceAt, header.reference);
    put_timestamp(octets, kOriginAt, header.origin);
    put_timestamp(octets, kReceiveAt, header.receive);
    put_timestamp(octets, kTransmitAt, header.transmit);
}

Tail read_tail(std::span<const std::byte> packet, std::uint8_t version) {
    const Octets rest = packet.subspan(kHeaderSize);
    return version == 4 ? tail_with_fields(rest) : tail_without_fields(rest, version);
}

}  // namespace tokimori
