#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/tokictl/import_report.h"

namespace tokimori {

/// Who is served, and how often: `allow`, `deny` and `ratelimit` of chrony, `discard` of ntpd.
class ImportedAccess {
public:
    explicit ImportedAccess(ImportReport& report) : report_{report} {}

    /// Of a line `allow` or `deny`.
    void read_allow(const ImportWords& words);
    void read_ratelimit(const ImportWords& words);
    void read_discard(const ImportWords& words);
    bool has_interval() const { return interval_us_.has_value(); }
    /// Reports whom chronyd served otherwise than we do without a line for it. Once, after the last line.
    void note_defaults_of_chrony();
    /// Settings of `[access]`; may be empty.
    std::string toml() const;

private:
    /// What was said last of a network.
    struct Permission {
        std::string network;  ///< in numbers
        bool allowed = false;
    };

    void say(const std::string& network, bool allowed);
    std::optional<bool> said_of(std::string_view network) const;
    std::string lists() const;
    bool read_rate(std::string_view word, int value);
    void take_interval(int exponent);
    template <typename Value>
    void take(std::string_view word, std::optional<Value>& slot, Value value, Value taken);
    void shorten_burst();

    ImportReport& report_;
    std::vector<Permission> permissions_;
    bool has_permissions_ = false;
    bool has_ratelimit_ = false;
    std::optional<std::int64_t> interval_us_;
    std::optional<int> burst_;
    std::optional<int> leak_;
    std::optional<int> kod_;
};

}  // namespace tokimori
