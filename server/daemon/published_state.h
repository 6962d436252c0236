#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "refclocks/counter.h"
#include "server/clock/server_state.h"

namespace tokimori {

/// A value written by one thread and read by many, without locks: a sequence lock made of atomic words. Readers never
/// make the writer wait; a reader that met a write reads again.
template <typename Value>
class Published {
    static_assert(std::is_trivially_copyable_v<Value>);

public:
    explicit Published(const Value& value) { write(value); }

    /// One thread only.
    void write(const Value& value) {
        std::array<std::uint64_t, kWords> image{};
        std::memcpy(image.data(), &value, sizeof(Value));
        const std::uint64_t sequence = sequence_.load(std::memory_order_relaxed);
        sequence_.store(sequence + 1, std::memory_order_relaxed);
        // Each release store keeps the odd number before it: who sees a new word sees that it is being written.
        for (std::size_t i = 0; i < kWords; ++i) {
            words_[i].store(image[i], std::memory_order_release);
        }
        sequence_.store(sequence + 2, std::memory_order_release);
    }

    /// Any thread.
    Value read() const {
        std::array<std::uint64_t, kWords> image{};
        std::uint64_t before = 0;
        do {
            before = sequence_.load(std::memory_order_acquire);
            for (std::size_t i = 0; i < kWords; ++i) {
                image[i] = words_[i].load(std::memory_order_acquire);
            }
        } while (before % 2 != 0 || sequence_.load(std::memory_order_relaxed) != before);
        Value value;
        std::memcpy(static_cast<void*>(&value), image.data(), sizeof(Value));
        return value;
    }

private:
    static constexpr std::size_t kWords = (sizeof(Value) + 7) / 8;

    alignas(64) std::atomic<std::uint64_t> sequence_{0};
    std::array<std::atomic<std::uint64_t>, kWords> words_{};
};

/// What the clock thread tells the workers.
struct PublishedClock {
    ServerState state;
    Duration asleep{};  ///< how long the host had slept since its boot when `state` held

    /// For one who finds that the host has slept for `asleep_now` in all. If that is more, the counter stood still
    /// meanwhile: the time is not known until the clock thread, woken up itself, says otherwise.
    void hold_against(Duration asleep_now) {
        if (Counter::slept_between(asleep, asleep_now)) {
            state.valid_until = LocalInstant::min();
        }
    }
};
using PublishedState = Published<PublishedClock>;

}  // namespace tokimori
