#include "server/daemon/control_leap_list.h"

#include <boost/json.hpp>
#include <utility>

#include "server/daemon/control_protocol.h"
#include "server/daemon/control_request.h"

namespace tokimori {
namespace {

namespace json = boost::json;

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

}  // namespace tokimori
