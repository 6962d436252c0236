#include "refclocks/simulated.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <utility>

namespace tokimori {

class SimulatedRefclock::Player : public std::enable_shared_from_this<Player> {
public:
    Player(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
           SimulatedSkySettings settings)
        : timer_{io}, counter_{counter}, sink_{sink}, sky_{std::move(settings), source, host_date()} {}

    void play() {
        if (stopped_) {
            return;
        }
        const LocalInstant next_due = events_.empty() ? plan_second() : events_.front().due;
        timer_.expires_after(std::max(next_due - counter_.now(), Duration::zero()));
        timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (!error && !self->stopped_) {
                self->emit();
                self->play();
            }
        });
    }

    void stop() {
        stopped_ = true;
        timer_.cancel();
    }

private:
    SimulatedSky::HostDate host_date() const {
        const Counter::HostDate date = counter_.host_date();
        return {date.local, date.posix};
    }

    // When something is due next: where a fault swallowed the second, its own beginning.
    LocalInstant plan_second() {
        const SimulatedSky::Second second = sky_.next_second(host_date());
        events_.assign(second.events.begin(), second.events.end());
        return events_.empty() ? second.edge : events_.front().due;
    }

    void emit() {
        while (!events_.empty() && events_.front().due <= counter_.now()) {
            sink_.observe(events_.front().observation);
            events_.pop_front();
        }
    }

    boost::asio::steady_timer timer_;
    Counter& counter_;
    ObservationSink& sink_;
    SimulatedSky sky_;
    std::deque<SimulatedSky::Event> events_;
    bool stopped_ = false;
};

SimulatedRefclock::SimulatedRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink,
                                     SourceId source, SimulatedSkySettings settings)
    : player_{std::make_shared<Player>(io, counter, sink, source, std::move(settings))} {}

SimulatedRefclock::~SimulatedRefclock() {
    player_->stop();
}

void SimulatedRefclock::start() {
    player_->play();
}

void SimulatedRefclock::stop() {
    player_->stop();
}

}  // namespace tokimori
