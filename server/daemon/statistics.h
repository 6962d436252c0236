#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/daemon/beat.h"
#include "server/daemon/configuration.h"
#include "server/daemon/file_thread.h"
#include "server/daemon/log.h"
#include "server/daemon/statistics_files.h"
#include "server/daemon/statistics_lines.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// Writes statistics files where they are configured: collects what is due, writes it once a minute, at a reload and at
/// the end, begins a new file every UTC day and removes old ones while the time is known. A disk that is full,
/// read-only or absent costs lines and one message. Runs on the thread of `io`; the files are written by a
/// `FileThread`.
class Statistics {
public:
    /// Where everything that is written comes from.
    struct Origin {
        std::function<ClockFacts()> facts;
        std::function<ServerCounts()> counts;
    };

    /// All must outlive the object. With `may_have_thread` the files are written on a thread of its own.
    Statistics(boost::asio::io_context& io, Log& log, Origin origin, bool may_have_thread, LocalInstant started);

    /// Writes as this says from now on, as after a reload.
    void configure(const Configuration& configuration);
    /// What a source says.
    void note(const Observation& observation);
    /// Why the last lines could not be written; empty: they could.
    const std::string& trouble() const { return complaint_; }
    /// Writes what is left; then no more.
    void stop();

private:
    void tick();
    void collect(const std::vector<StatisticsLine>& lines);
    void flush(const ClockFacts& facts);
    void tell_outcomes(LocalInstant now);
    void tell(LocalInstant now, const FileThread::Outcome& outcome);

    Log& log_;
    Origin origin_;
    StatisticsLines lines_;
    StatisticsBatch batch_;
    LocalInstant flushed_;
    std::string directory_;
    std::vector<StatisticsKind> kinds_;
    int keep_days_ = 0;
    bool laboratory_ = false;
    std::optional<UtcDay> forgotten_before_;
    std::string complaint_;  ///< of the last write
    FileThread files_;
    Beat beat_;
};

}  // namespace tokimori
