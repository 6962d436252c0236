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

}  // namespace

ControlHandler leap_list_handler(std::function<LeapListOutcome(std::string_view text)> take) {
    const auto answer = [take = std::move(take)](const json::object& members, json::object& reply) {
        ControlRequest request{members};
        const std::optional<std::string> text = request.text("text", kLongestControlChange);
        if (!text) {
            return std::optional{ControlError{"bad_request", "text is the whole text of a leap-seconds.list"}};
        }
        const LeapListOutcome taken = take(*text);
        if (!taken.wrong.empty()) {
            reply["why"] = why(*text, taken);
            return std::optional{ControlError{"leap_list_wrong", taken.wrong}};
        }
        reply["leap_list"] = {
            {"updated", format_date(taken.updated)}, {"expires", format_date(taken.expires)}, {"kept", taken.kept}};
        return std::optional<ControlError>{};
    };
    return {"leap_list", true, at_once(answer)};
}

ControlHandler leap_list_forget_handler(std::function<LeapListForgotten()> forget) {
    const auto answer = [forget = std::move(forget)](const json::object& /*members*/, json::object& reply) {
        const LeapListForgotten outcome = forget();
        std::optional<ControlError> refused = refusal(outcome);
        if (!refused) {
            reply["forgotten"] = true;
            reply["waits"] = outcome == LeapListForgotten::kWaits;
        }
        return refused;
    };
    return {"leap_list_forget", true, at_once(answer)};
}

ControlHandler leap_list_given_handler(std::function<GivenLeapList()> list) {
    const auto answer = [list = std::move(list)](const json::object& /*members*/, json::object& reply) {
        const GivenLeapList found = list();
        if (!found.given) {
            return std::optional{
                ControlError{"no_leap_list", "No leap-seconds.list that was given to the daemon counts."}};
        }
        if (found.text.empty()) {
            return std::optional{ControlError{
                "leap_list_unreadable", "The file of the list that counts cannot be read, or holds another one."}};
        }
        reply["leap_list"] = {{"text", found.text}};
        return std::optional<ControlError>{};
    };
    return {"leap_list_given", true, at_once(answer)};
}

}  // namespace tokimori
