#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <random>

#include "tests/simulated_time/network.h"
#include "tests/simulated_time/script.h"
#include "tests/simulated_time/world.h"

namespace tokimori::simulated_time {

/// The segments of NTP shared memory, by unit; made when somebody first asks for them.
class SharedMemory {
public:
    using Segment = std::array<std::int32_t, 24>;
    static constexpr std::int32_t kFirstKey = 0x4e545030;

    Segment& unit(std::int32_t number) { return segments_[number]; }

private:
    std::map<std::int32_t, Segment> segments_;
};

/// Writes a record of mode 1 each second, stamped when the second begins and written a little later, as the layout for
/// a time_t of 64 bits has it. Calls an inserted second by the POSIX name of the one after it, as mktime does.
class Receiver : public Actor {
public:
    /// All must outlive the object.
    Receiver(ReceiverScript script, World& world, SharedMemory& memory);

    std::int64_t next() const override { return next_; }
    void act() override;

private:
    void hear_second();
    void write_record();

    ReceiverScript script_;
    World& world_;
    SharedMemory& memory_;
    std::mt19937_64 random_;
    std::normal_distribution<double> jitter_;
    std::int64_t next_ = 0;
    std::int64_t second_ = 0;
    std::int64_t stamp_ = 0;
    bool heard_ = false;
};

/// Asks for the time again and again, knows the true one, and writes a line for each reply:
///
///     reply TRUTH LEAP STRATUM REFID DISTANCE RECEIVED SENT
///
/// TRUTH is ns since launch, DISTANCE the root distance in ns (half the root delay and the root dispersion), RECEIVED
/// and SENT what is wrong with the two timestamps, in ns. `lost TRUTH` where no reply came before the next request.
/// With each request it looks at the clock of the host: `host TRUTH ERROR STATE STATUS TAI` is what is wrong with
/// CLOCK_REALTIME, in ns, and what adjtimex tells of it.
class Client : public Actor {
public:
    /// All must outlive the object.
    Client(const Script& script, World& world, Network& network, std::FILE* results);

    std::int64_t next() const override { return next_; }
    void act() override;

private:
    void look_at_host();
    void hear(const std::byte* octets, std::size_t size);

    World& world_;
    Network& network_;
    std::FILE* results_;
    std::uint16_t port_;
    std::int64_t interval_;
    std::int64_t next_;
    std::uint64_t number_ = 0;
    std::int64_t asked_ = 0;
    bool waiting_ = false;
};

/// Sets CLOCK_REALTIME, once.
class Stepper : public Actor {
public:
    Stepper(Step step, World& world) : step_{step}, world_{world} {}
    std::int64_t next() const override;
    void act() override;

private:
    Step step_;
    World& world_;
    bool done_ = false;
};

/// Suspends the host, once.
class Sleeper : public Actor {
public:
    Sleeper(Suspension suspension, World& world) : suspension_{suspension}, world_{world} {}
    std::int64_t next() const override;
    void act() override;

private:
    Suspension suspension_;
    World& world_;
    bool done_ = false;
};

/// Asks the program to end, by SIGTERM, once.
class Ender : public Actor {
public:
    explicit Ender(std::int64_t at) : at_{at} {}
    std::int64_t next() const override { return at_; }
    void act() override;

private:
    std::int64_t at_;
};

}  // namespace tokimori::simulated_time
