#include "server/daemon/configuration_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "refclocks/nmea.h"
#include "server/daemon/complaint_words.h"
#include "server/daemon/configuration_together.h"
#include "server/daemon/escape.h"
#include "server/daemon/server_address.h"
#include "server/daemon/toml_text.h"
#include "server/daemon/value_text.h"

namespace tokimori {
namespace {

constexpr std::size_t kMostAddresses = 64;
constexpr std::size_t kMostTables = 64;

// What a number shows as in a sentence.
template <typename Number>
std::string shown(Number number) {
    return fmt::format("{}", number);
}

const Choice* driver_choice(const TomlTable& table) {
    const TomlNode* const node = find_key(table, "driver");
    const auto* const text = node != nullptr ? std::get_if<std::string>(&node->value) : nullptr;
    const Setting* const setting = find_setting("refclock", "driver", "");
    if (text == nullptr || setting == nullptr) {
        return nullptr;
    }
    const auto found = std::ranges::find(setting->choices, *text, &Choice::text);
    return found == setting->choices.end() ? nullptr : &*found;
}

std::vector<std::string_view> keys_at(const Section& section, std::string_view driver) {
    std::vector<std::string_view> keys;
    for (const Setting& setting : settings()) {
        if (setting.section == section.name && (driver.empty() || setting.driver.empty() || setting.driver == driver)) {
            keys.push_back(setting.key);
        }
    }
    return keys;
}

std::vector<std::string_view> top_sections() {
    std::vector<std::string_view> names;
    for (const Section& section : sections()) {
        if (section.name.find('.') == std::string_view::npos) {
            names.push_back(section.name);
        }
    }
    return names;
}

// The drivers whose key it is: `"gpsd" or "nmea"`.
std::string owners_of(const Section& section, std::string_view key) {
    std::string owners;
    for (const Setting& setting : settings()) {
        if (setting.section == section.name && setting.key == key) {
            owners += fmt::format("{}\"{}\"", owners.empty() ? "" : " or ", setting.driver);
        }
    }
    return owners;
}

// Where a key that is unknown here would be right.
const Section* home_of(std::string_view key) {
    const auto found = std::ranges::find(settings(), key, &Setting::key);
    return found == settings().end() ? nullptr : find_section(found->section);
}

}  // namespace

void ConfigurationReader::read(const TomlTable& root) {
    for (const TomlEntry& entry : root) {
        const Section* const section = entry.key.find('.') == std::string::npos ? find_section(entry.key) : nullptr;
        if (section == nullptr) {
            refuse_section(entry);
        } else {
            read_section(*section, entry);
        }
    }
    if (configuration_.workers == 0U) {
        complaints_.insert(complaints_.end(), names_to_resolve_.begin(), names_to_resolve_.end());
    }
    const std::vector<Complaint> together = complaints_together(root, configuration_);
    complaints_.insert(complaints_.end(), together.begin(), together.end());
    const TomlNode* const state = find_key(root, "state");
    const auto* const table = state != nullptr ? std::get_if<TomlTable>(&state->value) : nullptr;
    if (configuration_.lab_mode && (table == nullptr || find_key(*table, "dir") == nullptr)) {
        configuration_.state_dir.clear();
    }
}

std::vector<Complaint> ConfigurationReader::take_complaints() {
    std::ranges::stable_sort(complaints_, {}, &Complaint::line);
    return std::move(complaints_);
}

void ConfigurationReader::read_section(const Section& section, const TomlEntry& entry) {
    const auto* const tables = std::get_if<TomlArray>(&entry.node.value);
    const auto* const table = std::get_if<TomlTable>(&entry.node.value);
    if (section.repeated && tables != nullptr) {
        read_tables(section, *tables);
    } else if (!section.repeated && table != nullptr) {
        read_table(section, *table, entry.line);
    } else {
        complain(entry.line, section.repeated ? ComplaintCode::kNotSections : ComplaintCode::kNotASection,
                 {{"section", heading(section)}});
    }
}

void ConfigurationReader::read_tables(const Section& section, const TomlArray& tables) {
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const auto* const table = std::get_if<TomlTable>(&tables[i].value);
        if (table == nullptr) {
            complain(tables[i].line, ComplaintCode::kNotAnEntry,
                     {{"section", heading(section)}, {"value", shown_toml(tables[i])}});
        } else if (i == kMostTables) {
            complain(tables[i].line, ComplaintCode::kTooManyEntries,
                     {{"most", shown(i)}, {"section", heading(section)}});
            return;
        } else {
            read_table(section, *table, tables[i].line);
        }
    }
}

void ConfigurationReader::read_table(const Section& section, const TomlTable& table, TomlLine line) {
    const bool is_refclock = section.name == "refclock";
    const bool is_upstream = section.name == "upstream";
    const Choice* const driver = is_refclock ? driver_choice(table) : nullptr;
    const Place place{section, table, line, driver != nullptr ? driver->text : std::string_view{}};
    if (keys_at(section, {}).empty()) {
        return;
    }
    const bool is_manual_leap = section.name == "leap.manual";
    if (is_refclock) {
        configuration_.refclocks.emplace_back();
        check_refclock(place);
    } else if (is_upstream) {
        configuration_.refclocks.emplace_back();
        configuration_.refclocks.back().driver = "upstream";
        configuration_.refclocks.back().port = 123;
    } else if (is_manual_leap) {
        configuration_.leap_manual.emplace_back();
    }
    if (section.name == "access.rule") {
        configuration_.access.rules.emplace_back();
    }
    for (const TomlEntry& entry : table) {
        read_key(place, entry);
    }
    check_required(place);
    if (is_upstream) {
        check_upstream(place);
    } else if (is_manual_leap) {
        check_manual_leap(place);
    }
}

void ConfigurationReader::read_key(const Place& place, const TomlEntry& entry) {
    const std::string nested = fmt::format("{}.{}", place.section.name, entry.key);
    const Setting* const setting = find_setting(place.section.name, entry.key, place.driver);
    if (const Section* const section = find_section(nested)) {
        read_section(*section, entry);
    } else if (setting != nullptr) {
        read_value(*setting, entry.node);
    } else {
        refuse_key(place, entry);
    }
}

void ConfigurationReader::read_value(const Setting& setting, const TomlNode& node) {
    const auto* const list = std::get_if<TomlArray>(&node.value);
    if (setting.type == SettingType::kAddresses && list != nullptr && !list->empty()) {
        read_addresses(setting, *list);
        return;
    }
    const auto text = toml_text(setting.type, node);
    const auto value = text ? value_from_text(setting, *text) : std::nullopt;
    if (!value) {
        complaints_.push_back(wrong_value(setting, node));
        return;
    }
    if (setting.fill != nullptr) {
        setting.fill(configuration_, *value);
    }
}

void ConfigurationReader::read_addresses(const Setting& setting, const TomlArray& elements) {
    std::vector<ListenAddress> addresses;
    for (const TomlNode& element : elements) {
        const auto* const text = std::get_if<std::string>(&element.value);
        const auto address = text != nullptr ? parse_listen_address(*text) : std::nullopt;
        if (!address) {
            complaints_.push_back(wrong_value(setting, element));
        } else if (std::ranges::count(addresses, *address) > 0) {
            complain(element.line, ComplaintCode::kTwiceInList,
                     {{"value", in_quotes(*text)}, {"key", std::string(setting.key)}});
        } else if (addresses.size() == kMostAddresses) {
            complain(element.line, ComplaintCode::kTooManyAddresses,
                     {{"key", std::string(setting.key)}, {"most", shown(kMostAddresses)}});
            return;
        } else {
            addresses.push_back(*address);
        }
    }
    setting.fill(configuration_, addresses);
}

void ConfigurationReader::check_required(const Place& place) {
    for (const Setting& setting : settings()) {
        const bool wanted = setting.required && (setting.driver.empty() || setting.driver == place.driver);
        if (setting.section == place.section.name && wanted && find_key(place.table, setting.key) == nullptr) {
            complain(place.line, ComplaintCode::kMissing,
                     {{"section", heading(place.section)},
                      {"key", std::string(setting.key)},
                      {"expected", expectation(setting)}});
        }
    }
}

void ConfigurationReader::check_refclock(const Place& place) {
    const TomlNode* const refid = find_key(place.table, "refid");
    if (refid != nullptr && place.driver == "simulated") {
        complain(refid->line, ComplaintCode::kRefidOfSimulated);
    }
    check_host(place.table, "host");
    check_baud(place.table);
    const TomlNode* const name = find_key(place.table, "name");
    if (const auto* text = name != nullptr ? std::get_if<std::string>(&name->value) : nullptr) {
        check_name(*text, name->line);
    }
}

void ConfigurationReader::check_upstream(const Place& place) {
    RefclockConfiguration& upstream = configuration_.refclocks.back();
    check_host(place.table, "address");
    const TomlNode* const address = find_key(place.table, "address");
    const TomlNode* const name = find_key(place.table, "name");
    upstream.name = name == nullptr ? upstream.host : upstream.name;
    if (const auto wrong = server_address_fault(upstream.host)) {
        complain(address->line,
                 wrong->is_missing ? ComplaintCode::kInterfaceMissing : ComplaintCode::kInterfaceNeedless,
                 {{"value", in_quotes(upstream.host)}, {"nearest", in_quotes(wrong->nearest)}});
    }
    if (const TomlNode* const named = name != nullptr ? name : address; named != nullptr) {
        check_name(upstream.name, named->line);
    }
    const TomlNode* const most = find_key(place.table, "maxpoll");
    if (most != nullptr && upstream.maxpoll < upstream.minpoll) {
        complain(most->line, ComplaintCode::kMaxpollBelowMinpoll,
                 {{"maxpoll", shown(upstream.maxpoll)}, {"minpoll", shown(upstream.minpoll)}});
    }
    upstream.maxpoll = std::max(upstream.maxpoll, upstream.minpoll);
}

void ConfigurationReader::check_host(const TomlTable& table, std::string_view key) {
    const TomlNode* const host = find_key(table, key);
    const auto* const text = host != nullptr ? std::get_if<std::string>(&host->value) : nullptr;
    const bool is_known = text != nullptr && key == "host" && *text == "localhost";
    if (text != nullptr && !is_known && !parse_server_address(*text)) {
        names_to_resolve_.push_back(
            complaint_of(host->line, key == "host" ? ComplaintCode::kHostIsName : ComplaintCode::kAddressIsName,
                         {{"value", in_quotes(*text)}}));
    }
}

void ConfigurationReader::check_baud(const TomlTable& table) {
    const TomlNode* const baud = find_key(table, "baud");
    const auto* const number = baud != nullptr ? std::get_if<std::int64_t>(&baud->value) : nullptr;
    const Setting* const setting = find_setting("refclock", "baud", "nmea");
    if (number == nullptr || setting == nullptr || !value_from_text(*setting, std::to_string(*number))) {
        return;
    }
    const auto speeds = nmea_bauds();
    if (std::ranges::count(speeds, static_cast<unsigned>(*number)) == 0) {
        complain(baud->line, ComplaintCode::kBaudWrong,
                 {{"value", shown(*number)}, {"speeds", fmt::format("{}", fmt::join(speeds, ", "))}});
    }
}

void ConfigurationReader::check_manual_leap(const Place& place) {
    const TomlNode* const date = find_key(place.table, "date");
    const UtcDay day = configuration_.leap_manual.back().day;
    if (date == nullptr || day == 0) {
        return;
    }
    if (!is_last_day_of_month(day)) {
        complain(date->line, ComplaintCode::kNotEndOfMonth,
                 {{"value", format_date(day)}, {"nearest", format_date(last_day_of_month(day))}});
    }
    if (std::ranges::count(configuration_.leap_manual, day, &LeapEvent::day) > 1) {
        complain(date->line, ComplaintCode::kDateTwice, {{"value", format_date(day)}});
    }
}

void ConfigurationReader::check_name(std::string_view name, TomlLine line) {
    const auto [earlier, is_new] = name_lines_.emplace(name, line);
    if (!is_new) {
        const TomlLine used = earlier->second;
        complain(line, used.file == line.file ? ComplaintCode::kNameTaken : ComplaintCode::kNameTakenElsewhere,
                 {{"value", in_quotes(name)}, {"line", shown(used.number)}});
    }
}

void ConfigurationReader::refuse_section(const TomlEntry& entry) {
    const Section* const home = home_of(entry.key);
    if (home != nullptr) {
        complain(entry.line, ComplaintCode::kOutsideSection, {{"key", entry.key}, {"section", heading(*home)}});
        return;
    }
    const Section* const nearest = find_section(nearest_name(entry.key, top_sections()));
    complain(entry.line, ComplaintCode::kSectionUnknown,
             {{"value", in_quotes(entry.key)}, {"nearest", nearest != nullptr ? heading(*nearest) : ""}});
}

void ConfigurationReader::refuse_key(const Place& place, const TomlEntry& entry) {
    const std::string here = heading(place.section);
    const Section* const home = home_of(entry.key);
    if (const std::string owners = owners_of(place.section, entry.key); !owners.empty()) {
        complain(entry.line, ComplaintCode::kOfAnotherDriver,
                 {{"key", entry.key}, {"owners", owners}, {"driver", std::string(place.driver)}, {"section", here}});
    } else if (home != nullptr) {
        complain(entry.line, ComplaintCode::kInAnotherSection,
                 {{"key", entry.key}, {"home", heading(*home)}, {"section", here}});
    } else {
        complain(entry.line, ComplaintCode::kKeyUnknown,
                 {{"value", in_quotes(entry.key)},
                  {"section", here},
                  {"nearest", std::string(nearest_name(entry.key, keys_at(place.section, place.driver)))}});
    }
}

void ConfigurationReader::complain(TomlLine line, ComplaintCode code, ComplaintValues values) {
    complaints_.push_back(complaint_of(line, code, std::move(values)));
}

}  // namespace tokimori
