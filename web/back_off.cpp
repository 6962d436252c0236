#include "web/back_off.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace tokimori::web {

std::chrono::seconds BackOff::wait(const std::string& key, Instant now) const {
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
        return std::chrono::seconds::zero();
    }
    const auto left = found->second.last + pause_after(found->second.failures) - now;
    return std::max(std::chrono::ceil<std::chrono::seconds>(left), std::chrono::seconds::zero());
}

void BackOff::failed(const std::string& key, Instant now) {
    if (entries_.find(key) == entries_.end()) {
        make_room(now);
    }
    Entry& entry = entries_[key];
    if (now - entry.last >= limits_.forgotten) {
        entry.failures = 0;
    }
    entry.failures = std::min(entry.failures + 1, 1000);
    entry.last = now;
}

void BackOff::forgive(const std::string& key, int failures) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
        return;
    }
    found->second.failures -= failures;
    if (found->second.failures <= 0) {
        entries_.erase(found);
    }
}

int BackOff::failures(const std::string& key) const {
    const auto found = entries_.find(key);
    return found != entries_.end() ? found->second.failures : 0;
}

std::chrono::seconds BackOff::pause_after(int failures) const {
    std::chrono::seconds pause = failures < limits_.free_failures ? std::chrono::seconds::zero() : limits_.first;
    for (int more = failures - limits_.free_failures; more > 0 && pause < limits_.longest; --more) {
        pause *= 2;
    }
    return std::min(pause, limits_.longest);
}

void BackOff::make_room(Instant now) {
    if (entries_.size() < limits_.most) {
        return;
    }
    std::erase_if(entries_, [&](const auto& entry) { return now - entry.second.last >= limits_.forgotten; });
    if (entries_.size() >= limits_.most) {
        entries_.erase(std::min_element(entries_.begin(), entries_.end(),
                                        [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
    }
}

std::string address_key(const std::string& address) {
    in6_addr bits{};
    if (::inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &bits) != 1) {
        return address;
    }
    std::fill(std::begin(bits.s6_addr) + 8, std::end(bits.s6_addr), std::uint8_t{0});
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET6, &bits, text.data(), text.size());
    return std::string(text.data()) + "/64";
}

}  // namespace tokimori::web
