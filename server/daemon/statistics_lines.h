#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "refclocks/observation.h"
#include "server/daemon/clock_facts.h"
#include "server/daemon/configuration.h"
#include "server/ntp/verdict.h"

namespace tokimori {

/// One line of one of the statistics files, in the columns of ntpd (monopt.html of ntp 4.2.8), with its newline.
struct StatisticsLine {
    StatisticsKind kind = StatisticsKind::kLoop;
    UtcDay day = 0;  ///< of the file
    std::string text;
};

/// "loopstats", …
std::string_view statistics_name(StatisticsKind kind);

/// Modified Julian Day and seconds past midnight UTC: "61372 25920.250". An inserted second is 86400, and still of its
/// own day.
std::string statistics_time(const UtcTime& time);

/// How a source is called in a line: its name without blanks, and never like an address.
std::string statistics_source(std::string_view name);

/// Offset (s), frequency (ppm), RMS jitter (s), wander (ppm), log2 of the span of the line that is followed (s).
std::string loopstats_text(const ClockFacts& facts);

/// Source, status word (hex, as in RFC 9327 section 4), offset, delay, dispersion, jitter (s).
std::string peerstats_text(const NamedSource& source, const ClockFacts& facts);

/// Address of the server, ours, the four timestamps (s since 1900), then what its header says.
std::string rawstats_text(const ServerReply& reply, const ClockFacts& facts);

/// Source and what it said last.
std::string clockstats_text(const NamedSource& source, std::string_view said);

/// Seconds counted, received, answered, current version, older versions, access denied, bad length or format, bad
/// authentication, declined, rate exceeded, kiss-o'-death: what came after `before`.
std::string sysstats_text(Duration counted, const ServerCounts& counts, const ServerCounts& before);

/// Decides what is worth a line, so that all files together grow by less than 1 MB an hour. Pure: told everything.
class StatisticsLines {
public:
    explicit StatisticsLines(LocalInstant started) : counted_since_{started} {}

    /// Anything a source says, for clockstats and rawstats.
    void note(const Observation& observation);

    /// The lines that have become due; to be called about once a second. None before the time is known.
    std::vector<StatisticsLine> due(const ClockFacts& facts, const ServerCounts& counts);

    /// What was counted since the last line of sysstats, and heard of servers, before the program ends.
    std::vector<StatisticsLine> last(const ClockFacts& facts, const ServerCounts& counts);

private:
    /// When something was last written, and what was new then.
    struct Written {
        LocalInstant at = LocalInstant::min();
        LocalInstant of = LocalInstant::min();
    };
    /// What a source said last, and when.
    struct Said {
        LocalInstant heard;
        std::string text;
    };

    bool is_due(Written& written, const std::optional<LocalInstant>& of, const ClockFacts& facts) const;
    void add_replies(std::vector<StatisticsLine>& lines, const ClockFacts& facts);
    void add_loop(std::vector<StatisticsLine>& lines, const ClockFacts& facts);
    void add_sources(std::vector<StatisticsLine>& lines, const ClockFacts& facts);
    void add_system(std::vector<StatisticsLine>& lines, const ClockFacts& facts, const ServerCounts& counts);

    std::map<SourceId, Said> said_;
    std::vector<ServerReply> replies_;
    LocalInstant replies_since_;    ///< an interval of theirs
    std::size_t replies_told_ = 0;  ///< in it
    std::map<SourceId, Written> peers_;
    std::map<SourceId, Written> clocks_;
    Written loop_;
    LocalInstant counted_since_;
    ServerCounts counted_;
};

}  // namespace tokimori
