#pragma once

#include <optional>
#include <string>

#include "leap/instant.h"

namespace tokimori {

/// Which of several receivers behind one program is followed: one at a time, the first that has the time, until it has
/// not had it for five seconds and another has. A receiver that comes back is not returned to as long as the other
/// serves. Pure.
class ReceiverChoice {
public:
    /// Why the one that was followed is not any more.
    enum class Fault { kSilent, kNoFix, kGone };
    struct Change {
        std::string from;
        std::string to;
        Fault fault = Fault::kSilent;
    };

    /// `receiver` says something, with the time or without. The first to speak is followed until one has the time.
    void hear(const std::string& receiver, LocalInstant now);
    /// `receiver` has the time. A change where it is followed from now on in place of another.
    std::optional<Change> vouch(const std::string& receiver, LocalInstant now);
    /// `receiver` was unplugged.
    void lose(const std::string& receiver);

    /// The one that is followed; nullopt before any spoke.
    const std::optional<std::string>& followed() const { return followed_; }

private:
    std::optional<Fault> fault(LocalInstant now) const;

    // Of the one that is followed.
    std::optional<std::string> followed_;
    LocalInstant heard_;
    std::optional<LocalInstant> vouched_;
    bool gone_ = false;
};

}  // namespace tokimori
