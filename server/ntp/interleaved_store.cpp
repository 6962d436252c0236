#include "server/ntp/interleaved_store.h"

#include <algorithm>
#include <utility>

namespace tokimori {
namespace {

std::uint64_t lower_half(NtpTimestamp timestamp) {
    return timestamp.bits & 0xFFFF'FFFF;
}

}  // namespace

InterleavedStore::InterleavedStore(HashKey key) : key_{key}, sets_{std::make_unique<Set[]>(kPlaces / kWays)} {}

std::uint64_t InterleavedStore::client_of(const ClientAddress& address) const {
    return std::max<std::uint64_t>(siphash(key_, address.low ^ siphash(key_, address.high)), 1);
}

bool InterleavedStore::holds(std::uint64_t client, NtpTimestamp receive) const {
    const Set& set = sets_[set_of(client)];
    return std::any_of(set.begin(), set.end(),
                       [&](const SentReply& kept) { return kept.client == client && kept.receive == receive; });
}

InterleavedStore::Ticket InterleavedStore::keep(const SentReply& reply) {
    const std::size_t set = set_of(reply.client);
    const std::size_t place = place_for(reply);
    sets_[set][place] = reply;
    return std::uint64_t{set * kWays + place} << 32 | lower_half(reply.receive);
}

std::size_t InterleavedStore::place_for(const SentReply& reply) const {
    const Set& set = sets_[set_of(reply.client)];
    std::size_t own = 0;
    std::size_t oldest = 0;
    std::size_t oldest_own = kWays;
    for (std::size_t place = 0; place < kWays; ++place) {
        const SentReply& kept = set[place];
        if (kept.client == reply.client && kept.receive == reply.receive) {
            return place;
        }
        if (kept.client == reply.client) {
            ++own;
            oldest_own = oldest_own == kWays || kept.departed < set[oldest_own].departed ? place : oldest_own;
        }
        const bool older = kept.client == 0 ? set[oldest].client != 0
                                            : set[oldest].client != 0 && kept.departed < set[oldest].departed;
        oldest = older ? place : oldest;
    }
    return own >= kMostOfOneClient ? oldest_own : oldest;
}

SentReply* InterleavedStore::find(Ticket ticket) {
    const std::size_t place = (ticket >> 32) % kPlaces;
    SentReply& kept = sets_[place / kWays][place % kWays];
    return kept.client != 0 && lower_half(kept.receive) == lower_half({ticket}) ? &kept : nullptr;
}

std::optional<SentReply> InterleavedStore::take(std::uint64_t client, NtpTimestamp receive) {
    Set& set = sets_[set_of(client)];
    for (SentReply& kept : set) {
        if (kept.client == client && kept.receive == receive) {
            return std::exchange(kept, SentReply{});
        }
    }
    return std::nullopt;
}

}  // namespace tokimori
