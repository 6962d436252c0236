#include "server/tokictl/waiting.h"

#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace tokimori {

Descriptor::~Descriptor() {
    if (number_ >= 0) {
        ::close(number_);
    }
}

TimeLimit::TimeLimit(Duration span) : timer_{::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)} {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span);
    itimerspec once{};
    once.it_value.tv_sec = seconds.count();
    once.it_value.tv_nsec = (span - seconds).count();
    ::timerfd_settime(timer_.number(), 0, &once, nullptr);
}

bool TimeLimit::wait(int file, short what) const {
    std::array<pollfd, 2> waited{pollfd{file, what, 0}, pollfd{timer_.number(), POLLIN, 0}};
    return ::poll(waited.data(), waited.size(), -1) > 0 && waited[1].revents == 0;
}

}  // namespace tokimori
