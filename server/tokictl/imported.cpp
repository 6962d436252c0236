#include "server/tokictl/imported.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "server/tokictl/import_clock.h"
#include "server/tokictl/import_network.h"
#include "server/tokictl/import_server.h"
#include "server/tokictl/import_words.h"

namespace tokimori {
namespace {

using Words = std::vector<std::string_view>;

constexpr std::array<std::string_view, 11> kFlags{"ignore",  "noserve",   "noquery",  "limited", "kod",   "notrust",
                                                  "ntpport", "nomrulist", "nomodify", "nopeer",  "notrap"};
constexpr std::array<std::string_view, 13> kChronyWords{
    "allow",    "keyfile",  "makestep",       "rtcsync",   "pool",           "ratelimit", "deny",
    "cmdallow", "refclock", "bindcmdaddress", "leapsectz", "clientloglimit", "local"};

bool is_one_of(std::string_view word, auto& list) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

std::string listed(const std::vector<std::string>& words) {
    std::string list;
    for (const std::string& word : words) {
        list += (list.empty() ? "" : ", ") + toml_quoted(word);
    }
    return "[" + list + "]";
}

std::string directory_of(std::string_view file) {
    const std::size_t slash = file.rfind('/');
    return std::string{file.substr(0, slash == std::string_view::npos ? 0 : std::max<std::size_t>(slash, 1))};
}

/// One `[[access.rule]]`.
struct Rule {
    std::string from;
    std::vector<std::string> flags;
};

/// Goes through the lines of a file and collects.
class Importer {
public:
    Imported read(std::string_view text, Dialect dialect) {
        for (; !text.empty(); ++line_) {
            text_ = text.substr(0, text.find('\n'));
            text.remove_prefix(std::min(text_.size() + 1, text.size()));
            const Words words = words_in(text_, dialect);
            if (!words.empty()) {
                read_line(words, dialect);
            }
        }
        return {toml(), std::move(notes_)};
    }

private:
    void read_line(const Words& words, Dialect dialect) {
        if (words[0] == "driftfile" && words.size() == 2) {
            state_dir_ = directory_of(words[1]);
            note("the drift itself is not taken over: it is learned within minutes and kept in [state] dir");
        } else if (words[0] == "server" || words[0] == "pool" || words[0] == "peer") {
            read_server(words);
        } else if (dialect == Dialect::kNtp) {
            read_ntp(words);
        } else {
            read_chrony(words);
        }
    }

    void read_ntp(const Words& words) {
        if (words[0] == "restrict" && words.size() >= 2) {
            read_restrict(words);
        } else if (words[0] == "keys" && words.size() == 2) {
            keys_file_ = words[1];
            note("a key in hexadecimal needs HEX: before it, and nothing may stand behind a key");
        } else if (words[0] == "statsdir" && words.size() == 2) {
            statistics_dir_ = words[1];
        } else if (words[0] == "fudge") {
            read_fudge(words);
        } else if (words[0] == "discard" && words.size() > 1) {
            read_discard(words);
        } else {
            note("has no counterpart");
        }
    }

    void read_chrony(const Words& words) {
        if (words[0] == "allow" || words[0] == "deny") {
            read_allow(words);
        } else if (words[0] == "keyfile" && words.size() == 2) {
            keys_file_ = words[1];
        } else if (words[0] == "local") {
            read_local(words);
        } else if (words[0] == "ratelimit") {
            read_ratelimit(words);
        } else if (words[0] == "refclock" && words.size() >= 3) {
            read_refclock(words);
        } else {
            note("has no counterpart");
        }
    }

    void read_restrict(const Words& words) {
        std::size_t at = words[1] == "-4" || words[1] == "-6" ? 2 : 1;
        if (at >= words.size()) {
            note("names no network");
            return;
        }
        const bool only_v4 = words[1] == "-4";
        const bool only_v6 = words[1] == "-6";
        const std::string_view address = words[at++];
        std::string_view mask;
        if (at + 1 < words.size() && words[at] == "mask") {
            mask = words[at + 1];
            at += 2;
        }
        auto network = address == "default" ? std::optional<std::string>(only_v4   ? "0.0.0.0/0"
                                                                         : only_v6 ? "::/0"
                                                                                   : "any")
                                            : network_of(address, mask);
        if (!network) {
            note("is no network in numbers; write a rule for its address");
            return;
        }
        Rule rule{*network, {}};
        for (; at < words.size(); ++at) {
            if (!is_one_of(words[at], kFlags)) {
                note(fmt::format("the flag {} has no counterpart; the rule was taken over without it", words[at]));
            } else if (std::find(rule.flags.begin(), rule.flags.end(), words[at]) == rule.flags.end()) {
                rule.flags.emplace_back(words[at]);
            }
        }
        add_rule(std::move(rule));
    }

    // Lines for one network are one rule.
    void add_rule(Rule rule) {
        const auto known =
            std::find_if(rules_.begin(), rules_.end(), [&](const Rule& r) { return r.from == rule.from; });
        if (known == rules_.end()) {
            rules_.push_back(std::move(rule));
            return;
        }
        for (std::string& flag : rule.flags) {
            if (std::find(known->flags.begin(), known->flags.end(), flag) == known->flags.end()) {
                known->flags.push_back(std::move(flag));
            }
        }
    }

    void read_discard(const Words& words) {
        for (std::size_t i = 1; i < words.size(); i += 2) {
            const auto value = integer_behind(words, i);
            if (words[i] == "average" && value && *value >= 0 && *value <= 11) {
                interval_ = fmt::format("{}s", 1 << *value);
            } else {
                note(fmt::format("{} has no counterpart", words[i]));
            }
        }
    }

    void read_allow(const Words& words) {
        const bool all = words.size() >= 2 && words[1] == "all";
        const std::size_t at = all ? 2 : 1;
        const auto network =
            words.size() > at ? chrony_network_of(words[at]) : std::optional<std::string>(std::string{"any"});
        if (!network) {
            note("is no network in numbers; write its address");
            return;
        }
        if (words.size() > at + 1) {
            note("what stands behind the network was not taken over");
        }
        if (all && *network == "any") {
            allow_.clear();
            deny_.clear();
        } else if (all) {
            note("narrower rules that came before it inside this network stay in force; remove them by hand");
        }
        auto& list = words[0] == "allow" ? allow_ : deny_;
        auto& other = words[0] == "allow" ? deny_ : allow_;
        other.erase(std::remove(other.begin(), other.end(), *network), other.end());
        if (std::find(list.begin(), list.end(), *network) == list.end()) {
            list.push_back(*network);
        }
        has_allow_ = true;
    }

    void read_ratelimit(const Words& words) {
        interval_ = "8s";
        burst_ = 8;
        leak_ = 4;
        for (std::size_t i = 1; i < words.size(); i += 2) {
            const auto value = integer_behind(words, i);
            if (words[i] == "interval" && value && *value >= -9 && *value <= 11) {
                interval_ = *value >= 0 ? fmt::format("{}s", 1 << *value) : fmt::format("{}ms", 1000 >> -*value);
            } else if (words[i] == "burst" && value && *value >= 1) {
                burst_ = std::clamp(*value, 8, 255);
            } else if (words[i] == "leak" && value && *value >= 1 && *value <= 4) {
                leak_ = std::min(1 << *value, 15);
            } else if (words[i] == "kod" && value) {
                kod_ = *value > 0;
            } else {
                note(fmt::format("{} has no counterpart", words[i]));
            }
        }
    }

    void read_server(const Words& words) {
        constexpr std::string_view kClock = "127.127.";
        if (words.size() >= 2 && words[1].starts_with(kClock)) {
            const std::string_view rest = words[1].substr(kClock.size());
            const std::size_t dot = std::min(rest.find('.'), rest.size());
            add_clock(rest.substr(0, dot), dot < rest.size() ? rest.substr(dot + 1) : "0");
            if (words.size() > 2) {
                note("the options of the clock were not taken over; write those that matter");
            }
            return;
        }
        const ImportedServer server = import_server(words);
        std::for_each(server.notes.begin(), server.notes.end(), [this](const std::string& why) { note(why); });
        if (!server.toml.empty() && is_one_of(server.address, upstream_)) {
            note("stands twice");
        } else if (!server.toml.empty()) {
            upstream_.push_back(server.address);
            clocks_ += "\n" + server.toml;
        }
    }

    void add_clock(std::string_view type, std::string_view unit) {
        const std::string clock = ntpd_clock(type, unit);
        if (type == "1") {
            local_stratum_ = local_stratum_.value_or(kNtpdLocalStratum);
        } else if (clock.empty()) {
            note("this clock has no counterpart");
        }
        add_once(clock);
    }

    // A name may stand only once.
    void add_once(const std::string& clock) {
        if (!clock.empty() && clocks_.find(clock) != std::string::npos) {
            note("stands twice");
        } else {
            clocks_ += clock;
        }
    }

    void read_fudge(const Words& words) {
        if (const auto stratum = ntpd_local_stratum(words)) {
            fudged_stratum_ = stratum;
        } else {
            note("was not taken over; write those of offset, delay, stratum and refid that matter");
        }
    }

    void read_local(const Words& words) {
        const ImportedLocal local = chrony_local(words);
        local_stratum_ = local.stratum;
        std::for_each(local.notes.begin(), local.notes.end(), [this](const std::string& why) { note(why); });
    }

    void read_refclock(const Words& words) {
        const std::string_view device = words[2].substr(0, words[2].find(':'));
        const std::string clock = chrony_clock(words[1], device);
        if (clock.empty()) {
            note("this kind of clock has no counterpart");
            return;
        }
        add_once(clock);
        if (words.size() > 3) {
            note("its options (refid, offset, delay, lock, …) were not taken over; write those that matter");
        }
    }

    void note(std::string why) { notes_.push_back({line_, shown(text_), std::move(why)}); }

    std::string access() const {
        std::string access;
        if (has_allow_) {
            access += fmt::format("allow = {}\n", listed(allow_));
            access += deny_.empty() ? "" : fmt::format("deny = {}\n", listed(deny_));
        }
        access += interval_.empty() ? "" : fmt::format("interval = \"{}\"\n", interval_);
        access += burst_ == 0 ? "" : fmt::format("burst = {}\nleak = {}\nkod = {}\n", burst_, leak_, kod_);
        access += keys_file_.empty() ? "" : fmt::format("keys_file = {}\n", toml_quoted(keys_file_));
        return access.empty() ? access : "\n[access]\n" + access;
    }

    std::string toml() const {
        std::string toml = access();
        for (const Rule& rule : rules_) {
            toml += fmt::format("\n[[access.rule]]\nfrom = {}\nflags = {}\n", listed({rule.from}), listed(rule.flags));
        }
        toml += state_dir_.empty() ? "" : fmt::format("\n[state]\ndir = {}\n", toml_quoted(state_dir_));
        toml += statistics_dir_.empty() ? "" : fmt::format("\n[statistics]\ndir = {}\n", toml_quoted(statistics_dir_));
        toml += clocks_;
        toml += local_stratum_ ? local_clock(fudged_stratum_.value_or(*local_stratum_)) : "";
        return toml.empty() ? toml : toml.substr(1);
    }

    int line_ = 1;
    std::string_view text_;
    std::vector<ImportNote> notes_;
    std::vector<Rule> rules_;
    std::vector<std::string> allow_;
    std::vector<std::string> deny_;
    bool has_allow_ = false;
    std::string interval_;
    int burst_ = 0;
    int leak_ = 0;
    bool kod_ = false;
    std::string keys_file_;
    std::string state_dir_;
    std::string statistics_dir_;
    std::string clocks_;
    std::optional<int> local_stratum_;
    std::optional<int> fudged_stratum_;
    std::vector<std::string> upstream_;
};

}  // namespace

Imported import_configuration(std::string_view text, Dialect dialect) {
    return Importer{}.read(text, dialect);
}

Dialect dialect_of(std::string_view text) {
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const Words words = words_in(line, Dialect::kChrony);
        // ntpd has pools, too.
        if (!words.empty() && words[0] != "pool" && is_one_of(words[0], kChronyWords)) {
            return Dialect::kChrony;
        }
    }
    return Dialect::kNtp;
}

}  // namespace tokimori
