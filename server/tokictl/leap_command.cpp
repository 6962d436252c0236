#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <ostream>
#include <string>

#include "leap/leap_preview_document.h"
#include "server/tokictl/asking.h"
#include "server/tokictl/document.h"
#include "server/tokictl/leap_basis_text.h"
#include "server/tokictl/leap_preview_text.h"
#include "server/tokictl/leap_upload.h"
#include "server/tokictl/reply_member.h"
#include "server/tokictl/reply_text.h"

namespace tokimori {
namespace {

namespace json = boost::json;

constexpr int kDocumentVersion = 1;

/// What shall be previewed, as it is written; empty and 0: not said.
struct Options {
    std::string date;
    std::string kind;
    std::string mode;
    int minutes = 0;
    int announce_hours = 0;
    bool csv = false;
    int step_milliseconds = 1000;
};

// Beside how the clock is doing: an announcement that nobody confirms, or a table that knows nothing more.
ExitCode leap_exit_code(const json::object& reply) {
    const json::object& leap = object_in(reply, "leap");
    const bool limits = flag_in(leap, "disagreement") || flag_in(leap, "unconfirmed") ||
                        text_in(object_in(leap, "table"), "state") != "fresh";
    return std::max(exit_code_of(reply), flag_in(leap, "known") && limits ? ExitCode::kWarning : ExitCode::kGood);
}

template <typename Value>
std::optional<Value> if_said(bool said, Value value) {
    return said ? std::optional{value} : std::nullopt;
}

PreviewOptions read(const Options& options) {
    PreviewOptions said;
    said.kind = if_said(!options.kind.empty(), options.kind == "delete" ? LeapKind::kDelete : LeapKind::kInsert);
    said.mode = if_said(!options.mode.empty(), options.mode == "smear" ? LeapMode::kSmear : LeapMode::kInsert);
    said.smear = if_said(options.minutes != 0, std::chrono::minutes{options.minutes});
    said.lead = if_said(options.announce_hours != 0, Duration{std::chrono::hours{options.announce_hours}});
    return said;
}

ExitCode complain(const Console& console, const std::string& sentence) {
    console.err << "tokictl: " << sentence << '\n';
    return ExitCode::kUnknown;
}

// Shows what was chosen. As CSV there is no place for words.
void show(const Options& options, const LeapPreview& shown, const PreviewBasis& basis, const Console& console,
          std::string_view asked) {
    const std::string words = basis_text(basis, asked, console.language);
    if (options.csv) {
        const Duration before = shown.policy.mode == LeapMode::kSmear
                                    ? Duration{shown.policy.smear} + std::chrono::minutes{10}
                                    : shown.policy.lead + std::chrono::hours{1};
        console.out << preview_csv(preview_series(shown, before, std::chrono::minutes{10},
                                                  std::chrono::milliseconds{options.step_milliseconds}));
        console.err << words;
    } else if (console.json) {
        print_document(console.out, "leap preview", kDocumentVersion,
                       leap_preview_document<json::object, json::array>(shown, basis));
    } else {
        console.out << preview_text(shown, console.language) << '\n' << words;
    }
}

ExitCode preview(const Options& options, const Console& console) {
    PreviewOptions said = read(options);
    if (!options.date.empty()) {
        const std::optional<UtcTime> date = parse_utc(options.date);
        if (!date || options.date.size() != std::string_view{"2016-12-31"}.size()) {
            return complain(console,
                            say(console.language, "\"{}\" is no date; write one like 2016-12-31",
                                "「{}」は日付ではありません。2016-12-31 のように書いてください", options.date));
        }
        said.day = date->second.day;
    }
    json::object reply;
    const bool asks = !said.say_all();
    const bool answered = asks && !DaemonClient{console.socket}.ask("leap", reply);
    const PreviewKnowledge known = preview_knowledge(object_in(reply, "leap"));
    const PreviewBasis basis = preview_basis(said, answered ? &known : nullptr);
    const LeapPreview shown = preview_of(basis);
    if (shown.event.kind == LeapKind::kNone) {
        return complain(
            console,
            say(console.language, "leap seconds fall only on the last day of a month from 1972 on, such as {}",
                "うるう秒は 1972 年以降の月末 (例: {}) にしか入りません", format_date(last_day_of_month(basis.day))));
    }
    show(options, shown, basis, console, asks ? console.socket : std::string_view{});
    return ExitCode::kGood;
}

// Where a smear is too short or too long, why.
CLI::Validator smear_length(Language language) {
    return CLI::Validator{[language](const std::string& text) {
                              int minutes = 0;
                              const bool is_number = CLI::detail::lexical_cast(text, minutes);
                              return is_number && minutes >= kShortestSmear.count() && minutes <= kLongestSmear.count()
                                         ? std::string{}
                                         : say(language,
                                               "a smear lasts 60 to 400 minutes: a shorter one is faster than clients "
                                               "can follow, a longer one keeps them off UTC for most of a day",
                                               "smear は 60～400 分です。短いとクライアントが追従できず、長いと 1 "
                                               "日の大半で UTC からずれます");
                          },
                          ""};
}

void add_options(CLI::App& app, Language language, Options& options) {
    app.add_option("--date", options.date,
                   say(language,
                       "The UTC day that ends in the leap second, past or imagined, such as 2016-12-31; else the next "
                       "one that the daemon knows",
                       "うるう秒で終わる UTC の日付 (過去でも架空でも可。例: 2016-12-31)。省略時はデーモンの知る次回"))
        ->type_name("DATE");
    app.add_option("--kind", options.kind,
                   say(language, "Of an imagined one: insert or delete", "架空のうるう秒の種類: insert または delete"))
        ->type_name("insert|delete")
        ->check(CLI::IsMember({"insert", "delete"}).description(""));
    app.add_option("--mode", options.mode,
                   say(language, "insert or smear; else as the daemon is configured, like the next two",
                       "insert または smear。省略時は次の 2 つとともにデーモンの設定"))
        ->type_name("insert|smear")
        ->check(CLI::IsMember({"insert", "smear"}).description(""));
    app.add_option("--minutes", options.minutes, say(language, "The length of the smear", "smear の長さ (分)"))
        ->type_name("60..400")
        ->check(smear_length(language));
    app.add_option("--announce", options.announce_hours,
                   say(language, "How many hours before LI announces it", "LI で予告し始める時間 (何時間前)"))
        ->type_name("1..24")
        ->check(CLI::Range(1, 24).description(""));
    app.add_flag("--csv", options.csv, say(language, "Prints every second as CSV", "毎秒の値を CSV で表示します"));
    app.add_option("--step", options.step_milliseconds,
                   say(language, "CSV: milliseconds between two rows", "CSV の行の間隔 (ミリ秒)"))
        ->type_name("MS")
        ->check(CLI::Range(1, 3600000).description(""));
}

}  // namespace

Action prepare_leap(CLI::App& app, Language language);

Action prepare_leap(CLI::App& app, Language language) {
    const auto options = std::make_shared<Options>();
    const Action ask = ask_for(app, language, {"leap", leap_text, leap_exit_code});
    CLI::App* const sub = app.add_subcommand(
        "preview", say(language, "Shows what would be served around a leap second, and which clients get left behind",
                       "うるう秒の前後に配信される内容と、追従できないクライアントを表示します"));
    add_options(*sub, language, *options);
    CLI::App* const upload = app.add_subcommand(
        "upload", say(language, "Gives the daemon a leap-seconds.list, where there is no download (needs root)",
                      "デーモンに leap-seconds.list を渡します (ダウンロードできない場合。root が必要)"));
    const auto file = std::make_shared<std::string>();
    upload->add_option("file", *file, say(language, "The list", "リストのファイル"))->required()->type_name("FILE");
    CLI::App* const forget =
        app.add_subcommand("forget", say(language, "Takes back the list that was given by upload (needs root)",
                                         "upload で渡したリストを取り消します (root が必要)"));
    return [ask, sub, options, upload, file, forget](const Console& console) {
        return upload->parsed()   ? upload_leap_list(*file, console)
               : forget->parsed() ? forget_leap_list(console)
               : sub->parsed()    ? preview(*options, console)
                                  : ask(console);
    };
}

}  // namespace tokimori
