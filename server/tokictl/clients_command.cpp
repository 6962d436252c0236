#include <array>
#include <boost/json.hpp>

#include "server/tokictl/asking.h"
#include "server/tokictl/reply_member.h"
#include "server/tokictl/reply_text.h"
#include "server/tokictl/text_table.h"
#include "server/tokictl/units.h"

namespace tokimori {
namespace {

namespace json = boost::json;
using Align = TextTable::Align;

TextTable empty_table(Language language) {
    return TextTable{{{say(language, "Address", "アドレス")},
                      {say(language, "Requests", "要求"), Align::kRight},
                      {say(language, "Limited", "制限"), Align::kRight},
                      {say(language, "Interval", "間隔"), Align::kRight},
                      {say(language, "Last", "最終"), Align::kRight},
                      {say(language, "First", "最初"), Align::kRight},
                      {say(language, "Version", "版"), Align::kRight},
                      {"Mode", Align::kRight},
                      {"LI", Align::kRight},
                      {"Stratum", Align::kRight}}};
}

}  // namespace

std::string clients_text(const json::object& reply, Language language) {
    const json::object& clients = object_in(reply, "clients");
    TextTable table = empty_table(language);
    for (const json::value& each : list_in(clients, "latest")) {
        if (const json::object* const client = each.if_object()) {
            const auto value = [client](const char* name) { return integer_in(*client, name); };
            table.add({text_in(*client, "address"), count(value("requests")), count(value("limited")),
                       short_span(value("interval_ns")), age(value("last_seen_age_ns")),
                       age(value("first_seen_age_ns")), count(value("version")), count(value("mode")),
                       count(value("leap")), count(value("stratum"))});
        }
    }
    return table.text() + say(language, "{} clients are known, {} made room for others; the latest are shown.\n",
                              "記憶しているクライアントは {}、置き換えられたものは {} です (新しい順に表示)。\n",
                              count(integer_in(clients, "known")), count(integer_in(clients, "replaced")));
}

Action prepare_clients(CLI::App& app, Language language) {
    return ask_for(app, language, {"clients", clients_text});
}

}  // namespace tokimori
