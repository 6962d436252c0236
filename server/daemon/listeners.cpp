#include "server/daemon/listeners.h"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace tokimori {

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
            next.push_back(open_address(address, steered));
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

Listeners::PortSet Listeners::open_address(const ListenAddress& address, bool& steered) const {
    const bool shared = workers_ > 1;
    // Shared ports would silently share with a second server, too: the first try finds out whether the port is free.
    PortSet set{std::make_shared<UdpPort>(address, UdpPort::Options{false, tells_departures_})};
    if (!shared) {
        return set;
    }
    set.clear();
    for (std::size_t i = 0; i < workers_; ++i) {
        set.push_back(std::make_shared<UdpPort>(address, UdpPort::Options{true, tells_departures_}));
    }
    steered = set.back()->steer_by_source(workers_) && steered;
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
