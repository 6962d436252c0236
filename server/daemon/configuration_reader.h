#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/daemon/complaint_code.h"
#include "server/daemon/configuration.h"
#include "server/daemon/settings_table.h"
#include "server/daemon/toml_document.h"

namespace tokimori {

/// Walks one file, or several that were merged, along the table of settings: fills a Configuration and collects
/// everything that is wrong.
class ConfigurationReader {
public:
    /// Once per object. Entries that are not enabled are not in `root`.
    void read(const TomlTable& root);

    /// Meaningful where there are no complaints.
    Configuration take_configuration() { return std::move(configuration_); }
    /// In the order of the lines.
    std::vector<Complaint> take_complaints();

private:
    /// A table of the file with what is needed to judge its keys.
    struct Place {
        const Section& section;
        const TomlTable& table;
        TomlLine line;
        std::string_view driver;  ///< empty outside `refclock`, and where it is missing or unknown
    };

    void read_section(const Section& section, const TomlEntry& entry);
    void read_tables(const Section& section, const TomlArray& tables);
    void read_table(const Section& section, const TomlTable& table, TomlLine line);
    void read_key(const Place& place, const TomlEntry& entry);
    void read_value(const Setting& setting, const TomlNode& node);
    void read_addresses(const Setting& setting, const TomlArray& elements);
    void check_required(const Place& place);
    void check_refclock(const Place& place);
    void check_upstream(const Place& place);
    void check_host(const TomlTable& table, std::string_view key);
    void check_baud(const TomlTable& table);
    void check_name(std::string_view name, TomlLine line);
    void check_manual_leap(const Place& place);
    void refuse_section(const TomlEntry& entry);
    void refuse_key(const Place& place, const TomlEntry& entry);
    void complain(TomlLine line, ComplaintCode code, ComplaintValues values = {});

    Configuration configuration_;
    std::vector<Complaint> complaints_;
    std::vector<Complaint> names_to_resolve_;  ///< wrong where there is no thread for a resolver
    std::map<std::string, TomlLine, std::less<>> name_lines_;
};

}  // namespace tokimori
