#pragma once

#include "leap/instant.h"

namespace tokimori {

/// A file descriptor that is closed at the end of its block.
class Descriptor {
public:
    explicit Descriptor(int number) : number_{number} {}
    ~Descriptor();
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int number() const { return number_; }

private:
    int number_;
};

/// A span of time that begins when this is made, by the kernel's timer: nobody here reads a clock.
class TimeLimit {
public:
    explicit TimeLimit(Duration span);

    /// Waits until `what` (of poll(2)) can be done with a file; false once the time is over, or where waiting fails.
    bool wait(int file, short what) const;

private:
    Descriptor timer_;
};

}  // namespace tokimori
