#pragma once

#include "server/ntp/access_rules.h"
#include "server/ntp/client_finder.h"
#include "server/ntp/request.h"

namespace tokimori {

/// Looks up who asks and what he may do, which brings near what will be needed. A value to be copied for a batch, so
/// that it stays in registers; the table and the rules must outlive it.
class RequestLookup {
public:
    RequestLookup(const ClientFinder& clients, const AccessRules& rules) : clients_{clients}, rules_{&rules} {}

    /// Fills `client` and `rights`.
    [[gnu::always_inline]] void operator()(Request& request) const {
        request.client = clients_(request.source);
        request.rights =
            request.may_be_answered() ? &rules_->for_time(request.source, request.source_port) : &AccessRules::kNobody;
    }

private:
    ClientFinder clients_;
    const AccessRules* rules_;
};

}  // namespace tokimori
