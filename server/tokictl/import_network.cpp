#include "server/tokictl/import_network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

namespace tokimori {
namespace {

using Octets = std::vector<std::uint8_t>;

std::optional<Octets> address_of(std::string_view text) {
    const std::string copy{text};
    Octets octets(sizeof(in6_addr));
    if (text.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    if (inet_pton(AF_INET, copy.c_str(), octets.data()) == 1) {
        octets.resize(sizeof(in_addr));
        return octets;
    }
    return inet_pton(AF_INET6, copy.c_str(), octets.data()) == 1 ? std::optional(octets) : std::nullopt;
}

/// How many bits a mask has from its front; nullopt where it has gaps.
std::optional<std::size_t> length_of(const Octets& mask) {
    std::size_t length = 0;
    bool ended = false;
    for (std::size_t bit = 0; bit < mask.size() * 8; ++bit) {
        const bool set = (mask[bit / 8] >> (7 - bit % 8) & 1U) != 0;
        if (set && ended) {
            return std::nullopt;
        }
        ended = ended || !set;
        length += set ? 1 : 0;
    }
    return length;
}

std::string text_of(Octets octets, std::size_t length) {
    for (std::size_t bit = length; bit < octets.size() * 8; ++bit) {
        octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] & ~(0x80U >> bit % 8));
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(octets.size() == sizeof(in_addr) ? AF_INET : AF_INET6, octets.data(), text.data(), text.size());
    return std::string{text.data()} + "/" + std::to_string(length);
}

std::optional<std::size_t> number_in(std::string_view text, std::size_t most) {
    std::size_t number = 0;
    const char* const end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);
    return result.ec == std::errc{} && result.ptr == end && number <= most ? std::optional(number) : std::nullopt;
}

}  // namespace

std::optional<std::string> network_of(std::string_view address, std::string_view mask) {
    const std::size_t slash = address.find('/');
    const auto octets = address_of(address.substr(0, slash));
    if (!octets) {
        return std::nullopt;
    }
    const std::size_t all = octets->size() * 8;
    if (slash != std::string_view::npos) {
        const auto length = number_in(address.substr(slash + 1), all);
        return length ? std::optional(text_of(*octets, *length)) : std::nullopt;
    }
    if (mask.empty()) {
        return text_of(*octets, all);
    }
    const auto mask_octets = address_of(mask);
    const auto length = mask_octets && mask_octets->size() == octets->size() ? length_of(*mask_octets) : std::nullopt;
    return length ? std::optional(text_of(*octets, *length)) : std::nullopt;
}

std::optional<std::string> chrony_network_of(std::string_view text) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    const std::string_view address = text.substr(0, slash);
    const auto dots = static_cast<std::size_t>(std::count(address.begin(), address.end(), '.'));
    const bool is_part = address.find(':') == std::string_view::npos && dots < 3;
    if (!is_part) {
        return network_of(text, "");
    }
    std::string whole{address};
    for (std::size_t i = dots; i < 3; ++i) {
        whole += ".0";
    }
    const std::string length =
        slash < text.size() ? std::string{text.substr(slash)} : "/" + std::to_string(8 * (dots + 1));
    return network_of(whole + length, "");
}

bool is_wider(std::string_view network, std::string_view inner) {
    const std::string_view length = network.substr(network.find('/'));
    const std::string cut = std::string{inner.substr(0, inner.find('/'))} + std::string{length};
    return network_of(cut, "") == network &&
           number_in(length.substr(1), 128) < number_in(inner.substr(inner.find('/') + 1), 128);
}

bool is_whole_server_address(std::string_view text) {
    const std::size_t percent = text.find('%');
    const auto octets = address_of(text.substr(0, percent));
    // fe80::/10 (RFC 4291 section 2.5.6).
    const bool is_link_local =
        octets && octets->size() == sizeof(in6_addr) && (*octets)[0] == 0xFE && (*octets)[1] >> 6 == 0b10;
    const bool has_interface = percent != std::string_view::npos && percent + 1 < text.size();
    return is_link_local ? has_interface : percent == std::string_view::npos;
}

}  // namespace tokimori
