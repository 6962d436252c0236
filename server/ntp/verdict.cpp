#include "server/ntp/verdict.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace tokimori {

std::string_view verdict_name(Verdict verdict) {
    static constexpr std::array<std::string_view, kVerdictCount> kNames = {
        "answered",  "too_short",       "bad_length",       "bad_version", "not_a_request", "control", "private",
        "malformed", "unauthenticated", "forbidden_source", "denied",      "rate_limited",  "kissed",  "queried"};
    return kNames[static_cast<std::size_t>(verdict)];
}

std::uint64_t ServerCounts::received() const {
    return std::accumulate(verdicts.begin(), verdicts.end(), std::uint64_t{0});
}

ServerCounts& ServerCounts::operator+=(const ServerCounts& other) {
    std::transform(verdicts.begin(), verdicts.end(), other.verdicts.begin(), verdicts.begin(), std::plus{});
    std::transform(versions.begin(), versions.end(), other.versions.begin(), versions.begin(), std::plus{});
    std::transform(first_version.begin(), first_version.end(), other.first_version.begin(), first_version.begin(),
                   std::plus{});
    denied_kisses += other.denied_kisses;
    clients_replaced += other.clients_replaced;
    unlisted += other.unlisted;
    last_unlisted = other.unlisted > 0 ? other.last_unlisted : last_unlisted;
    return *this;
}

}  // namespace tokimori
