#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "leap/instant.h"
#include "server/ntp/client_address.h"

namespace tokimori {

/// ntpd's words for what a source may not do, as far as they mean something for a server.
enum class AccessFlag : std::uint8_t {
    kIgnore,     ///< nothing, neither time nor control messages
    kNoServe,    ///< no time
    kNoQuery,    ///< no control messages (mode 6)
    kLimited,    ///< only as often as the limits say
    kKod,        ///< is told so, now and then
    kNoTrust,    ///< time only with a key of ours
    kNtpPort,    ///< the rule counts for packets from source port 123 only
    kNoMruList,  ///< control messages, but not the list of clients
    kDeny,       ///< no time, and is told so by the kiss code DENY
    kRestrict,   ///< no time, and is told so by the kiss code RSTR
    kNoModify,   ///< as ever: nothing can be changed by control messages
    kNoPeer,     ///< as ever: no association is made by a packet
    kNoTrap,     ///< as ever: no traps are set
};

/// As long as a client's debt can be: what its record has room for. `interval` × `burst` of a limit is at most this.
inline constexpr Duration kLongestDebt = std::chrono::hours{19};

/// How often one client may ask: `burst` at once, then once per `interval`. Of those beyond, one in `leak` is answered
/// all the same, so that nobody can silence a client by asking in its name.
struct RateLimit {
    Duration interval = std::chrono::seconds{1};  ///< ≤ `kLongestDebt` / `burst`
    int burst = 16;                               ///< ≥ 1
    int leak = 5;                                 ///< 0 … 15; 0: none
    Duration kiss = std::chrono::seconds{10};     ///< kiss codes to one client at most this often

    friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

/// One rule: what sources of these prefixes may not do. Of all rules that fit a source the one with the longest prefix
/// counts; among equals one with `kNtpPort`, then the later one.
struct AccessRule {
    std::vector<Prefix> from = {};
    std::vector<AccessFlag> flags = {};  ///< none: everything is allowed
    std::optional<Duration> interval = std::nullopt;
    std::optional<int> burst = std::nullopt;
    std::optional<int> leak = std::nullopt;

    friend bool operator==(const AccessRule&, const AccessRule&) = default;
};

/// What a source is told that may not have the time.
enum class Refusal : std::uint8_t { kSilence, kDeny, kRestrict };

/// Networks that people use without asking: RFC 1918, RFC 6598, link-local, ULA.
std::vector<Prefix> private_networks();
std::vector<Prefix> loopback_networks();
/// ::/0 and 0.0.0.0/0: of two prefixes that hold an IPv4 address the second is the longer one, so that who writes only
/// the first means IPv6.
std::vector<Prefix> all_networks();

/// Who may ask for what, how often. Loopback is served, heard and never limited unless a rule says otherwise.
struct AccessPolicy {
    std::vector<Prefix> allow = private_networks();   ///< get the time, within the limits
    std::vector<Prefix> deny;                         ///< do not
    std::vector<Prefix> query = loopback_networks();  ///< may send control messages (mode 6)
    Refusal refusal = Refusal::kSilence;              ///< to `deny`
    RateLimit limit;
    bool kiss = false;              ///< who is over the limit is told by the kiss code RATE, now and then
    std::uint32_t clients = 65536;  ///< that are remembered
    int ipv6_prefix = 128;          ///< IPv6 clients count as one if so many bits are equal, 32 … 128
    std::vector<AccessRule> rules;

    friend bool operator==(const AccessPolicy&, const AccessPolicy&) = default;
};

}  // namespace tokimori
