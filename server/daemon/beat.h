#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "leap/instant.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// Does something again and again, on the thread of `io`: whenever the host's steady clock shows a whole number of
/// periods. What one thread has to do twice a second, once a second and every five seconds wakes it twice a second.
class Beat {
public:
    /// `io` must outlive the object. `each` may stop, start and destroy it.
    Beat(boost::asio::io_context& io, std::function<void()> each);
    ~Beat();
    Beat(const Beat&) = delete;
    Beat& operator=(const Beat&) = delete;

    /// From the next whole number of periods on. `period`: more than 0. Beats that were slept through are left out.
    void start(Duration period);
    void stop();

private:
    struct State;

    static void wait(const std::shared_ptr<State>& state, std::uint64_t round);

    std::shared_ptr<State> state_;
};

}  // namespace tokimori
