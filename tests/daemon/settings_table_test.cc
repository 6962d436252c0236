#include "server/daemon/settings_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

namespace tokimori {
namespace {

using ::testing::HasSubstr;

std::string name_of(const Setting& row) {
    return std::string(row.section) + "." + std::string(row.key) + " (" + std::string(row.driver) + ")";
}

bool has_japanese(std::string_view text) {
    // U+3040 … U+9FFF in UTF-8 begins with E3 81 … E9 BF.
    return std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0xE3 && byte <= 0xE9;
    });
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

TEST(SettingsTable, ExplainsEveryRowInBothLanguages) {
    ASSERT_FALSE(settings().empty());
    for (const Setting& row : settings()) {
        EXPECT_TRUE(row.english.ends_with('.') && is_ascii(row.english)) << name_of(row);
        EXPECT_TRUE(row.japanese.ends_with("。") && has_japanese(row.japanese)) << name_of(row);
    }
}

TEST(SettingsTable, HasARowOnceAndInAKnownSection) {
    std::set<std::string> names;
    for (const Setting& row : settings()) {
        EXPECT_TRUE(names.insert(name_of(row)).second) << name_of(row);
        EXPECT_NE(find_section(row.section), nullptr) << name_of(row);
    }
}

TEST(SettingsTable, HasADriverOnlyWhereThatDriverExists) {
    const Setting* const driver = find_setting("refclock", "driver", "");
    ASSERT_NE(driver, nullptr);
    for (const Setting& row : settings()) {
        const bool known = std::ranges::count(driver->choices, row.driver, &Choice::text) == 1;
        EXPECT_TRUE(row.driver.empty() || (row.section == "refclock" && known)) << name_of(row);
    }
}

TEST(SettingsTable, ReadsEveryDefaultAndFindsItInItsRange) {
    for (const Setting& row : settings()) {
        if (!row.default_text.empty()) {
            EXPECT_TRUE(value_from_text(row, row.default_text).has_value()) << name_of(row);
        }
        EXPECT_FALSE(row.required && !row.default_text.empty()) << name_of(row);
    }
}

TEST(SettingsTable, ReadsItsOwnEndsOfARangeAndChoices) {
    for (const Setting& row : settings()) {
        if (!row.minimum.empty() && row.type != SettingType::kText) {
            EXPECT_TRUE(value_from_text(row, row.minimum).has_value()) << name_of(row);
            EXPECT_TRUE(value_from_text(row, row.maximum).has_value()) << name_of(row);
        }
        const bool has_words = row.type == SettingType::kChoice || row.type == SettingType::kChoices;
        EXPECT_EQ(has_words, !row.choices.empty()) << name_of(row);
        for (const Choice& choice : row.choices) {
            EXPECT_TRUE(value_from_text(row, choice.text).has_value()) << name_of(row);
        }
    }
}

TEST(SettingsTable, HoldsTheDefaultsOfConfiguration) {
    Configuration expected;
    expected.access.rules.resize(1);
    expected.refclocks.resize(1);
    Configuration filled;
    filled.refclocks.resize(1);
    filled.listen.clear();
    filled.workers = 7;
    filled.policy.minimum_sources = 9;
    filled.policy.slew_limit_ppm = 9.0;
    filled.lab_mode = true;
    filled.interleaved = false;
    filled.policy.holdover = filled.policy.holdover_error = filled.policy.step_threshold = Duration{1};
    filled.policy.panic_threshold = filled.log_status = filled.refclocks[0].jitter = filled.refclocks[0].offset =
        Duration{1};
    filled.leap_list_file = filled.control_socket = filled.control_group = filled.state_dir = filled.refclocks[0].host =
        "?";
    filled.leap = {.mode = LeapMode::kSmear, .lead = Duration{1}, .smear = {}, .mark_refid = false, .smear_host = true};
    filled.leap_source = LeapSource::kManual;
    filled.leap_change_at_once = true;
    filled.system_clock = SystemClockMode::kLeave;
    filled.system_clock_step = SystemClockStep::kAlways;
    filled.system_clock_step_threshold = Duration{1};
    filled.log_level = LogLevel::kDebug;
    filled.statistics_files.clear();
    filled.statistics_keep_days = 1;
    filled.access = {.allow = {},
                     .deny = {},
                     .query = {},
                     .refusal = Refusal::kDeny,
                     .limit = {Duration{1}, 1, 1},
                     .kiss = true,
                     .clients = 1,
                     .ipv6_prefix = 1,
                     .rules = {{}}};
    filled.front_panel.active_low.clear();
    filled.front_panel.holdover_alarm = {};
    filled.refclocks[0].port = 1;
    filled.refclocks[0].frequency_error_ppm = 9.0;
    filled.refclocks[0].leap = LeapKind::kInsert;
    filled.refclocks[0].pps = filled.refclocks[0].prefer = filled.refclocks[0].trust = true;
    filled.refclocks[0].noselect = true;
    filled.refclocks[0].edge = LeadingEdge::kDown;
    filled.refclocks[0].station = JjyStation::kHagane60;
    filled.refclocks[0].polarity = LinePolarity::kInverted;
    filled.refclocks[0].baud = filled.refclocks[0].unit = 1;
    filled.refclocks[0].pulses = filled.refclocks[0].labels = false;
    filled.refclocks[0].iburst = false;
    filled.refclocks[0].minpoll = filled.refclocks[0].maxpoll = filled.refclocks[0].key = 1;
    for (const Setting& row : settings()) {
        const auto value = value_from_text(row, row.default_text);
        // An upstream server has the port of another driver.
        const bool other_port = row.section == "upstream" && row.key == "port";
        if (!other_port && row.fill != nullptr && !row.default_text.empty() && value) {
            row.fill(filled, *value);
        }
    }
    EXPECT_EQ(filled, expected);
}

TEST(SettingsTable, FillsAFieldWhereTheSectionIsServed) {
    for (const Setting& row : settings()) {
        // Who is not enabled is gone before.
        EXPECT_EQ(row.fill == nullptr, row.key == "enabled") << name_of(row);
    }
}

TEST(SettingsTable, FindsARowOnlyForTheDriverThatMayUseIt) {
    EXPECT_NE(find_setting("refclock", "jitter", "simulated"), nullptr);
    EXPECT_NE(find_setting("refclock", "jitter", ""), nullptr);
    EXPECT_EQ(find_setting("refclock", "jitter", "gpsd"), nullptr);
    EXPECT_NE(find_setting("refclock", "prefer", "gpsd"), nullptr);
    EXPECT_EQ(find_setting("server", "jitter", ""), nullptr);
}

TEST(SettingsTable, WritesSectionsAsPeopleSeeThem) {
    EXPECT_EQ(heading(*find_section("clock")), "[clock]");
    EXPECT_EQ(heading(*find_section("leap.manual")), "[[leap.manual]]");
    EXPECT_EQ(find_section("leaps"), nullptr);
}

TEST(SettingsTable, SaysWhatMayBeWrittenForEveryRow) {
    for (const Setting& row : settings()) {
        EXPECT_FALSE(expectation(row).empty()) << name_of(row);
    }
    EXPECT_EQ(expectation(*find_setting("clock", "holdover", "")),
              "a duration from 10s to 30d in quotes, such as \"24h\"");
    EXPECT_EQ(expectation(*find_setting("leap", "mode", "")), "\"insert\" or \"smear\"");
}

TEST(SettingsTable, ListsEverySettingInTheManual) {
    const std::string manual = settings_markdown();
    for (const Setting& row : settings()) {
        const std::string cell = "| `" + heading(*find_section(row.section)) + "` `" + std::string(row.key) + "`";
        EXPECT_THAT(manual, HasSubstr(cell));
    }
    EXPECT_THAT(manual, HasSubstr("| `[clock]` `holdover` | `10s` … `30d` | `24h` |"));
}

TEST(SettingsTable, IsTheTableOfTheReadme) {
    std::ifstream file(TOKIMORI_SOURCE_DIR "/server/daemon/README.md");
    std::stringstream content;
    content << file.rdbuf();
    const std::string text = content.str();
    const std::string begin = "<!-- settings -->\n";
    const std::size_t from = text.find(begin);
    const std::size_t to = text.find("<!-- /settings -->");
    if (from == std::string::npos || to == std::string::npos) {
        GTEST_SKIP() << "server/daemon/README.md has no table of settings between its markers";
    }
    std::string table = text.substr(from + begin.size(), to - from - begin.size());
    table.erase(0, table.find_first_not_of('\n'));
    table.erase(table.find_last_not_of('\n') + 1);
    EXPECT_EQ(table + "\n", settings_markdown());
}

}  // namespace
}  // namespace tokimori
