#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tokimori::web {

/// Who watches the live stream: each event is made once and given to all. Pure.
class LiveHub {
public:
    using Event = std::shared_ptr<const std::string>;
    /// Takes an event; false where the viewer is gone. Null: no other one comes.
    using Viewer = std::function<bool(const Event& event)>;

    /// Viewers at once, and of them with the same credential.
    static constexpr std::size_t kMost = 64;
    static constexpr std::size_t kMostOfOne = 8;

    /// Whether there is no seat for another one who comes by this credential.
    bool is_full(const std::string& credential) const;
    std::size_t size() const { return viewers_.size(); }

    /// `credential`: the digest of the session or token without which the viewer is sent away. False where it is full.
    bool join(std::string credential, Viewer viewer);

    /// Gives `event` to everybody whose credential lives; the others get `farewell` as their last one.
    void tell(const Event& event, const Event& farewell, const std::function<bool(const std::string&)>& lives);

private:
    struct Seat {
        std::string credential;
        Viewer viewer;
    };
    std::vector<Seat> viewers_;
};

/// An event of a stream of server-sent events (HTML standard, section 9.2); `data` is one line.
LiveHub::Event live_event(const std::string& name, const std::string& data);

}  // namespace tokimori::web
