// Rules and lists of access, against a matcher that looks at one line after the other.

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <vector>

#include "server/ntp/access_rules.h"
#include "tests/fuzz/server_states.h"

namespace tokimori {
namespace {

using Octets = std::span<const std::uint8_t>;

constexpr std::size_t kChoices = 4;
constexpr std::size_t kEntry = 20;
constexpr std::size_t kMostEntries = 12;
constexpr std::uint16_t kNtpPort = 123;
constexpr auto kLastFlag = static_cast<unsigned>(AccessFlag::kNoTrap);

// What is written.

/// Sixteen octets of address, one of length, one whose upper bits say: IPv4; the address of the entry before.
Prefix prefix_in(Octets entry, const Prefix& before) {
    Prefix prefix;
    std::memcpy(&prefix.address, entry.data(), sizeof prefix.address);
    const int length = entry[16];
    if ((entry[17] & 0x80U) != 0) {
        prefix = Prefix::v4(static_cast<std::uint32_t>(prefix.address.low), length % 33);
    } else {
        prefix.length = length % (Prefix::kBits + 1);
    }
    if ((entry[17] & 0x40U) != 0) {
        prefix.address = before.address;
    }
    return prefix;
}

AccessRule rule_in(Octets entry, const Prefix& prefix) {
    const unsigned bits = entry[18] | unsigned{entry[19]} << 8;
    AccessRule rule{.from = {prefix}};
    for (unsigned flag = 0; flag <= kLastFlag; ++flag) {
        if ((bits >> flag & 1U) != 0) {
            rule.flags.push_back(static_cast<AccessFlag>(flag));
        }
    }
    if ((bits & 0x2000U) != 0) {
        rule.interval = std::chrono::milliseconds(1 + entry[18]);
    }
    if ((bits & 0x4000U) != 0) {
        rule.burst = 1 + entry[18];
    }
    if ((bits & 0x8000U) != 0) {
        rule.leak = entry[18] % 16;
    }
    return rule;
}

/// Puts an entry into the list or among the rules, alone or beside another prefix.
void add_entry(Octets entry, const Prefix& prefix, AccessPolicy& policy) {
    switch (entry[17] & 7U) {
        case 0:
            return policy.allow.push_back(prefix);
        case 1:
            return policy.deny.push_back(prefix);
        case 2:
            return policy.query.push_back(prefix);
        case 3:
            if (!policy.rules.empty()) {
                return policy.rules.back().from.push_back(prefix);
            }
            [[fallthrough]];
        default:
            return policy.rules.push_back(rule_in(entry, prefix));
    }
}

/// Octets 0 to 3: refusal and kiss codes, the limit.
AccessPolicy policy_in(Octets choices) {
    AccessPolicy policy;
    policy.refusal = static_cast<Refusal>(choices[0] % 3);
    policy.kiss = (choices[0] & 0x80U) != 0;
    policy.limit = {std::chrono::milliseconds(1 + choices[1]), 1 + choices[2], choices[3] % 16,
                    std::chrono::seconds(10)};
    if ((choices[0] & 0x40U) != 0) {
        policy.allow.clear();
        policy.query.clear();
    }
    return policy;
}

/// Adds what `entries` say. Their prefixes.
std::vector<Prefix> add_entries(Octets entries, AccessPolicy& policy) {
    std::vector<Prefix> prefixes{{{0, 1}, 128}};
    for (; entries.size() >= kEntry && prefixes.size() < kMostEntries; entries = entries.subspan(kEntry)) {
        prefixes.push_back(prefix_in(entries, prefixes.back()));
        add_entry(entries, prefixes.back(), policy);
    }
    return prefixes;
}

// What it means.

/// ::/0 alone would be IPv6 alone, for the other is longer.
const std::vector<Prefix> kEverybody{{{}, 0}, {{0, 0xFFFF'0000'0000}, 96}};

/// One prefix, and what it means for whom it fits.
struct Line {
    Prefix prefix;
    bool only_from_ntp_port = false;
    Rights rights;
};

/// The first bits are the same.
bool fits(const Prefix& prefix, const ClientAddress& source) {
    const int of_high = std::min(prefix.length, 64);
    const int of_low = prefix.length - of_high;
    return (of_high == 0 || (prefix.address.high ^ source.high) >> (64 - of_high) == 0) &&
           (of_low == 0 || (prefix.address.low ^ source.low) >> (64 - of_low) == 0);
}

/// The longest prefix counts; among equals one for port 123, then the later one.
const Rights& rights_by(const std::vector<Line>& lines, const ClientAddress& source, std::uint16_t port) {
    const Line* best = nullptr;
    for (const Line& line : lines) {
        if (!fits(line.prefix, source) || (line.only_from_ntp_port && port != kNtpPort)) {
            continue;
        }
        const bool is_longer = best == nullptr || line.prefix.length > best->prefix.length;
        const bool is_equal = best != nullptr && line.prefix.length == best->prefix.length;
        if (is_longer || (is_equal && (line.only_from_ntp_port || !best->only_from_ntp_port))) {
            best = &line;
        }
    }
    require(best != nullptr);
    return best->rights;
}

/// Who has a limit: for the time, or for being told that there is none.
bool is_limited(const Rights& rights) {
    return rights.has(AccessFlag::kLimited) || rights.has(AccessFlag::kDeny) || rights.has(AccessFlag::kRestrict);
}

class Lines {
public:
    explicit Lines(const AccessPolicy& policy) : policy_{policy} {}

    void add(const std::vector<Prefix>& prefixes, const std::vector<AccessFlag>& flags, bool unlisted = false) {
        add(prefixes, AccessRule{.flags = flags}, unlisted);
    }

    void add(const std::vector<Prefix>& prefixes, const AccessRule& rule, bool unlisted = false) {
        Line line;
        for (const AccessFlag flag : rule.flags) {
            line.only_from_ntp_port = line.only_from_ntp_port || flag == AccessFlag::kNtpPort;
            line.rights.add(flag);
        }
        if (is_limited(line.rights)) {
            RateLimit limit = policy_.limit;
            limit.interval = rule.interval.value_or(limit.interval);
            limit.burst = rule.burst.value_or(limit.burst);
            limit.leak = rule.leak.value_or(limit.leak);
            line.rights.meter = RateMeter{limit};
        }
        line.rights.unlisted = unlisted;
        for (const Prefix& prefix : prefixes) {
            line.prefix = prefix;
            lines_.push_back(line);
        }
    }

    void add_rules() {
        for (const AccessRule& rule : policy_.rules) {
            add(rule.from, rule);
        }
    }

    const std::vector<Line>& all() const { return lines_; }

private:
    const AccessPolicy& policy_;
    std::vector<Line> lines_;
};

/// Who is in no list has no time. Loopback has it; who is allowed,
/// within the limits; who is denied, not. A rule says otherwise.
std::vector<Line> lines_for_time(const AccessPolicy& policy) {
    constexpr std::array kRefused{AccessFlag::kNoServe, AccessFlag::kDeny, AccessFlag::kRestrict};
    const std::vector refused{kRefused[static_cast<std::size_t>(policy.refusal)]};
    std::vector within_limits{AccessFlag::kLimited};
    if (policy.kiss) {
        within_limits.push_back(AccessFlag::kKod);
    }
    Lines lines{policy};
    lines.add(kEverybody, refused, true);
    lines.add({Prefix::v4(127U << 24, 8), {{0, 1}, 128}}, std::vector<AccessFlag>{});
    lines.add(policy.allow, within_limits);
    lines.add(policy.deny, refused);
    lines.add_rules();
    return lines.all();
}

/// Control messages are for those in their list. A rule says otherwise.
std::vector<Line> lines_for_query(const AccessPolicy& policy) {
    Lines lines{policy};
    lines.add(kEverybody, {AccessFlag::kNoQuery});
    lines.add(policy.query, std::vector<AccessFlag>{});
    lines.add_rules();
    return lines.all();
}

// Both are asked.

ClientAddress one_above(ClientAddress address) {
    address.high += ++address.low == 0 ? 1U : 0U;
    return address;
}

ClientAddress one_below(ClientAddress address) {
    address.high -= address.low-- == 0 ? 1U : 0U;
    return address;
}

void require_same(const Rights& found, const Rights& expected) {
    require(found.flags == expected.flags && found.unlisted == expected.unlisted);
    // Who is met with silence may have any.
    require(found.has(AccessFlag::kNoServe) || found.meter == expected.meter);
}

}  // namespace
}  // namespace tokimori

/// Every edge of every prefix is looked up, and what is beside it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tokimori;
    if (size < kChoices) {
        return 0;
    }
    const Octets input{data, size};
    AccessPolicy policy = policy_in(input.first(kChoices));
    const std::vector<Prefix> prefixes = add_entries(input.subspan(kChoices), policy);
    const AccessRules rules{policy};
    const std::vector<Line> for_time = lines_for_time(policy);
    const std::vector<Line> for_query = lines_for_query(policy);
    for (const Prefix& prefix : prefixes) {
        const ClientAddress first = prefix.first();
        const ClientAddress last = prefix.last();
        for (const ClientAddress& source : {first, last, one_below(first), one_above(last), prefix.address}) {
            for (const std::uint16_t port : {kNtpPort, std::uint16_t{4000}}) {
                require_same(rules.for_time(source, port), rights_by(for_time, source, port));
                require_same(rules.for_query(source, port), rights_by(for_query, source, port));
            }
        }
    }
    return 0;
}
