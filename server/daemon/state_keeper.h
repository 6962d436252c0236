#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "refclocks/counter.h"
#include "server/clock/clock_memory.h"
#include "server/daemon/file_thread.h"
#include "server/daemon/log.h"
#include "server/daemon/state_file.h"

namespace tokimori {

/// The id of the boot of this host, or nothing.
std::string host_boot_id();

/// Which machine this is (`machine_identity`): by the serial number of the board, which does not move with the card it
/// boots from, else by the id of the installation; or nothing.
std::string host_machine(FileSteps& files);

/// Keeps what the clock remembers over a restart: reads it once, writes it when the clock is first synchronised, every
/// hour, and at the end. Where threads are allowed a write has one of its own, since a memory card may take a second
/// for it. Looks every ten seconds whether it could be written.
/// What goes wrong is said once, until it goes right again. Clock thread only.
class StateKeeper {
public:
    struct Settings {
        std::string directory;    ///< empty: nothing is kept
        bool laboratory = false;  ///< a laboratory has a file of its own
        bool threads = true;
        std::string boot_id;  ///< of the running kernel; empty: not known, and no boot is the same
        std::string machine;  ///< this one; empty: not known, and any may be the same
    };

    /// All must outlive the object. `steps`: tests pass their own.
    StateKeeper(const Settings& settings, Counter& counter, Log& log,
                std::unique_ptr<FileSteps> steps = host_file_steps());

    /// What an earlier run left.
    struct Recalled {
        ClockMemory memory;        ///< without the frequency where another machine had it
        bool same_boot = false;    ///< the counter has gone on since then: the same boot, without a sleep
        bool same_machine = true;  ///< or nobody knows
    };
    std::optional<Recalled> recall();

    /// To be called now and then. `tell` is asked only when it is time to write, or when that is `urgent`; nullopt:
    /// nothing worth keeping. True if it is being written; should that fail, it is tried again half a minute later.
    bool keep(const std::function<std::optional<ClockMemory>()>& tell, bool urgent = false);

    /// The last write, waited for, but not for a disk that is stuck.
    void finish(const std::optional<ClockMemory>& memory);

    /// Why nothing can be written at present; empty: it can, or was not tried yet.
    std::string trouble() const { return failed_ ? reported_ : ahead_; }

private:
    /// What the work on the file holds, since it may outlive us.
    struct Storage;

    KeptState state_from(const ClockMemory& memory) const;
    bool is_due(LocalInstant now) const;
    void look_ahead(LocalInstant now);
    void take_result();
    void report(const std::string& error);

    Settings settings_;
    Counter& counter_;
    Log& log_;
    std::shared_ptr<Storage> storage_;
    FileThread files_;
    bool writing_ = false;
    bool looking_ = false;  ///< whether it could be written
    bool failed_ = false;   ///< the last write
    std::optional<LocalInstant> written_;
    std::optional<LocalInstant> looked_;
    std::string ahead_;  ///< why the next write may fail, as the last look found
    std::string reported_;
};

}  // namespace tokimori
