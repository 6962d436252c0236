#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "refclocks/device_watch.h"
#include "refclocks/line_assembler.h"
#include "refclocks/nmea_sentence.h"

namespace tokimori {

/// Joins the sentences that a receiver says of one second into one label. They come in a cycle, in an order that every
/// receiver has to itself; a cycle begins after a pause, or where a sentence names another time. `heard` is when its
/// first byte was read. No I/O of its own.
class NmeaReceiver {
public:
    /// `watch` and `sink` must outlive the object. `uncertainty`: how late a byte may be read.
    NmeaReceiver(DeviceWatch& watch, ObservationSink& sink, SourceId source, Duration uncertainty);

    /// Bytes that were read together at `read`. How many sentences could be read, of ours or not.
    int take(std::string_view bytes, LocalInstant read);

    /// Begins anew, in the middle of a cycle: nothing is told of that one.
    void restart();

private:
    /// What was said of one instant.
    struct Cycle {
        LocalInstant heard;
        bool whole = true;  // heard from its first byte
        bool told = false;
        std::optional<Duration> time_of_day = std::nullopt;
        std::optional<UtcTime> time = std::nullopt;
        std::optional<bool> valid = std::nullopt;
        std::optional<int> used = std::nullopt;
        std::map<std::string, int> visible = {};  // by talker
    };

    void begin_cycle(LocalInstant heard);
    bool read_line(std::string_view line);
    void take(std::monostate) {}
    void take(Rejection::Reason reason) { watch_.reject(reason); }
    void take(const RmcSentence& sentence);
    void take(const ZdaSentence& sentence);
    void take(const GgaSentence& sentence);
    void take(const GsaSentence& sentence);
    void take(const GsvSentence& sentence);
    void name(const UtcTime& time);
    void name(Duration time_of_day);
    void vouch(bool valid);
    void tell_label();
    void tell_satellites();

    DeviceWatch& watch_;
    ObservationSink& sink_;
    SourceId source_;
    Duration uncertainty_;
    LineAssembler lines_;
    std::optional<LocalInstant> last_read_;
    std::optional<LocalInstant> line_begun_;
    Cycle cycle_{.heard = {}, .whole = false};
    bool doubted_ = false;  // the last cycle in which somebody vouched or not had one that said no
    std::optional<Label> last_label_;
    std::optional<Satellites> last_satellites_;
};

}  // namespace tokimori
