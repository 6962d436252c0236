#include "server/daemon/control_leap_list.h"

#include <boost/json.hpp>
#include <utility>

#include "leap/leap_list_fault.h"
#include "server/daemon/control_protocol.h"
#include "server/daemon/control_request.h"

namespace tokimori {
namespace {

namespace json = boost::json;

// What is wrong with the text itself, or how it compares with what is known: only of an older one the days are told,
// and those of what is known.
json::object why(std::string_view text, const LeapListOutcome& refused) {
    const auto fault = leap_list_fault(text).value_or(LeapListFault{refused.updated != 0 ? "older" : "changes_past"});
    const auto known = [](UtcDay day) { return day == 0 ? json::value(nullptr) : json::value(format_date(day)); };
    return {{"code", fault.code},
            {"line", fault.line == 0 ? json::value(nullptr) : json::value(fault.line)},
            {"mark", fault.mark.empty() ? json::value(nullptr) : json::value(fault.mark)},
            {"updated", known(refused.updated)},
            {"expires", known(refused.expires)},
            {"in_use_updated", known(refused.in_use_updated)},
            {"in_use_expires", known(refused.in_use_expires)}};
}

std::optional<ControlError> refusal(LeapListForgotten forgotten) {
    switch (forgotten) {
        case LeapListForgotten::kNone:
            return ControlError{"no_leap_list", "No leap-seconds.list was given to the daemon."};
        case LeapListForgotten::kNeeded:
            return ControlError{"leap_list_needed",
                                "The list knows of a leap second that has been, and nothing else here does: without it "
                                "the time would jump."};
        case LeapListForgotten::kNot:
            return ControlError{"leap_list_not_forgotten", "The list cannot be removed; the log says why."};
        case LeapListForgotten::kDone:
        case LeapListForgotten::kWaits:
            break;
    }
    return std::nullopt;
}

void tell_taken(const std::string& text, const LeapListOutcome& taken, const ControlDone& done) {
    if (!taken.wrong.empty()) {
        return done(ControlError{"leap_list_wrong", taken.wrong}, {{"why", why(text, taken)}});
    }
    done(std::nullopt,
         {{"leap_list",
           {{"updated", format_date(taken.updated)}, {"expires", format_date(taken.expires)}, {"kept", taken.kept}}}});
}

void tell_forgotten(LeapListForgotten outcome, const ControlDone& done) {
    if (std::optional<ControlError> refused = refusal(outcome)) {
        return done(std::move(refused), {});
    }
    done(std::nullopt, {{"forgotten", true}, {"waits", outcome == LeapListForgotten::kWaits}});
}

void tell_given(const GivenLeapList& found, const ControlDone& done) {
    if (!found.given) {
        return done(ControlError{"no_leap_list", "No leap-seconds.list that was given to the daemon counts."}, {});
    }
    if (found.text.empty()) {
        return done(ControlError{"leap_list_unreadable",
                                 "The file of the list that counts cannot be read, or holds another one."},
                    {});
    }
    done(std::nullopt, {{"leap_list", {{"text", found.text}}}});
}

}  // namespace

ControlHandler leap_list_handler(
    std::function<void(const std::string& text, std::function<void(LeapListOutcome)> then)> take) {
    return {"leap_list", true, [take = std::move(take)](const json::object& members, const ControlDone& done) {
                ControlRequest request{members};
                const std::optional<std::string> text = request.text("text", kLongestControlChange);
                if (!text) {
                    return done(ControlError{"bad_request", "text is the whole text of a leap-seconds.list"}, {});
                }
                take(*text, [text = *text, done](const LeapListOutcome& taken) { tell_taken(text, taken, done); });
            }};
}

ControlHandler leap_list_forget_handler(std::function<void(std::function<void(LeapListForgotten)> then)> forget) {
    return {"leap_list_forget", true, [forget = std::move(forget)](const json::object&, const ControlDone& done) {
                forget([done](LeapListForgotten outcome) { tell_forgotten(outcome, done); });
            }};
}

ControlHandler leap_list_given_handler(std::function<void(std::function<void(GivenLeapList)> then)> read) {
    return {"leap_list_given", true, [read = std::move(read)](const json::object&, const ControlDone& done) {
                read([done](const GivenLeapList& found) { tell_given(found, done); });
            }};
}

}  // namespace tokimori
