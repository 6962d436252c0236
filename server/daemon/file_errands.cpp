#include "server/daemon/file_errands.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <exception>

namespace tokimori {

FileErrands::FileErrands(boost::asio::io_context& io, bool may_have_thread)
    : io_{io}, errands_{std::make_shared<std::deque<Errand>>()}, files_{may_have_thread} {}

FileErrands::~FileErrands() = default;

void FileErrands::add(Errand errand) {
    errands_->push_back(std::move(errand));
    if (errands_->size() == 1) {
        begin();
    }
}

void FileErrands::begin() {
    // What has ended before makes room; its outcome is known already.
    while (files_.next_outcome()) {
    }
    // The loop waits for it as for anything that it began itself.
    const auto loop = boost::asio::make_work_guard(io_);
    files_.run([this, loop, work = std::move(errands_->front().work), alive = std::weak_ptr{errands_}] {
        std::exception_ptr failure;
        try {
            work();
        } catch (...) {
            failure = std::current_exception();
        }
        boost::asio::post(loop.get_executor(), [this, alive, failure] {
            if (alive.expired()) {
                return;
            }
            if (failure) {
                std::rethrow_exception(failure);
            }
            end();
        });
        return FileThread::Outcome{};
    });
}

void FileErrands::end() {
    // Last of all, since whoever is told may be the end of us.
    const std::function<void()> done = std::move(errands_->front().done);
    errands_->pop_front();
    if (!errands_->empty()) {
        begin();
    }
    done();
}

}  // namespace tokimori
