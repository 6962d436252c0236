#include "web/live_hub.h"

#include <utility>

namespace tokimori::web {

bool LiveHub::join(std::string session, Viewer viewer) {
    if (is_full()) {
        return false;
    }
    viewers_.push_back({std::move(session), std::move(viewer)});
    return true;
}

void LiveHub::tell(const Event& event, const Event& farewell, const std::function<bool(const std::string&)>& lives) {
    std::erase_if(viewers_, [&](const Seat& seat) {
        const bool stays = seat.session.empty() || lives(seat.session);
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
