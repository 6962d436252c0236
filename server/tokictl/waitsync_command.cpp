#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <memory>
#include <ostream>
#include <thread>

#include "server/tokictl/asking.h"
#include "server/tokictl/document.h"
#include "server/tokictl/reply_member.h"
#include "server/tokictl/units.h"
#include "server/tokictl/waitsync.h"

namespace tokimori {
namespace {

namespace json = boost::json;

constexpr int kDocumentVersion = 1;

void add_options(CLI::App& app, Language language, WaitLimits& limits) {
    const auto words = [language](const char* english, const char* japanese) {
        return language == Language::kJapanese ? japanese : english;
    };
    // Without the name that CLI11 would show in the help.
    const CLI::Validator number = CLI::Validator{CLI::NonNegativeNumber}.description("");
    app.add_option("max-tries", limits.tries, words("How often it looks; 0: for ever", "確認の回数 (0 は無制限)"))
        ->type_name("N")
        ->check(number);
    app.add_option(
           "max-correction", limits.correction,
           words("The most that may still be slewed, in seconds; 0: any", "残っている補正量の上限 (秒、0 は無制限)"))
        ->type_name("SECONDS")
        ->check(number);
    app.add_option(
           "max-skew", limits.skew,
           words("How well the frequency must be known, in ppm; 0: any", "周波数の不確かさの上限 (ppm、0 は無制限)"))
        ->type_name("PPM")
        ->check(number);
    app.add_option("interval", limits.interval, words("Seconds between two tries", "確認の間隔 (秒)"))
        ->type_name("SECONDS")
        ->capture_default_str()
        ->check(CLI::Range(0.1, 86400.0).description(""));
}

/// What was seen last.
struct Try {
    std::int64_t number = 0;
    json::object reply;
    ExitCode code = ExitCode::kCritical;
    bool reached = false;
};

void tell(const Try& made, const Console& console) {
    const json::object& tracking = object_in(made.reply, "tracking");
    if (!console.json) {
        console.out << say(console.language, "try: {}, refid: {}, correction: {}, skew: {}\n",
                           "試行: {}, 参照 ID: {}, 補正: {}, 不確かさ: {}\n", made.number,
                           made.reply.empty() ? "-" : text_in(tracking, "refid"),
                           full_seconds(integer_in(tracking, "pending_ns")),
                           decimal(number_in(tracking, "skew_ppm"), 3))
                    << std::flush;
    }
}

ExitCode finish(const Try& made, const Console& console) {
    if (console.json) {
        json::object document{{"tries", made.number}, {"reached", made.reached}};
        for (const char* const name : {"at", "tracking"}) {
            document[name] = object_in(made.reply, name);
        }
        print_document(console.out, "waitsync", kDocumentVersion, document);
    }
    return made.reached ? ExitCode::kGood : std::max(made.code, ExitCode::kWarning);
}

// A daemon that is not there yet is what this command is for; a stranger will not become one.
ExitCode wait_for(const WaitLimits& limits, const Console& console) {
    Try made;
    for (made.number = 1;; ++made.number) {
        made.reply.clear();
        made.code = ExitCode::kCritical;
        if (const auto trouble = DaemonClient{console.socket}.ask("tracking", made.reply)) {
            made.code = complain(*trouble, console);
        } else {
            made.code = exit_code_of(made.reply);
            made.reached = is_within(made.reply, limits);
        }
        tell(made, console);
        if (made.reached || made.code == ExitCode::kUnknown || made.number == limits.tries) {
            return finish(made, console);
        }
        std::this_thread::sleep_for(std::chrono::duration<double>{limits.interval});
    }
}

}  // namespace

bool is_within(const json::object& reply, const WaitLimits& limits) {
    const json::object& tracking = object_in(reply, "tracking");
    const auto pending = number_in(tracking, "pending_ns");
    const auto skew = number_in(tracking, "skew_ppm");
    const bool corrected = limits.correction == 0 || (pending && std::abs(*pending) * 1e-9 <= limits.correction);
    const bool steady = limits.skew == 0 || (skew && *skew <= limits.skew);
    return text_in(object_in(reply, "at"), "state") == "synchronised" && corrected && steady;
}

Action prepare_waitsync(CLI::App& app, Language language) {
    const auto limits = std::make_shared<WaitLimits>();
    add_options(app, language, *limits);
    return [limits](const Console& console) { return wait_for(*limits, console); };
}

}  // namespace tokimori
