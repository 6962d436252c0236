#include "server/clock/last_resort.h"

#include <algorithm>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// What our own clock shows is worth nothing beyond this: the host slept.
constexpr Duration kUseless = 1000s;
// Should the clock thread die, nobody is told more.
constexpr Duration kLasts = 10s;

}  // namespace

void LastResort::note_host(LocalInstant local, std::optional<TaiInstant> tai) {
    host_heard_ = true;
    host_ = tai ? std::optional{HostClock{local, *tai}} : std::nullopt;
}

void LastResort::lose_time(LocalInstant now) {
    host_.reset();
    host_heard_ = false;
    if (serving()) {
        end(now);
    }
}

void LastResort::decide(const Scene& scene) {
    const bool is_wanted = wanted(scene);
    if (serving() && !is_wanted) {
        end(scene.now);
    }
    if (phase_ == Phase::kPausing && scene.now >= pause_ends_) {
        phase_ = Phase::kIdle;
    }
    if (phase_ == Phase::kIdle && is_wanted) {
        begin(scene);
    }
    if (serving()) {
        serve(scene);
    }
}

bool LastResort::wanted(const Scene& scene) {
    if (scene.heard || !silent_since_) {
        silent_since_ = scene.now;
    }
    const Duration patience = scene.others ? kPatience : Duration::zero();
    return scene.source != nullptr && !scene.heard && !scene.own.synchronised_at(scene.now) &&
           scene.now - *silent_since_ >= patience;
}

void LastResort::begin(const Scene& scene) {
    const bool known = scene.own.ever_synchronised && scene.own.model.dispersion_at(scene.now) < kUseless;
    if (!known && !host_) {
        return;
    }
    base_ = scene.own.model;
    if (!known) {
        base_ = TimeModel{
            .anchor_local = host_->local, .anchor_tai = host_->tai, .rate = scene.rate, .slew_end = host_->local};
    }
    state_.scale = ServedScale::around(base_.tai_at(scene.now), scene.table, scene.policy);
    phase_ = Phase::kServing;
}

void LastResort::serve(const Scene& scene) {
    const TaiInstant now = base_.tai_at(scene.now);
    const ServedScale scale = ServedScale::around(now, scene.table, scene.policy);
    if (scale.offset_at(now) != state_.scale.offset_at(now)) {
        // What is known of leap seconds has changed in the middle of one.
        end(scene.now);
        return;
    }
    const Duration grown = base_.dispersion_at(scene.now) - base_.dispersion;
    state_ = scene.own;
    state_.model = base_;
    state_.model.dispersion = std::max(base_.dispersion, kLeastDistance - grown);
    state_.scale = scale;
    state_.valid_until = scene.now + kLasts;
    state_.reference = now;
    state_.root_delay = Duration::zero();
    state_.refid = scene.source->refid;
    state_.stratum = static_cast<std::uint8_t>(scene.source->stratum + 1);
    state_.ever_synchronised = true;
}

void LastResort::end(LocalInstant now) {
    phase_ = Phase::kPausing;
    pause_ends_ = now + kPause;
    state_.valid_until = LocalInstant::min();
}

}  // namespace tokimori
