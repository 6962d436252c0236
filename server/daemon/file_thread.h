#pragma once

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>

namespace tokimori {

/// Where work on files is done that may block: on a thread of its own, which begins with the first work, or, where
/// there may be no other thread or the host has none to give, at once. Used from one thread.
class FileThread {
public:
    /// What became of the work: nullopt, or what went wrong.
    using Outcome = std::optional<std::string>;

    explicit FileThread(bool may_have_thread) : may_have_thread_{may_have_thread} {}
    /// Waits for work under way, but not for a disk that is stuck.
    ~FileThread();
    FileThread(const FileThread&) = delete;
    FileThread& operator=(const FileThread&) = delete;

    /// Does `work`, which must hold all it touches. False, and it is dropped, where too much waits already.
    bool run(std::function<Outcome()> work);

    /// The outcome of the oldest work that has ended and was not asked for; nullopt where there is none.
    std::optional<Outcome> next_outcome();

private:
    class Room;

    bool may_have_thread_;
    std::shared_ptr<Room> room_;
    std::deque<std::future<Outcome>> under_way_;
};

}  // namespace tokimori
