#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>
#include <string>

#include "server/tokictl/asking.h"
#include "server/tokictl/reply_member.h"
#include "server/tokictl/reply_text.h"
#include "server/tokictl/text_table.h"
#include "server/tokictl/units.h"

namespace tokimori {
namespace {

namespace json = boost::json;
using Align = TextTable::Align;

/// Which clients shall be shown.
struct Options {
    std::string sort = "last_seen";
    std::string match;
    int first = 0;
    int count = 500;
};

TextTable empty_table(Language language) {
    return TextTable{{{say(language, "Address", "アドレス")},
                      {say(language, "Requests", "要求"), Align::kRight},
                      {say(language, "Limited", "制限"), Align::kRight},
                      {say(language, "Refused", "拒否"), Align::kRight},
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
                       count(value("refused")), short_span(value("interval_ns")), age(value("last_seen_age_ns")),
                       age(value("first_seen_age_ns")), count(value("version")), count(value("mode")),
                       count(value("leap")), count(value("stratum"))});
        }
    }
    const auto known = integer_in(clients, "known");
    const auto matching = integer_in(clients, "matching");
    return table.text() +
           say(language, "{} clients are known, {} made room for others; shown are {} of {} from number {} on.\n",
               "記憶しているクライアントは {}、置き換えられたものは {} です ({} / {} 件を {} 番目から表示)。\n",
               count(known), count(integer_in(clients, "replaced")), list_in(clients, "latest").size(),
               count(matching ? matching : known), integer_in(clients, "first").value_or(0) + 1);
}

Action prepare_clients(CLI::App& app, Language language) {
    const auto options = std::make_shared<Options>();
    app.add_option("--sort", options->sort,
                   say(language, "What stands first: the latest, the most, the shortest interval, the lowest address",
                       "並べ替えの基準 (新しい順、多い順、間隔の短い順、アドレスの小さい順)"))
        ->type_name("KEY")
        ->check(CLI::IsMember({"last_seen", "first_seen", "received", "limited", "refused", "interval", "address"}));
    app.add_option("--match", options->match,
                   say(language, "Only addresses with this part", "この文字列を含むアドレスだけを表示します"))
        ->type_name("PART");
    app.add_option("--first", options->first, say(language, "How many are left out before", "先頭から飛ばす件数"))
        ->type_name("N")
        ->check(CLI::Range(0, 1'000'000'000).description(""));
    app.add_option("--count", options->count, say(language, "How many are shown at most", "表示する件数の上限"))
        ->type_name("0..500")
        ->check(CLI::Range(0, 500).description(""));
    Question question{"clients", clients_text};
    question.say_more = [options](json::object& members) {
        members = {{"sort", options->sort}, {"first", options->first}, {"count", options->count}};
        if (!options->match.empty()) {
            members["match"] = options->match;
        }
    };
    return ask_for(app, language, question);
}

}  // namespace tokimori
