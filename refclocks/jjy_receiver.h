#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <vector>

#include "refclocks/jjy_beat.h"
#include "refclocks/jjy_frame.h"
#include "refclocks/jjy_minute_finder.h"
#include "refclocks/refclock.h"

namespace tokimori {

/// Two digits of the year are those from here on: 2024.
inline constexpr UtcDay kJjyEarliest = 19'723;

struct JjyReceiverSettings {
    std::optional<bool> inverted = std::nullopt;  ///< the line is low while the carrier is strong; absent: found out
    Duration delay{};                             ///< from the antenna of the station to the edge of the line
    Duration uncertainty = std::chrono::milliseconds{20};  ///< bound of what `delay` may be off
    UtcDay earliest = kJjyEarliest;
};

/// What is heard at the moment.
enum class JjyReception : std::uint8_t {
    kNothing,  ///< no carrier, or one without a code
    kBeat,     ///< seconds, but it is not known yet which
    kTime,     ///< the time
};

/// Long-wave JJY, from edges to observations: one pulse for each second that says what it should, one label for each
/// minute that does, told when it is over, and those that proved the time, when it is believed for the first time; and
/// each minute as it was received.
/// What a minute says of leap seconds and of stops counts only where the whole frame is sound; of leap seconds, where
/// two in a row say the same. No I/O of its own, clock thread only.
class JjyReceiver {
public:
    /// `sink` must outlive the object.
    JjyReceiver(ObservationSink& sink, SourceId source, const JjyReceiverSettings& settings);

    /// The line changed to `high`. Edges in their order.
    void edge(LocalInstant at, bool high);
    /// No edge comes any more from before `now`. To be called at least once a second.
    void advance(LocalInstant now);
    /// Begins anew: the line was away.
    void restart();

    JjyReception reception() const;
    /// The stop that the station announced last, if any was heard announced, or said not to be.
    const std::optional<JjyStop>& stop() const { return stop_; }
    std::optional<bool> inverted() const { return beat_.inverted(); }

private:
    /// A minute that is being heard.
    struct Minute {
        UtcSecond begins;
        std::vector<JjySymbol> expected;
        std::vector<JjySymbol> heard = {};
        LocalInstant at;  ///< when it began
        double certainty = 0;
        double errors = 0;
        double digit_errors = 0;  ///< of those in the digits of the time
        std::size_t missed = 0;   ///< of its first seconds

        bool whole() const { return missed == 0; }
    };
    struct Announcement {
        UtcDay last_day = 0;  ///< of its UTC month
        LeapKind kind = LeapKind::kNone;

        friend bool operator==(const Announcement&, const Announcement&) = default;
    };

    void take(const JjySecond& second);
    void look_for_minute();
    bool is_proved_within_one_month(const JjyPlace& newest);
    void begin_at(const JjyPlace& place);
    void tell_proof(const JjyPlace& newest);
    void follow(const JjySecond& second);
    void begin_minute(UtcSecond begins);
    void end_minute();
    void read_announcements();
    void tell_heard(const Minute& minute);
    void lose_minute();
    void tell_pulse(const JjySecond& second);
    void tell_label(LocalInstant heard, UtcSecond second);
    LeapKind leap_in_month_of(UtcDay day) const;
    bool is_keyed() const;

    ObservationSink& sink_;
    const SourceId source_;
    const JjyReceiverSettings settings_;
    JjyBeat beat_;
    JjyMinuteFinder finder_;
    std::deque<LocalInstant> seconds_;  ///< beginnings of those that the finder knows
    std::optional<Minute> minute_;
    int good_minutes_ = 0;  ///< in a row, that were whole and said what they should
    int bad_minutes_ = 0;   ///< in a row, that did not say what they should
    double agreement_ = 0;  ///< how many of the last seconds did, 0 … 1
    std::optional<Announcement> leap_;
    std::optional<Announcement> leap_said_once_;
    std::optional<JjyStop> stop_;
};

}  // namespace tokimori
