#include "web/login_guard.h"

#include <algorithm>

namespace tokimori::web {
namespace {

constexpr std::size_t kMostPlaces = 1024;

std::string share_key(const std::pair<std::string, std::string>& place) {
    return place.first + '\n' + place.second;
}

}  // namespace

std::string LoginGuard::account_key(const Place& place) const {
    return std::ranges::find(entered_, place) != entered_.end() ? share_key(place) : place.first;
}

std::chrono::seconds LoginGuard::wait(const std::string& account, const std::string& address, Instant now) const {
    const Place place{account, address_key(address)};
    const std::chrono::seconds wait = addresses_.wait(place.second, now);
    return account.empty() ? wait : std::max(wait, accounts_.wait(account_key(place), now));
}

void LoginGuard::failed(const std::string& account, const std::string& address, Instant now) {
    const Place place{account, address_key(address)};
    addresses_.failed(place.second, now);
    if (!account.empty()) {
        accounts_.failed(account_key(place), now);
        shares_.failed(share_key(place), now);
    }
}

void LoginGuard::take_back(const std::string& account, const std::string& address) {
    const Place place{account, address_key(address)};
    addresses_.forgive(place.second, 1);
    accounts_.forgive(account_key(place), 1);
    shares_.forgive(share_key(place), 1);
}

void LoginGuard::succeeded(const std::string& account, const std::string& address) {
    const Place place{account, address_key(address)};
    addresses_.forgive(place.second, shares_.failures(share_key(place)));
    shares_.succeeded(share_key(place));
    accounts_.succeeded(account_key(place));
    std::erase(entered_, place);
    entered_.push_back(place);
    if (entered_.size() > kMostPlaces) {
        entered_.pop_front();
    }
}

}  // namespace tokimori::web
