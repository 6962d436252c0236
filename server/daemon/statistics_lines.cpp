#include "server/daemon/statistics_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "server/daemon/tally.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr int kModifiedJulianDayOf1970 = 40587;
// A line of each kind for each source and a line of the clock this often. With the longest names and figures a source
// has 300 bytes each time: at most 240 bytes a second.
constexpr Duration kInterval = 16s;
constexpr Duration kIntervalPerSource = 1250ms;
constexpr Duration kHour = 1h;
constexpr std::size_t kMostReplies = 12;  // in an interval

double seconds(Duration span) {
    return static_cast<double>(span.count()) * 1e-9;
}

/// Status word of a peer, RFC 9327 section 4.3: configured, reachable; selection; one event, its code.
unsigned status_word(const NamedSource& source, const ClockFacts& facts) {
    struct Selection {
        char tally;
        unsigned code;
    };
    constexpr std::array kSelections{Selection{'x', 1}, Selection{'-', 3}, Selection{'+', 4}, Selection{'*', 6},
                                     Selection{'o', 7}};
    const auto* const found = std::ranges::find(kSelections, tally_of(source, facts), &Selection::tally);
    const unsigned selection = found != kSelections.end() ? found->code : 0;
    const bool reachable = source.report.last_sample.has_value();
    constexpr unsigned kConfigured = 0x8000;
    constexpr unsigned kReachable = 0x1000;
    return kConfigured | (reachable ? kReachable | 0x14U : 0x13U) | selection << 8;
}

StatisticsLine line_of(StatisticsKind kind, const UtcTime& time, const std::string& text) {
    return {kind, time.second.day, fmt::format("{} {}\n", statistics_time(time), text)};
}

/// What our clock shows at `instant`, as seconds since 1900.
std::string ntp_seconds(LocalInstant instant, const ClockFacts& facts) {
    const UtcTime utc = facts.utc_at(instant).value_or(UtcTime{});
    const std::int64_t seconds = std::int64_t{utc.second.day} * kSecondsPerDay + utc.second.second;
    return fmt::format("{}.{:09}", seconds + kNtpSecondsAtPosixEpoch, utc.nanosecond);
}

std::string ntp_seconds(std::uint64_t timestamp) {
    const std::uint64_t fraction = timestamp & 0xFFFF'FFFF;
    return fmt::format("{}.{:09}", timestamp >> 32, fraction * 1'000'000'000 >> 32);
}

std::string refid_of(const ServerReply& reply) {
    const auto& octets = reply.refid;
    return reply.stratum <= 1 ? refid_text(octets) : fmt::format("{}", fmt::join(octets, "."));
}

std::string said_by(const Label& label) {
    return format_utc(label.time);
}

std::string said_by(const OffsetSample& sample) {
    return format_utc(sample.time, 9);
}

std::string with_details(std::string said, const SourceReport& report) {
    if (report.satellites) {
        said += fmt::format(" satellites={}/{}", report.satellites->used, report.satellites->visible);
    }
    return said + fmt::format(" accepted={} rejected={}", report.accepted, report.rejected);
}

}  // namespace

std::string_view statistics_name(StatisticsKind kind) {
    constexpr std::array<std::string_view, 5> kNames{"loopstats", "peerstats", "rawstats", "clockstats", "sysstats"};
    return kNames.at(static_cast<std::size_t>(kind));
}

std::string statistics_time(const UtcTime& time) {
    return fmt::format("{} {}.{:03}", time.second.day + kModifiedJulianDayOf1970, time.second.second,
                       time.nanosecond / 1'000'000);
}

std::string statistics_source(std::string_view name) {
    std::string text{name};
    std::ranges::replace(text, ' ', '_');
    // What begins with a digit is taken for an address, and looked up.
    return !text.empty() && text.front() >= '0' && text.front() <= '9' ? "_" + text : text;
}

std::string loopstats_text(const ClockFacts& facts) {
    const ClockReport& clock = facts.clock;
    const NamedSource* const followed = facts.selected();
    const auto span = followed != nullptr ? static_cast<std::uint64_t>(followed->report.span / 1s) : 0;
    return fmt::format("{:.9f} {:.6f} {:.9f} {:.6f} {}", seconds(clock.offset), clock.frequency_ppm,
                       seconds(clock.jitter), clock.wander_ppm, span > 0 ? std::bit_width(span) - 1 : 0);
}

std::string peerstats_text(const NamedSource& source, const ClockFacts& facts) {
    const SourceReport& report = source.report;
    return fmt::format("{} {:04x} {:.9f} {:.9f} {:.9f} {:.9f}", statistics_source(source.name),
                       status_word(source, facts), seconds(report.last_offset.value_or(report.offset)),
                       seconds(report.delay), seconds(report.distance), seconds(report.jitter));
}

std::string rawstats_text(const ServerReply& reply, const ClockFacts& facts) {
    return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {:.6f} {:.6f} {}", reply.address, reply.from,
                       ntp_seconds(reply.sent, facts), ntp_seconds(reply.received), ntp_seconds(reply.transmitted),
                       ntp_seconds(reply.came, facts), reply.leap, reply.version, reply.mode, reply.stratum, reply.poll,
                       reply.precision, seconds(reply.root_delay), seconds(reply.root_dispersion), refid_of(reply));
}

std::string clockstats_text(const NamedSource& source, std::string_view said) {
    return fmt::format("{} {}", statistics_source(source.name), with_details(std::string{said}, source.report));
}

std::string sysstats_text(Duration counted, const ServerCounts& counts, const ServerCounts& before) {
    const auto of = [&](Verdict verdict) { return counts.of(verdict) - before.of(verdict); };
    const auto version = [&](std::size_t number) { return counts.versions.at(number) - before.versions.at(number); };
    const std::uint64_t older = version(1) + version(2) + version(3);
    const std::uint64_t bad_format =
        of(Verdict::kTooShort) + of(Verdict::kBadLength) + of(Verdict::kBadVersion) + of(Verdict::kMalformed);
    const std::uint64_t declined =
        of(Verdict::kNotARequest) + of(Verdict::kControl) + of(Verdict::kPrivate) + of(Verdict::kForbiddenSource);
    return fmt::format("{} {} {} {} {} {} {} {} {} {} {}", counted / 1s, counts.received() - before.received(),
                       of(Verdict::kAnswered), version(4), older, of(Verdict::kDenied), bad_format,
                       of(Verdict::kUnauthenticated), declined, of(Verdict::kRateLimited) + of(Verdict::kKissed),
                       of(Verdict::kKissed));
}

void StatisticsLines::note(const Observation& observation) {
    if (const auto* const label = std::get_if<Label>(&observation)) {
        said_[label->source] = {label->heard, said_by(*label)};
    } else if (const auto* const sample = std::get_if<OffsetSample>(&observation)) {
        said_[sample->source] = {sample->local, said_by(*sample)};
    } else if (const auto* const reply = std::get_if<ServerReply>(&observation)) {
        if (replies_.size() < kMostReplies) {
            replies_.push_back(*reply);
        }
    }
}

bool StatisticsLines::is_due(Written& written, const std::optional<LocalInstant>& of, const ClockFacts& facts) const {
    const Duration interval = std::max<Duration>(kInterval, kIntervalPerSource * facts.sources.size());
    const bool rested = written.at == LocalInstant::min() || facts.now - written.at >= interval;
    if (!of || *of == written.of || !rested) {
        return false;
    }
    written = {facts.now, *of};
    return true;
}

std::vector<StatisticsLine> StatisticsLines::due(const ClockFacts& facts, const ServerCounts& counts) {
    std::vector<StatisticsLine> lines;
    if (facts.utc()) {
        add_loop(lines, facts);
        add_sources(lines, facts);
        add_replies(lines, facts);
        if (facts.now - counted_since_ >= kHour) {
            add_system(lines, facts, counts);
        }
    }
    return lines;
}

std::vector<StatisticsLine> StatisticsLines::last(const ClockFacts& facts, const ServerCounts& counts) {
    std::vector<StatisticsLine> lines;
    if (facts.utc()) {
        add_replies(lines, facts);
        add_system(lines, facts, counts);
    }
    return lines;
}

void StatisticsLines::add_loop(std::vector<StatisticsLine>& lines, const ClockFacts& facts) {
    if (is_due(loop_, facts.clock.last_update, facts)) {
        lines.push_back(line_of(StatisticsKind::kLoop, *facts.utc_at(loop_.of), loopstats_text(facts)));
    }
}

void StatisticsLines::add_sources(std::vector<StatisticsLine>& lines, const ClockFacts& facts) {
    for (const NamedSource& source : facts.sources) {
        const SourceId id = source.report.source;
        if (facts.clock.was_right && is_due(peers_[id], source.report.last_sample, facts)) {
            lines.push_back(
                line_of(StatisticsKind::kPeer, *facts.utc_at(peers_[id].of), peerstats_text(source, facts)));
        }
        const auto said = said_.find(id);
        if (said != said_.end() && is_due(clocks_[id], said->second.heard, facts)) {
            lines.push_back(line_of(StatisticsKind::kClock, *facts.utc_at(clocks_[id].of),
                                    clockstats_text(source, said->second.text)));
        }
    }
}

void StatisticsLines::add_replies(std::vector<StatisticsLine>& lines, const ClockFacts& facts) {
    if (facts.now - replies_since_ >= kInterval) {
        replies_since_ = facts.now;
        replies_told_ = 0;
    }
    for (const ServerReply& reply : replies_) {
        const std::optional<UtcTime> came = facts.utc_at(reply.came);
        if (came && replies_told_ < kMostReplies) {
            ++replies_told_;
            lines.push_back(line_of(StatisticsKind::kRaw, *came, rawstats_text(reply, facts)));
        }
    }
    replies_.clear();
}

void StatisticsLines::add_system(std::vector<StatisticsLine>& lines, const ClockFacts& facts,
                                 const ServerCounts& counts) {
    lines.push_back(
        line_of(StatisticsKind::kSystem, *facts.utc(), sysstats_text(facts.now - counted_since_, counts, counted_)));
    counted_since_ = facts.now;
    counted_ = counts;
}

}  // namespace tokimori
