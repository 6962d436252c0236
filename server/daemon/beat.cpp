#include "server/daemon/beat.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "refclocks/counter.h"

namespace tokimori {
namespace {

// The timer goes by another clock of the host, which may be slewed.
constexpr int kPartForSlews = 16;

}  // namespace

struct Beat::State {
    std::function<void()> each;
    Duration period{};
    bool exact = false;
    bool running = false;
    LocalInstant last{};

    LocalInstant soonest() const { return last + (period - period / (exact ? kPartForSlews : 4)); }
    LocalInstant latest() const { return last + (period + (exact ? Duration::zero() : period / 4)); }

    // What is exact keeps its place, in the middle of a whole period of the counter, however late the host is.
    void begin(LocalInstant now) { last = exact ? now - (now.time_since_epoch() + period / 2) % period : now; }
    void pass(LocalInstant now) {
        last = exact ? last + std::max<Duration::rep>((now - last) / period, 1) * period : now;
    }
};

/// All that beat on one io_context, which owns it.
class Beat::Rhythm : public boost::asio::execution_context::service {
public:
    using key_type = Rhythm;
    static inline boost::asio::execution_context::id id;

    explicit Rhythm(boost::asio::execution_context& context)
        : service{context}, io_{static_cast<boost::asio::io_context&>(context)}, timer_{std::in_place, io_} {}

    void start(const std::shared_ptr<State>& state) {
        state->begin(read_host_counter());
        if (!std::exchange(state->running, true)) {
            running_.push_back(state);
        }
        wait();
    }

    void stop(const std::shared_ptr<State>& state) {
        if (std::exchange(state->running, false)) {
            std::erase(running_, state);
            wait();
        }
    }

    void join() {
        if (!joining_ && !turning_ && anything_due(read_host_counter())) {
            joining_ = true;
            boost::asio::post(io_, [this] {
                joining_ = false;
                turn();
            });
        }
    }

private:
    /// What comes next is waited for once, at the end, even if one of them throws. Where there is no memory for that
    /// the program ends.
    struct Turning {
        explicit Turning(Rhythm& whose) : rhythm{whose} { rhythm.turning_ = true; }
        ~Turning() {
            rhythm.turning_ = false;
            rhythm.wait();
        }
        Turning(const Turning&) = delete;
        Turning& operator=(const Turning&) = delete;

        Rhythm& rhythm;
    };

    void shutdown() override {
        running_.clear();
        timer_.reset();
    }

    bool anything_due(LocalInstant now) const {
        return std::any_of(running_.begin(), running_.end(), [now](const auto& s) { return s->soonest() <= now; });
    }

    void turn() {
        const LocalInstant now = read_host_counter();
        const Turning turning{*this};
        // Any of them may stop and start others.
        for (const std::shared_ptr<State>& state : std::vector{running_}) {
            if (state->running && state->soonest() <= now) {
                state->pass(now);
                state->each();
            }
        }
    }

    void wait() {
        if (turning_ || !timer_) {
            return;
        }
        const auto first = std::min_element(running_.begin(), running_.end(),
                                            [](const auto& a, const auto& b) { return a->latest() < b->latest(); });
        if (first == running_.end()) {
            timer_->cancel();
            awaited_.reset();
        } else if (awaited_ != (*first)->latest()) {
            awaited_ = (*first)->latest();
            timer_->expires_after(*awaited_ - read_host_counter());
            timer_->async_wait([this](const boost::system::error_code& error) {
                if (!error) {
                    awaited_.reset();
                    turn();
                }
            });
        }
    }

    boost::asio::io_context& io_;
    std::optional<boost::asio::steady_timer> timer_;  ///< until the end of `io_`
    std::optional<LocalInstant> awaited_;             ///< what it is set to
    std::vector<std::shared_ptr<State>> running_;
    bool turning_ = false;
    bool joining_ = false;  ///< a turn is posted
};

Beat::Beat(boost::asio::io_context& io, std::function<void()> each)
    : state_{std::make_shared<State>(State{.each = std::move(each)})}, rhythm_{boost::asio::use_service<Rhythm>(io)} {}

Beat::~Beat() {
    stop();
}

void Beat::start(Duration period) {
    start(period, false);
}

void Beat::start_exact(Duration period) {
    start(period, true);
}

void Beat::start(Duration period, bool exact) {
    if (state_->running && state_->period == period && state_->exact == exact) {
        return;
    }
    state_->period = period;
    state_->exact = exact;
    rhythm_.start(state_);
}

void Beat::stop() {
    rhythm_.stop(state_);
}

void Beat::join() {
    rhythm_.join();
}

}  // namespace tokimori
