#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "leap/calendar.h"
#include "leap/instant.h"
#include "server/daemon/configuration.h"

namespace tokimori {

/// One of the words a setting may be.
struct Choice {
    std::string_view text;
    int value = 0;  ///< of the enumerator it stands for, where there is one
};

/// A value that was checked. `monostate` is "auto"; choices point into the table.
using SettingValue =
    std::variant<std::monostate, bool, std::int64_t, Duration, double, std::string, std::vector<ListenAddress>, UtcTime,
                 std::vector<SkyFault>, const Choice*, std::vector<const Choice*>, std::vector<Prefix>>;

/// How a value is written and checked.
enum class SettingType : std::uint8_t {
    kBool,
    kInteger,
    kIntegerOrAuto,
    kDuration,   ///< "300ns", "1.5us", "24h"
    kFrequency,  ///< "-23.5ppm"
    kDegrees,    ///< -139.69, as a number
    kChoice,
    kChoices,    ///< list of them, none twice; may be empty
    kText,       ///< the range is its length in bytes
    kRefid,      ///< 1 … 4 visible ASCII characters
    kAddresses,  ///< list of "192.0.2.1:123" and "[2001:db8::1]:123"
    kPrefixes,   ///< list of "192.0.2.0/24", "2001:db8::/32", single addresses, "private", "loopback", "any"
    kInstant,    ///< UTC, as text or as a TOML date-time
    kDate,       ///< UTC day, as text or as a TOML date
    kSkyScript,  ///< "60s no-pulses for 10s; 2m wrong-second +1 for 30s"
};

/// A part of the file: `[name]`, or `[[name]]` where `repeated`.
struct Section {
    std::string_view name;
    bool repeated = false;
    std::string_view identity{};  ///< the key by which entries of several files are the same, where `repeated`
};

/// One row of the table of settings: all there is to know about a setting. It drives parsing, checking, the messages,
/// and every form and manual. A new setting is a new row and the field it fills.
struct Setting {
    std::string_view section;
    std::string_view key;
    std::string_view driver{};  ///< whose key it is, in `refclock`; empty: everybody's
    SettingType type = SettingType::kText;
    std::string_view default_text{};  ///< as in `value_from_text`; empty: none, or no text
    std::string_view minimum{};       ///< inclusive, written like a value
    std::string_view maximum{};       ///< inclusive
    std::span<const Choice> choices{};
    bool required = false;
    bool at_restart = false;      ///< a change counts from the next start on, not from a reload
    std::string_view reason{};    ///< why its range is what it is, one English sentence without its full stop
    std::string_view english{};   ///< what it does, one sentence
    std::string_view japanese{};  ///< the same
    /// Puts a value of the row's type into its field; of the last reference clock in `refclock`. Null: checked only.
    void (*fill)(Configuration&, const SettingValue&) = nullptr;
};

/// All settings, in the order in which they are documented.
std::span<const Setting> settings();

/// All sections, in the order of the settings.
std::span<const Section> sections();

/// The row of `key` in `section` that `driver` may use; null where there is none. With an empty `driver`: of any
/// driver.
const Setting* find_setting(std::string_view section, std::string_view key, std::string_view driver);

/// The section called `name` ("leap.manual" for nested ones), or null.
const Section* find_section(std::string_view name);

/// `[clock]`, `[[refclock]]`: how people see a section.
std::string heading(const Section& section);

/// The value that `text` writes, without quotes; lists have commas. nullopt where it is none or out of range.
std::optional<SettingValue> value_from_text(const Setting& setting, std::string_view text);

/// What may be written, for the end of a sentence: `a duration from 10s to 30d in quotes, such as "24h"`.
std::string expectation(const Setting& setting);

/// All settings of this version as a Markdown table in both languages, for the manual.
std::string settings_markdown();

}  // namespace tokimori
