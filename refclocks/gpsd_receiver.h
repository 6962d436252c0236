#pragma once

#include <cstdint>
#include <optional>

#include "refclocks/counter.h"
#include "refclocks/gpsd_report.h"
#include "refclocks/refclock.h"

namespace tokimori {

/// One receiver behind gpsd: joins what gpsd says of one second, in several lines and once or more, into one label, and
/// tells of the satellites and of the receiver's health. Whether a date is plausible, and whether several agree, is
/// judged elsewhere. No I/O of its own.
class GpsdReceiver {
public:
    /// `counter` and `sink` must outlive the object.
    GpsdReceiver(Counter& counter, ObservationSink& sink, SourceId source);

    /// One report of this receiver, just arrived. A `TimeOffsetReport` counts only from a gpsd on this host: its stamp
    /// is of that host's clock.
    void take(const FixReport& report);
    void take(const TimeOffsetReport& report);
    void take(const SkyReport& report);
    void take(const LeapReport& report);

    /// Tells its satellites and its health again, though they have not changed.
    void repeat();

private:
    /// When a second was first named.
    struct Hearing {
        UtcTime time;
        LocalInstant at;
    };
    /// A number that gpsd tells now and then while it holds, and never says the end of.
    struct Flag {
        std::int64_t value = 0;
        LocalInstant at;

        void take(std::optional<std::int64_t> told, LocalInstant now);
    };

    void hear_sky(const SkyReport& report, LocalInstant now);
    bool vouched(const FixReport& report) const;
    bool sees_satellites() const;
    std::optional<Label> label(const FixReport& report);
    void tell_satellites();
    void tell_health(const FixReport& report);
    void reject(Rejection::Reason reason);

    Counter& counter_;
    ObservationSink& sink_;
    SourceId source_;
    std::optional<Hearing> offset_;      // by a TOFF
    std::optional<Hearing> sky_;         // by a SKY
    std::optional<FixReport> last_;      // what the last label was made of
    std::optional<Satellites> current_;  // the SKY reports of this second together
    std::optional<Satellites> sent_;
    Flag antenna_;
    Flag antenna_power_;
    Flag jamming_;
    ReceiverHealth health_;  // as told
    std::optional<GpsLeapPage> heard_page_;
    std::optional<GpsLeapPage> page_;  // heard twice in a row
    LocalInstant page_at_;
};

}  // namespace tokimori
