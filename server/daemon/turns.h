#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>

namespace tokimori {

/// Lets those take turns who wait for a disk and must not come between each other. Knows no clock. One thread.
class Turns {
public:
    /// To be called once at the end of a turn.
    using End = std::function<void()>;
    using Job = std::function<void(End end)>;

    /// Why somebody gets no turn.
    enum class Refusal : std::uint8_t {
        kMany,        ///< too many wait
        kStandsStill  ///< the one whose turn it is does not come to an end
    };

    /// `changed` is told that a turn has begun or ended. So many may wait.
    explicit Turns(std::function<void()> changed, std::size_t most = 8)
        : changed_{std::move(changed)}, most_waiting_{most} {}

    /// Does `job` when it is its turn, maybe at once, or calls `refuse`, now or later.
    void take(Job job, std::function<void(Refusal)> refuse);
    /// The same for what must be done, however long it takes.
    void take_surely(Job job);

    bool under_way() const { return under_way_; }
    /// The turn under way takes too long: who may be refused is, whether he waits or comes, until it ends.
    void stand_still();
    /// Whether it does, or did, where its end is being told.
    bool stands_still() const { return stands_still_; }

private:
    struct Waiting {
        Job job;
        std::function<void(Refusal)> refuse;  ///< null: may not be
    };

    void add(Waiting waiting);
    void go_on();

    std::function<void()> changed_;
    std::size_t most_waiting_;
    std::deque<Waiting> waiting_;
    bool under_way_ = false;
    bool stands_still_ = false;
};

}  // namespace tokimori
