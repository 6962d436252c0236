#include <boost/json.hpp>

#include "server/tokictl/asking.h"
#include "server/tokictl/reply_member.h"
#include "server/tokictl/reply_text.h"
#include "server/tokictl/text_table.h"
#include "server/tokictl/units.h"

namespace tokimori {

namespace json = boost::json;

std::string sourcestats_text(const json::object& reply, Language language) {
    using Align = TextTable::Align;
    TextTable table{{{say(language, "Name", "名前")},
                     {"NP", Align::kRight},
                     {"Span", Align::kRight},
                     {"Age", Align::kRight},
                     {"Frequency", Align::kRight},
                     {"Freq Skew", Align::kRight},
                     {"Offset", Align::kRight},
                     {"Std Dev", Align::kRight},
                     {"Jitter", Align::kRight},
                     {say(language, "Sentence delay", "文の遅れ"), Align::kRight}}};
    for (const json::value& each : list_in(reply, "sourcestats")) {
        if (const json::object* const source = each.if_object()) {
            table.add({text_in(*source, "name"), count(integer_in(*source, "samples")),
                       age(integer_in(*source, "span_ns")), age(integer_in(*source, "last_sample_age_ns")),
                       decimal(number_in(*source, "frequency_ppm"), 3, true),
                       decimal(number_in(*source, "skew_ppm"), 3), short_span(integer_in(*source, "offset_ns"), true),
                       short_span(integer_in(*source, "deviation_ns")), short_span(integer_in(*source, "jitter_ns")),
                       short_span(integer_in(*source, "sentence_delay_ns"))});
        }
    }
    return table.text();
}

Action prepare_sourcestats(CLI::App& app, Language language) {
    return ask_for(app, language, {"sourcestats", sourcestats_text});
}

}  // namespace tokimori
