#include <boost/json.hpp>
#include <cstdint>
#include <string_view>

#include "server/tokictl/asking.h"
#include "server/tokictl/reply_member.h"
#include "server/tokictl/reply_text.h"
#include "server/tokictl/text_table.h"

namespace tokimori {
namespace {

namespace json = boost::json;

constexpr std::int64_t kNanosecondsInASecond = 1'000'000'000;

// As the table has its defaults: without quotes, lists with commas.
std::string shown(const json::value* value) {
    if (value == nullptr || value->is_null()) {
        return "-";
    }
    if (value->is_string()) {
        return std::string(value->get_string());
    }
    const json::array* const list = value->if_array();
    if (list == nullptr) {
        return json::serialize(*value);
    }
    std::string all;
    for (const json::value& each : *list) {
        all += (all.empty() ? "" : ", ") + shown(&each);
    }
    return all;
}

std::string default_of(const json::object& settings, std::string_view section, std::string_view key) {
    for (const json::value& row : list_in(settings, "table")) {
        const json::object* const members = row.if_object();
        if (members != nullptr && text_in(*members, "section") == section && text_in(*members, "key") == key) {
            return text_in(*members, "default");
        }
    }
    return {};
}

std::string place_of(const json::object& written) {
    const bool repeated = written.contains("name") && !written.at("name").is_null();
    const std::string section = '[' + text_in(written, "section") + ']';
    return repeated ? '[' + section + "] " + text_in(written, "name") : section;
}

std::string waiting_text(const json::object& settings, Language language) {
    std::string text;
    const json::object& pending = object_in(settings, "pending");
    if (!pending.empty()) {
        text += say(language, "A change goes by itself in {} s unless it is confirmed.\n",
                    "確認されなければ、変更は {} 秒後に元へ戻ります。\n",
                    integer_in(pending, "left_ns").value_or(0) / kNanosecondsInASecond);
    }
    const std::string restart = shown(settings.if_contains("restart"));
    if (!restart.empty() && restart != "-") {
        text += say(language, "Waits for a restart: {}\n", "再起動待ち: {}\n", restart);
    }
    return text;
}

}  // namespace

std::string settings_text(const json::object& reply, Language language) {
    const json::object& settings = object_in(reply, "settings");
    TextTable table{{{say(language, "Setting", "設定")},
                     {say(language, "Value", "値")},
                     {say(language, "Default", "既定値")},
                     {say(language, "From", "記載場所")}}};
    for (const json::value& each : list_in(settings, "written")) {
        const json::object* const written = each.if_object();
        if (written == nullptr) {
            continue;
        }
        const std::string key = text_in(*written, "key");
        const std::string value = shown(written->if_contains("value"));
        const std::string usual = default_of(settings, text_in(*written, "section"), key);
        if (value != usual) {
            const std::string file = text_in(*written, "file");
            table.add({place_of(*written) + ' ' + key, value, usual.empty() ? "-" : usual,
                       file + ':' + shown(written->if_contains("line"))});
        }
    }
    return table.text() + waiting_text(settings, language);
}

Action prepare_settings(CLI::App& app, Language language) {
    // Settings are no measure of how the clock is doing.
    return ask_for(app, language, {"settings", settings_text, [](const json::object&) { return ExitCode::kGood; }});
}

}  // namespace tokimori
