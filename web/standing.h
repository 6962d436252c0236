#pragma once

#include <map>
#include <string>

#include "web/request.h"

namespace boost::json {
class object;
}

namespace tokimori::web {

/// Since when things stand as they do: what a status says without an age is compared with what the one before it said.
/// Pure.
class StandingSince {
public:
    /// Looks at a status of the daemon; what is not in it is passed over.
    void look(const boost::json::object& status, Instant now);

    /// A JSON object: for each thing `[NANOSECONDS, AT_LEAST]`, how long it has been so, and whether it was already so
    /// when it was first looked at. Things are `disputed`, `storage_fault`, `panel_fault`, `system_clock`,
    /// `clients_replaced`, `leap_disagreement`, `leap_unconfirmed`, `leap_change_waits`, `leap_refused`, `leap_table`,
    /// and for every source `reason:NAME`, `antenna:NAME`.
    std::string text(Instant now) const;

private:
    struct Thing {
        std::string value;
        Instant since;
        bool at_least = true;
        bool is_there = true;
    };
    void note(const std::string& name, std::string value, Instant now);

    std::map<std::string, Thing> things_;
};

}  // namespace tokimori::web
