#include "refclocks/gpsd_report.h"

#include <gps.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>

#include "leap/leap_table.h"
#include "refclocks/stamp_uncertainty.h"

namespace tokimori {
namespace {

using Reason = Rejection::Reason;

// The longest line gpsd itself can form (GPS_JSON_RESPONSE_MAX of 3.22 … 3.27, not in the public header of all).
constexpr std::size_t kLongestReport = 10240;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
// 1980-01-06: GPS knows no day before. None after kRowsEnd fits into a TaiInstant, or into 64-bit nanoseconds.
constexpr int kMostLeapSeconds = 255;  // what eight bits hold (IS-GPS-200 20.3.3.5.2.4: Δt_LS, signed)
constexpr UtcDay kFirstGpsDay = 3657;
constexpr std::string_view kClassPrefix = R"({"class":")";

/// Follows the brackets of a JSON text outside of its strings.
class Nesting {
public:
    void take(char c) {
        if (in_string_) {
            in_string_ = escaped_ || c != '"';
            escaped_ = !escaped_ && c == '\\';
            return;
        }
        in_string_ = c == '"';
        depth_ += (c == '{' || c == '[') ? 1 : 0;
        depth_ -= (c == '}' || c == ']') ? 1 : 0;
    }
    bool closed() const { return depth_ <= 0; }

private:
    bool in_string_ = false;
    bool escaped_ = false;
    int depth_ = 0;
};

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20;
}

// gps_unpack reports no errors, goes on in the middle of what it could not read, and loops for ever where it finds a
// second "class" there. So it is given nothing but single, closed objects that say "class" once, at the beginning.
bool is_one_report(std::string_view line) {
    if (line.size() > kLongestReport || !line.starts_with(kClassPrefix) ||
        line.find(R"("class":)", kClassPrefix.size()) != std::string_view::npos) {
        return false;
    }
    Nesting nesting;
    for (std::size_t i = 0; i < line.size(); ++i) {
        nesting.take(line[i]);
        if (is_control(line[i]) || nesting.closed() != (i + 1 == line.size())) {
            return false;
        }
    }
    return true;
}

// `"key":` cannot occur inside a JSON string, where its quotes would be escaped; so the first one found is the field.
std::optional<std::string_view> value_of(std::string_view line, std::string_view key) {
    const std::string pattern = '"' + std::string{key} + "\":";
    const std::size_t found = line.find(pattern);
    if (found == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view value = line.substr(found + pattern.size());
    const bool quoted = value.starts_with('"');
    value.remove_prefix(quoted ? 1 : 0);
    return value.substr(0, value.find_first_of(quoted ? "\"" : ",}]"));
}

std::optional<std::int64_t> integer_of(std::string_view line, std::string_view key) {
    const std::optional<std::string_view> value = value_of(line, key);
    std::int64_t number = 0;
    if (!value) {
        return std::nullopt;
    }
    const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
    return error == std::errc{} && end == value->data() + value->size() ? std::optional{number} : std::nullopt;
}

/// Seconds with nanoseconds that may be negative, as gpsd prints them.
struct SplitTime {
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;  ///< 0 … 999 999 999
};

std::optional<SplitTime> split_time_of(std::string_view line, std::string_view prefix) {
    const auto seconds = integer_of(line, std::string{prefix} + "_sec");
    const auto nanoseconds = integer_of(line, std::string{prefix} + "_nsec");
    if (!seconds || !nanoseconds || *nanoseconds <= -kNanosecondsPerSecond || *nanoseconds >= kNanosecondsPerSecond) {
        return std::nullopt;
    }
    const bool borrow = *nanoseconds < 0;
    return SplitTime{borrow && *seconds > INT64_MIN ? *seconds - 1 : *seconds,
                     borrow ? *nanoseconds + kNanosecondsPerSecond : *nanoseconds};
}

bool is_possible(std::int64_t day) {
    return day >= kFirstGpsDay && day < LeapTable::kRowsEnd;
}

std::optional<UtcTime> possible_time(std::string_view text) {
    const std::optional<UtcTime> time = parse_utc(text);
    return time && is_possible(time->second.day) ? time : std::nullopt;
}

UtcTime utc_of(const SplitTime& posix) {
    return {{static_cast<UtcDay>(posix.seconds / kSecondsPerDay),
             static_cast<std::int32_t>(posix.seconds % kSecondsPerDay)},
            static_cast<std::int32_t>(posix.nanoseconds)};
}

// `precision` is log2 of seconds; libgps drops it. It is the same whoever took the stamp. Where gpsd does not tell: as
// bad as USB.
Duration pulse_uncertainty(std::string_view line) {
    const std::int64_t precision = integer_of(line, "precision").value_or(-10);
    const std::int64_t shift = precision < -1 && precision >= -30 ? -precision : 10;
    return std::max(kProgramStampUncertainty, Duration{kNanosecondsPerSecond >> shift});
}

GpsdReport read_device(std::string_view line) {
    const std::optional<std::string_view> path = value_of(line, "path");
    const std::optional<std::string_view> activated = value_of(line, "activated");
    if (!path || !activated) {
        return {};
    }
    return DeviceReport{std::string{*path}, *activated != "0"};
}

constexpr int kGpsSystem = 0;

// Page 18 of subframe 4 is printed as IONO, in whole numbers whether scaled or not. libgps does not know it. QZSS has a
// page of the same name.
GpsdReport read_subframe(std::string_view line) {
    if (line.find(R"("IONO":{)") == std::string_view::npos ||
        integer_of(line, "gnssId").value_or(kGpsSystem) != kGpsSystem) {
        return {};
    }
    const auto now = integer_of(line, "ls");
    const auto week = integer_of(line, "WNlsf");
    const auto day = integer_of(line, "DN");
    const auto future = integer_of(line, "lsf");
    if (!now || !week || !day || !future) {
        return Reason::kUnreadable;
    }
    return LeapReport{std::string{value_of(line, "device").value_or("")}, {*now, *week, *day, *future}};
}

std::optional<std::int16_t> whole(double value, double least, double most) {
    return value >= least && value <= most ? std::optional{static_cast<std::int16_t>(std::lround(value))}
                                           : std::nullopt;
}

Satellite satellite_of(const satellite_t& seen) {
    Satellite found;
    const bool known = seen.svid > 0 && seen.gnssid <= static_cast<int>(SatelliteSystem::kNavic);
    found.system = known ? static_cast<SatelliteSystem>(seen.gnssid) : SatelliteSystem::kUnknown;
    found.number = static_cast<std::uint16_t>(known ? seen.svid : seen.PRN);
    found.azimuth = whole(seen.azimuth >= 359.5 && seen.azimuth < 360 ? 0 : seen.azimuth, 0, 359.5);
    found.elevation = whole(seen.elevation, -90, 90);
    found.signal = whole(seen.ss, 0, 99);
    found.used = seen.used;
    return found;
}

// Receivers of several frequencies are told a satellite once for each of its signals.
void add_signal(std::vector<Satellite>& list, const Satellite& seen) {
    const auto known = std::find_if(list.begin(), list.end(), [&](const Satellite& one) {
        return one.system == seen.system && one.number == seen.number;
    });
    if (known == list.end()) {
        list.push_back(seen);
        return;
    }
    known->signal = std::max(known->signal, seen.signal);
    known->used = known->used || seen.used;
}

std::vector<Satellite> satellites_of(const gps_data_t& data) {
    std::vector<Satellite> list;
    for (const satellite_t& seen : data.skyview) {
        if (seen.PRN > 0) {
            add_signal(list, satellite_of(seen));
        }
    }
    std::stable_partition(list.begin(), list.end(), [](const Satellite& one) { return one.used; });
    if (list.size() > Satellites::kMostListed) {
        list.resize(Satellites::kMostListed);
    }
    return list;
}

// The list holds a "class" for each device and must stay away from libgps, which also refuses more than four of them.
GpsdReport read_device_list(std::string_view line) {
    return line.find(R"("devices":[])") != std::string_view::npos ? GpsdReport{DeviceReport{}} : GpsdReport{};
}

}  // namespace

struct GpsdReportReader::Scratch {
    gps_data_t data{};
    std::string line;

    std::string device() const { return data.dev.path; }
    bool has(std::uint64_t mask) const { return (data.set & mask) != 0; }
};

GpsdReportReader::GpsdReportReader() : scratch_{std::make_unique<Scratch>()} {}
GpsdReportReader::~GpsdReportReader() = default;

GpsdReport GpsdReportReader::read(std::string_view line) {
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    if (line.starts_with(R"({"class":"DEVICES")") && line.ends_with('}')) {
        return read_device_list(line);
    }
    if (!is_one_report(line)) {
        return Reason::kUnreadable;
    }
    const std::string_view name = *value_of(line, "class");
    if (name == "TPV") {
        return read_fix(line);
    }
    if (name == "TOFF") {
        return read_stamps<TimeOffsetReport>(line, TOFF_SET);
    }
    if (name == "PPS") {
        return read_stamps<PulseReport>(line, PPS_SET);
    }
    if (name == "SKY") {
        return read_sky(line);
    }
    if (name == "SUBFRAME") {
        return read_subframe(line);
    }
    if (name == "DEVICE") {
        return read_device(line);
    }
    if (name == "VERSION") {
        return VersionReport{std::string{value_of(line, "release").value_or("")}};
    }
    return {};
}

void GpsdReportReader::unpack(std::string_view line) {
    scratch_->data.set = 0;
    scratch_->data.dev.path[0] = '\0';
    scratch_->line = line;
    gps_unpack(scratch_->line.data(), &scratch_->data);
}

GpsdReport GpsdReportReader::read_fix(std::string_view line) {
    unpack(line);
    const gps_data_t& data = scratch_->data;
    FixReport report{.device = scratch_->device(),
                     .time = std::nullopt,
                     .mode = data.fix.mode,
                     .status = data.fix.status,
                     .antenna = integer_of(line, "ant"),
                     .antenna_power = integer_of(line, "antPwr"),
                     .jamming = integer_of(line, "jam")};
    if (data.leap_seconds > 0 && data.leap_seconds <= kMostLeapSeconds) {
        report.gps_minus_utc = data.leap_seconds;
    }
    // libgps folds 23:59:60 into the next day; the text still has it.
    if (const std::optional<std::string_view> text = value_of(line, "time")) {
        report.time = possible_time(*text);
        if (!report.time) {
            return Reason::kImpossibleDate;
        }
    }
    if (report.time && !scratch_->has(TIME_SET)) {
        return Reason::kUnreadable;
    }
    return report;
}

GpsdReport GpsdReportReader::read_sky(std::string_view line) {
    unpack(line);
    if (!scratch_->has(SATELLITE_SET)) {
        return line.find(R"("nSat":)") == std::string_view::npos ? GpsdReport{} : GpsdReport{Reason::kUnreadable};
    }
    if (!value_of(line, "nSat") && !value_of(line, "satellites")) {
        return {};
    }
    const std::optional<std::string_view> text = value_of(line, "time");
    return SkyReport{scratch_->device(), text ? possible_time(*text) : std::nullopt, scratch_->data.satellites_visible,
                     scratch_->data.satellites_used, satellites_of(scratch_->data)};
}

// The numbers are read from the text: libgps keeps seconds in 32 bits (until 2038), drops the precision, and in 3.22
// puts TOFF into the fields of PPS. What it says about the line as a whole is heeded.
template <typename Report>
GpsdReport GpsdReportReader::read_stamps(std::string_view line, std::uint64_t expected) {
    unpack(line);
    const std::optional<SplitTime> real = split_time_of(line, "real");
    const std::optional<SplitTime> clock = split_time_of(line, "clock");
    if (!scratch_->has(expected) || !real || !clock) {
        return Reason::kUnreadable;
    }
    const bool clock_fits = clock->seconds >= 0 && clock->seconds / kSecondsPerDay < LeapTable::kRowsEnd;
    if (real->seconds < 0 || !is_possible(real->seconds / kSecondsPerDay) || !clock_fits) {
        return Reason::kImpossibleDate;
    }
    Report report{};
    report.device = scratch_->device();
    report.real = utc_of(*real);
    report.clock = clock->seconds * kNanosecondsPerSecond + clock->nanoseconds;
    if constexpr (std::same_as<Report, PulseReport>) {
        report.uncertainty = pulse_uncertainty(line);
        report.sawtooth = integer_of(line, "qErr");
    }
    return report;
}

}  // namespace tokimori
