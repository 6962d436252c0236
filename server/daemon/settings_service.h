#pragma once

#include <cstdint>
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

/// Settings that are changed while the daemon runs: the desk with its files, the time it allows, and the log. Nothing
/// here waits for a disk: requests, reloads and the end of the daemon take turns, and where one turn does not end, that
/// is told, and who asks next is refused. A disk that did not take a change is tried once a minute until it can be
/// written again. Clock thread only.
class SettingsService {
public:
    /// What the daemon does for it.
    struct Effects {
        SettingsFiles::Effects settings;
        std::function<void()> restart;
        Duration confirm_within = std::chrono::seconds{60};    ///< tests are less patient
        Duration probe_every = std::chrono::seconds{60};       ///< a disk that took nothing; likewise
        Duration patience = std::chrono::seconds{5};           ///< with a disk that does not answer; likewise
        std::shared_ptr<FileSteps> steps = host_file_steps();  ///< likewise, their own
    };

    /// `configuration` is the file that was given to the daemon. All must outlive the object. What an earlier run left
    /// unconfirmed is taken away, which waits for the disk.
    SettingsService(boost::asio::io_context& io, Log& log, const std::string& configuration, SettingsInForce begin,
                    Effects effects);
    ~SettingsService();

    std::vector<ControlHandler> requests();
    /// Requests of others that wait for the disk, and take turns with these.
    std::vector<ControlHandler> in_turn(std::vector<ControlHandler> requests);
    /// Reads the files anew and brings them into force. A line for everything that is wrong, and then nothing changed.
    void reload(std::function<void(std::vector<std::string>)> then);
    /// Calls `then` once nothing is under way, or after `longest`.
    void when_idle(Duration longest, std::function<void()> then);
    /// What settings change at the next start only and wait for it.
    std::vector<std::string> waiting_for_restart() const { return desk_.restart(); }
    /// Why the last change could not be written, or is not yet; empty: it could, or could be by now.
    std::string storage_fault() const;
    void stop();

private:
    class Alarm;

    void turn_changed();
    void tell_that_it_stands_still();
    void note(SettingsEvent event);
    void settled();
    void set_alarm();
    void run_out();
    void go_back(std::int64_t id);
    void tell_return(const std::string& failure);
    void tell_trouble();
    void look_again();

    Log& log_;
    std::string configuration_;
    Effects effects_;
    FileErrands errands_;
    SettingsFiles files_;
    DiskProbe probe_;
    OverlayDesk desk_;
    Turns turns_;
    std::unique_ptr<Alarm> alarm_;
    std::unique_ptr<Alarm> probe_alarm_;
    std::unique_ptr<Alarm> turn_alarm_;
    std::unique_ptr<Alarm> farewell_;
    std::uint64_t turn_ = 0;  ///< how many have begun
    std::string trouble_told_;
};

}  // namespace tokimori
