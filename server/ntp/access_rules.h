#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "server/ntp/access_policy.h"
#include "server/ntp/rate_meter.h"

namespace tokimori {

/// What one source may do.
struct Rights {
    std::uint16_t flags = 0;  ///< one bit for each AccessFlag
    RateMeter meter = {};     ///< of those who may have the time, or are told that they may not
    bool unlisted = false;    ///< no network of the policy holds the source

    constexpr bool has(AccessFlag flag) const { return (flags >> static_cast<unsigned>(flag) & 1U) != 0; }
    /// Whether nothing but its limits and the form of its request may keep it from the time; an unlisted one is denied.
    constexpr bool may_have_time() const {
        constexpr auto bit = [](AccessFlag flag) { return 1U << static_cast<unsigned>(flag); };
        constexpr unsigned kObstacles = bit(AccessFlag::kIgnore) | bit(AccessFlag::kNoServe) |
                                        bit(AccessFlag::kNoTrust) | bit(AccessFlag::kDeny) | bit(AccessFlag::kRestrict);
        return (flags & kObstacles) == 0;
    }
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
    AccessRules(const AccessRules&) = delete;
    AccessRules& operator=(const AccessRules&) = delete;

    /// Of those whom no rule can help.
    static constexpr Rights kNobody = Rights{}.add(AccessFlag::kIgnore);

    /// What `source` may do who asks for the time.
    const Rights& for_time(const ClientAddress& source, std::uint16_t port) const {
        return port == kNtpPort ? rights_of(time_[1], source) : rights_of(time_[0], source);
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

    /// Some ranges that follow each other.
    struct Part {
        std::uint32_t first = 0;
        std::uint32_t size = 0;
    };

    /// The space of addresses cut where the answer changes.
    struct Ranges {
        std::vector<ClientAddress> begins;  ///< ascending, the first is zero
        std::vector<std::uint16_t> rights;
        std::vector<std::uint32_t> v4_begins;  ///< the same of IPv4 alone: most clients
        std::vector<std::uint16_t> v4_rights;
        std::array<Part, 256> v4_parts{};            ///< of them, those in which addresses with this first octet lie
        std::array<const Rights*, 256> v4_of_all{};  ///< the rights of all these addresses; nullptr: they differ
    };

    std::uint16_t keep(const Rights& rights);
    void add(Entries& entries, const std::vector<Prefix>& prefixes, const Rights& rights);
    void add_rule(const AccessRule& rule, const AccessPolicy& policy, Entries& time, Entries& query);
    Ranges ranges_of(const Entries& entries, bool from_ntp_port) const;
    void take_v4(Ranges& ranges) const;
    const Rights& rights_of(const Ranges& ranges, const ClientAddress& source) const {
        if (!source.is_v4()) {
            return rights_[ranges.rights[last_not_behind(ranges.begins, source)]];
        }
        const auto address = static_cast<std::uint32_t>(source.low);
        const Rights* const of_all = ranges.v4_of_all[address >> 24];
        return of_all != nullptr ? *of_all : rights_[v4_rights_of(ranges, address)];
    }

    static std::uint16_t v4_rights_of(const Ranges& ranges, std::uint32_t address) {
        return ranges.v4_rights[last_not_behind(ranges.v4_begins, address, ranges.v4_parts[address >> 24])];
    }

    /// The last range that does not begin behind `place`; one of `part` is.
    template <typename Place>
    static std::size_t last_not_behind(const std::vector<Place>& begins, const Place& place, const Part& part) {
        std::size_t first = part.first;
        for (std::size_t size = part.size; size > 1;) {
            const std::size_t half = size / 2;
            first = begins[first + half] <= place ? first + half : first;
            size -= half;
        }
        return first;
    }
    template <typename Place>
    static std::size_t last_not_behind(const std::vector<Place>& begins, const Place& place) {
        return last_not_behind(begins, place, {0, static_cast<std::uint32_t>(begins.size())});
    }

    std::vector<Rights> rights_;  ///< complete before the first ranges are made
    std::array<Ranges, 2> time_;  ///< for source ports other than 123, and for 123
    std::array<Ranges, 2> query_;
};

}  // namespace tokimori
