#include "server/daemon/control_leap_list.h"

#include <boost/json.hpp>
#include <utility>

#include "server/daemon/control_protocol.h"
#include "server/daemon/control_request.h"

namespace tokimori {
namespace {

namespace json = boost::json;

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
            break;
    }
    return std::nullopt;
}

}  // namespace

ControlHandler leap_list_handler(std::function<LeapListOutcome(std::string_view text)> take) {
    return {"leap_list", true,
            [take = std::move(take)](const json::object& members, json::object& reply) -> std::optional<ControlError> {
                ControlRequest request{members};
                const std::optional<std::string> text = request.text("text", kLongestControlChange);
                if (!text) {
                    return ControlError{"bad_request", "text is the whole text of a leap-seconds.list"};
                }
                const LeapListOutcome taken = take(*text);
                if (!taken.wrong.empty()) {
                    return ControlError{"leap_list_wrong", taken.wrong};
                }
                reply["leap_list"] = {{"updated", format_date(taken.updated)},
                                      {"expires", format_date(taken.expires)},
                                      {"kept", taken.kept}};
                return std::nullopt;
            }};
}

ControlHandler leap_list_forget_handler(std::function<LeapListForgotten()> forget) {
    return {"leap_list_forget", true,
            [forget = std::move(forget)](const json::object& /*members*/, json::object& reply) {
                std::optional<ControlError> refused = refusal(forget());
                if (!refused) {
                    reply["forgotten"] = true;
                }
                return refused;
            }};
}

}  // namespace tokimori
