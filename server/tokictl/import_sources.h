#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/tokictl/import_clock.h"
#include "server/tokictl/import_report.h"

namespace tokimori {

/// Where the time comes from: reference clocks and other servers.
class ImportedSources {
public:
    explicit ImportedSources(ImportReport& report) : report_{report} {}

    /// Of a line `server`, `pool` or `peer`; addresses of ntpd's that begin with 127.127 are clocks.
    void read_server(const ImportWords& words);
    /// Of a line `refclock` of chrony.
    void read_chrony_clock(const ImportWords& words);
    /// Of a line `refclock` of NTPsec.
    void read_ntpsec_clock(const ImportWords& words);
    void read_fudge(const ImportWords& words);
    /// Of chrony's line `local`.
    void read_local(const ImportWords& words);
    /// Gives the free counter its stratum. Once, after the last line.
    void finish();
    /// `[[refclock]]` and `[[upstream]]` as often as needed.
    std::string toml() const { return toml_; }

private:
    void add_ntpd_clock(std::string_view type, std::string_view unit, const ImportWords& options);
    void add_clock(const ImportedClock& clock, std::string_view options);
    void add_local(int stratum);
    bool take_name(std::string_view name);
    bool take_place(int& count);

    ImportReport& report_;
    std::string toml_;
    std::set<std::string, std::less<>> names_;
    int clocks_ = 0;
    int servers_ = 0;
    std::optional<int> local_stratum_;
    ImportLine local_line_;
    std::optional<int> fudged_stratum_;
    ImportLine fudge_line_;
};

}  // namespace tokimori
