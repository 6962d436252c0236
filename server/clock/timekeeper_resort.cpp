#include <algorithm>

#include "server/clock/timekeeper.h"

namespace tokimori {

void Timekeeper::on(const HostTime& host) {
    now_ = std::max(now_, host.local);
    SourceTrack* const source = find(host.source);
    if (source == nullptr || !source->settings().last_resort) {
        return;
    }
    source->note_told(host.local);
    const bool possible = !floor_ || host.time.second.day >= std::max(floor_->built, floor_->last);
    resort_.note_host(host.local, possible ? leap_.table().tai_at(host.time) : std::nullopt);
    stand_in();
}

// Whoever names the time, right or wrong, keeps the free counter from being served beside it. Pulses alone name none.
void Timekeeper::stand_in() {
    const SourceSettings* offered = nullptr;
    bool others = false;
    bool heard = false;
    for (const SourceTrack& source : sources_) {
        const SourceSettings& settings = source.settings();
        if (settings.noselect || !believable(source)) {
            continue;
        }
        if (settings.last_resort) {
            offered = offered == nullptr ? &settings : offered;
        } else {
            others = true;
            heard |= source.labels_heard(now_);
        }
    }
    const Rate remembered = remembered_ ? remembered_->rate : 0;
    resort_.decide({.now = now_,
                    .own = state_,
                    .source = offered,
                    .others = others,
                    .heard = heard,
                    .rate = remembered,
                    .table = leap_.table(),
                    .policy = settings_.leap});
}

std::optional<SourceId> Timekeeper::selected() const {
    if (!resort_.serving()) {
        return seconds_.withheld ? std::nullopt : choice_.selected;
    }
    const auto local = std::find_if(sources_.begin(), sources_.end(),
                                    [](const SourceTrack& source) { return source.settings().last_resort; });
    return local != sources_.end() ? std::optional{local->settings().id} : std::nullopt;
}

Reason Timekeeper::reason_of_last_resort(const SourceTrack& source) const {
    if (source.settings().noselect) {
        return Reason::kNoselect;
    }
    if (selected() == source.settings().id) {
        return Reason::kSelected;
    }
    return !state_.ever_synchronised && resort_.host_is_impossible() ? Reason::kWrongWeek : Reason::kLastResort;
}

}  // namespace tokimori
