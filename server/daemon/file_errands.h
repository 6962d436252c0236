#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "server/daemon/file_thread.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// What an event loop has done to files, one after the other, on a `FileThread`: a disk that stands still holds up what
/// waits for it and nothing else. To be used on the thread of `io`.
class FileErrands {
public:
    /// `io` must outlive the object, and a disk that is stuck. Where there may be no other thread, work is done on this
    /// one.
    FileErrands(boost::asio::io_context& io, bool may_have_thread);
    ~FileErrands();

    /// Does `work`, which must hold all it touches. `done` gets what it returned on the thread of `io`, later, or never
    /// once the object has gone. What it throws is thrown by `io` instead.
    template <typename Work, typename Done>
    void run(Work work, Done done) {
        const auto result = std::make_shared<std::optional<std::invoke_result_t<Work&>>>();
        add({[result, work = std::move(work)]() mutable { result->emplace(work()); },
             [result, done = std::move(done)]() mutable { done(std::move(**result)); }});
    }

private:
    struct Errand {
        std::function<void()> work;
        std::function<void()> done;  ///< is never touched but on the thread of `io`
    };

    void add(Errand errand);
    void begin();
    void end();

    boost::asio::io_context& io_;
    std::shared_ptr<std::deque<Errand>> errands_;  ///< the first one is under way
    FileThread files_;
};

}  // namespace tokimori
