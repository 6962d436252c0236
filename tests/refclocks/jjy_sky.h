#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <functional>
#include <random>
#include <utility>
#include <vector>

#include "refclocks/jjy_frame.h"

namespace tokimori {

/// What a long-wave receiver makes of the signal.
struct JjyChannel {
    std::chrono::milliseconds jitter{0};   ///< standard deviation of every edge
    std::chrono::milliseconds late{0};     ///< every edge
    std::chrono::milliseconds stretch{0};  ///< trailing edges are later still
    double missing = 0;                    ///< probability that a pulse stays weak
    double spikes = 0;                     ///< mean per second: 5 … 40 ms of the other level
    double errors = 0;                     ///< probability that another symbol is sent
    bool inverted = false;
    double crystal = 0;  ///< the counter runs faster by this
    /// No code in these seconds: noise, counted from the first one sent.
    std::vector<std::pair<int, int>> noise = {};
    /// Carrier without code in these.
    std::vector<std::pair<int, int>> unkeyed = {};
};

/// Makes the edges of a receiver's line, second by second; seeded.
class JjySky {
public:
    struct Edge {
        LocalInstant at;
        bool high = false;
    };

    JjySky(const JjyChannel& channel, std::uint64_t seed) : channel_{channel}, random_{seed} {}

    /// True start of second `count` from the first on the counter.
    LocalInstant start_of(int count) const {
        return LocalInstant{kBegin + Duration{std::llround(1e9 * count * (1.0 + channel_.crystal))}};
    }
    int sent() const { return sent_; }

    /// Sends one symbol; the edges until the end of its second.
    std::vector<Edge> send(JjySymbol symbol) {
        const LocalInstant start = start_of(sent_);
        std::vector<std::pair<LocalInstant, LocalInstant>> strong = pulses_of(symbol, start);
        const auto covers = [this](const std::pair<int, int>& span) {
            return sent_ >= span.first && sent_ < span.second;
        };
        if (std::any_of(channel_.noise.begin(), channel_.noise.end(), covers)) {
            strong = noise(start);
        } else if (std::any_of(channel_.unkeyed.begin(), channel_.unkeyed.end(), covers)) {
            strong = {{start, start + kSecond}};
        } else {
            add_spikes(start, strong);
        }
        ++sent_;
        return edges_of(std::move(strong), start_of(sent_) - kMargin);
    }

private:
    using Spans = std::vector<std::pair<LocalInstant, LocalInstant>>;
    static constexpr Duration kSecond = std::chrono::seconds{1};
    static constexpr Duration kBegin = std::chrono::seconds{1'000} + std::chrono::milliseconds{370};
    // So early may the first edge of the next second come.
    static constexpr Duration kMargin = std::chrono::milliseconds{300};

    double uniform() { return std::uniform_real_distribution<double>{}(random_); }
    Duration noise_of(Duration deviation) {
        return Duration{
            std::llround(std::normal_distribution<double>{}(random_) * static_cast<double>(deviation.count()))};
    }

    Spans pulses_of(JjySymbol symbol, LocalInstant start) {
        if (symbol == JjySymbol::kUnknown) {
            return morse(start);
        }
        if (uniform() < channel_.errors) {
            symbol = static_cast<JjySymbol>((static_cast<int>(symbol) + 1 + (uniform() < 0.5 ? 0 : 1)) % 3);
        }
        if (uniform() < channel_.missing) {
            return {};
        }
        constexpr std::array kWidths{std::chrono::milliseconds{800}, std::chrono::milliseconds{500},
                                     std::chrono::milliseconds{200}};
        const LocalInstant begin = start + channel_.late + noise_of(channel_.jitter);
        const LocalInstant end = start + channel_.late + kWidths[static_cast<std::size_t>(symbol)] + channel_.stretch +
                                 noise_of(channel_.jitter);
        return {{begin, std::max(end, begin + std::chrono::milliseconds{1})}};
    }

    Spans morse(LocalInstant start) {
        Spans spans;
        for (LocalInstant at = start; at < start + std::chrono::milliseconds{650};) {
            const LocalInstant end = at + std::chrono::milliseconds{uniform() < 0.5 ? 90 : 270};
            spans.emplace_back(at, end);
            at = end + std::chrono::milliseconds{90};
        }
        return spans;
    }

    Spans noise(LocalInstant start) {
        Spans spans;
        for (LocalInstant at = start; at < start + kSecond;) {
            at += Duration{std::llround(2e8 * uniform())};
            const LocalInstant end = at + Duration{std::llround(2e8 * uniform())};
            spans.emplace_back(at, end);
            at = end;
        }
        return spans;
    }

    // A spike in a pulse cuts it, one beside it is a pulse of its own.
    void add_spikes(LocalInstant start, Spans& spans) {
        for (int spikes = std::poisson_distribution<int>{channel_.spikes}(random_); spikes > 0; --spikes) {
            const LocalInstant at = start + Duration{std::llround(1e9 * uniform())};
            const LocalInstant end = at + Duration{std::llround(5e6 + 35e6 * uniform())};
            const auto hit = std::find_if(spans.begin(), spans.end(),
                                          [at](const auto& span) { return span.first <= at && at < span.second; });
            if (hit == spans.end()) {
                spans.emplace_back(at, end);
            } else {
                const LocalInstant tail = hit->second;
                hit->second = at;
                spans.emplace_back(end, std::max(tail, end));
            }
        }
    }

    // A pulse may begin before its second and end after it: edges are handed out in their order.
    std::vector<Edge> edges_of(Spans spans, LocalInstant until) {
        waiting_.insert(waiting_.end(), spans.begin(), spans.end());
        std::sort(waiting_.begin(), waiting_.end());
        Spans merged;
        for (const auto& span : waiting_) {
            if (span.first >= span.second) {
                continue;
            }
            if (merged.empty() || span.first > merged.back().second) {
                merged.push_back(span);
            } else {
                merged.back().second = std::max(merged.back().second, span.second);
            }
        }
        waiting_.clear();
        std::vector<Edge> edges;
        for (const auto& span : merged) {
            if (span.first < until && !std::exchange(begun_, false)) {
                edges.push_back({span.first, !channel_.inverted});
            }
            if (span.second < until) {
                edges.push_back({span.second, channel_.inverted});
            } else {
                begun_ = begun_ || span.first < until;
                waiting_.push_back(span);
            }
        }
        return edges;
    }

    JjyChannel channel_;
    std::mt19937_64 random_;
    int sent_ = 0;
    Spans waiting_;
    bool begun_ = false;  ///< the first of them
};

}  // namespace tokimori
