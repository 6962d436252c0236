#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "server/ntp/client_table.h"
#include "server/ntp/query_clients.h"
#include "server/ntp/query_text.h"
#include "server/ntp/query_view.h"

namespace tokimori {

struct QueryScene;

/// A control message that may be answered.
struct Query {
    std::span<const std::byte> octets;
    ClientAddress source;
    LocalInstant now;
    bool lists_clients = true;  ///< the source may see who else asks
};

/// Mode 6 of NTP as far as it reads (RFC 9327): a request in, a train of fragments out. Nothing can be changed by it.
/// No allocation, no exception. One thread.
class QueryResponder {
public:
    static constexpr std::size_t kMostFragments = 32;
    static constexpr std::size_t kFragmentData = 468;
    static constexpr std::size_t kHeader = 12;
    using Fragment = std::array<std::byte, kHeader + kFragmentData>;

    /// `secret` makes the nonces that a list of clients must be asked with.
    explicit QueryResponder(HashKey secret) : secret_{secret} {}

    /// How many datagrams the reply has; 0: there is none. `tables` are those of all workers.
    std::size_t ask(const Query& query, const QueryView& view, std::span<const ClientTable* const> tables);

    /// Writes one of the datagrams that `ask` counted; its octets, at most 480, a multiple of four.
    std::size_t write(std::size_t index, Fragment& fragment) const;

private:
    enum class Error : std::uint8_t {
        kNone = 0xFF,
        kPermission = 1,
        kBadFormat = 2,
        kBadOpcode = 3,
        kUnknownAssociation = 4,
        kUnknownVariable = 5,
        kBadValue = 6,
        kProhibited = 7,
    };
    using Tables = std::span<const ClientTable* const>;

    Error reply_to(const Query& query, const QueryScene& scene, Tables tables);
    Error list_associations(const QueryScene& scene);
    Error read_variables(const QueryScene& scene, bool of_clock);
    Error list_clients(const Query& query, const QueryScene& scene, Tables tables);
    void write_nonce(const Query& query);
    std::uint64_t nonce_of(const ClientAddress& source, std::uint32_t second) const;
    bool is_fresh_nonce(const Query& query, std::string_view nonce) const;
    std::string_view data() const { return {data_.data(), data_size_}; }

    HashKey secret_;
    QueryText text_;
    std::span<const char> said_;
    std::array<char, kFragmentData> data_{};  ///< of the request
    std::size_t data_size_ = 0;
    QueryClients clients_;
    std::uint16_t sequence_ = 0;
    std::uint16_t association_ = 0;
    std::uint16_t status_ = 0;
    std::uint8_t first_octet_ = 0;
    std::uint8_t opcode_ = 0;
    bool failed_ = false;
};

}  // namespace tokimori
