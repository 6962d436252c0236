#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "server/clock/server_state.h"
#include "server/ntp/access_rules.h"
#include "server/ntp/client_table.h"
#include "server/ntp/departure.h"
#include "server/ntp/interleaved_mode.h"
#include "server/ntp/key_ring.h"
#include "server/ntp/packet.h"
#include "server/ntp/request.h"
#include "server/ntp/request_lookup.h"
#include "server/ntp/verdict.h"

namespace tokimori {

/// Room for a reply. What a plain one needs lies in two lines of the cache.
struct alignas(64) Reply {
    std::array<std::byte, kHeaderSize + kKeyIdentifierSize + kLongestDigest> octets{};
    std::uint16_t size = 0;  ///< that it has when it is stamped
    bool plain = true;       ///< tells the time and does no more: neither `key` nor what is interleaved counts
    bool timeless = false;   ///< a kiss code: tells no time, so that it cannot be taken for any
    LocalInstant arrival;
    const Key* key = nullptr;  ///< signs the reply, as it signed the request; lives until keys change
    InterleavedReply interleaved;

    /// Whether `Responder::sent` wants to know when it left.
    bool departure_matters() const { return !plain && interleaved.client != 0; }
};

/// The NTP server, RFC 5905 section 9.2 (fast_xmit): a request and the published state in, a reply out. Keeps nothing
/// of a client but a place in a table of fixed size; no allocation, no clock, no exception. One per worker.
class Responder {
public:
    /// `secret` seeds the random bits below the precision and the table of clients; each worker has its own. The table
    /// has room for `clients` (0: nobody is remembered or limited).
    explicit Responder(HashKey secret = {}, std::size_t clients = 0, int ipv6_prefix = 128);

    /// Who may ask from now on. Without a call: everybody, as often as they like.
    void admit_by(std::shared_ptr<const AccessRules> rules) { rules_ = std::move(rules); }

    /// With whose keys clients may authenticate from now on. Without a call: with nobody's.
    void authenticate_by(std::shared_ptr<const KeyRing> keys) { keys_ = std::move(keys); }

    /// Whether clients that ask for interleaved mode get it from now on. Without a call: they do.
    void offer_interleaved(bool offered) { offers_interleaved_ = offered; }

    /// What `answer` looks up first, for each request of a batch before the first is answered. Good until the rules
    /// change.
    RequestLookup lookup() const { return {clients_.finder(), *rules_}; }

    /// Decides, and where there is a reply fills it but for the time: until it is stamped it says LI=3 and stratum 0.
    /// Never longer than the request. Of the request only octet 0, poll and the transmit timestamp matter.
    Verdict answer(const Request& request, const ServerState& state, Reply& reply);
    /// The same of a request that was looked up, of a batch.
    Verdict answer_found(const Request& request, const ServerState& state, Reply& reply);

    /// The last touch before sending: all that depends on the moment. May be called again if sending was late, and the
    /// state need not be the one of `answer`. `later`: as in `Departure`. Says whether the departure matters.
    bool stamp(Reply& reply, const Departure& departure, Duration later = {});

    /// When a reply left indeed, as the kernel says, where `reply.departure_matters()`; of the state it was
    /// stamped with. Without a call it left when it was stamped.
    void sent(InterleavedStore::Ticket ticket, LocalInstant departed, const ServerState& state) {
        interleaved_.sent(ticket, departed, state);
    }

    /// What was counted so far. Any thread may ask; nobody waits.
    ServerCounts counts() const;

    /// Whether the sender of a control message that may be answered may also see who else asks.
    bool may_list_clients(const Request& request) const {
        return !rules_->for_query(request.source, request.source_port).has(AccessFlag::kNoMruList);
    }

    /// Who asked of late. Any thread.
    const ClientTable& clients() const { return clients_; }

private:
    /// Written by the thread that answers, read by any.
    using Tally = std::atomic<std::uint64_t>;

    /// What is to be done with a request, and what goes into its reply beside the time.
    struct Judgement {
        Verdict verdict;
        ReferenceId kiss{};
        std::int8_t poll = -128;         ///< that it is told at least
        std::uint8_t authenticator = 0;  ///< octets behind the header, as many as the request ends with
        const Key* key = nullptr;        ///< that makes them
    };

    Verdict answer_at_length(const Request& request, const ServerState& state, Reply& reply);
    Judgement judge(const Request& request, const Rights& rights);
    Verdict judge_query(const Request& request);
    Judgement judge_request(const Request& request, const Rights& rights);
    Judgement judge_denied(const Request& request, const Rights& rights);
    static Judgement turned_down(Allowance allowance, const Rights& rights);
    Judgement judge_key(const Request& request, const Rights& rights, std::size_t authenticator) const;
    [[gnu::always_inline]] static Sighting sighting_of(const Request& request) {
        return {request.arrival, {request.octets[0], request.octets[kStratumAt]}, request.source_port};
    }
    Verdict carry_out(const Judgement& judgement, const Request& request, const ServerState& state, Reply& reply);
    void begin_interleaved(const Request& request, const ServerState& state, Reply& reply);
    void stamp_more(Reply& reply, LocalInstant at);
    void note(Verdict verdict, std::span<const std::byte> octets);
    void note_unlisted(const ClientAddress& source);

    std::array<Tally, kVerdictCount> verdicts_{};
    std::array<Tally, 5> versions_{};
    std::array<Tally, 5> plainly_answered_{};  ///< by version; in neither of the two above
    std::array<Tally, 4> first_version_{};     ///< by mode, without what was plainly answered
    Tally denied_kisses_{0};
    Tally unlisted_{0};
    Tally last_unlisted_{0};  ///< what tells its network: the second half of an IPv4 address, the first of an IPv6 one
    std::shared_ptr<const AccessRules> rules_;
    std::shared_ptr<const KeyRing> keys_;
    ClientTable clients_;
    InterleavedMode interleaved_;
    bool offers_interleaved_ = true;
    ClientTable queriers_;  ///< who sends control messages: a limit of its own
    RandomBits random_;
};

}  // namespace tokimori
