#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "leap/instant.h"
#include "server/daemon/configuration.h"

namespace tokimori {

/// One `key=value` of a log line. The key is a name of ours; the value may be anything from anywhere.
struct LogField {
    LogField(std::string_view name, std::string_view value) : key(name), text(value) {}
    LogField(std::string_view name, const char* value) : key(name), text(value) {}
    LogField(std::string_view name, bool value) : key(name), text(value ? "true" : "false") {}
    LogField(std::string_view name, std::integral auto value) : key(name), text(std::to_string(value)) {}
    LogField(std::string_view name, double value);
    /// Written as seconds with nine decimals: `offset=-0.000000345`.
    LogField(std::string_view name, Duration value);

    std::string_view key;
    std::string text;
};

/// How often one event may be written: `burst` times at once, then once per `refill`. A `refill` of 0 means no limit.
struct LogLimits {
    unsigned burst = 10;
    Duration refill = std::chrono::seconds{6};
};

/// The structured log: one line per event, `level event key=value key="quoted value"`. Under journald the level is its
/// "<N>" prefix (sd-daemon(3)). Values are escaped, so that nothing a device or a client says can forge a line or move
/// a cursor. No event floods: what exceeds the limits of its name is counted, and the count is told once as
/// `suppressed=N`. Knows no clock: time comes in. Used from the clock thread only.
class Log {
public:
    /// Takes one whole line with its newline, at most about 4000 bytes of it meant for one `write`.
    using Output = std::function<void(std::string_view line)>;

    /// `journal_stream` is the value of JOURNAL_STREAM in the environment, or null where it is not set.
    Log(Output output, LogLevel level, const char* journal_stream, LogLimits limits = {});

    /// Writes the event, unless `level` is filtered out or the event is over its limit. `event` is a name of ours in
    /// snake_case (`source_selected`), from a fixed set: each gets a bucket for good, and where its first field is
    /// `name` (of a configured source) one for each name.
    void write(LocalInstant now, LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

    /// Tells the counts of suppressed events that may be written again but did not happen again. Called now and then.
    void tell_suppressed(LocalInstant now);

    /// Another level from now on, as after a reload.
    void set_level(LogLevel level) { level_ = level; }

private:
    struct Bucket {
        Duration credit{};
        LocalInstant filled;
        std::uint64_t suppressed = 0;
        LogLevel level = LogLevel::kInfo;  ///< of the last event that was suppressed
    };

    bool take(Bucket& bucket, LocalInstant now);
    void emit(LogLevel level, std::string_view event, std::initializer_list<LogField> fields, Bucket& bucket);

    Output output_;
    LogLevel level_;
    bool journal_;
    LogLimits limits_;
    std::map<std::string, Bucket, std::less<>> buckets_;
};

/// Writes `line` to stderr at once. Where the reader of stderr is stuck the line is dropped: a full pipe may cost
/// lines, never the time service.
void write_to_stderr(std::string_view line);

}  // namespace tokimori
