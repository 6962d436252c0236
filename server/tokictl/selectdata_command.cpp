#include <boost/json.hpp>

#include "server/tokictl/asking.h"
#include "server/tokictl/reason_text.h"
#include "server/tokictl/reply_member.h"
#include "server/tokictl/reply_text.h"
#include "server/tokictl/text_table.h"
#include "server/tokictl/units.h"

namespace tokimori {
namespace {

namespace json = boost::json;

// As chronyc's: N noselect, P prefer, T trust, '-' not.
std::string options_text(const json::object& source) {
    const auto letter = [&source](std::string_view name, char said) { return flag_in(source, name) ? said : '-'; };
    return {letter("noselect", 'N'), letter("prefer", 'P'), letter("trust", 'T')};
}

}  // namespace

std::string selectdata_text(const json::object& reply, Language language) {
    using Align = TextTable::Align;
    TextTable table{{{"S"},
                     {say(language, "Name", "名前")},
                     {say(language, "Options", "設定")},
                     {"Last", Align::kRight},
                     {say(language, "From", "下限"), Align::kRight},
                     {say(language, "To", "上限"), Align::kRight},
                     {say(language, "Code", "コード")},
                     {say(language, "Reason", "理由")}}};
    for (const json::value& each : list_in(reply, "selectdata")) {
        if (const json::object* const source = each.if_object()) {
            const std::string reason = text_in(*source, "reason");
            table.add({text_in(*source, "tally"), text_in(*source, "name"), options_text(*source),
                       age(integer_in(*source, "last_heard_age_ns")),
                       short_span(integer_in(*source, "lowest_ns"), true),
                       short_span(integer_in(*source, "highest_ns"), true), reason, reason_text(reason, language)});
        }
    }
    return table.text();
}

Action prepare_selectdata(CLI::App& app, Language language) {
    return ask_for(app, language, {"selectdata", selectdata_text});
}

}  // namespace tokimori
