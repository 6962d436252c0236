#pragma once

#include <optional>

#include "server/clock/line_fit.h"
#include "server/clock/time_model.h"

namespace tokimori {

/// How served time follows the line a source shows. Successive models join: an update never steps served time; what was
/// wrong is taken back by a slew that ends by itself.
class Discipline {
public:
    struct Settings {
        double slew_limit_ppm = 500.0;                             ///< clients can follow this
        Duration step_threshold = std::chrono::milliseconds{128};  ///< beyond it a slew would take too long
    };

    explicit Discipline(const Settings& settings) : settings_{settings} {}

    void configure(const Settings& settings) { settings_ = settings; }

    /// False where the line lies beyond the step threshold: nothing changed, and the clock must be declared
    /// unsynchronised and `restart`ed before it may be set anew.
    bool follow(const LineEstimate& line, LocalInstant now);

    /// Goes on from a model that somebody else has followed.
    void resume(const TimeModel& model) {
        model_ = model;
        set_ = true;
    }

    /// The next `follow` sets the clock, whatever it showed before. To be called only while nobody is being served.
    void restart() { set_ = false; }

    const TimeModel& model() const { return model_; }
    /// Reference − ours at the last update.
    Duration offset() const { return offset_; }

private:
    Settings settings_;
    TimeModel model_;
    Duration offset_{};
    bool set_ = false;
};

}  // namespace tokimori
