#include "server/tokictl/import_access.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/tokictl/import_network.h"
#include "server/tokictl/import_server.h"

namespace tokimori {
namespace {

// Of the settings `interval`, `burst` and `leak`.
constexpr std::int64_t kShortestInterval = 1000;           // us
constexpr std::int64_t kLongestInterval = 3'600'000'000;   // us
constexpr std::int64_t kLongestDebt = 19 * 3'600'000'000;  // us; interval times burst
constexpr int kSmallestBurst = 8;
constexpr int kLargestLeak = 15;
// chronyd's where its line ratelimit does not say.
constexpr std::int64_t kChronyInterval = 8'000'000;  // us
constexpr int kChronyBurst = 8;
constexpr int kChronyLeak = 4;

std::string duration_text(std::int64_t us) {
    return us % 1'000'000 == 0 ? fmt::format("{}s", us / 1'000'000)
           : us % 1000 == 0    ? fmt::format("{}ms", us / 1000)
                               : fmt::format("{}us", us);
}

std::string shown(std::int64_t us) {
    return duration_text(us);
}
std::string shown(int number) {
    return std::to_string(number);
}

bool stands_before(const ImportWords& words, std::size_t at) {
    const auto end = words.begin() + static_cast<std::ptrdiff_t>(at);
    return std::find(words.begin() + 1, end, words[at]) != end;
}

ImportReason said_before(std::string_view word) {
    return import_reason("{} was said before; what is said last counts", "{} は前にもあります。最後のものが有効です",
                         word);
}

ImportReason no_counterpart(std::string_view word) {
    return import_reason("{} has no counterpart", "{} に相当する設定はありません", word);
}

}  // namespace

void ImportedAccess::read_allow(const ImportWords& words) {
    const bool all = words.size() >= 2 && words[1] == "all";
    const bool allowed = words[0] == "allow";
    const std::size_t at = all ? 2 : 1;
    // Whatever the line names: what chronyd was told to serve is not what we serve without any list.
    has_permissions_ = true;
    if (words.size() <= at) {
        if (all) {
            permissions_.clear();
        }
        say(std::string{kAllOfV4}, allowed);
        say(std::string{kAllOfV6}, allowed);
        return;
    }
    const auto network = chrony_network_of(words[at]);
    if (!network) {
        report_.note(import_reason("is no network in numbers; write its address",
                                   "数値のネットワークではありません。アドレスを書いてください"));
        return;
    }
    if (words.size() > at + 1) {
        report_.note(import_reason("what stands behind the network was not taken over",
                                   "ネットワークの後に書かれたものは引き継ぎませんでした"));
    }
    if (all) {
        std::erase_if(permissions_, [&](const Permission& one) { return is_wider(*network, one.network); });
    }
    say(*network, allowed);
}

void ImportedAccess::say(const std::string& network, bool allowed) {
    std::erase_if(permissions_, [&](const Permission& one) { return one.network == network; });
    permissions_.push_back({network, allowed});
}

std::optional<bool> ImportedAccess::said_of(std::string_view network) const {
    const auto found = std::find_if(permissions_.begin(), permissions_.end(),
                                    [&](const Permission& one) { return one.network == network; });
    return found == permissions_.end() ? std::nullopt : std::optional{found->allowed};
}

std::string ImportedAccess::lists() const {
    const auto v4 = said_of(kAllOfV4);
    const auto v6 = said_of(kAllOfV6);
    const bool are_one = v4 && v4 == v6;
    std::vector<std::string> allow;
    std::vector<std::string> deny;
    for (const Permission& one : permissions_) {
        const bool is_the_other = are_one && one.network == kAllOfV6;
        if (!is_the_other) {
            (one.allowed ? allow : deny).push_back(are_one && one.network == kAllOfV4 ? "any" : one.network);
        }
    }
    return fmt::format("allow = {}\n", toml_listed(allow)) +
           (deny.empty() ? "" : fmt::format("deny = {}\n", toml_listed(deny)));
}

void ImportedAccess::read_ratelimit(const ImportWords& words) {
    if (has_ratelimit_) {
        report_.note(said_before(words[0]));
    }
    has_ratelimit_ = true;
    for (std::size_t at = 1; at < words.size(); at += 2) {
        const auto value = integer_behind(words, at);
        if (!value || !read_rate(words[at], *value)) {
            report_.note(no_counterpart(words[at]));
        } else if (stands_before(words, at)) {
            report_.note(said_before(words[at]));
        }
    }
    interval_us_ = interval_us_.value_or(kChronyInterval);
    burst_ = burst_.value_or(kChronyBurst);
    leak_ = leak_.value_or(kChronyLeak);
    kod_ = kod_.value_or(0);
    shorten_burst();
}

bool ImportedAccess::read_rate(std::string_view word, int value) {
    if (word == "interval" && value >= -19 && value <= 12) {
        take_interval(value);
    } else if (word == "burst" && value >= 1 && value <= 255) {
        take(word, burst_, value, std::max(value, kSmallestBurst));
    } else if (word == "leak" && value >= 1 && value <= 4) {
        take(word, leak_, 1 << value, std::min(1 << value, kLargestLeak));
    } else if (word == "kod" && value >= 0 && value <= 4) {
        take(word, kod_, value, value);
    } else {
        return false;
    }
    return true;
}

void ImportedAccess::take_interval(int exponent) {
    constexpr std::int64_t kSecond = 1'000'000;
    const std::int64_t us = exponent >= 0 ? kSecond << exponent : kSecond >> -exponent;
    take("interval", interval_us_, us, std::clamp(us, kShortestInterval, kLongestInterval));
}

template <typename Value>
void ImportedAccess::take(std::string_view word, std::optional<Value>& slot, Value value, Value taken) {
    if (value != taken) {
        report_.note(import_reason("{} became {}, as near to {} as it can be",
                                   "{0} は {2} に最も近い、設定できる値 {1} にしました", word, shown(taken),
                                   shown(value)));
    }
    slot = taken;
}

void ImportedAccess::shorten_burst() {
    const std::int64_t most = kLongestDebt / *interval_us_;
    if (*burst_ > most) {
        report_.note(import_reason("burst became {}: times interval it may be 19 hours at most",
                                   "burst は {} にしました。interval との積は 19 時間までです", most));
        burst_ = static_cast<int>(most);
    }
}

void ImportedAccess::read_discard(const ImportWords& words) {
    if (words.size() < 2) {
        report_.note(no_counterpart(words[0]));
    }
    for (std::size_t at = 1; at < words.size(); at += 2) {
        const auto value = integer_behind(words, at);
        if (words[at] == "average" && value && *value >= 0 && *value <= 11) {
            if (interval_us_) {
                report_.note(said_before(words[at]));
            }
            take_interval(*value);
        } else {
            report_.note(no_counterpart(words[at]));
        }
    }
}

void ImportedAccess::note_defaults_of_chrony() {
    if (!has_permissions_) {
        report_.note_of_file(import_reason(
            "without a line \"allow\" chronyd served nobody; Tokimori serves private networks: write allow = [] into "
            "[access] if it shall not",
            "「allow」がなければ chronyd はどこにも時刻を配信しません。Tokimori "
            "はプライベートネットワークに配信します。配信しないなら [access] に allow = [] と書いてください"));
    } else if (!has_ratelimit_) {
        report_.note_of_file(
            import_reason("without a line \"ratelimit\" chronyd limited nobody; Tokimori lets each client ask once a "
                          "second in the long run: see [access] interval and burst",
                          "「ratelimit」がなければ chronyd は頻度を制限しません。Tokimori は 1 クライアントあたり平均 "
                          "1 秒に 1 回までです ([access] の interval と burst)"));
    }
}

std::string ImportedAccess::toml() const {
    std::string toml = has_permissions_ ? lists() : std::string{};
    toml += interval_us_ ? fmt::format("interval = \"{}\"\n", duration_text(*interval_us_)) : "";
    toml += has_ratelimit_ ? fmt::format("burst = {}\nleak = {}\nkod = {}\n", *burst_, *leak_, *kod_ > 0) : "";
    return toml;
}

}  // namespace tokimori
