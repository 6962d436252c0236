#pragma once

#include <functional>
#include <memory>

#include "web/served_time.h"
#include "web/web_settings.h"

namespace boost::asio {
class io_context;
}

namespace tokimori::web {

/// Asks the NTP server on this host for the time that it serves. On the thread of `io`.
class NtpAsker {
public:
    using Heard = std::function<void(const NtpAnswer& answer, Instant asked, Instant heard)>;

    /// `now` reads the counter; `heard` gets each answer.
    NtpAsker(boost::asio::io_context& io, const NetworkAddress& server, std::function<Instant()> now, Heard heard);
    ~NtpAsker();
    NtpAsker(const NtpAsker&) = delete;
    NtpAsker& operator=(const NtpAsker&) = delete;

    /// Sends one request; an earlier one that was not answered is given up.
    void ask();

private:
    class Port;
    std::shared_ptr<Port> port_;
};

}  // namespace tokimori::web
