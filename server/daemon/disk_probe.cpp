#include "server/daemon/disk_probe.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
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

DiskProbe::DiskProbe(boost::asio::io_context& io, bool may_have_thread, std::shared_ptr<FileSteps> steps)
    : io_{io}, steps_{std::move(steps)}, files_{may_have_thread} {}

void DiskProbe::begin(const std::string& path, Done done) {
    if (done_) {
        return;
    }
    done_ = std::make_shared<Done>(std::move(done));
    // The loop waits for it as for anything that it began itself.
    const auto loop = boost::asio::make_work_guard(io_);
    files_.run([this, loop, steps = steps_, path, alive = std::weak_ptr{done_}] {
        const int error = probe(*steps, path);
        boost::asio::post(loop.get_executor(), [this, alive, error] {
            if (const std::shared_ptr<Done> told = alive.lock()) {
                done_.reset();
                while (files_.next_outcome()) {
                }
                (*told)(error);
            }
        });
        return FileThread::Outcome{};
    });
}

}  // namespace tokimori
