#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "refclocks/counter.h"
#include "server/clock/server_state.h"

namespace tokimori {

/// A value written by one thread and read by many, without locks: a latch of two copies, of which one is written while
/// the other is read. Nobody waits for anybody: a reader reads again only if a whole write came to its end meanwhile,
/// so a writer that stands still in the middle of one, or dies, leaves what was before.
///
/// `Word` is an atomic number of 64 bits.
template <typename Value, typename Word = std::atomic<std::uint64_t>>
class Published {
    static_assert(std::is_trivially_copyable_v<Value>);

public:
    explicit Published(const Value& value) { write(value); }

    /// One thread only.
    void write(const Value& value) {
        std::array<std::uint64_t, kWords> image{};
        std::memcpy(image.data(), &value, sizeof(Value));
        const std::uint64_t next = writes_.load(std::memory_order_relaxed) + 1;
        Copy& copy = copies_[next % 2];
        for (std::size_t i = 0; i < kWords; ++i) {
            copy[i].store(image[i], std::memory_order_release);
        }
        writes_.store(next, std::memory_order_release);
    }

    /// Any thread.
    //
    // Who acquires the number N sees all words of write N. He may see words of write N + 2 among them, which goes into
    // the same copy; that began after N + 1 was told, and by its release and our acquire of such a word we see that
    // number, or a later one, afterwards: then none counts. Words that are relaxed would allow a look at the number
    // before the words; so could fences, but ThreadSanitizer does not understand those.
    Value read() const {
        std::array<std::uint64_t, kWords> image{};
        std::uint64_t before = 0;
        do {
            before = writes_.load(std::memory_order_acquire);
            const Copy& copy = copies_[before % 2];
            for (std::size_t i = 0; i < kWords; ++i) {
                image[i] = copy[i].load(std::memory_order_acquire);
            }
        } while (writes_.load(std::memory_order_relaxed) != before);
        Value value;
        std::memcpy(static_cast<void*>(&value), image.data(), sizeof(Value));
        return value;
    }

private:
    static constexpr std::size_t kWords = (sizeof(Value) + 7) / 8;
    using Copy = std::array<Word, kWords>;

    alignas(64) Word writes_{};  ///< how many are complete: the last is in the copy of that number modulo 2
    std::array<Copy, 2> copies_{};
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
