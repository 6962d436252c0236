// Takes the calls of a program to its libc that have to do with time, and plays them in a simulated world: preloaded
// into the program, with the script named by TOKIMORI_SIMULATION and results going to TOKIMORI_SIMULATION_RESULTS.
//
// What is not simulated, and what an appliance may have to do without, is denied: threads, the resolver, every socket
// but UDP over IPv4. Each denial is a line `denied WHAT` in the results.
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ipc.h>
#include <sys/select.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <optional>

#include "tests/simulated_time/simulation.h"

namespace tokimori::simulated_time {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMillisecond = 1'000'000;
// How long, in real ms, a program may wait for a signal once nothing simulated will ever happen.
constexpr int kPatience = 20'000;

Simulation& simulation() {
    return Simulation::the_one();
}

World& world() {
    return simulation().world();
}

template <typename Function>
Function* real(const char* name) {
    void* const found = dlsym(RTLD_NEXT, name);
    if (found == nullptr) {
        give_up(name);
    }
    return reinterpret_cast<Function*>(found);
}

timespec timespec_from(std::int64_t ns) {
    return {.tv_sec = ns / kSecond, .tv_nsec = ns % kSecond};
}

std::int64_t ns_from(const timespec& span) {
    return span.tv_sec * kSecond + span.tv_nsec;
}

std::int64_t show(clockid_t clock) {
    VirtualClock& clocks = world().clock();
    switch (clock) {
        case CLOCK_REALTIME:
        case CLOCK_REALTIME_COARSE:
            return clocks.realtime();
        case CLOCK_MONOTONIC_RAW:
            return clocks.raw();
        case CLOCK_BOOTTIME:
            return clocks.boottime();
        case CLOCK_TAI:
            return clocks.tai();
        default:
            return clocks.monotonic();
    }
}

// `look` returns what is ready now, as the real call does that does not wait.
template <typename Look>
int wait_for(std::optional<std::int64_t> span, Look look) {
    const std::int64_t begin = world().clock().monotonic();
    while (true) {
        const int ready = look(0);
        const std::int64_t waited = world().clock().monotonic() - begin;
        if (ready != 0 || (span && waited >= *span)) {
            return ready;
        }
        if (!world().go_on(span ? std::optional{begin + *span} : std::nullopt)) {
            const int signalled = look(kPatience);
            if (signalled == 0) {
                give_up("the program waits for what will never happen");
            }
            return signalled;
        }
    }
}

std::optional<std::int64_t> span_of(int milliseconds) {
    return milliseconds < 0 ? std::nullopt : std::optional{milliseconds * kMillisecond};
}

std::optional<std::int64_t> span_of(const timespec* span) {
    return span == nullptr ? std::nullopt : std::optional{ns_from(*span)};
}

void sleep_until(std::int64_t monotonic) {
    while (world().clock().monotonic() < monotonic && world().go_on(monotonic)) {
    }
}

int fail(int error) {
    errno = error;
    return -1;
}

int adjust(timex* asked) {
    Simulation& simulated = simulation();
    if (asked->modes != 0 && !simulated.script().may_set_clock) {
        return fail(EPERM);
    }
    const int state = simulated.world().clock().adjust(*asked);
    return state < 0 ? fail(-state) : state;
}

int set_clock(std::int64_t realtime) {
    if (!simulation().script().may_set_clock) {
        return fail(EPERM);
    }
    world().clock().set(realtime);
    return 0;
}

}  // namespace
}  // namespace tokimori::simulated_time

namespace simulated = tokimori::simulated_time;

#pragma GCC visibility push(default)
extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
    if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID) {
        static const auto kReal = simulated::real<int(clockid_t, timespec*)>("clock_gettime");
        return kReal(clock, now);
    }
    simulated::world().spend_a_look();
    *now = simulated::timespec_from(simulated::show(clock));
    return 0;
}

int gettimeofday(timeval* now, void*) noexcept {
    simulated::world().spend_a_look();
    const std::int64_t realtime = simulated::show(CLOCK_REALTIME);
    *now = {.tv_sec = realtime / simulated::kSecond, .tv_usec = realtime % simulated::kSecond / 1'000};
    return 0;
}

time_t time(time_t* now) noexcept {
    simulated::world().spend_a_look();
    const time_t seconds = simulated::show(CLOCK_REALTIME) / simulated::kSecond;
    if (now != nullptr) {
        *now = seconds;
    }
    return seconds;
}

int clock_settime(clockid_t clock, const timespec* wanted) noexcept {
    return clock == CLOCK_REALTIME ? simulated::set_clock(simulated::ns_from(*wanted)) : simulated::fail(EINVAL);
}

int settimeofday(const timeval* wanted, const struct timezone*) noexcept {
    return wanted == nullptr ? 0 : simulated::set_clock(wanted->tv_sec * simulated::kSecond + wanted->tv_usec * 1'000);
}

int adjtimex(timex* asked) noexcept {
    return simulated::adjust(asked);
}

int ntp_adjtime(timex* asked) noexcept {
    return simulated::adjust(asked);
}

int clock_adjtime(clockid_t clock, timex* asked) noexcept {
    return clock == CLOCK_REALTIME ? simulated::adjust(asked) : simulated::fail(EOPNOTSUPP);
}

int nanosleep(const timespec* span, timespec*) {
    simulated::sleep_until(simulated::show(CLOCK_MONOTONIC) + simulated::ns_from(*span));
    return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* span, timespec*) {
    const std::int64_t from = (flags & TIMER_ABSTIME) != 0 ? -simulated::show(clock) : 0;
    simulated::sleep_until(simulated::show(CLOCK_MONOTONIC) + from + simulated::ns_from(*span));
    return 0;
}

int epoll_wait(int descriptor, epoll_event* events, int most, int milliseconds) {
    static const auto kReal = simulated::real<int(int, epoll_event*, int, int)>("epoll_wait");
    return simulated::wait_for(simulated::span_of(milliseconds),
                               [&](int patience) { return kReal(descriptor, events, most, patience); });
}

int epoll_pwait(int descriptor, epoll_event* events, int most, int milliseconds, const sigset_t* signals) {
    static const auto kReal = simulated::real<int(int, epoll_event*, int, int, const sigset_t*)>("epoll_pwait");
    return simulated::wait_for(simulated::span_of(milliseconds),
                               [&](int patience) { return kReal(descriptor, events, most, patience, signals); });
}

int poll(pollfd* descriptors, nfds_t count, int milliseconds) {
    static const auto kReal = simulated::real<int(pollfd*, nfds_t, int)>("poll");
    return simulated::wait_for(simulated::span_of(milliseconds),
                               [&](int patience) { return kReal(descriptors, count, patience); });
}

int ppoll(pollfd* descriptors, nfds_t count, const timespec* span, const sigset_t*) {
    static const auto kReal = simulated::real<int(pollfd*, nfds_t, int)>("poll");
    return simulated::wait_for(simulated::span_of(span),
                               [&](int patience) { return kReal(descriptors, count, patience); });
}

int select(int end, fd_set* in, fd_set* out, fd_set* other, timeval* span) {
    static const auto kReal = simulated::real<int(int, fd_set*, fd_set*, fd_set*, timeval*)>("select");
    const auto copy = [](const fd_set* set) { return set == nullptr ? fd_set{} : *set; };
    const fd_set asked_in = copy(in);
    const fd_set asked_out = copy(out);
    const fd_set asked_other = copy(other);
    const auto ask_again = [](fd_set* set, const fd_set& asked) {
        if (set != nullptr) {
            *set = asked;
        }
    };
    const auto length =
        span == nullptr ? std::nullopt : std::optional{span->tv_sec * simulated::kSecond + span->tv_usec * 1'000};
    return simulated::wait_for(length, [&](int patience) {
        ask_again(in, asked_in);
        ask_again(out, asked_out);
        ask_again(other, asked_other);
        timeval real_span{.tv_sec = patience / 1'000, .tv_usec = 0};
        return kReal(end, in, out, other, &real_span);
    });
}

int timerfd_create(clockid_t, int) noexcept {
    return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

int timerfd_settime(int descriptor, int flags, const itimerspec* wanted, itimerspec*) noexcept {
    eventfd_t expired = 0;
    eventfd_read(descriptor, &expired);
    const std::int64_t value = simulated::ns_from(wanted->it_value);
    if (value == 0) {
        simulated::world().forget_timer(descriptor);
        return 0;
    }
    const std::int64_t from = (flags & TFD_TIMER_ABSTIME) != 0 ? 0 : simulated::show(CLOCK_MONOTONIC);
    simulated::world().set_timer(descriptor, from + value, simulated::ns_from(wanted->it_interval),
                                 [descriptor] { eventfd_write(descriptor, 1); });
    return 0;
}

int socket(int family, int type, int) noexcept {
    constexpr int kFlags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    if (family == AF_INET && (type & ~kFlags) == SOCK_DGRAM) {
        return simulated::simulation().network().open();
    }
    simulated::simulation().tell_denied(family == AF_UNIX    ? "socket AF_UNIX"
                                        : family == AF_INET6 ? "socket AF_INET6"
                                                             : "socket");
    return simulated::fail(EAFNOSUPPORT);
}

int bind(int descriptor, const sockaddr* address, socklen_t size) noexcept {
    sockaddr_in wanted{};
    std::memcpy(&wanted, address, size < sizeof wanted ? size : sizeof wanted);
    simulated::simulation().network().bind(descriptor, ntohs(wanted.sin_port));
    return 0;
}

int setsockopt(int, int, int, const void*, socklen_t) noexcept {
    return 0;
}

int recvmmsg(int descriptor, mmsghdr* messages, unsigned count, int, timespec*) {
    return simulated::simulation().network().receive(descriptor, messages, count);
}

int sendmmsg(int, mmsghdr* messages, unsigned count, int) {
    return simulated::simulation().network().send(messages, count);
}

int close(int descriptor) {
    static const auto kReal = simulated::real<int(int)>("close");
    simulated::simulation().network().close(descriptor);
    simulated::world().forget_timer(descriptor);
    return kReal(descriptor);
}

int shmget(key_t key, size_t size, int) noexcept {
    const std::int32_t unit = key - simulated::SharedMemory::kFirstKey;
    if (unit < 0 || unit > 255) {
        return simulated::fail(ENOENT);
    }
    return size > sizeof(simulated::SharedMemory::Segment) ? simulated::fail(EINVAL) : unit;
}

void* shmat(int unit, const void*, int) noexcept {
    return simulated::simulation().memory().unit(unit).data();
}

int shmdt(const void*) noexcept {
    return 0;
}

int getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**) {
    simulated::simulation().tell_denied("getaddrinfo");
    return EAI_FAIL;
}

int pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*) noexcept {
    simulated::simulation().tell_denied("pthread_create");
    return EAGAIN;
}

}  // extern "C"
#pragma GCC visibility pop
