#pragma once

#include <deque>
#include <string>
#include <utility>

#include "web/back_off.h"

namespace tokimori::web {

/// How long who wants to come in must wait after failures. They are counted by
/// account and by address; for who has logged in to an account from an address
/// before, the two together take the account's place, so that strangers who
/// fail in its name do not keep out whom it belongs to. An empty account counts
/// by address only, as at the first start, whose code needs no help against
/// guessing. Accounts hold no control characters. Pure; the time comes in.
class LoginGuard {
public:
    std::chrono::seconds wait(const std::string& account, const std::string& address, Instant now) const;

    /// To be called before the answer is known, so that many at once are no way
    /// around it.
    void failed(const std::string& account, const std::string& address, Instant now);
    /// It was not even tried.
    void take_back(const std::string& account, const std::string& address);
    /// Of the failures of the address only those in this account's name are
    /// forgiven: whoever has an account of his own cannot guess others' without
    /// end.
    void succeeded(const std::string& account, const std::string& address);

private:
    using Place = std::pair<std::string, std::string>;
    std::string account_key(const Place& place) const;

    BackOff accounts_;
    BackOff addresses_;
    BackOff shares_;             ///< what each account has of the failures of an address;
                                 ///< only counted
    std::deque<Place> entered_;  ///< the last 1024 places from which somebody
                                 ///< logged in, the newest at the end
};

}  // namespace tokimori::web
