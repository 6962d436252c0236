#include "server/daemon/configuration_overlay.h"

#include <algorithm>
#include <utility>

#include "server/daemon/toml_text.h"

namespace tokimori {
namespace {

TomlEntry* entry_of(TomlTable& table, std::string_view key) {
    const auto found = std::ranges::find(table, key, &TomlEntry::key);
    return found == table.end() ? nullptr : &*found;
}

std::string text_of(const TomlNode& node) {
    const auto* const list = std::get_if<TomlArray>(&node.value);
    if (list == nullptr) {
        const auto* const text = std::get_if<std::string>(&node.value);
        return text != nullptr ? *text : shown_toml(node);
    }
    std::string all;
    for (const TomlNode& each : *list) {
        all += (all.empty() ? "" : ", ") + text_of(each);
    }
    return all;
}

void merge_table(TomlTable& base, TomlTable over, const std::string& path);

TomlNode* same_entry(TomlArray& entries, const Section& section, const std::string& identity) {
    const auto found = std::ranges::find_if(entries, [&](const TomlNode& node) {
        const auto* const table = std::get_if<TomlTable>(&node.value);
        return table != nullptr && !identity.empty() && identity_of(section, *table) == identity;
    });
    return found == entries.end() ? nullptr : &*found;
}

void merge_entries(TomlArray& base, TomlArray over, const Section& section) {
    for (TomlNode& node : over) {
        auto* const table = std::get_if<TomlTable>(&node.value);
        TomlNode* const same = table != nullptr ? same_entry(base, section, identity_of(section, *table)) : nullptr;
        if (same != nullptr) {
            merge_table(std::get<TomlTable>(same->value), std::move(*table), std::string(section.name));
        } else {
            base.push_back(std::move(node));
        }
    }
}

void merge_entry(TomlEntry& base, TomlEntry over, const std::string& path) {
    auto* const table = std::get_if<TomlTable>(&base.node.value);
    auto* const entries = std::get_if<TomlArray>(&base.node.value);
    auto* const over_table = std::get_if<TomlTable>(&over.node.value);
    auto* const over_entries = std::get_if<TomlArray>(&over.node.value);
    const Section* const section = find_section(path);
    if (table != nullptr && over_table != nullptr) {
        merge_table(*table, std::move(*over_table), path);
    } else if (entries != nullptr && over_entries != nullptr && section != nullptr && section->repeated) {
        merge_entries(*entries, std::move(*over_entries), *section);
    } else {
        base = std::move(over);
    }
}

void merge_table(TomlTable& base, TomlTable over, const std::string& path) {
    for (TomlEntry& entry : over) {
        TomlEntry* const same = entry_of(base, entry.key);
        const std::string name = path.empty() ? entry.key : path + '.' + entry.key;
        if (same != nullptr) {
            merge_entry(*same, std::move(entry), name);
        } else {
            base.push_back(std::move(entry));
        }
    }
}

bool is_taken_away(const TomlNode& node) {
    const auto* const table = std::get_if<TomlTable>(&node.value);
    const TomlNode* const enabled = table != nullptr ? find_key(*table, "enabled") : nullptr;
    const bool* const flag = enabled != nullptr ? std::get_if<bool>(&enabled->value) : nullptr;
    return flag != nullptr && !*flag;
}

void take_away(TomlTable& table, const std::string& path) {
    for (TomlEntry& entry : table) {
        const std::string name = path.empty() ? entry.key : path + '.' + entry.key;
        auto* const inner = std::get_if<TomlTable>(&entry.node.value);
        auto* const entries = std::get_if<TomlArray>(&entry.node.value);
        const Section* const section = find_section(name);
        if (inner != nullptr && section != nullptr) {
            take_away(*inner, name);
        } else if (entries != nullptr && section != nullptr && section->repeated) {
            std::erase_if(*entries, is_taken_away);
        }
    }
}

}  // namespace

std::string identity_of(const Section& section, const TomlTable& entry) {
    const TomlNode* node = section.identity.empty() ? nullptr : find_key(entry, section.identity);
    if (node == nullptr && section.name == "upstream") {
        node = find_key(entry, "address");
    }
    return node != nullptr ? text_of(*node) : std::string{};
}

MergedConfiguration merge_configuration(std::span<const ConfigurationText> texts) {
    MergedConfiguration merged;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        TomlResult toml = parse_toml(texts[i].text, static_cast<int>(i));
        if (toml.complaint) {
            merged.complaints.push_back(std::move(*toml.complaint));
        } else if (i == 0) {
            merged.root = std::move(toml.root);
        } else {
            merge_table(merged.root, std::move(toml.root), {});
        }
    }
    if (!merged.complaints.empty()) {
        merged.root.clear();
    }
    take_away(merged.root, {});
    return merged;
}

}  // namespace tokimori
