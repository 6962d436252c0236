#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <optional>

#include "server/ntp/client_finder.h"
#include "server/ntp/client_record.h"
#include "server/ntp/scatter.h"

namespace tokimori {

/// Who asked of late, and who asks too often. All memory is taken in the constructor; every request costs the same,
/// two sets of eight places at most, found by a keyed hash. Where all of these are taken the client that was silent for
/// longest makes room; but not one that is at its limit: then the newcomer shares one limit with its like. One thread
/// writes; any thread may read.
class ClientTable {
public:
    /// Room for `clients`, made a power of two (0: none, nobody is limited); IPv6 clients count as one where
    /// `ipv6_prefix` bits, 32 … 128, are equal. `key` is secret.
    ClientTable(std::size_t clients, int ipv6_prefix, HashKey key);

    /// Where to look, and a hint to the processor that it soon will be looked at.
    ClientKey find(const ClientAddress& address) const { return finder_(address); }
    /// What does so, for a whole batch: a copy stays in registers.
    const ClientFinder& finder() const { return finder_; }

    /// Notes a request of one that `find` has found. It may be turned down: of the requests over its limit one in
    /// `meter.leak`, the place of which in each row of as many nobody can know, is served.
    [[gnu::always_inline]] Allowance note(const ClientKey& client, Sighting sighting, const RateMeter& meter) {
        const Word* name = &names_[client.one];
        ClientRecord* record = &records_[client.one];
        ClientRecord* over = nullptr;
        for (std::size_t ways = kWays; ways > 0; --ways, ++name, ++record) {
            if (name->load(std::memory_order_relaxed) == client.name && record->has_high(client.high)) [[likely]] {
                if (record->note(sighting, meter)) [[likely]] {
                    return Allowance::kServe;
                }
                over = record;
                break;
            }
        }
        return note_at_length(client, sighting, meter, over);
    }

    /// Notes a request that a rule of access turns down. True if it is time to tell so by a kiss code.
    bool note_denied(const ClientKey& client, Sighting sighting, const RateMeter& meter);

    /// Who has this place of `places()`, if anybody. Any thread: what changes meanwhile is told as it was or as it is.
    std::optional<Client> at(std::size_t place) const;
    /// Calls for each client, in no order. Any thread, as `at`.
    void for_each(const std::function<void(const Client&)>& visit) const;

    /// How many there are. Any thread.
    std::uint64_t known() const { return known_.load(std::memory_order_relaxed); }
    /// Clients that made room for others.
    std::uint64_t replaced() const { return replaced_.load(std::memory_order_relaxed); }
    std::size_t places() const { return places_; }

private:
    using Word = ClientFinder::Word;
    static constexpr std::size_t kWays = ClientFinder::kWays;

    /// Of one client; counts stop at the largest. Rare, so it lies apart: pages of it that nobody writes take no
    /// memory.
    struct Refusals {
        std::uint32_t limited = 0;
        std::uint32_t denied = 0;
    };
    struct Free {
        void operator()(void* memory) const { std::free(memory); }
    };
    struct FreeLines {
        void operator()(Word* words) const { ::operator delete[](words, kLine); }
    };
    static constexpr std::align_val_t kLine{kWays * sizeof(Word)};

    ClientTable(std::size_t room, bool remembers, int ipv6_prefix, HashKey key);
    Allowance over_limit(ClientRecord& record, LocalInstant now, const RateMeter& meter);
    Allowance note_elsewhere(const ClientKey& client, Sighting sighting, const RateMeter& meter);
    [[gnu::noinline]] Allowance note_at_length(const ClientKey& client, Sighting sighting, const RateMeter& meter,
                                               ClientRecord* over);
    ClientRecord* find_in(std::uint32_t first, const ClientKey& client);
    ClientRecord& place_for(const ClientKey& client, LocalInstant now);
    Refusals* refusals_of(const ClientRecord& record);
    std::size_t free_places(std::uint32_t first) const;
    void take_place(std::size_t place, const ClientKey& client, LocalInstant now);
    void look_for_oldest(std::uint32_t first, LocalInstant now, std::size_t& oldest) const;

    std::size_t places_;  ///< 0: nobody is remembered, though there is a set
    Scatter scatter_;
    std::unique_ptr<Word[], FreeLines> names_;
    ClientFinder finder_;
    std::unique_ptr<ClientRecord[]> records_;
    std::unique_ptr<std::uint32_t[]> first_seen_;  ///< s
    std::unique_ptr<Refusals[], Free> refusals_;
    ClientRecord shared_{};  ///< of all who found no place
    Word known_{0};
    Word replaced_{0};
    RandomBits random_;
};

}  // namespace tokimori
