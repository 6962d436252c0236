#include "server/daemon/query_teller.h"

#include <utility>

namespace tokimori {
namespace {

// In beats.
constexpr int kReadLately = 10;
constexpr int kBetweenUnread = 5;
// The clock may vouch for more by now than the view that was made last. A few beats, but fewer than remain of ten
// seconds when it is made anew every five: so long is vouched for at a time where no source is heard.
constexpr Duration kEndIsNear = std::chrono::seconds{4};

}  // namespace

// It is large, and its making would be a good part of all that is done while nobody asks for anything.
bool QueryNeed::at_beat(LocalInstant now, bool read, std::uint64_t news) {
    const bool happened = std::exchange(told_, news) != news;
    const bool ends = now < valid_until_ && valid_until_ - now < kEndIsNear;
    unread_ = read ? 0 : unread_ + 1;
    if (unread_ == kReadLately + kBetweenUnread) {
        unread_ = kReadLately;
    }
    return happened || ends || unread_ <= kReadLately;
}

QueryTeller::QueryTeller(boost::asio::io_context& io, Origin origin, Duration beat)
    : origin_{std::move(origin)}, period_{beat}, beat_{io, [this] { tell(); }} {}

void QueryTeller::start() {
    make();
    beat_.start(period_);
}

void QueryTeller::tell() {
    if (need_.at_beat(origin_.now(), published_.was_read(), origin_.news())) {
        make();
    }
}

void QueryTeller::make() {
    const QueryView view = origin_.view();
    need_.made(view.state.valid_until);
    published_.write(view);
}

}  // namespace tokimori
