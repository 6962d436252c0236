#pragma once

#include <string>

#include "server/tokictl/import_report.h"

namespace tokimori {

/// Where NTP is answered: `bindaddress` and `port` of chrony.
class ImportedListen {
public:
    explicit ImportedListen(ImportReport& report) : report_{report} {}

    /// Of a line `bindaddress`: one address of each family counts.
    void read_address(const ImportWords& words);
    /// Of a line `port`.
    void read_port(const ImportWords& words);
    /// `[server]` where there was such a line; else empty.
    std::string toml() const;

private:
    void note_twice(bool is_twice);

    ImportReport& report_;
    std::string v4_;  ///< in numbers; empty: all of this machine
    std::string v6_;
    int port_ = 0;  ///< 0: not said
};

}  // namespace tokimori
