#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "leap/calendar.h"
#include "leap/instant.h"
#include "leap/leap_table.h"
#include "server/clock/clock_policy.h"
#include "server/daemon/front_panel_configuration.h"
#include "server/daemon/refclock_configuration.h"
#include "server/ntp/access_policy.h"

namespace tokimori {

/// Where to listen: a numeric address and a port.
struct ListenAddress {
    std::string address;  ///< "0.0.0.0", "::", "192.0.2.1"
    std::uint16_t port = 123;

    friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

enum class SystemClockMode : std::uint8_t { kFollow, kLeave };
/// When the host's clock may be stepped, if it is followed.
enum class SystemClockStep : std::uint8_t { kNever, kStart, kAlways };
/// Where leap seconds are known from.
enum class LeapSource : std::uint8_t { kAuto, kManual };
enum class LogLevel : std::uint8_t { kError, kWarning, kInfo, kDebug };
/// A statistics file of ntpd's.
enum class StatisticsKind : std::uint8_t { kLoop, kPeer, kRaw, kClock, kSystem };

/// Everything the file can say, checked and in our types. Defaults are those of the settings table.
struct Configuration {
    std::vector<ListenAddress> listen{{"0.0.0.0", 123}, {"::", 123}};
    std::optional<unsigned> workers;  ///< absent: one per core; 0: everything on one thread
    bool interleaved = true;          ///< for clients that ask for it
    bool lab_mode = false;
    SystemClockMode system_clock = SystemClockMode::kFollow;
    SystemClockStep system_clock_step = SystemClockStep::kStart;
    Duration system_clock_step_threshold = std::chrono::milliseconds{128};
    ClockPolicy policy;  ///< holdover, thresholds
    LeapPolicy leap;     ///< how clients get over a leap second
    LeapSource leap_source = LeapSource::kAuto;
    std::vector<LeapEvent> leap_manual;  ///< the operator's entries, days that end a month, each once
    bool leap_change_at_once = false;    ///< `leap` may change while a leap second is announced or smeared
    AccessPolicy access;
    std::string keys_file;  ///< with the keys of clients that authenticate; empty: none
    std::string leap_list_file = "/usr/share/zoneinfo/leap-seconds.list";
    std::string statistics_dir;  ///< empty: no statistics are written
    std::vector<StatisticsKind> statistics_files{StatisticsKind::kLoop, StatisticsKind::kPeer, StatisticsKind::kRaw,
                                                 StatisticsKind::kClock, StatisticsKind::kSystem};
    int statistics_keep_days = 30;
    LogLevel log_level = LogLevel::kInfo;
    std::string control_socket = "/run/tokimori/control.sock";  ///< empty: none
    std::string control_group = "tokimori";                     ///< that may ask; empty: the daemon's own
    std::string
        control_changes_by;  ///< the user who may change settings besides root and the daemon's own; empty: none
    std::string state_dir = "/var/lib/tokimori";  ///< empty: nothing is kept, as in lab mode unless set
    Duration log_status{};                        ///< how often the state is logged; 0: on change only
    FrontPanelConfiguration front_panel;
    std::vector<RefclockConfiguration> refclocks;

    friend bool operator==(const Configuration&, const Configuration&) = default;
};

/// Whether the clock of this host is steered: never in a laboratory, whose dates may be made up.
inline bool steers_system_clock(const Configuration& configuration) {
    return configuration.system_clock == SystemClockMode::kFollow && !configuration.lab_mode;
}

/// A configuration, or everything that is wrong with it at once.
struct ConfigurationResult {
    std::optional<Configuration> configuration;
    std::vector<std::string>
        errors;  ///< "FILE:LINE: sentence with the remedy"; without LINE where it is the whole file
};

/// Reads the TOML text of `file` (the name is only for the messages). Unknown keys are errors with their line and the
/// nearest valid name; ranges are checked whatever mode is in force. After wrong syntax the rest cannot be read: then
/// that is the only error. Never throws, whatever the text.
ConfigurationResult parse_configuration(std::string_view text, std::string_view file);

/// Reads the file at `path`; an unreadable one is an error with the reason.
ConfigurationResult read_configuration(const std::string& path);

}  // namespace tokimori
