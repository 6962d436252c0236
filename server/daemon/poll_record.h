#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "leap/instant.h"
#include "server/daemon/file_thread.h"
#include "server/daemon/state_file.h"

namespace tokimori {

/// When other servers were asked within the last hour, over restarts: a daemon that is started again and again asks
/// them no more often than one that runs. The file `upstream.polls` in the directory of the state; what it lacks costs
/// the count, and nothing else. Clock thread only.
class PollRecord {
public:
    struct Settings {
        std::string directory;  ///< empty: nothing is kept
        std::string boot_id;    ///< of the running kernel
        bool threads = true;    ///< a write may have one of its own
    };

    /// Reads what an earlier run left. Requests of another boot count as sent when this one began: the counter does not
    /// know how long the host was off. `steps`: tests pass their own.
    explicit PollRecord(const Settings& settings, std::unique_ptr<FileSteps> steps = host_file_steps());

    /// When `server` (any text without blanks) was asked, oldest first; at most `PollSchedule::kMostAnHour`.
    std::vector<LocalInstant> asked(const std::string& server) const;
    /// `server` is asked at `now`.
    void note(const std::string& server, LocalInstant now);

private:
    /// What the work on the file holds, since it may outlive us.
    struct Storage;

    void read(std::string_view text);
    void forget_before(LocalInstant instant);
    std::string text() const;

    Settings settings_;
    std::map<std::string, std::vector<LocalInstant>> asked_;
    std::shared_ptr<Storage> storage_;
    FileThread files_;
};

}  // namespace tokimori
