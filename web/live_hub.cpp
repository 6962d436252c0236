#include "web/live_hub.h"

#include <algorithm>
#include <utility>

namespace tokimori::web {

bool LiveHub::is_full(const std::string& credential) const {
    const auto same = std::ranges::count(viewers_, credential, &Seat::credential);
    return viewers_.size() >= kMost || static_cast<std::size_t>(same) >= kMostOfOne;
}

bool LiveHub::join(std::string credential, Viewer viewer) {
    if (is_full(credential)) {
        return false;
    }
    viewers_.push_back({std::move(credential), std::move(viewer)});
    return true;
}

void LiveHub::tell(const Event& event, const Event& farewell, const std::function<bool(const std::string&)>& lives) {
    std::erase_if(viewers_, [&](const Seat& seat) {
        const bool stays = lives(seat.credential);
        const bool there = seat.viewer(stays ? event : farewell);
        if (there && !stays) {
            seat.viewer(nullptr);
        }
        return !there || !stays;
    });
}

LiveHub::Event live_event(const std::string& name, const std::string& data) {
    return std::make_shared<const std::string>("event: " + name + "\ndata: " + data + "\n\n");
}

}  // namespace tokimori::web
