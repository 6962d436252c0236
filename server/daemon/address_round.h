#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "leap/instant.h"
#include "server/daemon/upstream_socket.h"

namespace tokimori {

/// Addresses in numbers, with the interfaces of link-local ones; what is none is passed over.
std::vector<ReachedAddress> reached_addresses(const std::vector<std::string>& texts);

/// The addresses of a server's name, of which one is asked at a time. One that refuses us, or that is ourselves, is
/// left out for a day as long as there are others; it is remembered when the name is looked up anew. Clock thread only.
class AddressRound {
public:
    /// What the name means at `now`.
    void begin(std::vector<ReachedAddress> found, LocalInstant now);
    void forget() { addresses_.clear(); }

    bool empty() const { return addresses_.empty(); }
    std::size_t size() const { return addresses_.size(); }
    /// Whose turn it is. Not empty.
    const ReachedAddress& current() const { return addresses_[at_]; }
    /// The next one's turn. False where that was the last: it is the first one's again.
    bool pass();
    /// Leaves the current one out: it is the next one's turn. False where there is no other; then nothing changes.
    bool leave_out(LocalInstant now);

private:
    std::vector<ReachedAddress> addresses_;
    std::vector<std::pair<ReachedAddress, LocalInstant>> left_out_;
    std::size_t at_ = 0;
};

}  // namespace tokimori
