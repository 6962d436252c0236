#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/daemon/disk_probe.h"
#include "server/daemon/log.h"
#include "server/daemon/settings_files.h"
#include "server/daemon/settings_requests.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// Settings that are changed while the daemon runs: the desk with its files, the time it allows, and the log. A disk
/// that did not take a change is tried once a minute until it can be written again. Clock thread only.
class SettingsService {
public:
    /// What the daemon does for it.
    struct Effects {
        SettingsFiles::Effects settings;
        std::function<LocalInstant()> now;
        std::function<void()> restart;
        Duration confirm_within = std::chrono::seconds{60};  ///< tests are less patient
        Duration probe_every = std::chrono::seconds{60};     ///< a disk that took nothing; likewise
    };

    /// `configuration` is the file that was given to the daemon. All must outlive the object. What an earlier run left
    /// unconfirmed is taken away.
    SettingsService(boost::asio::io_context& io, Log& log, const std::string& configuration, SettingsInForce begin,
                    Effects effects);
    ~SettingsService();

    std::vector<ControlHandler> requests();
    /// Reads the files anew and brings them into force; a line for everything that is wrong, and then nothing changed.
    std::vector<std::string> reload() { return desk_.reload(); }
    /// What settings change at the next start only and wait for it.
    std::vector<std::string> waiting_for_restart() const { return desk_.restart(); }
    /// Why the last change could not be written; empty: it could, or could be by now.
    const std::string& storage_fault() const { return files_.trouble(); }
    void stop();

private:
    class Alarm;

    void note(SettingsEvent event);
    void set_alarm();
    void run_out();
    void tell_trouble();
    void look_again();

    Log& log_;
    std::string configuration_;
    Effects effects_;
    SettingsFiles files_;
    DiskProbe probe_;
    OverlayDesk desk_;
    std::unique_ptr<Alarm> alarm_;
    std::unique_ptr<Alarm> probe_alarm_;
    std::string trouble_told_;
};

}  // namespace tokimori
