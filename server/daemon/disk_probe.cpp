#include "server/daemon/disk_probe.h"

#include <filesystem>
#include <system_error>
#include <utility>

namespace tokimori {
namespace {

int probe(FileSteps& steps, const std::string& path) {
    const std::filesystem::path directory = std::filesystem::path{path}.parent_path();
    std::error_code ignored;
    std::filesystem::create_directory(directory, ignored);
    // Where so little fits, a change of settings may not.
    if (const int error = steps.room(directory)) {
        return error;
    }
    if (const int error = write_whole(steps, path, "Can this disk be written again?\n")) {
        return error;
    }
    const int removed = steps.remove(path);
    return removed != 0 ? removed : steps.sync_directory(directory);
}

}  // namespace

DiskProbe::DiskProbe(FileErrands& errands, std::shared_ptr<FileSteps> steps)
    : errands_{errands}, steps_{std::move(steps)} {}

void DiskProbe::begin(const std::string& path, Done done) {
    if (std::exchange(under_way_, true)) {
        return;
    }
    errands_.run([steps = steps_, path] { return probe(*steps, path); },
                 [this, done = std::move(done)](int error) {
                     under_way_ = false;
                     done(error);
                 });
}

}  // namespace tokimori
