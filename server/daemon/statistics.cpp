#include "server/daemon/statistics.h"

#include <algorithm>
#include <utility>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTick = 1s;
constexpr Duration kFlush = 60s;
constexpr std::size_t kMostBytes = std::size_t{64} * 1024;

}  // namespace

Statistics::Statistics(boost::asio::io_context& io, Log& log, Origin origin, bool may_have_thread, LocalInstant started)
    : log_{log},
      origin_{std::move(origin)},
      lines_{started},
      flushed_{started},
      files_{may_have_thread},
      beat_{io, [this] { tick(); }} {}

void Statistics::configure(const Configuration& configuration) {
    if (!directory_.empty()) {
        flush(origin_.facts());
    }
    if (configuration.statistics_dir != directory_) {
        complaint_.clear();
    }
    directory_ = configuration.statistics_dir;
    kinds_ = configuration.statistics_files;
    keep_days_ = configuration.statistics_keep_days;
    laboratory_ = configuration.lab_mode;
    forgotten_before_.reset();
    beat_.stop();
    if (!directory_.empty()) {
        beat_.start(kTick);
    }
}

void Statistics::note(const Observation& observation) {
    if (!directory_.empty()) {
        lines_.note(observation);
    }
}

void Statistics::stop() {
    beat_.stop();
    if (!directory_.empty()) {
        const ClockFacts facts = origin_.facts();
        collect(lines_.last(facts, origin_.counts()));
        flush(facts);
        tell_outcomes(facts.now);
    }
}

void Statistics::tick() {
    const ClockFacts facts = origin_.facts();
    collect(lines_.due(facts, origin_.counts()));
    if (facts.now - flushed_ >= kFlush || batch_.bytes() > kMostBytes) {
        flush(facts);
    }
    tell_outcomes(facts.now);
}

void Statistics::collect(const std::vector<StatisticsLine>& lines) {
    for (const StatisticsLine& line : lines) {
        if (std::ranges::count(kinds_, line.kind) > 0) {
            batch_.add(line);
        }
    }
}

// A date that nobody vouches for must not cost a file.
void Statistics::flush(const ClockFacts& facts) {
    flushed_ = facts.now;
    const auto utc = facts.clock.state == ClockState::kSynchronised ? facts.utc() : std::nullopt;
    const auto before = utc ? std::optional{utc->second.day - keep_days_} : std::nullopt;
    if (before != forgotten_before_ && before) {
        batch_.forget_before = forgotten_before_ = before;
    }
    if (!batch_.empty()) {
        batch_.laboratory = laboratory_;
        const bool taken = files_.run(
            [directory = directory_, batch = std::exchange(batch_, {})] { return write_statistics(directory, batch); });
        if (!taken) {
            tell(facts.now, directory_ + ": the disk does not answer");
        }
    }
}

void Statistics::tell_outcomes(LocalInstant now) {
    while (const auto outcome = files_.next_outcome()) {
        tell(now, *outcome);
    }
}

void Statistics::tell(LocalInstant now, const FileThread::Outcome& outcome) {
    if (outcome && complaint_.empty()) {
        log_.write(now, LogLevel::kWarning, "statistics_lost",
                   {{"what", *outcome}, {"effect", "lines are missing until it can be written again; time is served"}});
    } else if (!outcome && !complaint_.empty()) {
        log_.write(now, LogLevel::kInfo, "statistics_written_again", {{"dir", directory_}});
    }
    complaint_ = outcome.value_or("");
}

}  // namespace tokimori
