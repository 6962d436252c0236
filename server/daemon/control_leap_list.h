#pragma once

#include <functional>
#include <string>

#include "server/daemon/control_handler.h"
#include "server/daemon/given_leap_list.h"
#include "server/daemon/leap_service.h"

namespace tokimori {

/// The request `leap_list`, with the text of a leap-seconds.list as `text`. The error of a list that is not taken is
/// leap_list_wrong, with `why` for other languages. `take` gets the text, and tells what came of it, now or later.
ControlHandler leap_list_handler(
    std::function<void(const std::string& text, std::function<void(LeapListOutcome)> then)> take);

/// The request `leap_list_forget`. Errors: no_leap_list, leap_list_needed, leap_list_not_forgotten.
ControlHandler leap_list_forget_handler(std::function<void(std::function<void(LeapListForgotten)> then)> forget);

/// The request `leap_list_given`. Errors: no_leap_list, leap_list_unreadable.
ControlHandler leap_list_given_handler(std::function<void(std::function<void(GivenLeapList)> then)> read);

}  // namespace tokimori
