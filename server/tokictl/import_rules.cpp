#include "server/tokictl/import_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "server/tokictl/import_network.h"

namespace tokimori {
namespace {

constexpr std::array<std::string_view, 11> kFlags{"ignore",  "noserve",   "noquery",  "limited", "kod",   "notrust",
                                                  "ntpport", "nomrulist", "nomodify", "nopeer",  "notrap"};

// What [access] allow and query are without a line.
constexpr std::array<std::string_view, 7> kServed{"10.0.0.0/8",     "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
                                                  "169.254.0.0/16", "fc00::/7",      "fe80::/10"};
constexpr std::array<std::string_view, 2> kQueried{"127.0.0.0/8", "::1/128"};

template <typename List, typename Word>
bool holds(const List& list, const Word& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool are_equal(std::vector<std::string> one, std::vector<std::string> other) {
    std::sort(one.begin(), one.end());
    std::sort(other.begin(), other.end());
    return one == other;
}

/// Which networks a line is about, and where its flags begin.
struct Named {
    std::vector<std::string> networks;
    std::size_t flags_at = 0;
};

std::optional<Named> networks_in(const ImportWords& words) {
    const bool is_one_family = words.size() > 1 && (words[1] == "-4" || words[1] == "-6");
    std::size_t at = is_one_family ? 2 : 1;
    if (at >= words.size()) {
        return std::nullopt;
    }
    const std::string_view address = words[at++];
    const bool has_mask = at + 1 < words.size() && words[at] == "mask";
    const std::string_view mask = has_mask ? words[at + 1] : std::string_view{};
    at += has_mask ? 2 : 0;
    if (address == "default" && !is_one_family) {
        return Named{{std::string{kAllOfV4}, std::string{kAllOfV6}}, at};
    }
    if (address == "default") {
        return Named{{std::string{words[1] == "-4" ? kAllOfV4 : kAllOfV6}}, at};
    }
    const auto network = network_of(address, mask);
    return network ? std::optional{Named{{*network}, at}} : std::nullopt;
}

}  // namespace

void ImportedRules::read(const ImportWords& words) {
    if (holds(words, std::string_view{"source"})) {
        report_.note(import_reason("the replies of servers that are asked need no rule",
                                   "問い合わせ先のサーバの応答に規則は要りません"));
    } else if (const auto named = networks_in(words)) {
        const std::vector<std::string> flags = flags_of(words, named->flags_at);
        std::for_each(named->networks.begin(), named->networks.end(),
                      [&](const std::string& network) { add(network, flags); });
    } else {
        report_.note(import_reason("names no network in numbers; write a rule for its address",
                                   "数値のネットワークではありません。アドレスで規則を書いてください"));
    }
}

std::vector<std::string> ImportedRules::flags_of(const ImportWords& words, std::size_t at) {
    std::vector<std::string> flags;
    for (; at < words.size(); ++at) {
        if (!holds(kFlags, words[at])) {
            report_.note(import_reason("the flag {} has no counterpart; the rule was taken over without it",
                                       "フラグ {} に相当するものはありません。それを除いて規則を引き継ぎました",
                                       words[at]));
        } else if (!holds(flags, words[at])) {
            flags.emplace_back(words[at]);
        }
    }
    return flags;
}

void ImportedRules::add(const std::string& network, const std::vector<std::string>& flags) {
    const bool ntp_port = holds(flags, "ntpport");
    const auto known = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) {
        return rule.network == network && rule.ntp_port == ntp_port;
    });
    if (known == rules_.end()) {
        rules_.push_back({network, ntp_port, flags});
        return;
    }
    for (const std::string& flag : flags) {
        if (!holds(known->flags, flag)) {
            known->flags.push_back(flag);
        }
    }
}

const ImportedRules::Rule* ImportedRules::find(std::string_view network, bool ntp_port) const {
    const auto found = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) {
        return rule.network == network && rule.ntp_port == ntp_port;
    });
    return found == rules_.end() ? nullptr : &*found;
}

void ImportedRules::note_defaults(bool has_interval) {
    const bool v4 = find(kAllOfV4, false) != nullptr;
    const bool v6 = find(kAllOfV6, false) != nullptr;
    if (!v4 || !v6) {
        const std::string_view family = v4 ? " -6" : v6 ? " -4" : "";
        report_.note_of_file(import_reason(
            "without a line \"restrict{0} default\" ntpd served everybody whom no line names, and answered their ntpq; "
            "Tokimori serves private networks and answers the ntpq of this host: name the others in [access] allow and "
            "query",
            "「restrict{0} default」がなければ、ntpd "
            "はどの行にもない相手すべてに時刻を配信し、ntpq にも応答します。Tokimori "
            "はプライベートネットワークだけに配信し、このホストの ntpq だけに応答します。ほかは [access] の allow と "
            "query に書いてください",
            family));
    }
    const bool limits =
        std::any_of(rules_.begin(), rules_.end(), [](const Rule& rule) { return holds(rule.flags, "limited"); });
    if (limits && !has_interval) {
        report_.note_of_file(import_reason(
            "without a line \"discard average\" ntpd let a limited client ask once in 8 s in the long run; Tokimori "
            "lets it ask once a second: see [access] interval",
            "「discard average」がなければ、ntpd の limited は平均 8 秒に 1 回までです。Tokimori は 1 秒に 1 "
            "回までです ([access] interval)"));
    }
}

/// The narrowest rule that is wider than `network`.
const ImportedRules::Rule* ImportedRules::find_around(std::string_view network, bool ntp_port) const {
    const Rule* narrowest = nullptr;
    for (const Rule& rule : rules_) {
        if (rule.ntp_port == ntp_port && is_wider(rule.network, network) &&
            (narrowest == nullptr || is_wider(narrowest->network, rule.network))) {
            narrowest = &rule;
        }
    }
    return narrowest;
}

std::vector<std::string> ImportedRules::not_within_rules(std::span<const std::string_view> networks) const {
    std::vector<std::string> rest;
    for (const std::string_view network : networks) {
        if (find_around(network, false) == nullptr) {
            rest.emplace_back(network);
        }
    }
    return rest;
}

// A network that is served without a rule must stay so for the other ports, where only those from port 123 were named.
void ImportedRules::repeat_for(std::span<const std::string_view> networks, std::vector<Rule>& rules) const {
    for (const std::string_view network : networks) {
        const Rule* const around = find_around(network, true);
        const bool has_own = find(network, false) != nullptr || find(network, true) != nullptr;
        if (around != nullptr && !has_own && find_around(network, false) == nullptr) {
            rules.push_back({std::string{network}, true, around->flags});
        }
    }
}

// Where the same is said of both families, in one word.
std::vector<ImportedRules::Rule> ImportedRules::in_few_words() const {
    std::vector<Rule> rules = rules_;
    const Rule* const v4 = find(kAllOfV4, false);
    const Rule* const v6 = find(kAllOfV6, false);
    if (v4 != nullptr && v6 != nullptr && are_equal(v4->flags, v6->flags)) {
        rules[static_cast<std::size_t>(v4 - rules_.data())].network = "any";
        rules.erase(rules.begin() + (v6 - rules_.data()));
    }
    repeat_for(kServed, rules);
    repeat_for(kQueried, rules);
    return rules;
}

std::vector<ImportedRules::Group> ImportedRules::groups() const {
    std::vector<Group> groups;
    for (const Rule& rule : in_few_words()) {
        const auto alike = std::find_if(groups.begin(), groups.end(),
                                        [&](const Group& group) { return are_equal(group.flags, rule.flags); });
        if (alike == groups.end()) {
            groups.push_back({{rule.network}, rule.flags});
        } else {
            alike->from.push_back(rule.network);
        }
    }
    return groups;
}

// Who is served, and whose ntpq is answered, without any rule would else be more narrowly named than by a wider line of
// ntpd's, and so be no matter of it.
std::string ImportedRules::access_toml() const {
    const std::vector<std::string> allow = not_within_rules(kServed);
    const std::vector<std::string> query = not_within_rules(kQueried);
    return (allow.size() == kServed.size() ? "" : fmt::format("allow = {}\n", toml_listed(allow))) +
           (query.size() == kQueried.size() ? "" : fmt::format("query = {}\n", toml_listed(query)));
}

std::string ImportedRules::toml() const {
    std::string toml;
    for (const Group& group : groups()) {
        toml += fmt::format("\n[[access.rule]]\nfrom = {}\nflags = {}\n", toml_listed(group.from),
                            toml_listed(group.flags));
    }
    return toml;
}

}  // namespace tokimori
