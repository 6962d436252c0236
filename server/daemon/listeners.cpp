#include "server/daemon/listeners.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace tokimori {
namespace {

using Ports = std::vector<std::shared_ptr<UdpPort>>;

bool is_all_addresses(const ListenAddress& listen) {
    return listen.address == "0.0.0.0" || listen.address == "::";
}

/// Whether one holds the other.
bool overlap(const ListenAddress& one, const ListenAddress& other) {
    return one.port == other.port && is_v6(one) == is_v6(other) && one.address != other.address &&
           (is_all_addresses(one) || is_all_addresses(other));
}

void set_shared(const Ports& ports, int shared) {
    for (const std::shared_ptr<UdpPort>& port : ports) {
        setsockopt(port->descriptor(), SOL_SOCKET, SO_REUSEPORT, &shared, sizeof shared);
    }
}

/// As long as it exists, another socket may be bound beside those of `ports`, which share with none otherwise.
class Sharing {
public:
    explicit Sharing(Ports ports) : ports_{std::move(ports)} { set_shared(ports_, 1); }
    ~Sharing() { set_shared(ports_, 0); }
    Sharing(const Sharing&) = delete;
    Sharing& operator=(const Sharing&) = delete;

private:
    Ports ports_;
};

}  // namespace

void Listeners::open(const std::vector<ListenAddress>& addresses, Log& log, LocalInstant now) {
    std::vector<PortSet> next;
    bool steered = true;
    for (const ListenAddress& address : addresses) {
        const auto known = std::find_if(sets_.begin(), sets_.end(),
                                        [&](const PortSet& set) { return set.front()->address() == address; });
        if (known != sets_.end()) {
            next.push_back(*known);
            continue;
        }
        try {
            next.push_back(open_address(address, ports_beside(address, next), steered));
        } catch (const std::system_error& failure) {
            const std::string why = explain_listen_failure(address, failure.code().value());
            if (failure.code().value() != EAFNOSUPPORT) {
                throw std::runtime_error{why};
            }
            log.write(now, LogLevel::kWarning, "address_family_absent", {{"what", why}});
        }
    }
    if (!steered) {
        log.write(now, LogLevel::kWarning, "clients_not_steered",
                  {{"what",
                    "this kernel cannot send a client to the same worker always (SO_ATTACH_REUSEPORT_CBPF), so each "
                    "worker limits it for itself; server.workers = 1 avoids that"}});
    }
    if (next.empty()) {
        throw std::runtime_error{"no address to listen on is left; set server.listen"};
    }
    sets_ = std::move(next);
}

Listeners::PortSet Listeners::ports_beside(const ListenAddress& address, const std::vector<PortSet>& next) const {
    PortSet beside;
    for (const std::vector<PortSet>* const sets : {&sets_, &next}) {
        for (const PortSet& set : *sets) {
            if (overlap(address, set.front()->address())) {
                beside.insert(beside.end(), set.begin(), set.end());
            }
        }
    }
    return beside;
}

Listeners::PortSet Listeners::open_address(const ListenAddress& address, const PortSet& beside, bool& steered) const {
    const bool alone = workers_ == 1;
    // Shared ports would silently share with a second server, too: the first try finds out whether the port is free.
    // Where ports of ours stand in the way it is, but for single addresses that another server holds.
    if (beside.empty()) {
        PortSet first{std::make_shared<UdpPort>(address, UdpPort::Options{.tells_departures = tells_departures_})};
        if (alone) {
            return first;
        }
    }
    const Sharing sharing{alone ? beside : PortSet{}};
    PortSet set;
    for (std::size_t i = 0; i < workers_; ++i) {
        const UdpPort::Options options{.shared = true, .tells_departures = tells_departures_, .leaves_to_first = i > 0};
        set.push_back(std::make_shared<UdpPort>(address, options));
    }
    if (alone) {
        set_shared(set, 0);
    } else {
        steered = set.back()->steer_by_source(workers_, ipv6_prefix_) && steered;
    }
    return set;
}

std::vector<std::shared_ptr<UdpPort>> Listeners::ports_of(std::size_t worker) const {
    std::vector<std::shared_ptr<UdpPort>> ports;
    for (const PortSet& set : sets_) {
        ports.push_back(set[worker]);
    }
    return ports;
}

}  // namespace tokimori
