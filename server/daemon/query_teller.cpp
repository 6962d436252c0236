#include "server/daemon/query_teller.h"

#include <utility>

namespace tokimori {
namespace {

// In beats.
constexpr int kReadLately = 10;
constexpr int kBetweenUnread = 5;

}  // namespace

// It is large, and its making would be a good part of all that is done while nobody asks for anything.
bool QueryNeed::at_beat(bool read, std::uint64_t news) {
    const bool happened = std::exchange(told_, news) != news;
    unread_ = read ? 0 : unread_ + 1;
    if (unread_ == kReadLately + kBetweenUnread) {
        unread_ = kReadLately;
    }
    return happened || unread_ <= kReadLately;
}

QueryTeller::QueryTeller(boost::asio::io_context& io, Origin origin, Duration beat)
    : origin_{std::move(origin)}, period_{beat}, beat_{io, [this] { tell(); }} {}

void QueryTeller::start() {
    published_.write(origin_.view());
    beat_.start(period_);
}

void QueryTeller::tell() {
    if (need_.at_beat(published_.was_read(), origin_.news())) {
        published_.write(origin_.view());
    }
}

}  // namespace tokimori
