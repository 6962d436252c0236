#include "server/tokictl/import_sources.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/tokictl/import_server.h"

namespace tokimori {
namespace {

constexpr std::string_view kClock = "127.127.";
constexpr std::string_view kLocalClock = "127.127.1.";
// As many `[[refclock]]`, and as many `[[upstream]]`, there can be.
constexpr int kMost = 64;
// Of the free counter itself, where no line says otherwise.
constexpr int kNtpdLocalStratum = 5;
constexpr int kChronyLocalStratum = 9;

// Those of ntpd that we have, too.
std::string_view our_option(std::string_view word) {
    return word == "true" ? "trust" : word == "prefer" || word == "noselect" ? word : "";
}

ImportReason no_clock() {
    return import_reason("this kind of clock has no counterpart", "この種類の時計に相当するものはありません");
}

}  // namespace

void ImportedSources::read_server(const ImportWords& words) {
    if (words.size() >= 2 && words[1].starts_with(kClock)) {
        const std::string_view rest = words[1].substr(kClock.size());
        const std::size_t dot = std::min(rest.find('.'), rest.size());
        const ImportWords options{words.begin() + 2, words.end()};
        add_ntpd_clock(rest.substr(0, dot), dot < rest.size() ? rest.substr(dot + 1) : "0", options);
        return;
    }
    const ImportedServer server = import_server(words, report_);
    if (!server.toml.empty() && take_name(server.address) && take_place(servers_)) {
        toml_ += server.toml;
    }
}

void ImportedSources::read_ntpsec_clock(const ImportWords& words) {
    std::string_view unit = "0";
    ImportWords options;
    for (std::size_t at = 2; at < words.size(); ++at) {
        const bool is_unit = words[at] == "unit" && at + 1 < words.size();
        at += is_unit ? 1 : 0;
        if (is_unit) {
            unit = words[at];
        } else {
            options.push_back(words[at]);
        }
    }
    add_ntpd_clock(words.size() >= 2 ? ntpsec_clock_type(words[1]) : "", unit, options);
}

void ImportedSources::add_ntpd_clock(std::string_view type, std::string_view unit, const ImportWords& options) {
    std::set<std::string_view> ours;
    bool lost = false;
    for (const std::string_view word : options) {
        lost = our_option(word).empty() || lost;
        if (!our_option(word).empty()) {
            ours.insert(our_option(word));
        }
    }
    std::string lines;
    for (const std::string_view option : ours) {
        lines += fmt::format("{} = true\n", option);
    }
    if (type == "1") {
        add_local(kNtpdLocalStratum);
        lost = !options.empty();
    } else {
        add_clock(ntpd_clock(type, unit), lines);
    }
    if (lost) {
        report_.note(import_reason(
            "of its options only prefer, noselect and true are taken over, and of the free counter none",
            "オプションは prefer・noselect・true だけを引き継ぎます (ローカルクロックでは引き継ぎません)"));
    }
}

void ImportedSources::read_chrony_clock(const ImportWords& words) {
    if (words.size() < 3) {
        report_.note(no_clock());
        return;
    }
    add_clock(chrony_clock(words[1], words[2].substr(0, words[2].find(':'))), "");
    if (words.size() > 3 || words[2].find(':') != std::string_view::npos) {
        report_.note(import_reason(
            "its options (refid, offset, delay, lock, …) were not taken over; write those that matter",
            "オプション (refid・offset・delay・lock など) は引き継ぎませんでした。必要なものを書いてください"));
    }
}

void ImportedSources::add_clock(const ImportedClock& clock, std::string_view options) {
    if (clock.toml.empty()) {
        report_.note(no_clock());
    } else if (take_name(clock.name) && take_place(clocks_)) {
        toml_ += clock.toml + std::string{options};
    }
}

void ImportedSources::add_local(int stratum) {
    if (take_name(kLocalName) && take_place(clocks_)) {
        local_stratum_ = stratum;
        local_line_ = report_.line();
    }
}

// A source that keeps its name keeps its place: the second of a name is none.
bool ImportedSources::take_name(std::string_view name) {
    const bool is_new = names_.emplace(name).second;
    if (!is_new) {
        report_.note(
            import_reason("{} stands twice; the first counts", "{} が 2 回あります。初めのものが有効です", name));
    }
    return is_new;
}

bool ImportedSources::take_place(int& count) {
    if (count == kMost) {
        report_.note(import_reason("there are {} of its kind already, which is as many as there can be",
                                   "同じ種類のものはすでに {} 個あり、これ以上は設定できません", kMost));
        return false;
    }
    ++count;
    return true;
}

void ImportedSources::read_fudge(const ImportWords& words) {
    if (words.size() < 3 || !words[1].starts_with(kLocalClock)) {
        report_.note(import_reason("was not taken over; write those of offset, delay, stratum and refid that matter",
                                   "引き継ぎませんでした。offset・delay・stratum・refid "
                                   "のうち必要なものを書いてください"));
        return;
    }
    for (std::size_t at = 2; at < words.size(); ++at) {
        const auto value = integer_behind(words, at);
        if (words[at] == "stratum" && value) {
            if (fudged_stratum_) {
                report_.note(import_reason("stratum was said before; what is said last counts",
                                           "stratum は前にもあります。最後のものが有効です"));
            }
            fudged_stratum_ = value;
            fudge_line_ = report_.line();
            ++at;
        } else {
            report_.note(import_reason("{} was not taken over", "{} は引き継ぎませんでした", words[at]));
        }
    }
}

void ImportedSources::read_local(const ImportWords& words) {
    int stratum = kChronyLocalStratum;
    for (std::size_t at = 1; at < words.size(); ++at) {
        const auto value = words[at] == "stratum" ? integer_behind(words, at) : std::nullopt;
        if (value) {
            // chrony says what is served.
            stratum = std::max(*value, 0) - 1;
            ++at;
        } else {
            report_.note(import_reason("{} has no counterpart", "{} に相当する設定はありません", words[at]));
        }
    }
    add_local(stratum);
}

void ImportedSources::finish() {
    if (!local_stratum_) {
        if (fudged_stratum_) {
            report_.note_of(fudge_line_, import_reason("no line names this clock", "この時計の行がありません"));
        }
        return;
    }
    const int wanted = fudged_stratum_.value_or(*local_stratum_);
    const int stratum = std::clamp(wanted, kSmallestStratum, kLargestStratum);
    if (stratum != wanted) {
        report_.note_of(fudged_stratum_ ? fudge_line_ : local_line_,
                        import_reason("stratum became {}, as near to it as it can be",
                                      "stratum は設定できる最も近い値 {} にしました", stratum));
    }
    toml_ += local_clock(stratum);
}

}  // namespace tokimori
