#include "server/daemon/state_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <charconv>
#include <cstdint>

namespace tokimori {
namespace {

constexpr std::string_view kTitle = "tokimori clock state ";
constexpr std::string_view kChecksum = "crc32 ";
constexpr int kVersion = 4;
constexpr int kOldestVersion = 2;
constexpr int kNamesMachine = 3;  // and all leap seconds that were counted, not the last alone
constexpr int kNamesDecided = 4;  // by what settings a leap second is to come
constexpr std::size_t kBootIdLength = 36;
constexpr std::size_t kMachineLength = 16;
constexpr std::string_view kUnknown = "unknown";

// Far beyond what a crystal and a clock do, and small enough for all sums of the model.
constexpr Rate kMostRate = rate_from_ppm(200'000.0);
constexpr Duration kMostUptime = std::chrono::hours{24} * 366 * 30;
constexpr Duration kMostApart = std::chrono::seconds{1};
constexpr std::int64_t kLatestTai = 7'000'000'000'000'000'000;

std::string checksum_of(std::string_view body) {
    boost::crc_32_type crc;
    crc.process_bytes(body.data(), body.size());
    return fmt::format("{:08x}", crc.checksum());
}

bool is_hexadecimal(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool is_boot_id(std::string_view text) {
    return text.size() == kBootIdLength &&
           std::ranges::all_of(text, [](char c) { return is_hexadecimal(c) || c == '-'; });
}

bool is_machine(std::string_view text) {
    return text.size() == kMachineLength && std::ranges::all_of(text, is_hexadecimal);
}

// Takes the lines of a body one by one; after the first that is not as expected nothing is right any more.
class Lines {
public:
    explicit Lines(std::string_view body) : rest_{body} {}

    std::string_view text(std::string_view key) {
        const std::size_t end = rest_.find('\n');
        const std::string_view line = rest_.substr(0, end);
        if (!good_ || end == std::string_view::npos || line.size() <= key.size() || line.substr(0, key.size()) != key ||
            line[key.size()] != ' ') {
            good_ = false;
            return {};
        }
        rest_.remove_prefix(end + 1);
        return line.substr(key.size() + 1);
    }
    std::int64_t number(std::string_view key, std::int64_t least, std::int64_t most) {
        const std::string_view written = text(key);
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
        good_ = good_ && error == std::errc{} && end == written.data() + written.size() &&
                std::to_string(value) == written && value >= least && value <= most;
        return good_ ? value : 0;
    }
    // Empty where nobody knew it.
    std::string name(std::string_view key) {
        const std::string_view written = text(key);
        good_ = good_ && !written.empty();
        return std::string{written == kUnknown ? std::string_view{} : written};
    }
    Rate rate(std::string_view key) { return number(key, -kMostRate, kMostRate); }
    Rate bound(std::string_view key) { return number(key, 0, kMostRate); }
    LocalInstant local(std::string_view key) {
        return LocalInstant{Duration{number(key, 0, Duration{kMostUptime}.count())}};
    }
    TaiInstant tai(std::string_view key) { return TaiInstant{Duration{number(key, 0, kLatestTai)}}; }
    ReferenceId refid(std::string_view key) {
        const std::string_view written = text(key);
        std::uint32_t word = 0;
        const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), word, 16);
        good_ = good_ && error == std::errc{} && end == written.data() + written.size() &&
                fmt::format("{:08x}", word) == written;
        return {static_cast<std::uint8_t>(word >> 24), static_cast<std::uint8_t>(word >> 16),
                static_cast<std::uint8_t>(word >> 8), static_cast<std::uint8_t>(word)};
    }

    void demand(bool what) { good_ = good_ && what; }
    bool all_good() const { return good_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool good_ = true;
};

LeapEvent leap_from(Lines& lines, std::string_view day, std::string_view kind) {
    LeapEvent event;
    event.day = static_cast<UtcDay>(lines.number(day, 0, LeapTable::kRowsEnd));
    event.kind = static_cast<LeapKind>(lines.number(kind, -1, 1));
    return event;
}

DecidedLeap decided_leap_from(Lines& lines) {
    DecidedLeap decided;
    decided.event = leap_from(lines, "decided_leap_day", "decided_leap_kind");
    decided.ground = static_cast<LeapGround>(lines.number("decided_by", 0, static_cast<int>(LeapGround::kRemembered)));
    decided.manual_only = lines.number("decided_by_hand_alone", 0, 1) == 1;
    decided.table_updated = static_cast<UtcDay>(lines.number("decided_beside_table", 0, LeapTable::kRowsEnd));
    return decided;
}

LeapMemory leap_memory_from(Lines& lines, int version) {
    constexpr std::int64_t kMostVoices = 1000;
    LeapMemory memory;
    memory.armed.event = leap_from(lines, "leap_day", "leap_kind");
    memory.armed.voices_for = static_cast<std::uint16_t>(lines.number("leap_voices_for", 0, kMostVoices));
    memory.armed.voices = static_cast<std::uint16_t>(lines.number("leap_voices", 0, kMostVoices));
    memory.armed.trusted = lines.number("leap_trusted", 0, 1) == 1;
    if (version >= kNamesDecided) {
        memory.decided = decided_leap_from(lines);
    }
    if (version < kNamesMachine) {
        memory.count(leap_from(lines, "last_leap_day", "last_leap_kind"));
        return memory;
    }
    const std::int64_t counted = lines.number("leaps_counted", 0, LeapMemory::kCounted);
    for (std::int64_t i = 0; i < counted; ++i) {
        memory.count(leap_from(lines, "counted_leap_day", "counted_leap_kind"));
    }
    const auto end = std::ranges::find(memory.counted, LeapEvent{});
    lines.demand(end - memory.counted.begin() == counted);
    return memory;
}

LeapPolicy leap_policy_from(Lines& lines) {
    LeapPolicy policy;
    policy.mode = static_cast<LeapMode>(lines.number("leap_mode", 0, 1));
    policy.lead = Duration{lines.number("leap_lead", kShortestLead.count(), kLongestLead.count())};
    policy.smear =
        std::chrono::minutes{lines.number("leap_smear_minutes", kShortestSmear.count(), kLongestSmear.count())};
    policy.mark_refid = lines.number("leap_mark_refid", 0, 1) == 1;
    policy.smear_host = lines.number("leap_smear_host", 0, 1) == 1;
    return policy;
}

KeptState state_from(Lines& lines, int version) {
    KeptState state;
    ClockMemory& memory = state.memory;
    state.boot_id = lines.name("boot");
    state.machine = version < kNamesMachine ? std::string{} : lines.name("machine");
    state.asleep = Duration{lines.number("asleep", 0, Duration{kMostUptime}.count())};
    state.laboratory = lines.number("laboratory", 0, 1) == 1;
    memory.rate = lines.rate("rate");
    memory.rate_bound = lines.bound("rate_bound");
    memory.saved = lines.tai("saved");
    memory.saved_local = lines.local("saved_local");
    memory.leap = leap_memory_from(lines, version);
    memory.leap_policy = leap_policy_from(lines);
    memory.model.anchor_local = lines.local("anchor_local");
    memory.model.anchor_tai = lines.tai("anchor_tai");
    memory.model.rate = lines.rate("model_rate");
    memory.model.slew_rate = lines.rate("slew_rate");
    memory.model.slew_end = lines.local("slew_end");
    memory.model.dispersion = Duration{lines.number("dispersion", 0, Duration{kTimeLost}.count())};
    memory.model.dispersion_rate = lines.bound("dispersion_rate");
    memory.valid_until = lines.local("valid_until");
    memory.refid = lines.refid("refid");
    memory.stratum = static_cast<std::uint8_t>(lines.number("stratum", 1, 15));
    return state;
}

// What a whole file may still not say.
bool is_possible(const KeptState& state) {
    const ClockMemory& memory = state.memory;
    return (state.boot_id.empty() || is_boot_id(state.boot_id)) &&
           (state.machine.empty() || is_machine(state.machine)) && memory.model.slew_end >= memory.model.anchor_local &&
           std::chrono::abs(memory.model.tai_at(memory.saved_local) - memory.saved) <= kMostApart;
}

// 0: none that we know.
int version_of(std::string_view text) {
    for (int version = kOldestVersion; version <= kVersion; ++version) {
        if (text == std::to_string(version)) {
            return version;
        }
    }
    return 0;
}

StateResult refusal(std::string error) {
    return {std::nullopt, std::move(error)};
}

}  // namespace

// FNV-1a, 64 bits.
std::string machine_identity(std::string_view text) {
    constexpr std::uint64_t kBasis = 0xcbf29ce484222325;
    constexpr std::uint64_t kPrime = 0x100000001b3;
    std::uint64_t hash = kBasis;
    bool something = false;
    for (const char c : text) {
        if (c > ' ') {
            something = something || c != '0';
            hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
        }
    }
    return something ? fmt::format("{:016x}", hash) : std::string{};
}

std::string sealed(std::string_view body) {
    return fmt::format("{}{}{}\n", body, kChecksum, checksum_of(body));
}

std::string state_text(const KeptState& state) {
    const ClockMemory& memory = state.memory;
    const TimeModel& model = memory.model;
    std::string body = fmt::format("{}{}\n", kTitle, kVersion);
    const auto add = [&body](std::string_view key, const auto& value) { body += fmt::format("{} {}\n", key, value); };
    const auto add_instant = [&add](std::string_view key, const auto& instant) {
        add(key, instant.time_since_epoch().count());
    };
    add("boot", is_boot_id(state.boot_id) ? std::string_view{state.boot_id} : kUnknown);
    add("machine", is_machine(state.machine) ? std::string_view{state.machine} : kUnknown);
    add("asleep", state.asleep.count());
    add("laboratory", state.laboratory ? 1 : 0);
    add("rate", memory.rate);
    add("rate_bound", memory.rate_bound);
    add_instant("saved", memory.saved);
    add_instant("saved_local", memory.saved_local);
    add("leap_day", memory.leap.armed.event.day);
    add("leap_kind", static_cast<int>(memory.leap.armed.event.kind));
    add("leap_voices_for", memory.leap.armed.voices_for);
    add("leap_voices", memory.leap.armed.voices);
    add("leap_trusted", memory.leap.armed.trusted ? 1 : 0);
    const DecidedLeap& decided = memory.leap.decided;
    add("decided_leap_day", decided.event.day);
    add("decided_leap_kind", static_cast<int>(decided.event.kind));
    add("decided_by", static_cast<int>(decided.ground));
    add("decided_by_hand_alone", decided.manual_only ? 1 : 0);
    add("decided_beside_table", decided.table_updated);
    const auto& counted = memory.leap.counted;
    const auto end = std::ranges::find(counted, LeapEvent{});
    add("leaps_counted", end - counted.begin());
    std::for_each(counted.begin(), end, [&add](const LeapEvent& event) {
        add("counted_leap_day", event.day);
        add("counted_leap_kind", static_cast<int>(event.kind));
    });
    add("leap_mode", static_cast<int>(memory.leap_policy.mode));
    add("leap_lead", memory.leap_policy.lead.count());
    add("leap_smear_minutes", memory.leap_policy.smear.count());
    add("leap_mark_refid", memory.leap_policy.mark_refid ? 1 : 0);
    add("leap_smear_host", memory.leap_policy.smear_host ? 1 : 0);
    add_instant("anchor_local", model.anchor_local);
    add_instant("anchor_tai", model.anchor_tai);
    add("model_rate", model.rate);
    add("slew_rate", model.slew_rate);
    add_instant("slew_end", model.slew_end);
    add("dispersion", model.dispersion.count());
    add("dispersion_rate", model.dispersion_rate);
    add_instant("valid_until", std::max(memory.valid_until, LocalInstant{}));  // over is over
    add("refid",
        fmt::format("{:02x}{:02x}{:02x}{:02x}", memory.refid[0], memory.refid[1], memory.refid[2], memory.refid[3]));
    add("stratum", unsigned{memory.stratum});
    return sealed(body);
}

StateResult parse_state(std::string_view text) {
    if (text.substr(0, kTitle.size()) != kTitle) {
        return refusal("it is no state of the clock");
    }
    const int version = version_of(text.substr(kTitle.size(), text.find('\n') - kTitle.size()));
    if (version == 0) {
        return refusal("it is of another version of Tokimori");
    }
    const std::size_t last = text.size() < 2 ? std::string_view::npos : text.rfind('\n', text.size() - 2);
    if (text.size() > kLargestState || last == std::string_view::npos ||
        text.substr(last + 1) != fmt::format("{}{}\n", kChecksum, checksum_of(text.substr(0, last + 1)))) {
        return refusal("it is damaged");
    }
    const std::string_view body = text.substr(0, last + 1);
    Lines lines{body.substr(body.find('\n') + 1)};
    KeptState state = state_from(lines, version);
    if (!lines.all_good() || !is_possible(state)) {
        return refusal("what it says is impossible");
    }
    return {std::move(state), {}};
}

}  // namespace tokimori
