#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "refclocks/counter.h"
#include "refclocks/refclock.h"
#include "server/daemon/poll_record.h"
#include "server/ntp/key_ring.h"
#include "server/ntp/poll_schedule.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// What all upstream servers share, and a reload may change.
struct UpstreamCommons {
    std::shared_ptr<const KeyRing> keys = nullptr;  ///< null: none
    std::vector<std::uint16_t> own_ports = {};      ///< on which we answer: at our own addresses we do not ask there
    PollRecord* polls = nullptr;                    ///< who was asked when, over restarts; null: forgotten
};

/// Whom to ask, and how.
struct UpstreamSettings {
    std::string host = {};  ///< a name, or an address in numbers
    std::uint16_t port = 123;
    std::uint32_t key = 0;  ///< 0: not authenticated
    PollPolicy poll = {};
};

/// Another NTP server as a source: asks it, judges what it says (`server/ntp/client_exchange.h`), and reports an
/// `OffsetSample` for each reply that can be believed, and a `ServerReply` for each. One address of its name is asked;
/// when that fails, the next. Each request goes from a port of its own. Clock thread only; names are looked up without
/// blocking it.
class Upstream : public Refclock {
public:
    /// All must outlive the object.
    Upstream(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
             UpstreamSettings settings, const UpstreamCommons& commons);
    ~Upstream() override;

    void start() override;
    void stop() override;
    void ask_soon() override;

private:
    class Client;
    std::shared_ptr<Client> client_;
};

}  // namespace tokimori
