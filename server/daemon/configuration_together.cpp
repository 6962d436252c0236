#include "server/daemon/configuration_together.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <variant>

#include "server/daemon/complaint_words.h"
#include "server/daemon/escape.h"
#include "server/daemon/toml_text.h"

namespace tokimori {
namespace {

const TomlTable* table_at(const TomlTable& root, std::string_view key) {
    const TomlNode* const node = find_key(root, key);
    return node != nullptr ? std::get_if<TomlTable>(&node->value) : nullptr;
}

const TomlNode* first_of(const TomlTable& table, std::string_view key, std::string_view other) {
    const TomlNode* const node = find_key(table, key);
    return node != nullptr ? node : find_key(table, other);
}

/// `limit` as `table` has it; what is not written there is complained about elsewhere.
void check_limit(const TomlTable& table, const RateLimit& limit, std::vector<Complaint>& complaints) {
    const TomlNode* const written = first_of(table, "burst", "interval");
    if (written != nullptr && limit.interval * limit.burst > kLongestDebt) {
        complaints.push_back(complaint_of(written->line, ComplaintCode::kBurstTooLong,
                                          {{"burst", std::to_string(limit.burst)},
                                           {"most", std::to_string(kLongestDebt / limit.interval)},
                                           {"hours", std::to_string(kLongestDebt / std::chrono::hours{1})}}));
    }
}

void check_limits(const TomlTable& access, const AccessPolicy& policy, std::vector<Complaint>& complaints) {
    check_limit(access, policy.limit, complaints);
    const TomlNode* const rules = find_key(access, "rule");
    const auto* const tables = rules != nullptr ? std::get_if<TomlArray>(&rules->value) : nullptr;
    auto rule = policy.rules.begin();
    for (std::size_t i = 0; tables != nullptr && i < tables->size() && rule != policy.rules.end(); ++i) {
        if (const auto* const table = std::get_if<TomlTable>(&(*tables)[i].value)) {
            RateLimit limit = policy.limit;
            limit.interval = rule->interval.value_or(limit.interval);
            limit.burst = rule->burst.value_or(limit.burst);
            check_limit(*table, limit, complaints);
            ++rule;
        }
    }
}

bool is_number(std::string_view line) {
    return !line.empty() && std::ranges::all_of(line, [](char digit) { return digit >= '0' && digit <= '9'; });
}

void check_panel(const TomlTable& panel, const FrontPanelConfiguration& configuration,
                 std::vector<Complaint>& complaints) {
    constexpr std::array<std::string_view, 5> kLines{"time_led", "reference_led", "alarm_led", "alarm_relay", "button"};
    for (const std::string_view key : kLines) {
        const TomlNode* const line = find_key(panel, key);
        const auto* const text = line != nullptr ? std::get_if<std::string>(&line->value) : nullptr;
        if (text != nullptr && configuration.chip.empty() && is_number(*text)) {
            complaints.push_back(complaint_of(line->line, ComplaintCode::kChipMissing,
                                              {{"key", std::string(key)}, {"value", in_quotes(*text)}}));
        }
    }
}

}  // namespace

std::vector<Complaint> complaints_together(const TomlTable& root, const Configuration& configuration) {
    std::vector<Complaint> complaints;
    if (const TomlTable* const access = table_at(root, "access")) {
        check_limits(*access, configuration.access, complaints);
    }
    if (const TomlTable* const panel = table_at(root, "front_panel")) {
        check_panel(*panel, configuration.front_panel, complaints);
    }
    return complaints;
}

}  // namespace tokimori
