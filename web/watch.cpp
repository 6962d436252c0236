#include "web/watch.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "web/control_client.h"
#include "web/ntp_asker.h"

namespace tokimori::web {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::seconds kPatience{2};
// New settings are written to a memory card before they are answered.
constexpr std::chrono::seconds kPatienceForQuestions{8};

}  // namespace

class Watch::Rounds : public std::enable_shared_from_this<Rounds> {
public:
    Rounds(asio::io_context& io, const WebSettings& settings, std::function<Instant()> now, std::function<void()> news)
        : timer_{io},
          now_{std::move(now)},
          news_{std::move(news)},
          control_{io, settings.socket, kPatience},
          questions_{io, settings.socket, kPatienceForQuestions},
          ntp_{io, settings.ntp, now_,
               [this](const NtpAnswer& answer, Instant asked, Instant heard) { served_.hear(answer, asked, heard); }} {
        latest_.why = "not_asked_yet";
    }

    // From when a round begins, so that a slow answer does not shift the next one.
    void round() {
        timer_.expires_after(std::chrono::seconds{1});
        timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
            if (const auto self = weak.lock(); self && !error) {
                self->round();
            }
        });
        ntp_.ask();
        if (!asking_) {
            asking_ = true;
            control_.ask("status", {}, [weak = weak_from_this()](DaemonReply reply) {
                if (const auto self = weak.lock()) {
                    self->take(std::move(reply));
                }
            });
        }
    }

    void stop() { timer_.cancel(); }
    const DaemonReply& latest() const { return latest_; }
    Instant heard() const { return heard_; }
    std::optional<UnixNanoseconds> served_time() const { return served_.at(now_()); }
    ControlClient& questions() { return questions_; }

private:
    void take(DaemonReply reply) {
        asking_ = false;
        latest_ = std::move(reply);
        heard_ = now_();
        news_();
    }

    asio::steady_timer timer_;
    std::function<Instant()> now_;
    std::function<void()> news_;
    ControlClient control_;
    ControlClient questions_;
    ServedTime served_;
    NtpAsker ntp_;
    DaemonReply latest_;
    Instant heard_;
    bool asking_ = false;
};

Watch::Watch(asio::io_context& io, const WebSettings& settings, std::function<Instant()> now,
             std::function<void()> news)
    : rounds_{std::make_shared<Rounds>(io, settings, std::move(now), std::move(news))} {}

Watch::~Watch() {
    rounds_->stop();
}

void Watch::start() {
    rounds_->round();
}

const DaemonReply& Watch::latest() const {
    return rounds_->latest();
}

Instant Watch::heard() const {
    return rounds_->heard();
}

std::optional<UnixNanoseconds> Watch::served_time() const {
    return rounds_->served_time();
}

void Watch::ask(const std::string& name, const std::string& more, std::function<void(DaemonReply)> done) {
    rounds_->questions().ask(name, more, std::move(done));
}

}  // namespace tokimori::web
