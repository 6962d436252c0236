#pragma once

#include <chrono>

#include "leap/instant.h"

namespace tokimori {

/// How late a stamp of an edge may be, always by about the same: no averaging finds such an error, so it belongs to the
/// declared uncertainty of every pulse or sample that is made from one.
/// A stamp that the kernel took in its interrupt handler: Raspberry Pi class boards are there within 5 µs.
constexpr Duration kKernelStampUncertainty = std::chrono::microseconds{5};
/// A stamp that came through a program which may have taken it itself, once it was woken up. Which of the two it was
/// neither gpsd's reports nor shared memory nor SOCK can tell.
constexpr Duration kProgramStampUncertainty = std::chrono::microseconds{50};
/// A stamp that a program took when it had read a sentence from a serial port: it reads this late at worst.
constexpr Duration kSentenceStampUncertainty = std::chrono::milliseconds{10};

}  // namespace tokimori
