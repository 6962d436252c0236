#pragma once

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "server/clock/timekeeper.h"

namespace tokimori {

/// A clock room on a bench: the counter is exact, every observation is made by hand.
class Bench : public ::testing::Test {
protected:
    static constexpr LocalInstant kStart{std::chrono::seconds{1000}};

    explicit Bench(UtcTime begin = parse_utc("2026-11-22T09:00:00Z").value())
        : begin_{LeapTable::built_in().tai_at(begin).value()} {}

    static Timekeeper::Settings laboratory() {
        Timekeeper::Settings settings;
        settings.laboratory = true;
        return settings;
    }
    static SourceSettings gps(SourceId id = 1) { return {.id = id, .expects_pulses = true}; }
    static SourceSettings sentences(SourceId id = 1) { return {.id = id}; }

    static std::chrono::seconds seconds(int count) { return std::chrono::seconds{count}; }
    static LocalInstant at(Duration later) { return kStart + later; }
    TaiInstant truth(Duration later) const { return begin_ + later; }

    /// What source `id` says of that second, as far behind the truth as `behind_` has it.
    Label label(int second, SourceId id = 1) {
        return {.source = id,
                .heard = at(seconds(second) + std::chrono::milliseconds{140} + behind_[id]),
                .time = LeapTable::built_in().utc_at(truth(seconds(second) + lies_[id]))};
    }
    void pulse(int second, SourceId id = 1) {
        clock_.observe(Pulse{id, at(seconds(second) + behind_[id]), Duration{100}});
    }

    /// Seconds of receivers in order, and the time that passes.
    void feed_all(int from, int to, const std::vector<SourceId>& ids, bool pulses = true) {
        for (int second = from; second < to; ++second) {
            for (const SourceId id : ids) {
                if (pulses) {
                    pulse(second, id);
                }
            }
            for (const SourceId id : ids) {
                clock_.observe(label(second, id));
            }
            clock_.advance(at(seconds(second) + std::chrono::milliseconds{900}));
        }
    }
    void feed(int from, int to, SourceId id = 1, bool pulses = true) { feed_all(from, to, {id}, pulses); }
    void pass(int from, int to) {
        for (int second = from; second < to; ++second) {
            clock_.advance(at(seconds(second) + std::chrono::milliseconds{900}));
        }
    }
    SourceReport report(SourceId id = 1) const {
        for (const SourceReport& each : clock_.sources()) {
            if (each.source == id) {
                return each;
            }
        }
        return {};
    }
    bool serving_at(Duration later) const { return clock_.state().synchronised_at(at(later)); }
    Duration error_at(Duration later) const { return clock_.state().model.tai_at(at(later)) - truth(later); }

    TaiInstant begin_;
    std::map<SourceId, Duration> behind_;            ///< pulses and sentences come so much late
    std::map<SourceId, std::chrono::seconds> lies_;  ///< its labels name so many seconds too many
    Timekeeper clock_{laboratory(), LeapTable::built_in(), kStart};
};

}  // namespace tokimori
