#include "server/tokictl/asking.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <memory>
#include <ostream>
#include <thread>

#include "server/tokictl/document.h"
#include "server/tokictl/reply_member.h"
#include "server/tokictl/system_error_text.h"

namespace tokimori {
namespace {

namespace json = boost::json;

constexpr int kDocumentVersion = 1;
constexpr const char* kUsualPause = "2";
constexpr double kShortestPause = 0.2;
constexpr double kLongestPause = 86400.0;
constexpr std::string_view kClearScreen = "\033[H\033[2J";

void show(const Question& question, json::object reply, const Console& console) {
    if (!console.json) {
        console.out << question.text(reply, console.language);
        return;
    }
    reply.erase("version");
    reply.erase("request");
    print_document(console.out, question.request, kDocumentVersion, reply);
}

ExitCode ask_once(const Question& question, const Console& console) {
    json::object members;
    question.say_more(members);
    json::object reply;
    if (const auto trouble = DaemonClient{console.socket}.ask(question.request, members, reply)) {
        return complain(*trouble, console);
    }
    const ExitCode code = question.code(reply);
    show(question, std::move(reply), console);
    return code;
}

// Ends with a signal, or with whoever reads what is written.
ExitCode ask_for_ever(const Question& question, const Console& console, double pause) {
    ExitCode code = ExitCode::kGood;
    while (console.out.good()) {
        if (console.terminal && !console.json) {
            console.out << kClearScreen;
        }
        code = ask_once(question, console);
        console.out << (console.json || console.terminal ? "" : "\n") << std::flush;
        std::this_thread::sleep_for(std::chrono::duration<double>{pause});
    }
    return code;
}

}  // namespace

Action ask_for(CLI::App& app, Language language, const Question& question) {
    const auto pause = std::make_shared<double>(0.0);
    app.add_option("--watch", *pause,
                   say(language, "Asks again and again, every SECONDS (2 if left out)",
                       "SECONDS 秒ごとに繰り返し表示します (省略時は 2)"))
        ->type_name("[SECONDS]")
        ->expected(0, 1)
        ->default_str(kUsualPause)
        ->check(CLI::Range(kShortestPause, kLongestPause).description(""));
    return [question, pause](const Console& console) {
        return *pause > 0 ? ask_for_ever(question, console, *pause) : ask_once(question, console);
    };
}

ExitCode exit_code_of(const json::object& reply) {
    const json::object& at = object_in(reply, "at");
    const std::string state = text_in(at, "state");
    const bool box_works = text_in(at, "storage_fault").empty() && text_in(at, "panel_fault").empty();
    if (state == "synchronised" && !flag_in(at, "disputed") && box_works) {
        return ExitCode::kGood;
    }
    return state == "synchronised" || state == "holdover" ? ExitCode::kWarning : ExitCode::kCritical;
}

ExitCode complain(const NoAnswer& trouble, const Console& console) {
    const std::string detail = trouble.error != 0 ? system_error_text(trouble.error, console.language) : trouble.detail;
    console.err << "tokictl: " << trouble.sentence.in(console.language) << " (" << console.socket
                << (detail.empty() ? "" : ": ") << detail << ")\n";
    return trouble.kind == NoAnswer::Kind::kSilent ? ExitCode::kCritical : ExitCode::kUnknown;
}

}  // namespace tokimori
