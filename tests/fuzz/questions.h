#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/ntp/query_view.h"
#include "tests/fuzz/clients_seen.h"

/// Control messages that ask, and of whom.
namespace tokimori {

using Octets = std::span<const std::byte>;
using Datagram = std::vector<std::byte>;
inline constexpr std::size_t kChoices = 3;

inline unsigned at(Octets octets, std::size_t place) {
    return std::to_integer<unsigned>(octets[place]);
}

inline unsigned word_at(Octets octets, std::size_t place) {
    return at(octets, place) << 8 | at(octets, place + 1);
}

/// Octet 0: how many sources there are, with odd names. Octet 1: the state; whether the asker may see clients. Octet 2:
/// whether the rest are words that follow a nonce, and how old that is.
struct Asked {
    QueryView view;
    bool lists_clients = true;
    bool brings_nonce = false;
    std::uint32_t nonce_age = 0;  // s

    explicit Asked(Octets input) : lists_clients{(at(input, 1) & 0x80U) == 0}, brings_nonce{(at(input, 2) & 1U) != 0} {
        constexpr std::array<std::uint32_t, 4> kAges{0, 3, 15, 16};
        nonce_age = kAges[at(input, 2) >> 1 & 3U];
        view.state = state_chosen_by(at(input, 1) & 0x7FU);
        view.started = kNow - std::chrono::hours{1};
        view.kernel.status = at(input, 1) * 257;
        view.peer_count = static_cast<std::uint8_t>(at(input, 0) % (QueryView::kMostPeers + 1));
        view.system_peer = static_cast<std::uint8_t>(at(input, 0) / 2 % (QueryView::kMostPeers + 1));
        for (std::size_t i = 0; i < view.peer_count; ++i) {
            PeerView& peer = view.peers[i];
            put_text(peer.name, "a source, \"quoted\" \r\n\xE6 and long");
            put_text(peer.driver, "GPSD,=\"");
            peer.driver_number = i % 2 == 0 ? 46 : 0;
            peer.select = static_cast<SelectCode>(i % 8);
            peer.stratum = static_cast<std::uint8_t>(i % 5);
            peer.refid = i % 3 == 0 ? reference_id("GPS") : reference_id(i % 3 == 1 ? "a,b\"" : "\x7F\r=");
            peer.reach = static_cast<std::uint8_t>(i % 3);
            peer.heard = i % 4 != 0;
            peer.last_heard = kNow - std::chrono::seconds{i};
            peer.offset = -peer.delay - std::chrono::seconds{1000};
        }
    }
};

inline Datagram question(unsigned opcode, unsigned association, std::string_view data) {
    Datagram octets(12 + (data.size() + 3) / 4 * 4);
    constexpr std::array<unsigned, 4> kBegin{0x16, 0, 0xAB, 0xCD};
    std::ranges::transform(kBegin, octets.begin(), [](unsigned octet) { return static_cast<std::byte>(octet); });
    octets[1] = static_cast<std::byte>(opcode);
    octets[6] = static_cast<std::byte>(association >> 8);
    octets[7] = static_cast<std::byte>(association & 0xFFU);
    octets[10] = static_cast<std::byte>(data.size() >> 8);
    octets[11] = static_cast<std::byte>(data.size() & 0xFFU);
    std::ranges::transform(data, octets.begin() + 12, [](char letter) { return static_cast<std::byte>(letter); });
    return octets;
}

inline bool is_blank(char letter) {
    return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n' || letter == '\0';
}

inline std::string without_blanks(std::string text) {
    while (!text.empty() && is_blank(text.back())) {
        text.pop_back();
    }
    text.erase(text.begin(), std::ranges::find_if_not(text, is_blank));
    return text;
}

/// What the data lists; nothing where it is blank.
inline std::vector<std::string> items_asked(Octets datagram) {
    const Octets data = datagram.subspan(12, word_at(datagram, 10));
    std::string rest(data.size(), '\0');
    std::ranges::transform(data, rest.begin(), [](std::byte octet) { return static_cast<char>(octet); });
    rest = without_blanks(rest);
    std::vector<std::string> items;
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        items.push_back(without_blanks(rest.substr(0, comma)));
        rest.erase(0, comma + 1);
    }
    return items;
}

}  // namespace tokimori
