#include "server/daemon/log.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "server/daemon/escape.h"

namespace tokimori {
namespace {

// A write of at most PIPE_BUF (4096) bytes to a pipe is whole.
constexpr std::size_t kLongestLine = 4000;

struct LevelName {
    std::string_view word;
    int priority;  // syslog(3)
};

LevelName name_of(LogLevel level) {
    constexpr std::array<LevelName, 4> kNames{{{"error", 3}, {"warning", 4}, {"info", 6}, {"debug", 7}}};
    return kNames.at(static_cast<std::size_t>(level));
}

bool needs_quotes(std::string_view text, std::string_view escaped_text) {
    return text.empty() || text != escaped_text || text.find_first_of(" =") != std::string_view::npos;
}

std::string word_from(std::string_view text) {
    std::string safe = escaped(text);
    return needs_quotes(text, safe) ? '"' + safe + '"' : safe;
}

// Fields are dropped as a whole: half a quoted value would swallow what follows it.
void append_field(std::string& line, std::string_view key, std::string_view text) {
    const std::string field = fmt::format(" {}={}", word_from(key), word_from(text));
    if (line.size() + field.size() <= kLongestLine) {
        line += field;
    }
}

std::string seconds_from(Duration value) {
    const bool negative = value < Duration::zero();
    const auto count = static_cast<std::uint64_t>(value.count());
    const std::uint64_t magnitude = negative ? 0 - count : count;
    constexpr std::uint64_t kBillion = 1'000'000'000;
    return fmt::format("{}{}.{:09}", negative ? "-" : "", magnitude / kBillion, magnitude % kBillion);
}

}  // namespace

LogField::LogField(std::string_view name, double value) : key(name), text(fmt::format("{}", value)) {}

LogField::LogField(std::string_view name, Duration value) : key(name), text(seconds_from(value)) {}

Log::Log(Output output, LogLevel level, const char* journal_stream, LogLimits limits)
    : output_(std::move(output)), level_(level), journal_(journal_stream != nullptr), limits_(limits) {}

namespace {

// A source whose state flaps must not use up the lines of the others.
std::string limited_as(std::string_view event, std::initializer_list<LogField> fields) {
    const bool is_named = fields.size() > 0 && fields.begin()->key == "name";
    return std::string(event) + (is_named ? ' ' + fields.begin()->text : "");
}

}  // namespace

void Log::write(LocalInstant now, LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    if (level > level_) {
        return;
    }
    const auto found =
        buckets_.try_emplace(limited_as(event, fields), Bucket{limits_.refill * limits_.burst, now, 0, level}).first;
    Bucket& bucket = found->second;
    if (take(bucket, now)) {
        emit(level, event, fields, bucket);
    } else {
        ++bucket.suppressed;
        bucket.level = level;
    }
}

void Log::tell_suppressed(LocalInstant now) {
    for (auto& [key, bucket] : buckets_) {
        if (bucket.suppressed == 0 || !take(bucket, now)) {
            continue;
        }
        const std::string_view event = std::string_view{key}.substr(0, key.find(' '));
        if (event.size() == key.size()) {
            emit(bucket.level, event, {}, bucket);
        } else {
            emit(bucket.level, event, {{"name", std::string_view{key}.substr(event.size() + 1)}}, bucket);
        }
    }
}

bool Log::take(Bucket& bucket, LocalInstant now) {
    const Duration full = limits_.refill * limits_.burst;
    const Duration elapsed = now > bucket.filled ? now - bucket.filled : Duration::zero();
    bucket.filled = std::max(now, bucket.filled);
    bucket.credit = std::min(bucket.credit + std::min(elapsed, full), full);
    if (bucket.credit < limits_.refill) {
        return false;
    }
    bucket.credit -= limits_.refill;
    return true;
}

void Log::emit(LogLevel level, std::string_view event, std::initializer_list<LogField> fields, Bucket& bucket) {
    const LevelName name = name_of(level);
    std::string line = journal_ ? fmt::format("<{}>", name.priority) : fmt::format("{} ", name.word);
    line += word_from(event);
    const std::uint64_t suppressed = std::exchange(bucket.suppressed, 0);
    if (suppressed > 0) {
        append_field(line, "suppressed", std::to_string(suppressed));
    }
    for (const LogField& field : fields) {
        append_field(line, field.key, field.text);
    }
    line += '\n';
    output_(line);
}

void write_to_stderr(std::string_view line) {
    pollfd ready{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    if (::poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0) {
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
    }
}

}  // namespace tokimori
