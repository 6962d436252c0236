#include "server/daemon/settings_table.h"

#include <algorithm>
#include <array>

#include "server/daemon/settings_rows.h"

namespace tokimori {
namespace {

constexpr std::array kSections{
    Section{.name = "server"},
    Section{.name = "clock"},
    Section{.name = "refclock", .repeated = true, .identity = "name"},
    Section{.name = "upstream", .repeated = true, .identity = "name"},
    Section{.name = "leap"},
    Section{.name = "leap.manual", .repeated = true, .identity = "date"},
    Section{.name = "access"},
    Section{.name = "access.rule", .repeated = true, .identity = "from"},
    Section{.name = "control"},
    Section{.name = "state"},
    Section{.name = "statistics"},
    Section{.name = "front_panel"},
    Section{.name = "log"},
};

std::ptrdiff_t position(const Setting& row) {
    return std::ranges::find(kSections, row.section, &Section::name) - kSections.begin();
}

std::vector<Setting> all_rows() {
    std::vector<Setting> rows(server_rows().begin(), server_rows().end());
    rows.insert(rows.end(), leap_rows().begin(), leap_rows().end());
    rows.insert(rows.end(), refclock_rows().begin(), refclock_rows().end());
    rows.insert(rows.end(), device_rows().begin(), device_rows().end());
    rows.insert(rows.end(), upstream_rows().begin(), upstream_rows().end());
    rows.insert(rows.end(), access_rows().begin(), access_rows().end());
    rows.insert(rows.end(), front_panel_rows().begin(), front_panel_rows().end());
    std::ranges::stable_sort(rows, {}, position);
    return rows;
}

}  // namespace

std::span<const Setting> settings() {
    static const std::vector<Setting> rows = all_rows();
    return rows;
}

std::span<const Section> sections() {
    return kSections;
}

const Setting* find_setting(std::string_view section, std::string_view key, std::string_view driver) {
    const auto found = std::ranges::find_if(settings(), [&](const Setting& row) {
        const bool usable = row.driver.empty() || driver.empty() || row.driver == driver;
        return row.section == section && row.key == key && usable;
    });
    return found == settings().end() ? nullptr : &*found;
}

const Section* find_section(std::string_view name) {
    const auto* const found = std::ranges::find(kSections, name, &Section::name);
    return found == kSections.end() ? nullptr : found;
}

std::string heading(const Section& section) {
    const std::string name = '[' + std::string(section.name) + ']';
    return section.repeated ? '[' + name + ']' : name;
}

}  // namespace tokimori
