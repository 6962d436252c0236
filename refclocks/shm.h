#pragma once

#include <chrono>
#include <memory>

#include "refclocks/counter.h"
#include "refclocks/refclock.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// Which segment of NTP shared memory to read. Nobody configures the spans; tests are less patient.
struct ShmSettings {
    unsigned unit = 0;  ///< 0 … 255: the key is 0x4e545030 plus this
    bool late = false;  ///< its records are stamped when a sentence arrives, whatever precision they claim
    std::chrono::milliseconds poll{250};        ///< how often the segment is looked at
    std::chrono::milliseconds silence{10'000};  ///< without a record: nobody writes
};

/// Whether the records of `unit` should be taken for late where nobody says otherwise: gpsd gives each receiver two
/// units, the even one for the time of its sentences and the odd one for its pulses, and calls both precise.
constexpr bool shm_is_late(unsigned unit) {
    return unit % 2 == 0;
}

/// A program that writes NTP shared memory (ntpd's driver 28), such as gpsd: each record is an `OffsetSample`, or a
/// `Label` where it is late or claims no precision better than 8 ms. Made where it does not exist, as ntpd and gpsd do:
/// only for its owner in units 0 and 1, for everybody from 2 on; never removed.
class ShmRefclock : public Refclock {
public:
    /// `io`, `counter` and `sink` must outlive the object.
    ShmRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                ShmSettings settings);
    ~ShmRefclock() override;

    void start() override;
    void stop() override;

private:
    class Reader;
    std::shared_ptr<Reader> reader_;
};

}  // namespace tokimori
