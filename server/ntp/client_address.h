#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tokimori {

/// Whom a datagram came from: an IPv6 address, or an IPv4 address as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2). Host
/// byte order, so that addresses of one prefix are neighbours.
struct ClientAddress {
    std::uint64_t high = 0;  ///< the first 64 bits
    std::uint64_t low = 0;

    static constexpr ClientAddress v4(std::uint32_t address) { return {0, kMappedV4 | address}; }
    constexpr bool is_v4() const { return (high | (low ^ kMappedV4) >> 32) == 0; }

    friend constexpr bool operator==(const ClientAddress&, const ClientAddress&) = default;
    friend constexpr auto operator<=>(const ClientAddress&, const ClientAddress&) = default;

    static constexpr std::uint64_t kMappedV4 = 0x0000'FFFF'0000'0000;
};

/// As long as the text of an address can be.
inline constexpr std::size_t kAddressRoom = 40;

/// The text of `address` as people write it (RFC 5952), in `room`.
std::string_view address_text(const ClientAddress& address, std::array<char, kAddressRoom>& room);

/// All addresses that begin with the same bits.
struct Prefix {
    ClientAddress address;  ///< bits behind the prefix do not matter
    int length = 0;         ///< of the IPv6 form: 0 … 128; an IPv4 prefix is 96 longer

    static constexpr Prefix v4(std::uint32_t address, int length) {
        return {ClientAddress::v4(address), kV4Bits + length};
    }
    constexpr ClientAddress first() const { return {address.high & high_mask(), address.low & low_mask()}; }
    constexpr ClientAddress last() const { return {address.high | ~high_mask(), address.low | ~low_mask()}; }
    constexpr bool contains(const ClientAddress& other) const { return first() <= other && other <= last(); }

    friend constexpr bool operator==(const Prefix& a, const Prefix& b) {
        return a.length == b.length && a.first() == b.first();
    }

    static constexpr int kBits = 128;
    static constexpr int kV4Bits = 96;

private:
    static constexpr std::uint64_t mask(int bits) {
        return bits <= 0 ? 0 : bits >= 64 ? ~std::uint64_t{0} : ~(~std::uint64_t{0} >> bits);
    }
    constexpr std::uint64_t high_mask() const { return mask(length); }
    constexpr std::uint64_t low_mask() const { return mask(length - 64); }
};

}  // namespace tokimori
