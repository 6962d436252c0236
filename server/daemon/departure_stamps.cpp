#include "server/daemon/departure_stamps.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>

#include <algorithm>
#include <cstring>

#include "server/daemon/datagram_control.h"

namespace tokimori {
namespace {

constexpr std::size_t kAtOnce = 8;
// A link-layer header, one of IPv6 and one of UDP stand before the datagram.
constexpr std::size_t kLargestLooped = 256;
// Stamps come with sending, or from a queue soon after; some drivers make none.
constexpr int kPatience = 8;

std::optional<std::int64_t> software_stamp(msghdr& message) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPING) {
            return nanoseconds_at(CMSG_DATA(part));
        }
    }
    return std::nullopt;
}

/// What the kernel hands back, in one call.
struct Looped {
    std::array<mmsghdr, kAtOnce> messages{};
    std::array<iovec, kAtOnce> parts{};
    std::array<std::array<std::byte, kLargestLooped>, kAtOnce> octets;
    struct alignas(cmsghdr) Control {
        std::array<std::byte, kControlSize> octets;
    };
    std::array<Control, kAtOnce> control;

    std::size_t read(int descriptor) {
        for (std::size_t i = 0; i < kAtOnce; ++i) {
            parts[i] = {octets[i].data(), kLargestLooped};
            msghdr& message = messages[i].msg_hdr;
            message = {};
            message.msg_iov = &parts[i];
            message.msg_iovlen = 1;
            message.msg_control = &control[i];
            message.msg_controllen = kControlSize;
        }
        const int count = recvmmsg(descriptor, messages.data(), kAtOnce, MSG_ERRQUEUE | MSG_DONTWAIT, nullptr);
        return count > 0 ? static_cast<std::size_t>(count) : 0;
    }
};

}  // namespace

std::optional<DepartureStamps> DepartureStamps::of(int descriptor) {
    const int flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE;
    if (setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) != 0) {
        return std::nullopt;
    }
    return DepartureStamps{descriptor};
}

DepartureStamps::DepartureStamps(int descriptor) : descriptor_{descriptor} {}

void DepartureStamps::ask_for(msghdr& message, std::span<const std::byte> octets, std::uint64_t token) {
    if (octets.size() > kLargest) {
        return;
    }
    constexpr std::uint32_t kOfDeparture = SOF_TIMESTAMPING_TX_SOFTWARE;
    static_assert(CMSG_SPACE(sizeof kOfDeparture) <= kControlRoom);
    auto* const part =
        reinterpret_cast<cmsghdr*>(static_cast<std::byte*>(message.msg_control) + message.msg_controllen);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SO_TIMESTAMPING;
    part->cmsg_len = CMSG_LEN(sizeof kOfDeparture);
    std::memcpy(CMSG_DATA(part), &kOfDeparture, sizeof kOfDeparture);
    message.msg_controllen += CMSG_SPACE(sizeof kOfDeparture);

    Awaited& place = awaiting_[next_];
    next_ = (next_ + 1) % kMost;
    awaited_ += place.size == 0 ? 1 : 0;
    std::copy(octets.begin(), octets.end(), place.octets.begin());
    place.size = octets.size();
    place.token = token;
    calls_in_vain_ = 0;
}

std::span<const DepartureStamps::Departed> DepartureStamps::collect() {
    found_ = 0;
    Looped looped;
    std::size_t count = 0;
    do {
        count = looped.read(descriptor_);
        for (std::size_t i = 0; i < count; ++i) {
            if (const auto stamp = software_stamp(looped.messages[i].msg_hdr)) {
                recognise({looped.octets[i].data(), looped.messages[i].msg_len}, *stamp);
            }
        }
    } while (count == kAtOnce && found_ < kMost);
    calls_in_vain_ = found_ > 0 ? 0 : calls_in_vain_ + 1;
    if (calls_in_vain_ >= kPatience) {
        give_up();
    }
    return {departed_.data(), found_};
}

void DepartureStamps::recognise(std::span<const std::byte> looped, std::int64_t stamp) {
    for (Awaited& one : awaiting_) {
        const bool same = one.size > 0 && one.size <= looped.size() && found_ < kMost &&
                          std::equal(one.octets.begin(), one.octets.begin() + static_cast<std::ptrdiff_t>(one.size),
                                     looped.end() - static_cast<std::ptrdiff_t>(one.size));
        if (same) {
            departed_[found_++] = {one.token, stamp};
            one.size = 0;
            --awaited_;
            return;
        }
    }
}

void DepartureStamps::give_up() {
    for (Awaited& one : awaiting_) {
        one.size = 0;
    }
    awaited_ = 0;
    calls_in_vain_ = 0;
}

}  // namespace tokimori
