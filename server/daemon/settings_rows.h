#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "server/daemon/settings_table.h"

/// What the files with the rows of the table share; nobody else includes it.
namespace tokimori {

/// The rows of `refclock`: those of every driver, of gpsd and of the simulated sky.
std::span<const Setting> refclock_rows();

/// The rows of `refclock` of the drivers with a device of their own.
std::span<const Setting> device_rows();

/// The rows of `upstream`.
std::span<const Setting> upstream_rows();

/// The rows of `leap` and `leap.manual`.
std::span<const Setting> leap_rows();

/// The rows of `access`.
std::span<const Setting> access_rows();

/// The rows of `front_panel`.
std::span<const Setting> front_panel_rows();

/// The rows of all other sections.
std::span<const Setting> server_rows();

template <typename Field>
struct IsOptional : std::false_type {};
template <typename Field>
struct IsOptional<std::optional<Field>> : std::true_type {};

template <typename Field>
struct IsListOfWords : std::false_type {};
template <typename Word>
struct IsListOfWords<std::vector<Word>> : std::is_enum<Word> {};

/// Puts a checked value into a field of Configuration, in that field's own type.
template <typename Field>
void store(Field& field, const SettingValue& value) {
    const auto* const choice = std::get_if<const Choice*>(&value);
    if constexpr (IsOptional<Field>::value) {
        field.reset();
        if (!std::holds_alternative<std::monostate>(value)) {
            typename Field::value_type inner{};
            store(inner, value);
            field = std::move(inner);
        }
    } else if constexpr (IsListOfWords<Field>::value) {
        field.clear();
        for (const Choice* const each : std::get<std::vector<const Choice*>>(value)) {
            field.push_back(static_cast<typename Field::value_type>(each->value));
        }
    } else if constexpr (std::is_enum_v<Field>) {
        field = static_cast<Field>((*choice)->value);
    } else if constexpr (std::is_integral_v<Field> && !std::is_same_v<Field, bool>) {
        field = static_cast<Field>(std::get<std::int64_t>(value));
    } else if constexpr (std::is_same_v<Field, std::string>) {
        field = choice != nullptr ? std::string((*choice)->text) : std::get<std::string>(value);
    } else {
        field = std::get<Field>(value);
    }
}

template <typename Owner, typename Field>
Owner owner_of(Field Owner::*);

/// The `fill` of a row: stores into that member of Configuration, of one of its policies, of its panel, or of its last
/// RefclockConfiguration, LeapEvent or AccessRule.
template <auto kMember>
void fill(Configuration& configuration, const SettingValue& value) {
    if constexpr (std::is_same_v<decltype(owner_of(kMember)), RefclockConfiguration>) {
        store(configuration.refclocks.back().*kMember, value);
    } else if constexpr (std::is_same_v<decltype(owner_of(kMember)), ClockPolicy>) {
        store(configuration.policy.*kMember, value);
    } else if constexpr (std::is_same_v<decltype(owner_of(kMember)), LeapPolicy>) {
        store(configuration.leap.*kMember, value);
    } else if constexpr (std::is_same_v<decltype(owner_of(kMember)), LeapEvent>) {
        store(configuration.leap_manual.back().*kMember, value);
    } else if constexpr (std::is_same_v<decltype(owner_of(kMember)), AccessPolicy>) {
        store(configuration.access.*kMember, value);
    } else if constexpr (std::is_same_v<decltype(owner_of(kMember)), RateLimit>) {
        store(configuration.access.limit.*kMember, value);
    } else if constexpr (std::is_same_v<decltype(owner_of(kMember)), FrontPanelConfiguration>) {
        store(configuration.front_panel.*kMember, value);
    } else if constexpr (std::is_same_v<decltype(owner_of(kMember)), AccessRule>) {
        store(configuration.access.rules.back().*kMember, value);
    } else {
        store(configuration.*kMember, value);
    }
}

/// The row of `enabled` in a repeated section: entries that are not are gone before any row is filled.
constexpr Setting enabled_row(std::string_view section) {
    return {.section = section,
            .key = "enabled",
            .type = SettingType::kBool,
            .default_text = "true",
            .english = "Whether this entry counts; false takes it away, one of an earlier file, too.",
            .japanese = "この項目を使うかどうかです。false なら、前に読んだファイルの項目も含めて使いません。"};
}

/// A word that stands for an enumerator.
template <typename Enumeration>
constexpr Choice choice(std::string_view text, Enumeration value) {
    return {text, static_cast<int>(value)};
}

}  // namespace tokimori
