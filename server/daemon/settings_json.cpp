#include "server/daemon/settings_json.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string_view>
#include <utility>

#include "server/daemon/complaint_words.h"
#include "server/daemon/configuration_overlay.h"
#include "server/daemon/settings_table.h"

namespace tokimori {
namespace {

namespace json = boost::json;

// A section in a section is the deepest that there is.
constexpr int kDeepest = 2;

// No section or key of ours is as long; a line of TOML must hold two, and each byte may become six.
constexpr std::size_t kLongestKey = 64;

struct ToJson {
    json::value operator()(bool value) const { return value; }
    json::value operator()(std::int64_t value) const { return value; }
    json::value operator()(double value) const { return value; }
    json::value operator()(const std::string& value) const { return json::value(value); }
    json::value operator()(const TomlMoment& value) const { return json::value(value.text); }
    json::value operator()(const TomlTable& value) const { return json_from_settings(value); }
    json::value operator()(const TomlArray& value) const {
        json::array list;
        for (const TomlNode& node : value) {
            list.push_back(std::visit(*this, node.value));
        }
        return list;
    }
};

std::optional<TomlNode> scalar(const json::value& value) {
    if (value.is_bool()) {
        return TomlNode{{}, value.get_bool()};
    }
    if (value.is_int64()) {
        return TomlNode{{}, value.get_int64()};
    }
    if (value.is_double()) {
        return TomlNode{{}, value.get_double()};
    }
    return value.is_string() ? std::optional{TomlNode{{}, std::string(value.get_string())}} : std::nullopt;
}

std::optional<TomlNode> list_of_scalars(const json::array& list) {
    TomlArray array;
    for (const json::value& each : list) {
        auto node = scalar(each);
        if (!node) {
            return std::nullopt;
        }
        array.push_back(std::move(*node));
    }
    return TomlNode{{}, std::move(array)};
}

bool holds_sections(const json::value& value) {
    const json::array* const list = value.if_array();
    return list != nullptr && !list->empty() &&
           std::ranges::all_of(*list, [](const json::value& each) { return each.is_object(); });
}

// Walks the settings that somebody sent.
class Reader {
public:
    TomlTable table_from(const json::object& object, const SettingPlace& here, int depth) {
        TomlTable table;
        for (const auto& member : object) {
            const std::string key(member.key());
            if (key.size() > kLongestKey) {
                complaints_.push_back(setting_complaint(here, ComplaintCode::kNameTooLong));
            } else if (auto node = node_from(member.value(), {here.section, here.name, key}, depth)) {
                table.push_back({key, {}, std::move(*node)});
            }
        }
        return table;
    }

    std::vector<SettingComplaint> take_complaints() { return std::move(complaints_); }

private:
    std::optional<TomlNode> node_from(const json::value& value, const SettingPlace& place, int depth) {
        const std::string nested = place.section.empty() ? place.key : place.section + '.' + place.key;
        if (value.is_null() || is_nothing(value, nested)) {
            return std::nullopt;
        }
        if (depth < kDeepest && value.is_object()) {
            TomlTable inner = table_from(value.get_object(), {nested, std::nullopt, {}}, depth + 1);
            return inner.empty() ? std::nullopt : std::optional{TomlNode{{}, std::move(inner)}};
        }
        if (depth < kDeepest && holds_sections(value)) {
            return entries_from(value.get_array(), nested, depth);
        }
        auto node = value.is_array() ? list_of_scalars(value.get_array()) : scalar(value);
        if (!node) {
            complaints_.push_back(setting_complaint(place, ComplaintCode::kNoValue));
        }
        return node;
    }

    // An empty list is a value, but not where it stands for no entries.
    static bool is_nothing(const json::value& value, const std::string& name) {
        const Section* const section = find_section(name);
        return value.is_array() && value.get_array().empty() && section != nullptr && section->repeated;
    }

    TomlNode entries_from(const json::array& list, const std::string& name, int depth) {
        TomlArray entries;
        for (const json::value& each : list) {
            const SettingPlace place{name, identity(each.get_object(), name), {}};
            entries.push_back({{}, table_from(each.get_object(), place, depth + 1)});
        }
        return {{}, std::move(entries)};
    }

    static std::string identity(const json::object& entry, const std::string& name) {
        const Section* const section = find_section(name);
        return section != nullptr ? identity_of(*section, Reader{}.table_from(entry, {}, kDeepest)) : std::string{};
    }

    std::vector<SettingComplaint> complaints_;
};

json::value text_or_null(std::string_view text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

std::string_view name_of(SettingType type) {
    switch (type) {
        case SettingType::kBool:
            return "bool";
        case SettingType::kInteger:
            return "integer";
        case SettingType::kIntegerOrAuto:
            return "integer_or_auto";
        case SettingType::kDuration:
            return "duration";
        case SettingType::kFrequency:
            return "frequency";
        case SettingType::kDegrees:
            return "degrees";
        case SettingType::kChoice:
            return "choice";
        case SettingType::kChoices:
            return "choices";
        case SettingType::kText:
            return "text";
        case SettingType::kRefid:
            return "refid";
        case SettingType::kAddresses:
            return "addresses";
        case SettingType::kPrefixes:
            return "prefixes";
        case SettingType::kInstant:
            return "instant";
        case SettingType::kDate:
            return "date";
        case SettingType::kSkyScript:
            return "sky_script";
    }
    return {};
}

json::array words_of(const Setting& setting) {
    json::array words;
    for (const Choice& choice : setting.choices) {
        words.emplace_back(choice.text);
    }
    return words;
}

json::object row_of(const Setting& setting) {
    return {{"section", setting.section},
            {"key", setting.key},
            {"driver", text_or_null(setting.driver)},
            {"type", name_of(setting.type)},
            {"default", text_or_null(setting.default_text)},
            {"minimum", text_or_null(setting.minimum)},
            {"maximum", text_or_null(setting.maximum)},
            {"choices", words_of(setting)},
            {"required", setting.required},
            {"reason", setting.reason},
            {"english", setting.english},
            {"japanese", setting.japanese},
            {"applies", setting.at_restart ? "restart" : "reload"}};
}

}  // namespace

SettingComplaint setting_complaint(SettingPlace place, ComplaintCode code, ComplaintValues values) {
    std::string message = complaint_sentence(code, values);
    return {std::move(place), std::move(message), complaint_name(code), std::move(values)};
}

SettingsFromJson settings_from_json(const json::object& object) {
    Reader reader;
    TomlTable root = reader.table_from(object, {}, 0);
    return {std::move(root), reader.take_complaints()};
}

json::object json_from_settings(const TomlTable& root) {
    json::object object;
    for (const TomlEntry& entry : root) {
        object[entry.key] = std::visit(ToJson{}, entry.node.value);
    }
    return object;
}

json::value json_from_value(const std::optional<TomlNode>& node) {
    return node ? std::visit(ToJson{}, node->value) : json::value(nullptr);
}

json::object json_from_place(const SettingPlace& place) {
    return {{"section", text_or_null(place.section)},
            {"name", place.name ? json::value(*place.name) : json::value(nullptr)},
            {"key", text_or_null(place.key)}};
}

json::array json_of_table() {
    json::array rows;
    for (const Setting& setting : settings()) {
        rows.push_back(row_of(setting));
    }
    return rows;
}

json::array json_of_sections() {
    json::array list;
    for (const Section& section : sections()) {
        list.push_back(json::object{
            {"name", section.name}, {"repeated", section.repeated}, {"identity", text_or_null(section.identity)}});
    }
    return list;
}

}  // namespace tokimori
