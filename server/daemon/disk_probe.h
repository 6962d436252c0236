#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/daemon/file_errands.h"
#include "server/daemon/file_steps.h"

namespace tokimori {

/// Finds out whether a disk that took nothing can be written again: by a tiny file that is written, synced and taken
/// away. To be used on the thread of its errands.
class DiskProbe {
public:
    /// An errno; 0: it can be written.
    using Done = std::function<void(int error)>;

    /// Goes together with `errands`. `steps`: tests pass their own.
    explicit DiskProbe(FileErrands& errands, std::shared_ptr<FileSteps> steps = host_file_steps());

    /// Tries it with the file `path`, whose directory is made if only it is missing. `done` is told later. Where the
    /// one before has not come back, nothing is done.
    void begin(const std::string& path, Done done);

private:
    FileErrands& errands_;
    std::shared_ptr<FileSteps> steps_;
    bool under_way_ = false;
};

}  // namespace tokimori
