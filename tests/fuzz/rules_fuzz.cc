#include <cstdlib>
#include <cstring>

#include "server/ntp/access_rules.h"

namespace tokimori {
namespace {

constexpr std::size_t kEntry = 18;

ClientAddress address_in(const std::uint8_t* octets) {
    ClientAddress address;
    std::memcpy(&address, octets, sizeof address);
    return address;
}

/// The rule that must decide, found the slow way: the longest prefix, the later of equals.
const AccessRule* deciding(const AccessPolicy& policy, const ClientAddress& source) {
    const AccessRule* best = nullptr;
    for (const AccessRule& rule : policy.rules) {
        if (rule.from[0].contains(source) && (best == nullptr || rule.from[0].length >= best->from[0].length)) {
            best = &rule;
        }
    }
    return best;
}

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

}  // namespace
}  // namespace tokimori

/// Rules of 18 octets each: address, length, flag. Every edge of every rule is looked up.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tokimori;
    AccessPolicy policy;
    policy.allow.clear();
    policy.query.clear();
    for (; size >= kEntry && policy.rules.size() < 40; data += kEntry, size -= kEntry) {
        AccessRule rule;
        rule.from = {{address_in(data), data[16] % 129}};
        rule.flags = {data[17] % 2 == 0 ? AccessFlag::kNoTrust : AccessFlag::kNoMruList};
        policy.rules.push_back(rule);
    }
    const AccessRules rules{policy};
    for (const AccessRule& rule : policy.rules) {
        for (const ClientAddress& source : {rule.from[0].first(), rule.from[0].last()}) {
            const AccessRule* const expected = deciding(policy, source);
            const Prefix& found = expected->from[0];
            const bool loopback_is_narrower =
                found.length < 128 && (source == ClientAddress{0, 1} ||
                                       (source.is_v4() && (source.low >> 24 & 0xFFU) == 127 && found.length < 104));
            require(loopback_is_narrower || rules.for_time(source, 4000).has(expected->flags[0]));
        }
    }
    return 0;
}
