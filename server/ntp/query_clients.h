#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "server/ntp/client_table.h"
#include "server/ntp/query_variables.h"

namespace tokimori {

/// What a list of clients is asked for by a control message, in ntpd's words (its `read_mru_list`). `laddr` is
/// refused, as nobody keeps at which address a client asked; `recent` is ignored.
struct ClientsAsked {
    /// One that the asker has already, as it was told: "a.b.c.d:port" or "[v6]:port", and "0x" with a timestamp.
    struct Known {
        std::string_view address;
        std::string_view last;
    };
    enum class Fault : std::uint8_t {
        kNone,
        kBadFormat,  ///< a word with no number behind it, or one that we cannot go by
        kBadValue,   ///< of limits none, or one that is too large
    };

    static constexpr std::size_t kMostKnown = 16;
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};

    std::string_view nonce;
    std::uint32_t fragments = 0;  ///< at most
    std::uint32_t limit = 0;      ///< of clients
    std::uint32_t least_count = 0;
    std::uint32_t least_dropped = 0;
    double least_score = 0.0;     ///< requests each second, of late
    std::uint32_t least_age = 0;  ///< s since it was last seen
    std::uint32_t greatest_age = kNone;
    std::uint32_t all_of = 0;               ///< restriction bits that must all be set
    std::uint32_t any_of = 0;               ///< one of which must be; 0: whatever is
    std::array<Known, kMostKnown> known{};  ///< the latest first
};

/// Reads the data of a request. What it shows lies in `data`.
ClientsAsked::Fault read_clients_asked(std::string_view data, ClientsAsked& asked);

/// Tells the clients of some tables to one who fetches them piece by piece, in the order in which they were last seen,
/// the oldest first. Meanwhile some ask again, and stand at the end then: each piece begins behind the latest of those
/// he has that still stands where it stood. Looks once or twice at all places. No allocation, no exception. One
/// thread.
class QueryClients {
public:
    /// Writes what is behind the known ones as far as allowed and as it fits; `now` only behind the last of all.
    void write(const ClientsAsked& asked, const QueryScene& scene, std::span<const ClientTable* const> tables,
               QueryText& text);

private:
    /// More have no room in 32 fragments.
    static constexpr std::size_t kMost = 128;

    /// A place in the order; equals in time stand by address.
    struct Position {
        LocalInstant last_seen = LocalInstant::min();
        ClientAddress address;

        friend auto operator<=>(const Position&, const Position&) = default;
    };
    using Tables = std::span<const ClientTable* const>;

    /// Sets `behind_`; the client that it is, as it was told.
    const ClientsAsked::Known& find_position(const ClientsAsked& asked, const QueryScene& scene, Tables tables);
    /// Keeps the oldest of those that are asked for, in order.
    void collect(const ClientsAsked& asked, LocalInstant now, Tables tables);
    void keep(const Client& client);

    Position behind_;
    std::array<Client, kMost> oldest_{};
    std::size_t kept_ = 0;
    std::size_t found_ = 0;  ///< kept or not
};

}  // namespace tokimori
