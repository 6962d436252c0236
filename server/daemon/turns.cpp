#include "server/daemon/turns.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace tokimori {

void Turns::take(Job job, std::function<void(Refusal)> refuse) {
    if (stands_still_ || waiting_.size() >= most_waiting_) {
        refuse(stands_still_ ? Refusal::kStandsStill : Refusal::kMany);
    } else {
        add({std::move(job), std::move(refuse)});
    }
}

void Turns::take_surely(Job job) {
    add({std::move(job), nullptr});
}

void Turns::add(Waiting waiting) {
    waiting_.push_back(std::move(waiting));
    go_on();
}

void Turns::go_on() {
    if (under_way_ || waiting_.empty()) {
        return;
    }
    const Job job = std::move(waiting_.front().job);
    waiting_.pop_front();
    under_way_ = true;
    changed_();
    job([this] {
        under_way_ = false;
        changed_();
        stands_still_ = false;
        go_on();
    });
}

void Turns::stand_still() {
    if (!under_way_) {
        return;
    }
    stands_still_ = true;
    // Whoever is refused may come again at once.
    const auto refused = std::stable_partition(waiting_.begin(), waiting_.end(),
                                               [](const Waiting& each) { return each.refuse == nullptr; });
    const std::vector<Waiting> gone{refused, waiting_.end()};
    waiting_.erase(refused, waiting_.end());
    for (const Waiting& each : gone) {
        each.refuse(Refusal::kStandsStill);
    }
}

}  // namespace tokimori
