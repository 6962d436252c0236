#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "server/ntp/access_policy.h"

namespace tokimori {

/// What one source may do.
struct Rights {
    std::uint16_t flags = 0;  ///< one bit for each AccessFlag
    RateLimit limit;

    constexpr bool has(AccessFlag flag) const { return (flags >> static_cast<unsigned>(flag) & 1U) != 0; }
    constexpr Rights& add(AccessFlag flag) {
        flags = static_cast<std::uint16_t>(flags | 1U << static_cast<unsigned>(flag));
        return *this;
    }
};

/// An AccessPolicy made ready for looking up: the longest prefix in a handful of comparisons, however many rules there
/// are. Unchangeable, so that any thread may read it.
class AccessRules {
public:
    /// Everybody may do everything.
    AccessRules();
    explicit AccessRules(const AccessPolicy& policy);

    /// What `source` may do who asks for the time.
    const Rights& for_time(const ClientAddress& source, std::uint16_t port) const {
        return rights_of(time_[port == kNtpPort ? 1 : 0], source);
    }
    /// What `source` may do who sends a control message.
    const Rights& for_query(const ClientAddress& source, std::uint16_t port) const {
        return rights_of(query_[port == kNtpPort ? 1 : 0], source);
    }

private:
    static constexpr std::uint16_t kNtpPort = 123;

    struct Entry {
        Prefix prefix;
        bool ntp_port = false;
        std::uint16_t rights = 0;
    };
    using Entries = std::vector<Entry>;

    /// The space of addresses cut where the answer changes.
    struct Ranges {
        std::vector<ClientAddress> begins;  ///< ascending, the first is zero
        std::vector<std::uint16_t> rights;
    };

    std::uint16_t keep(const Rights& rights);
    void add(Entries& entries, const std::vector<Prefix>& prefixes, const Rights& rights);
    void add_rule(const AccessRule& rule, const AccessPolicy& policy, Entries& time, Entries& query);
    static Ranges ranges_of(const Entries& entries, bool from_ntp_port);
    const Rights& rights_of(const Ranges& ranges, const ClientAddress& source) const;

    std::vector<Rights> rights_;
    std::array<Ranges, 2> time_;  ///< for source ports other than 123, and for 123
    std::array<Ranges, 2> query_;
};

}  // namespace tokimori
