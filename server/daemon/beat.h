#pragma once

#include <functional>
#include <memory>

#include "leap/instant.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// Does something again and again, on the thread of `io`. To be woken up costs a thread more than most of what it then
/// does, so all beats of one `io` wake it together: whenever it is awake for one of them, or for anything else that
/// says so (`join`), all are done whose time has nearly come.
class Beat {
public:
    /// `io` must outlive the object. `each` may stop, start and destroy it.
    Beat(boost::asio::io_context& io, std::function<void()> each);
    ~Beat();
    Beat(const Beat&) = delete;
    Beat& operator=(const Beat&) = delete;

    /// From now on about every `period`, which is more than 0: with another beat or with who joins them once three
    /// quarters of it are over, and by itself when five quarters are. Beats that were slept through are left out. One
    /// that runs so already goes on, as with the next.
    void start(Duration period);
    /// From now on in the middle of every whole `period` of the counter, as exactly as the host can.
    void start_exact(Duration period);
    void stop();

    /// The thread of `io` is awake for something else: what may be done already, of this beat and all others, is done
    /// when it is through with that.
    void join();

private:
    struct State;
    class Rhythm;

    void start(Duration period, bool exact);

    std::shared_ptr<State> state_;
    Rhythm& rhythm_;
};

}  // namespace tokimori
