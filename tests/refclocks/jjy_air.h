#pragma once

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "refclocks/jjy_receiver.h"
#include "tests/refclocks/jjy_sky.h"
#include "tests/refclocks/kept.h"

namespace tokimori {

/// A receiver under a station: sends minute by minute what is due, and knows what was right.
class JjyAir {
public:
    /// The first minute sent begins at `begins`; the receiver is switched on `on_after` seconds later.
    JjyAir(std::string_view begins, const JjyChannel& channel, std::uint64_t seed, int on_after = 0,
           const JjyReceiverSettings& settings = {})
        : next_{parse_utc(begins).value().second},
          late_{channel.late},
          on_after_{on_after},
          sky_{channel, seed},
          receiver_{kept_, 5, settings} {}

    LeapKind leap = LeapKind::kNone;
    JjyStop stop;

    void send_minute() {
        send(encode_jjy({.begins = next_, .leap = leap, .stop = stop}));
        next_ =
            next_.second + 60 >= kSecondsPerDay ? UtcSecond{next_.day + 1, 0} : UtcSecond{next_.day, next_.second + 60};
    }
    /// The station goes on with another time.
    void jump(std::int32_t seconds) { next_.second += seconds; }
    void send_minutes(int count) {
        for (; count > 0; --count) {
            send_minute();
        }
    }
    void send(const std::vector<JjySymbol>& symbols) {
        for (std::size_t i = 0; i < symbols.size(); ++i) {
            const auto second = static_cast<std::int32_t>(i);
            starts_[UtcSecond{next_.day, next_.second + second}] = sky_.start_of(sky_.sent());
            const auto edges = sky_.send(symbols[i]);
            if (sky_.sent() <= on_after_) {
                continue;
            }
            coming_.insert(coming_.end(), edges.begin(), edges.end());
            hear_until(sky_.start_of(sky_.sent()) - std::chrono::milliseconds{300});
        }
    }

    /// Seconds from switching on to the first label.
    std::optional<double> first_label() const { return first_label_; }
    /// Labels that name another second than the one that was heard.
    int wrong_labels() const {
        int wrong = 0;
        for (const Label& label : kept_.of<Label>()) {
            const auto start = starts_.find(label.time.second);
            const bool right = start != starts_.end() &&
                               std::chrono::abs(label.heard - start->second - late_) < std::chrono::milliseconds{300};
            wrong += right ? 0 : 1;
        }
        return wrong;
    }
    std::vector<Label> labels() const { return kept_.of<Label>(); }
    std::vector<Pulse> pulses() const { return kept_.of<Pulse>(); }
    /// How late each pulse lies after the true beginning of the nearest second, in milliseconds.
    std::vector<double> pulse_errors() const {
        std::vector<double> errors;
        for (const Pulse& pulse : pulses()) {
            errors.push_back(error_of(pulse.at));
        }
        return errors;
    }
    double error_of(LocalInstant at) const {
        Duration nearest = Duration::max();
        for (const auto& [second, start] : starts_) {
            nearest = std::chrono::abs(at - start) < std::chrono::abs(nearest) ? at - start : nearest;
        }
        return std::chrono::duration<double, std::milli>(nearest).count();
    }
    JjyReceiver& receiver() { return receiver_; }
    Keeper& kept() { return kept_; }

private:
    // As the device's driver does it.
    void hear_until(LocalInstant end) {
        const LocalInstant on = sky_.start_of(on_after_);
        for (now_ = std::max(now_, on); now_ <= end; now_ += std::chrono::milliseconds{250}) {
            for (; !coming_.empty() && coming_.front().at <= now_; coming_.pop_front()) {
                receiver_.edge(coming_.front().at, coming_.front().high);
            }
            receiver_.advance(now_ - std::chrono::milliseconds{50});
            if (!first_label_ && !kept_.of<Label>().empty()) {
                first_label_ = std::chrono::duration<double>(now_ - on).count();
            }
        }
    }

    UtcSecond next_;
    Duration late_;
    int on_after_;
    Keeper kept_;
    JjySky sky_;
    JjyReceiver receiver_;
    std::map<UtcSecond, LocalInstant> starts_;
    std::deque<JjySky::Edge> coming_;
    LocalInstant now_;
    std::optional<double> first_label_;
};

}  // namespace tokimori
