#include "server/ntp/access_rules.h"

#include <algorithm>
#include <utility>

namespace tokimori {
namespace {

constexpr std::uint32_t octets(unsigned a, unsigned b, unsigned c, unsigned d) {
    return a << 24 | b << 16 | c << 8 | d;
}

constexpr Prefix kLoopbackV6{{0, 1}, 128};

bool more_specific(bool longer_port, int length, bool than_port, int than_length) {
    return length != than_length ? length > than_length : longer_port >= than_port;
}

Rights rights_of_rule(const AccessRule& rule, const AccessPolicy& policy) {
    Rights rights;
    for (const AccessFlag flag : rule.flags) {
        rights.add(flag);
    }
    if (rights.has(AccessFlag::kLimited) || rights.has(AccessFlag::kDeny) || rights.has(AccessFlag::kRestrict)) {
        RateLimit limit = policy.limit;
        limit.interval = rule.interval.value_or(limit.interval);
        limit.burst = rule.burst.value_or(limit.burst);
        limit.leak = rule.leak.value_or(limit.leak);
        rights.meter = RateMeter{limit};
    }
    return rights;
}

Rights rights_of_denied(const AccessPolicy& policy) {
    Rights rights{.meter = RateMeter{policy.limit}};
    switch (policy.refusal) {
        case Refusal::kSilence:
            return rights.add(AccessFlag::kNoServe);
        case Refusal::kDeny:
            return rights.add(AccessFlag::kDeny);
        case Refusal::kRestrict:
            return rights.add(AccessFlag::kRestrict);
    }
    return rights;
}

}  // namespace

std::vector<Prefix> private_networks() {
    return {Prefix::v4(octets(10, 0, 0, 0), 8),     Prefix::v4(octets(172, 16, 0, 0), 12),
            Prefix::v4(octets(192, 168, 0, 0), 16), Prefix::v4(octets(100, 64, 0, 0), 10),
            Prefix::v4(octets(169, 254, 0, 0), 16), {{0xFC00'0000'0000'0000, 0}, 7},
            {{0xFE80'0000'0000'0000, 0}, 10}};
}

std::vector<Prefix> loopback_networks() {
    return {Prefix::v4(octets(127, 0, 0, 0), 8), kLoopbackV6};
}

std::vector<Prefix> all_networks() {
    return {{{}, 0}, Prefix::v4(0, 0)};
}

AccessRules::AccessRules() {
    Entries entries;
    add(entries, all_networks(), {});
    time_ = query_ = {ranges_of(entries, false), ranges_of(entries, true)};
}

AccessRules::AccessRules(const AccessPolicy& policy) {
    Entries time;
    Entries query;
    const Rights everything;
    Rights within_limits = Rights{.meter = RateMeter{policy.limit}}.add(AccessFlag::kLimited);
    if (policy.kiss) {
        within_limits.add(AccessFlag::kKod);
    }
    Rights of_the_rest = rights_of_denied(policy);
    of_the_rest.unlisted = true;
    add(time, all_networks(), of_the_rest);
    add(time, loopback_networks(), everything);
    add(time, policy.allow, within_limits);
    add(time, policy.deny, rights_of_denied(policy));
    add(query, all_networks(), Rights{everything}.add(AccessFlag::kNoQuery));
    add(query, policy.query, everything);
    for (const AccessRule& rule : policy.rules) {
        add_rule(rule, policy, time, query);
    }
    time_ = {ranges_of(time, false), ranges_of(time, true)};
    query_ = {ranges_of(query, false), ranges_of(query, true)};
}

std::uint16_t AccessRules::keep(const Rights& rights) {
    rights_.push_back(rights);
    return static_cast<std::uint16_t>(rights_.size() - 1);
}

void AccessRules::add(Entries& entries, const std::vector<Prefix>& prefixes, const Rights& rights) {
    const std::uint16_t kept = keep(rights);
    for (const Prefix& prefix : prefixes) {
        entries.push_back({prefix, rights.has(AccessFlag::kNtpPort), kept});
    }
}

void AccessRules::add_rule(const AccessRule& rule, const AccessPolicy& policy, Entries& time, Entries& query) {
    const Rights rights = rights_of_rule(rule, policy);
    add(time, rule.from, rights);
    add(query, rule.from, rights);
}

AccessRules::Ranges AccessRules::ranges_of(const Entries& entries, bool from_ntp_port) const {
    Ranges ranges;
    ranges.begins.push_back({});
    for (const Entry& entry : entries) {
        ranges.begins.push_back(entry.prefix.first());
        ClientAddress behind = entry.prefix.last();
        behind.high += ++behind.low == 0 ? 1U : 0U;
        ranges.begins.push_back(behind);
    }
    std::sort(ranges.begins.begin(), ranges.begins.end());
    ranges.begins.erase(std::unique(ranges.begins.begin(), ranges.begins.end()), ranges.begins.end());
    for (const ClientAddress& begin : ranges.begins) {
        const Entry* best = &entries.front();
        for (const Entry& entry : entries) {
            const bool fits = entry.prefix.contains(begin) && (from_ntp_port || !entry.ntp_port);
            if (fits && more_specific(entry.ntp_port, entry.prefix.length, best->ntp_port, best->prefix.length)) {
                best = &entry;
            }
        }
        ranges.rights.push_back(best->rights);
    }
    take_v4(ranges);
    return ranges;
}

void AccessRules::take_v4(Ranges& ranges) const {
    const ClientAddress first = ClientAddress::v4(0);
    ranges.v4_begins.push_back(0);
    ranges.v4_rights.push_back(ranges.rights[last_not_behind(ranges.begins, first)]);
    for (std::size_t i = 0; i < ranges.begins.size(); ++i) {
        if (first < ranges.begins[i] && ranges.begins[i].is_v4()) {
            ranges.v4_begins.push_back(static_cast<std::uint32_t>(ranges.begins[i].low));
            ranges.v4_rights.push_back(ranges.rights[i]);
        }
    }
    for (std::uint32_t octet = 0; octet < ranges.v4_parts.size(); ++octet) {
        const std::uint32_t begin = octet << 24;
        const auto lowest = static_cast<std::uint32_t>(last_not_behind(ranges.v4_begins, begin));
        const auto highest = static_cast<std::uint32_t>(last_not_behind(ranges.v4_begins, begin | 0xFF'FFFFU));
        ranges.v4_parts[octet] = {lowest, highest - lowest + 1};
        ranges.v4_of_all[octet] = highest == lowest ? &rights_[ranges.v4_rights[lowest]] : nullptr;
    }
}

}  // namespace tokimori
