#pragma once

#include <functional>
#include <string>

#include "web/change_runner.h"
#include "web/gate.h"

namespace tokimori::web {

/// Goes on where it is the caller's password; answers by itself where not.
using CheckPassword = std::function<void(const WebRequest& request, const Caller& caller, const std::string& password,
                                         const Respond& respond, std::function<void()> next)>;

/// Everything that changes the clock: its settings, with a record of who changed what, the leap-seconds.list, a
/// restart. What is right, and what is in force, only the daemon says. On the thread of the event loop.
class SettingsDesk {
public:
    /// `version`: of the product.
    SettingsDesk(ChangeStore& changes, const ChangeWorld& world, CheckPassword check_password, std::string version);

    /// Answers a request that the gate let pass. One reply, now or later.
    void answer(Destination destination, const WebRequest& request, const Caller& caller, const Respond& respond);

    /// Once a second.
    void tick() { runner_.tick(); }

private:
    void tell_settings(const Respond& respond);
    void check(const WebRequest& request, const Respond& respond);
    void apply(const WebRequest& request, const Caller& caller, const Respond& respond);
    void undo(const WebRequest& request, const Caller& caller, const Respond& respond);
    void restore(const WebRequest& request, const Caller& caller, const Respond& respond);
    void reset(const WebRequest& request, const Caller& caller, const Respond& respond);
    void end_pending(bool confirm, const WebRequest& request, const Caller& caller, const Respond& respond);
    void back_up(const Respond& respond);
    void take_leap_list(const WebRequest& request, const Caller& caller, const Respond& respond);
    void forget_leap_list(const Caller& caller, const Respond& respond);
    void forget_leap_list_too(const std::string& user, WebReply reply, const Respond& respond);
    void restart(const Caller& caller, const Respond& respond);
    void tell_changes(const WebRequest& request, const Respond& respond);
    void hand_in_leap_list(const std::string& list, const std::string& user, const Respond& refused,
                           const std::function<void(const DaemonReply&)>& taken);
    void restore_leap_list(const std::string& list, const std::string& user, WebReply reply, const Respond& respond);

    ChangeStore& changes_;
    ChangeWorld world_;
    CheckPassword check_password_;
    std::string version_;
    ChangeRunner runner_;
};

}  // namespace tokimori::web
