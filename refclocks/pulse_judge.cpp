#include "refclocks/pulse_judge.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tokimori {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kSecond = seconds{1};
constexpr Duration kTolerance = milliseconds{100};
// Beyond, a counter that is wrong by 500 ppm would use up the tolerance.
constexpr std::int64_t kLongestGap = 60;
// A beat that nobody contradicts is believed at its second edge; one beside the old beat, at its third.
constexpr int kFollowersAtFirst = 1;
constexpr int kFollowersToReplace = 2;
constexpr int kCertain = 3;
constexpr int kLongPartPercent = 55;

std::int64_t nearest_seconds(Duration gap) {
    return (gap + kSecond / 2) / kSecond;
}

bool is_whole(Duration gap, std::int64_t count) {
    return count >= 1 && std::chrono::abs(gap - count * kSecond) <= kTolerance;
}

}  // namespace

void PulseJudge::restart() {
    const std::optional<LocalInstant> since = last_ ? std::optional{last_->at} : away_since_;
    *this = PulseJudge{};
    away_since_ = since;
}

PulseJudge::Verdict PulseJudge::judge(const PulseEdge& edge) {
    note_line(edge);
    if (!edge.configured) {
        return {};
    }
    const std::int64_t unseen = unseen_before(edge);
    const Duration gap = last_ ? edge.at - last_->at : Duration::zero();
    if (nearest_seconds(gap) > kLongestGap) {
        return begin_again(line_);
    }
    return is_whole(gap, nearest_seconds(gap)) ? on_beat(Mark{*last_}, line_, unseen) : off_beat(line_);
}

PulseJudge::Verdict PulseJudge::on_beat(const Mark& before, const Mark& edge, std::int64_t unseen) {
    const bool leading = is_leading(before, edge);
    last_ = edge;
    newcomer_.reset();
    Verdict verdict{.lost = nearest_seconds(edge.at - before.at) - 1};
    // More edges than seconds: the device kept only the last stamp of several.
    if (unseen > verdict.lost) {
        verdict.rejection = Rejection::Reason::kOffBeat;
    } else if (!leading) {
        verdict.rejection = Rejection::Reason::kWrongEdge;
    } else {
        verdict.pulse = true;
    }
    return verdict;
}

PulseJudge::Verdict PulseJudge::off_beat(const Mark& edge) {
    if (!last_ && !newcomer_) {
        newcomer_ = Train{edge};
        return {};
    }
    const int needed = last_ ? kFollowersToReplace : kFollowersAtFirst;
    const std::optional<Mark> before = newcomer_before(edge);
    if (before && newcomer_->followed >= needed) {
        const std::optional<LocalInstant> since = last_ ? std::optional{last_->at} : away_since_;
        const std::int64_t silent = since ? nearest_seconds(edge.at - *since) - 1 - needed : 0;
        Verdict verdict = on_beat(*before, edge, 0);
        verdict.lost = std::max<std::int64_t>(silent, 0);
        return verdict;
    }
    return {.rejection = Rejection::Reason::kOffBeat};
}

PulseJudge::Verdict PulseJudge::begin_again(const Mark& edge) {
    const std::int64_t lost = nearest_seconds(edge.at - last_->at) - 1;
    last_.reset();
    away_since_ = edge.at;
    newcomer_ = Train{edge};
    return {.lost = lost};
}

// The edge of the train one second before, if this one goes on with it. A bounce does not end a train, but a signal
// that is faster than one a second never becomes one: nobody could tell which of its edges is meant.
std::optional<PulseJudge::Mark> PulseJudge::newcomer_before(const Mark& edge) {
    const Duration gap = newcomer_ ? edge.at - newcomer_->last.at : Duration::max();
    if (is_whole(gap, 1)) {
        const Train train = *std::exchange(newcomer_, Train{edge, newcomer_->followed + 1});
        return train.last;
    }
    if (std::chrono::abs(gap) > kTolerance) {
        newcomer_ = Train{edge};
    }
    return std::nullopt;
}

std::int64_t PulseJudge::unseen_before(const PulseEdge& edge) {
    const std::optional<std::uint32_t> last = std::exchange(sequence_, edge.sequence);
    return last && edge.sequence ? std::int64_t{static_cast<std::uint32_t>(*edge.sequence - *last)} - 1 : 0;
}

void PulseJudge::note_line(const PulseEdge& edge) {
    if (far_since_) {
        line_.far_side += edge.at - *far_since_;
    }
    line_.at = edge.at;
    line_.opposite += edge.configured ? 0 : 1;
    far_since_ = edge.configured ? std::optional{edge.at} : std::nullopt;
}

// Only a single second with the opposite edge in it tells anything; else what is known already holds.
bool PulseJudge::is_leading(const Mark& before, const Mark& edge) {
    const Duration gap = edge.at - before.at;
    if (is_whole(gap, 1) && edge.opposite > before.opposite) {
        const bool trailing = (edge.far_side - before.far_side) * 100 > gap * kLongPartPercent;
        if (trailing) {
            wrong_ = std::min(wrong_ + 1, kCertain);
        } else {
            wrong_ = inverted_ ? wrong_ - 1 : 0;
        }
        inverted_ = wrong_ == kCertain || (inverted_ && wrong_ > 0);
    }
    return wrong_ == 0;
}

}  // namespace tokimori
