#include "server/daemon/beat.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace tokimori {

struct Beat::State {
    boost::asio::steady_timer timer;
    std::function<void()> each;
    Duration period{};
    std::uint64_t round = 0;  ///< of what is waited for; any other was stopped
};

Beat::Beat(boost::asio::io_context& io, std::function<void()> each)
    : state_{std::make_shared<State>(State{boost::asio::steady_timer{io}, std::move(each)})} {}

Beat::~Beat() {
    stop();
}

void Beat::start(Duration period) {
    state_->period = period;
    wait(state_, ++state_->round);
}

void Beat::stop() {
    ++state_->round;
    state_->timer.cancel();
}

// A wait that is over can no longer be cancelled; the round tells whether it still counts.
void Beat::wait(const std::shared_ptr<State>& state, std::uint64_t round) {
    state->timer.expires_after(state->period);
    const auto expiry = state->timer.expiry();
    state->timer.expires_at(expiry - expiry.time_since_epoch() % state->period);
    state->timer.async_wait([state, round](const boost::system::error_code& error) {
        if (error || state->round != round) {
            return;
        }
        state->each();
        if (state->round == round) {
            wait(state, round);
        }
    });
}

}  // namespace tokimori
