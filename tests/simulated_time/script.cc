#include "tests/simulated_time/script.h"

#include <functional>
#include <map>
#include <sstream>

namespace tokimori::simulated_time {
namespace {

ReceiverScript& last_receiver(Script& script) {
    if (script.receivers.empty()) {
        script.receivers.emplace_back();
    }
    return script.receivers.back();
}

using Words = std::istringstream;
using Statement = std::function<bool(Words&, Script&)>;

bool read(Words& words, Span& span) {
    return static_cast<bool>(words >> span.from >> span.to);
}

const std::map<std::string, Statement>& statements() {
    static const std::map<std::string, Statement> kStatements{
        {"start", [](Words& words, Script& script) { return static_cast<bool>(words >> script.start); }},
        {"run", [](Words& words, Script& script) { return static_cast<bool>(words >> script.run); }},
        {"realtime", [](Words& words, Script& script) { return static_cast<bool>(words >> script.realtime_error_ns); }},
        {"oscillator",
         [](Words& words, Script& script) {
             Oscillator& oscillator = script.oscillator;
             return static_cast<bool>(words >> oscillator.error_ppm >> oscillator.wander_ppm >>
                                      oscillator.wander_period_s);
         }},
        {"leap",
         [](Words& words, Script& script) {
             TrueLeap& leap = script.leaps.emplace_back();
             return static_cast<bool>(words >> leap.before >> leap.inserted);
         }},
        {"receiver",
         [](Words& words, Script& script) {
             ReceiverScript& receiver = script.receivers.emplace_back();
             return static_cast<bool>(words >> receiver.unit >> receiver.jitter_ns);
         }},
        {"silence",
         [](Words& words, Script& script) { return read(words, last_receiver(script).silences.emplace_back()); }},
        {"announce",
         [](Words& words, Script& script) {
             Announcement& announcement = last_receiver(script).announcements.emplace_back();
             return read(words, announcement.span) && words >> announcement.leap;
         }},
        {"step",
         [](Words& words, Script& script) {
             Step& step = script.steps.emplace_back();
             return static_cast<bool>(words >> step.at >> step.ns);
         }},
        {"suspend",
         [](Words& words, Script& script) {
             Suspension& suspension = script.suspensions.emplace_back();
             return static_cast<bool>(words >> suspension.at >> suspension.seconds);
         }},
        {"client", [](Words& words,
                      Script& script) { return static_cast<bool>(words >> script.port >> script.client_interval); }},
        {"may_set_clock",
         [](Words& words, Script& script) { return static_cast<bool>(words >> script.may_set_clock); }},
    };
    return kStatements;
}

}  // namespace

std::variant<Script, std::string> read_script(std::istream& text) {
    Script script;
    for (std::string line; std::getline(text, line);) {
        std::istringstream words{line};
        std::string word;
        if (!(words >> word)) {
            continue;
        }
        const auto statement = statements().find(word);
        if (statement == statements().end() || !statement->second(words, script)) {
            return "not understood: " + line;
        }
    }
    if (script.run <= 0 || script.client_interval <= 0) {
        return "a script says how long to run, and asks at intervals of a second at least";
    }
    return script;
}

}  // namespace tokimori::simulated_time
