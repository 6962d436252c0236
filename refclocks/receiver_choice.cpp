#include "refclocks/receiver_choice.h"

#include <chrono>
#include <utility>

namespace tokimori {
namespace {

// Shorter than pulses are numbered without sentences, longer than a receiver pauses between two fixes.
constexpr Duration kPatience = std::chrono::seconds{5};

}  // namespace

void ReceiverChoice::hear(const std::string& receiver, LocalInstant now) {
    followed_ = followed_.value_or(receiver);
    if (receiver == *followed_) {
        heard_ = now;
        gone_ = false;
    }
}

std::optional<ReceiverChoice::Change> ReceiverChoice::vouch(const std::string& receiver, LocalInstant now) {
    hear(receiver, now);
    std::optional<Change> change;
    if (receiver != *followed_) {
        const std::optional<Fault> found = fault(now);
        if (!found) {
            return std::nullopt;
        }
        change = Change{std::exchange(*followed_, receiver), receiver, *found};
        heard_ = now;
        gone_ = false;
    }
    vouched_ = now;
    return change;
}

void ReceiverChoice::lose(const std::string& receiver) {
    gone_ = gone_ || followed_ == receiver;
}

std::optional<ReceiverChoice::Fault> ReceiverChoice::fault(LocalInstant now) const {
    if (gone_) {
        return Fault::kGone;
    }
    if (vouched_ && now - *vouched_ < kPatience) {
        return std::nullopt;
    }
    return now - heard_ < kPatience ? Fault::kNoFix : Fault::kSilent;
}

}  // namespace tokimori
