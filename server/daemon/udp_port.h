#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "server/daemon/configuration.h"
#include "server/daemon/datagram_control.h"
#include "server/daemon/departure_stamps.h"
#include "server/daemon/reply_pace.h"

namespace tokimori {

/// One UDP socket: batches in, batches out, replies from the address that was asked. The only file that speaks to
/// sockets. One thread at a time.
class UdpPort {
public:
    static constexpr std::size_t kBatch = 16;  ///< received together at most; sent so only while it is behind
    static constexpr int kPatience = 64;       ///< full batches, less others, that mean that it is behind

    /// `shared`: several workers each open the same address (SO_REUSEPORT). `tells_departures`: where the kernel can.
    /// `leaves_to_first`: broadcast and multicast, which come to each of these, are for another of them.
    struct Options {
        bool shared = false;
        bool tells_departures = false;
        bool leaves_to_first = false;
    };
    /// Opens and binds. Throws std::system_error.
    UdpPort(const ListenAddress& address, const Options& options);
    ~UdpPort();
    UdpPort(const UdpPort&) = delete;
    UdpPort& operator=(const UdpPort&) = delete;

    /// Of `ports` open sockets that share this address, chooses by the address of the client, of IPv6 by so many bits:
    /// each client always comes to the same one, in the order in which they were opened. False where the kernel cannot.
    bool steer_by_source(std::size_t ports, int ipv6_prefix = 128);

    int descriptor() const { return descriptor_; }
    const ListenAddress& address() const { return address_; }

    /// Whatever waits, at most `kBatch`; empty if nothing does. Valid until the next call. `visit` is called with each
    /// as soon as it is read.
    template <typename Visit>
    std::span<Datagram> receive(const Visit& visit) {
        const std::span<Datagram> batch{datagrams_.data(), fetch()};
        using Hears = DatagramReader::Hears;
        switch (reader_->hears()) {
            case Hears::kV4:
                read<Hears::kV4>(batch, visit);
                break;
            case Hears::kV4AtAny:
                read<Hears::kV4AtAny>(batch, visit);
                break;
            case Hears::kV6:
                read<Hears::kV6>(batch, visit);
                break;
        }
        return leaves_to_first_ ? without_those_for_all(batch) : batch;
    }

    /// How many datagrams `receive` has left to the first of the ports that share the address.
    std::uint64_t left() const { return left_; }

    /// Whether datagrams have been coming faster than they are taken: of late batches were full, and there were more of
    /// them than a socket of usual size keeps for one who had no processor for a while.
    bool is_behind() const { return backlog_ >= kPatience; }

    /// Whether `receive` would find anything now.
    bool has_waiting() const;

    /// Queues a reply to one of those received last. `octets` must live until `flush`, and may change until then.
    void reply(Datagram& datagram, std::span<const std::byte> octets);
    /// Of a reply that is queued and will not change any more (the first is 0), asks when it will have left; `departed`
    /// will give `token` back.
    void ask_for_departure(std::size_t reply, std::uint64_t token);
    std::size_t queued() const { return static_cast<std::size_t>(next_reply_ - replies_.data()); }
    /// Sends what is queued. What the kernel will not take is dropped: UDP promises no more. Whether it took all.
    bool flush();

    /// At which those that it sends together are stamped.
    ReplyPace& pace() { return pace_; }

    /// The departures asked for that are known by now; never waits. Valid until the next call.
    std::span<const DepartureStamps::Departed> departed();
    bool awaits_departures() const { return departures_ && departures_->awaited(); }

private:
    struct Buffers;

    template <DatagramReader::Hears kHears, typename Visit>
    void read(std::span<Datagram> batch, const Visit& visit) {
        const DatagramReader reader = *reader_;
        mmsghdr* received = received_.data();
        for (Datagram& datagram : batch) {
            reader.read<kHears>(*received++, datagram);
            visit(datagram);
        }
    }

    void prepare(std::size_t slot, std::uint32_t address_size);
    std::size_t fetch();
    std::span<Datagram> without_those_for_all(std::span<Datagram> batch);

    ListenAddress address_;
    int descriptor_ = -1;
    bool leaves_to_first_ = false;
    std::uint64_t left_ = 0;
    int backlog_ = 0;  ///< batches that were full, less those that were not; 0 … 2 kPatience
    ReplyPace pace_;
    std::optional<DatagramReader> reader_;  ///< from when it is known what the kernel tells
    // What every datagram goes through; where it points to lies in the buffers.
    std::array<mmsghdr, kBatch> received_{};
    std::array<mmsghdr, kBatch> replies_{};
    mmsghdr* next_reply_ = replies_.data();
    std::array<Datagram, kBatch> datagrams_;
    std::unique_ptr<Buffers> buffers_;
    std::optional<DepartureStamps> departures_;
};

/// Whether it is an address of IPv6, else of IPv4.
bool is_v6(const ListenAddress& listen);

/// A sentence for the operator: why this address cannot be opened, and what helps.
std::string explain_listen_failure(const ListenAddress& address, int error);

}  // namespace tokimori
