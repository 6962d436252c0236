#include "server/daemon/system_clock.h"

#include <fmt/format.h>
#include <sys/timex.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "leap/leap_vote.h"

namespace tokimori {
namespace {

constexpr unsigned kOtherLoops = STA_PLL | STA_FLL | STA_PPSFREQ | STA_PPSTIME;

Duration microseconds(std::int64_t count) {
    return std::chrono::microseconds{count};
}

// Bounds are rounded up.
long microseconds_from(Duration span) {
    return static_cast<long>(std::chrono::ceil<std::chrono::microseconds>(span).count());
}

KernelLeapState state_from(int returned) {
    switch (returned) {
        case TIME_OK:
            return KernelLeapState::kOk;
        case TIME_INS:
            return KernelLeapState::kInsert;
        case TIME_DEL:
            return KernelLeapState::kDelete;
        case TIME_OOP:
            return KernelLeapState::kOops;
        case TIME_WAIT:
            return KernelLeapState::kWait;
        default:
            return KernelLeapState::kUnknown;
    }
}

KernelClock kernel_clock_from(const timex& told, int returned) {
    const auto status = static_cast<unsigned>(told.status);
    return {.rate = {told.freq, told.tick},
            .insert = (status & STA_INS) != 0,
            .remove = (status & STA_DEL) != 0,
            .unsynchronised = (status & STA_UNSYNC) != 0,
            .has_other_loop = (status & kOtherLoops) != 0 || told.offset != 0,
            .state = state_from(returned),
            .max_error = microseconds(told.maxerror),
            .estimated_error = microseconds(told.esterror),
            .tai_minus_utc = told.tai};
}

int status_of(const KernelAdjustment& adjustment) {
    int status = adjustment.unsynchronised ? STA_UNSYNC : 0;
    if (adjustment.leap != LeapKind::kNone) {
        status |= adjustment.leap == LeapKind::kInsert ? STA_INS : STA_DEL;
    }
    return status;
}

timex request_from(const KernelAdjustment& adjustment) {
    timex request{};
    request.modes = ADJ_FREQUENCY | ADJ_TICK | ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR;
    request.freq = static_cast<long>(adjustment.rate.frequency);
    request.tick = static_cast<long>(adjustment.rate.tick);
    request.status = status_of(adjustment);
    request.maxerror = microseconds_from(adjustment.max_error);
    request.esterror = microseconds_from(adjustment.estimated_error);
    if (adjustment.tai_minus_utc) {
        request.modes |= ADJ_TAI;
        request.constant = *adjustment.tai_minus_utc;
    }
    if (adjustment.step != Duration::zero()) {
        request.modes |= ADJ_SETOFFSET;
        // The kernel takes a negative step as whole seconds less a fraction that is not.
        const auto seconds = std::chrono::floor<std::chrono::seconds>(adjustment.step);
        request.time.tv_sec = static_cast<time_t>(seconds.count());
        request.time.tv_usec = static_cast<suseconds_t>((adjustment.step - seconds) / std::chrono::microseconds{1});
    }
    return request;
}

HostClocks host_clocks_from(const ClockReading& reading) {
    return {.local = LocalInstant{Duration{reading.raw}},
            .realtime = reading.realtime,
            .monotonic = reading.monotonic,
            .boottime = reading.boottime,
            .width = Duration{reading.width}};
}

// What the operator reads of an event.
struct Message {
    LogLevel level = LogLevel::kInfo;
    std::string_view event;
    std::string_view what;
};

Message message_for(FollowerEvent::Kind kind) {
    using Kind = FollowerEvent::Kind;
    switch (kind) {
        case Kind::kSet:
            return {LogLevel::kWarning, "system_clock_set", "the clock of this host was set to the time we serve"};
        case Kind::kMoved:
            return {LogLevel::kWarning, "system_clock_moved",
                    "another program set the clock of this host; we serve the right time and mend the clock: find the "
                    "program and stop it"};
        case Kind::kSteered:
            return {
                LogLevel::kWarning, "system_clock_contested",
                "another program steers the clock of this host, as chronyd, ntpd or systemd-timesyncd do; stop it, or "
                "set system_clock = \"leave\""};
        case Kind::kFollowing:
            return {LogLevel::kInfo, "system_clock", "the clock of this host follows"};
        case Kind::kFarOff:
            return {LogLevel::kWarning, "system_clock",
                    "the clock of this host is far off and is only slewed, by 500 us a second; a restart sets it, or "
                    "system_clock_step = \"always\", but neither while it is off by no more than served time itself "
                    "may be"};
        case Kind::kUnsynchronised:
            return {LogLevel::kWarning, "system_clock",
                    "the clock of this host is left to itself, as not synchronised"};
        case Kind::kLeapArmed:
            return {LogLevel::kInfo, "system_clock_leap",
                    "the kernel is told of the leap second at the end of this UTC day"};
        case Kind::kLeapWithdrawn:
            return {LogLevel::kWarning, "system_clock_leap",
                    "the kernel was told of a leap second that is not due; withdrawn"};
        case Kind::kLeapDone:
            return {LogLevel::kInfo, "system_clock_leap", "the kernel carried out the leap second"};
        case Kind::kLeapMissed:
            return {LogLevel::kWarning, "system_clock_leap",
                    "the kernel did not carry out the leap second; the clock is set"};
    }
    return {};
}

}  // namespace

int adjust_kernel_clock(timex& call) {
    const int state = clock_adjtime(CLOCK_REALTIME, &call);
    return state < 0 ? -errno : state;
}

SystemClock::SystemClock(Counter& counter, Log& log, AdjustKernelClock adjust)
    : counter_{counter}, log_{log}, adjust_{std::move(adjust)} {}

SystemClock::~SystemClock() = default;

void SystemClock::configure(const Configuration& configuration, const ServerState& state) {
    const bool steers = steers_system_clock(configuration);
    if (!steers) {
        release(state);
        state_ = State::kLeft;
        return;
    }
    const Follower::Settings settings{.steps_at_start = configuration.system_clock_step != SystemClockStep::kNever,
                                      .steps_later = configuration.system_clock_step == SystemClockStep::kAlways,
                                      .step_threshold = configuration.system_clock_step_threshold};
    if (state_ == State::kFollowed) {
        follower_.configure(settings);
    } else {
        follower_ = Follower{settings};
        state_ = State::kFollowed;
    }
}

void SystemClock::follow(const ClockReading& kept, const ServerState& state, const LeapTable& table) {
    if (state_ != State::kFollowed) {
        return;
    }
    const std::optional<KernelClock> kernel = read();
    if (!kernel) {
        return;
    }
    const Follower::Answer answer = follower_.look(host_clocks_from(kept), *kernel, state, table);
    if (answer.adjustment && !make(*answer.adjustment)) {
        return;
    }
    for (const FollowerEvent& event : answer.events) {
        tell(event);
    }
}

void SystemClock::release(const ServerState& state) {
    if (state_ != State::kFollowed) {
        return;
    }
    if (const std::optional<KernelClock> kernel = read()) {
        if (const auto adjustment = follower_.release(*kernel, state)) {
            make(*adjustment);
        }
    }
}

bool SystemClock::request_step() {
    if (state_ == State::kFollowed) {
        follower_.request_step();
    }
    return state_ == State::kFollowed;
}

std::optional<KernelClock> SystemClock::read() {
    timex request{};
    const std::optional<int> returned = call(request);
    return returned ? std::optional{kernel_clock_from(request, *returned)} : std::nullopt;
}

// Stamps of CLOCK_REALTIME are interpolated between readings, so one is kept on either side of the change.
bool SystemClock::make(const KernelAdjustment& adjustment) {
    if (adjustment.end_other_loops && !end_other_loops()) {
        return false;
    }
    timex request = request_from(adjustment);
    const std::optional<int> returned = call(request);
    if (!returned) {
        return false;
    }
    follower_.made(host_clocks_from(counter_.keep()), kernel_clock_from(request, *returned));
    return true;
}

// The kernel's PLL takes a new offset only while it is on; adjtime(3) is ended by another one.
bool SystemClock::end_other_loops() {
    timex loop{};
    loop.modes = ADJ_OFFSET | ADJ_STATUS;
    loop.status = STA_PLL | STA_UNSYNC;
    timex single_shot{};
    single_shot.modes = ADJ_OFFSET_SINGLESHOT;
    return call(loop) && call(single_shot);
}

std::optional<int> SystemClock::call(timex& request) {
    const int returned = adjust_(request);
    if (returned < 0) {
        forbid(-returned);
        return std::nullopt;
    }
    return returned;
}

void SystemClock::forbid(int error) {
    state_ = State::kForbidden;
    log_.write(counter_.now(), LogLevel::kError, "system_clock_forbidden",
               {{"why", std::strerror(error)},
                {"what",
                 "the clock of this host cannot be steered and is left alone; time is served all the same. Give the "
                 "service CAP_SYS_TIME (AmbientCapabilities=CAP_SYS_TIME), or set system_clock = \"leave\""}});
}

void SystemClock::tell(const FollowerEvent& event) {
    const Message message = message_for(event.kind);
    const LocalInstant now = counter_.now();
    if (event.leap != LeapKind::kNone) {
        log_.write(now, message.level, message.event, {{"leap", leap_kind_code(event.leap)}, {"what", message.what}});
    } else {
        log_.write(now, message.level, message.event, {{"by", event.amount}, {"what", message.what}});
    }
}

}  // namespace tokimori
