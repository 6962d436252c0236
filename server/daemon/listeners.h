#pragma once

#include <memory>
#include <vector>

#include "server/daemon/configuration.h"
#include "server/daemon/log.h"
#include "server/daemon/udp_port.h"

namespace tokimori {

/// All ports of all workers: every worker has one of its own for every address.
class Listeners {
public:
    /// `workers` ≥ 1: how many sockets each address needs. `tells_departures`: as in UdpPort. IPv6 clients of which so
    /// many bits are equal come to one worker.
    Listeners(std::size_t workers, bool tells_departures, int ipv6_prefix)
        : workers_{workers}, tells_departures_{tells_departures}, ipv6_prefix_{ipv6_prefix} {}

    /// Opens what is new in `addresses`, keeps what is open already and forgets the rest; all addresses and single ones
    /// may be open beside each other. An address family that this host does not have is a warning. Throws
    /// std::runtime_error with a sentence, and changes nothing, where an address cannot be opened.
    void open(const std::vector<ListenAddress>& addresses, Log& log, LocalInstant now);

    /// The ports of one worker.
    std::vector<std::shared_ptr<UdpPort>> ports_of(std::size_t worker) const;

private:
    using PortSet = std::vector<std::shared_ptr<UdpPort>>;  // one per worker, all of one address

    /// Those of ours that hold one address of `address`, or of which it is one.
    PortSet ports_beside(const ListenAddress& address, const std::vector<PortSet>& next) const;
    PortSet open_address(const ListenAddress& address, const PortSet& beside, bool& steered) const;

    std::size_t workers_;
    bool tells_departures_;
    int ipv6_prefix_;
    std::vector<PortSet> sets_;
};

}  // namespace tokimori
