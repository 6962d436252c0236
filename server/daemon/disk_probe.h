#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/daemon/file_steps.h"
#include "server/daemon/file_thread.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// Finds out whether a disk that took nothing can be written again: by a tiny file that is written, synced and taken
/// away, on a `FileThread`. To be used on the thread of `io`.
class DiskProbe {
public:
    /// An errno; 0: it can be written.
    using Done = std::function<void(int error)>;

    /// `io` must outlive the object, and a disk that is stuck. `steps`: tests pass their own.
    DiskProbe(boost::asio::io_context& io, bool may_have_thread, std::shared_ptr<FileSteps> steps = host_file_steps());

    /// Tries it with the file `path`, whose directory is made if only it is missing. `done` is told on the thread of
    /// `io`, later, or never once the object has gone. Where the one before has not come back, nothing is done.
    void begin(const std::string& path, Done done);

private:
    boost::asio::io_context& io_;
    std::shared_ptr<FileSteps> steps_;
    std::shared_ptr<Done> done_;  ///< of the one under way
    FileThread files_;
};

}  // namespace tokimori
