#include "server/daemon/written_settings.h"

#include <algorithm>
#include <utility>

#include "server/daemon/configuration_overlay.h"
#include "server/daemon/settings_table.h"
#include "server/daemon/toml_text.h"
#include "server/daemon/toml_writer.h"

namespace tokimori {
namespace {

using Written = std::vector<WrittenSetting>;

void walk(const TomlTable& table, const SettingPlace& here, Written& out);

void walk_entries(const TomlArray& entries, const Section& section, Written& out) {
    for (const TomlNode& node : entries) {
        if (const auto* const table = std::get_if<TomlTable>(&node.value)) {
            const SettingPlace entry{std::string(section.name), identity_of(section, *table), {}};
            out.push_back({entry, &node, node.line});
            walk(*table, entry, out);
        }
    }
}

void walk(const TomlTable& table, const SettingPlace& here, Written& out) {
    for (const TomlEntry& entry : table) {
        const std::string nested = here.section.empty() ? entry.key : here.section + '.' + entry.key;
        const Section* const section = find_section(nested);
        const auto* const inner = std::get_if<TomlTable>(&entry.node.value);
        const auto* const entries = std::get_if<TomlArray>(&entry.node.value);
        if (section != nullptr && section->repeated && entries != nullptr) {
            walk_entries(*entries, *section, out);
        } else if (section != nullptr && !section->repeated && inner != nullptr) {
            walk(*inner, {nested, std::nullopt, {}}, out);
        } else {
            out.push_back({{here.section, here.name, entry.key}, &entry.node, entry.line});
        }
    }
}

bool stands_at(const TomlNode& node, TomlLine line) {
    const auto* const list = std::get_if<TomlArray>(&node.value);
    return node.line == line ||
           (list != nullptr && std::ranges::any_of(*list, [&](const TomlNode& each) { return stands_at(each, line); }));
}

const WrittenSetting* find(const Written& written, const SettingPlace& place) {
    const auto found = std::ranges::find(written, place, &WrittenSetting::place);
    return found == written.end() ? nullptr : &*found;
}

bool same_value(const TomlNode& one, const TomlNode& other) {
    return one.value.index() == other.value.index() && toml_value(one) == toml_value(other);
}

// As it counts: written or the default.
std::string value_in(const TomlTable& root, const Setting& setting) {
    const TomlNode* const section = find_key(root, setting.section);
    const auto* const table = section != nullptr ? std::get_if<TomlTable>(&section->value) : nullptr;
    const TomlNode* const node = table != nullptr ? find_key(*table, setting.key) : nullptr;
    return node != nullptr ? toml_text(setting.type, *node).value_or("") : std::string(setting.default_text);
}

}  // namespace

std::vector<WrittenSetting> written_settings(const TomlTable& root) {
    Written out;
    walk(root, {}, out);
    return out;
}

std::optional<SettingPlace> place_at(std::span<const WrittenSetting> written, TomlLine line) {
    std::optional<SettingPlace> place;
    for (const WrittenSetting& each : written) {
        const bool here = each.line == line || (!each.place.key.empty() && stands_at(*each.value, line));
        if (here && (!place || place->key.empty())) {
            place = each.place;
        }
    }
    return place;
}

std::vector<SettingChange> difference_of(const TomlTable& before, const TomlTable& after) {
    const Written old = written_settings(before);
    const Written fresh = written_settings(after);
    std::vector<SettingChange> difference;
    for (const auto& [place, value, line] : fresh) {
        const WrittenSetting* const was = place.key.empty() ? nullptr : find(old, place);
        if (!place.key.empty() && (was == nullptr || !same_value(*was->value, *value))) {
            difference.push_back({place, was == nullptr ? std::nullopt : std::optional{*was->value}, *value});
        }
    }
    for (const auto& [place, value, line] : old) {
        if (!place.key.empty() && find(fresh, place) == nullptr) {
            difference.push_back({place, *value, std::nullopt});
        }
    }
    return difference;
}

bool is_for_files_alone(const SettingPlace& place) {
    const auto is = [&place](std::string_view section, std::string_view key) {
        return place.section == section && place.key == key;
    };
    return place.section == "control" || place.section == "state" || place.section == "front_panel" ||
           is("server", "lab_mode") || is("access", "keys_file") || is("statistics", "dir");
}

bool needs_confirmation(std::span<const SettingChange> difference) {
    return std::ranges::any_of(difference, [](const SettingChange& change) {
        const auto& [section, name, key] = change.place;
        return section == "access" || section == "access.rule" || section == "control" ||
               (section == "server" && key == "listen");
    });
}

bool touches_leap_second(std::span<const SettingChange> difference) {
    return std::ranges::any_of(difference, [](const SettingChange& change) {
        const auto& [section, name, key] = change.place;
        return section == "leap.manual" || (section == "leap" && key != "change_at_once");
    });
}

std::vector<std::string> waiting_for_restart(const TomlTable& started, const TomlTable& next) {
    std::vector<std::string> names;
    for (const Setting& setting : settings()) {
        if (setting.at_restart && value_in(started, setting) != value_in(next, setting)) {
            names.push_back(std::string(setting.section) + '.' + std::string(setting.key));
        }
    }
    return names;
}

}  // namespace tokimori
