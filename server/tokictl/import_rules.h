#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/tokictl/import_report.h"

namespace tokimori {

/// The lines `restrict` of ntpd, which keeps those of one network apart that bear `ntpport` and that do not.
class ImportedRules {
public:
    explicit ImportedRules(ImportReport& report) : report_{report} {}

    /// Of a line `restrict`.
    void read(const ImportWords& words);
    /// Reports whom ntpd served whom no line names, and we do not. `has_interval`: `discard` says how often a limited
    /// client may ask. Once, after the last line.
    void note_defaults(bool has_interval);
    /// Settings of `[access]` without which the rules would not mean what ntpd's did; may be empty.
    std::string access_toml() const;
    /// `[[access.rule]]` as often as needed.
    std::string toml() const;

private:
    struct Rule {
        std::string network;  ///< in numbers
        bool ntp_port = false;
        std::vector<std::string> flags;
    };
    /// Networks about which the same is said.
    struct Group {
        std::vector<std::string> from;
        std::vector<std::string> flags;
    };

    std::vector<std::string> flags_of(const ImportWords& words, std::size_t at);
    void add(const std::string& network, const std::vector<std::string>& flags);
    const Rule* find(std::string_view network, bool ntp_port) const;
    const Rule* find_around(std::string_view network, bool ntp_port) const;
    std::vector<std::string> not_within_rules(std::span<const std::string_view> networks) const;
    void repeat_for(std::span<const std::string_view> networks, std::vector<Rule>& rules) const;
    std::vector<Rule> in_few_words() const;
    std::vector<Group> groups() const;

    ImportReport& report_;
    std::vector<Rule> rules_;
};

}  // namespace tokimori
