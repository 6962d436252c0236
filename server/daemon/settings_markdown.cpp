#include <fmt/format.h>

#include "server/daemon/settings_table.h"

namespace tokimori {
namespace {

std::string span_of(const Setting& setting, std::string_view unit) {
    return fmt::format("`{}` … `{}`{}", setting.minimum, setting.maximum, unit);
}

std::string choices_of(const Setting& setting) {
    std::string list;
    for (const Choice& choice : setting.choices) {
        list += fmt::format("{}`\"{}\"`", list.empty() ? "" : ", ", choice.text);
    }
    return list;
}

std::string values_of(const Setting& setting) {
    switch (setting.type) {
        case SettingType::kBool:
            return "`true`, `false`";
        case SettingType::kIntegerOrAuto:
            return "`\"auto\"`, " + span_of(setting, "");
        case SettingType::kChoice:
            return choices_of(setting);
        case SettingType::kChoices:
            return "list of " + choices_of(setting);
        case SettingType::kText:
            return span_of(setting, " bytes");
        case SettingType::kRefid:
            return "1 … 4 characters";
        case SettingType::kAddresses:
            return "`[\"a.b.c.d:port\", \"[v6]:port\"]`";
        case SettingType::kPrefixes:
            return "list of `\"a.b.c.d/n\"`, `\"v6/n\"`, `\"private\"`, `\"loopback\"`, `\"any\"`";
        case SettingType::kSkyScript:
            return "`\"60s no-pulses for 10s; …\"`";
        case SettingType::kInstant:
        case SettingType::kDate:
        case SettingType::kInteger:
        case SettingType::kDuration:
        case SettingType::kFrequency:
        case SettingType::kDegrees:
            return span_of(setting, "");
    }
    return {};
}

std::string default_of(const Setting& setting) {
    if (setting.required) {
        return "required";
    }
    return setting.default_text.empty() ? "–" : fmt::format("`{}`", setting.default_text);
}

std::string row_of(const Section& section, const Setting& setting) {
    const std::string owner = setting.driver.empty() ? "" : fmt::format(" ({})", setting.driver);
    return fmt::format("| `{}` `{}`{} | {} | {} | {} | {} |\n", heading(section), setting.key, owner,
                       values_of(setting), default_of(setting), setting.english, setting.japanese);
}

}  // namespace

std::string settings_markdown() {
    std::string table =
        "| Setting | Values | Default | Meaning | 意味 |\n"
        "|---|---|---|---|---|\n";
    for (const Setting& setting : settings()) {
        const Section* const section = find_section(setting.section);
        if (section != nullptr) {
            table += row_of(*section, setting);
        }
    }
    return table;
}

}  // namespace tokimori
