#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "web/control_request.h"
#include "web/served_time.h"
#include "web/web_settings.h"

namespace boost::asio {
class io_context;
}

namespace tokimori::web {

/// Asks the daemon once a second, however many look on: for its status on the control socket, for the time by NTP. On
/// the thread of `io`.
class Watch {
public:
    /// `news` is called after each status, or after the lack of one.
    Watch(boost::asio::io_context& io, const WebSettings& settings, std::function<Instant()> now,
          std::function<void()> news);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    void start();

    /// The newest status; without members where the last question had no answer.
    const DaemonReply& latest() const;
    /// Since when it is true.
    Instant heard() const;
    std::optional<UnixNanoseconds> served_time() const;

    /// Another question, such as `clients`. It has a connection of its own: however much is asked there, the status
    /// never waits for it.
    void ask(const std::string& name, const std::string& more, std::function<void(DaemonReply)> done);

private:
    class Rounds;
    std::shared_ptr<Rounds> rounds_;
};

}  // namespace tokimori::web
