#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tokimori {

/// When chosen datagrams of a socket left the host: the kernel's software transmit stamps. The kernel hands each back
/// on the error queue with the whole datagram, and by that it is recognised. What no stamp comes for is forgotten. No
/// memory is taken after the constructor. One thread at a time.
class DepartureStamps {
public:
    static constexpr std::size_t kMost = 32;         ///< awaited at once
    static constexpr std::size_t kLargest = 80;      ///< octets of a datagram
    static constexpr std::size_t kControlRoom = 24;  ///< octets `ask_for` adds

    /// Stamps of `descriptor` in both directions, those of arrival as SCM_TIMESTAMPING. nullopt where the kernel
    /// cannot.
    static std::optional<DepartureStamps> of(int descriptor);

    /// Of a message that is to be sent: asks the kernel for its stamp, and remembers its octets. Its control messages
    /// must have kControlRoom octets of room behind them. `token` is given back with the stamp.
    void ask_for(msghdr& message, std::span<const std::byte> octets, std::uint64_t token);

    /// Whether a stamp may still come.
    bool awaited() const { return awaited_ > 0; }

    struct Departed {
        std::uint64_t token = 0;
        std::int64_t stamp = 0;  ///< CLOCK_REALTIME, POSIX nanoseconds
    };
    /// The stamps that came since the last call; never waits. Valid until the next call.
    std::span<const Departed> collect();

private:
    struct Awaited {
        std::array<std::byte, kLargest> octets{};
        std::size_t size = 0;  ///< 0: none
        std::uint64_t token = 0;
    };
    explicit DepartureStamps(int descriptor);
    void recognise(std::span<const std::byte> looped, std::int64_t stamp);
    void give_up();

    int descriptor_;
    std::size_t awaited_ = 0;
    std::size_t next_ = 0;  // the place of the oldest
    int calls_in_vain_ = 0;
    std::size_t found_ = 0;
    std::array<Departed, kMost> departed_{};
    std::array<Awaited, kMost> awaiting_{};
};

}  // namespace tokimori
