#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include "web/request.h"

namespace tokimori::web {

/// After how many failures how long nobody is listened to.
struct BackOffLimits {
    int free_failures = 5;
    std::chrono::seconds first = std::chrono::seconds{10};   ///< after the last free failure; doubles with each more
    std::chrono::seconds longest = std::chrono::minutes{5};  ///< so that nobody is kept out for long
    std::chrono::seconds forgotten = std::chrono::hours{1};  ///< after so long without another failure
    std::size_t most = 4096;                                 ///< keys that are remembered
};

/// Who failed to log in how often: one entry for each key, an account's name or a client's address. Names that do not
/// exist are counted like others, so that the waits tell nothing of which do. Pure; the time comes in.
class BackOff {
public:
    explicit BackOff(BackOffLimits limits = {}) : limits_{limits} {}

    /// How long the key must still wait; zero where it may try.
    std::chrono::seconds wait(const std::string& key, Instant now) const;
    void failed(const std::string& key, Instant now);
    void succeeded(const std::string& key) { entries_.erase(key); }
    /// Takes so many failures back.
    void forgive(const std::string& key, int failures);
    /// How many failures of the key are remembered.
    int failures(const std::string& key) const;

    std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        int failures = 0;
        Instant last;
    };
    std::chrono::seconds pause_after(int failures) const;
    void make_room(Instant now);

    BackOffLimits limits_;
    std::map<std::string, Entry> entries_;
};

/// The key of an address: IPv6 clients count as one for each /64, since one host has as many addresses as it likes.
std::string address_key(const std::string& address);

}  // namespace tokimori::web
