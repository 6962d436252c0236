#pragma once

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "server/ntp/client_table.h"
#include "tests/fuzz/server_states.h"

namespace tokimori {

inline constexpr LocalInstant kNow{std::chrono::hours{3}};

/// "a.b.c.d:" or "[v6]:".
inline std::string address_of(const Client& client) {
    std::array<std::uint8_t, 16> octets{};
    for (std::size_t i = 0; i < 8; ++i) {
        octets[i] = static_cast<std::uint8_t>(client.address.high >> (56 - 8 * i));
        octets[8 + i] = static_cast<std::uint8_t>(client.address.low >> (56 - 8 * i));
    }
    const bool is_v4 = client.address.is_v4();
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(is_v4 ? AF_INET : AF_INET6, octets.data() + (is_v4 ? 12 : 0), text.data(), text.size());
    return is_v4 ? std::string{text.data()} + ":" : "[" + std::string{text.data()} + "]:";
}

/// A hundred clients of each family; those of IPv6 with short and long addresses, some of which another one begins
/// with. Six are seen at the same instant; some were over a limit, some denied.
class Clients {
public:
    Clients() {
        for (std::size_t i = 0; i < kOfEachFamily; ++i) {
            see(v4_, ClientAddress::v4(0x0A000000 + static_cast<std::uint32_t>(i * 77)), i);
            const std::uint64_t high = i % 2 == 0 ? 0x2001'0DB8'0000'0000 : 0xFFFF'FFFF'FFFF'0000 + i;
            const std::uint64_t begins = 1 + i / 3;
            see(v6_, {high, i % 2 == 1 ? ~std::uint64_t{i} : i % 3 == 2 ? begins << 16 | begins : begins}, i);
        }
        for (const ClientTable* const table : tables_) {
            table->for_each([this](const Client& client) { in_order_.push_back(client); });
        }
        std::ranges::sort(in_order_, {}, [](const Client& one) { return std::pair{one.last_seen, one.address}; });
        require(in_order_.size() == 2 * kOfEachFamily);
        std::ranges::transform(in_order_, std::back_inserter(addresses_), address_of);
    }

    std::span<const ClientTable* const> tables() const { return tables_; }
    /// The oldest first.
    const std::vector<Client>& in_order() const { return in_order_; }
    /// Of each.
    const std::vector<std::string>& addresses() const { return addresses_; }

private:
    static constexpr std::size_t kOfEachFamily = 100;

    static void see(ClientTable& table, const ClientAddress& address, std::size_t number) {
        constexpr RateMeter kTight{RateLimit{std::chrono::hours{1}, 2, 0, {}}};
        const auto port = static_cast<std::uint16_t>(number % 2 == 0 ? 123 : 65535 - number);
        const LocalInstant last = kNow - std::chrono::seconds{9000} + std::chrono::seconds{number / 3 * 250};
        const std::chrono::milliseconds between{100 + 200 * number};
        const ClientKey key = table.find(address);
        for (auto left = static_cast<int>(number % 7 + 1); left-- > 0;) {
            const Sighting sighting{last - left * between, {std::byte{0xE3}}, port};
            if (number % 11 == 0 && left == 0) {
                table.note_denied(key, sighting, {});
            } else {
                table.note(key, sighting, number % 5 == 0 ? kTight : RateMeter{});
            }
        }
    }

    ClientTable v4_{256, 128, {3, 4}};
    ClientTable v6_{256, 128, {5, 6}};
    std::array<const ClientTable*, 2> tables_{&v4_, &v6_};
    std::vector<Client> in_order_;
    std::vector<std::string> addresses_;
};

inline const Clients& clients() {
    static const Clients all;
    return all;
}

}  // namespace tokimori
