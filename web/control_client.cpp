#include "web/control_client.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <iterator>
#include <utility>

namespace tokimori::web {
namespace {

namespace asio = boost::asio;
using Stream = asio::local::stream_protocol;
using Error = boost::system::error_code;

constexpr std::size_t kMostWaiting = 16;

struct Question {
    std::string name;
    std::string line;
    std::function<void(DaemonReply)> done;
    bool waits = false;  ///< since another one was asked, or is that one
};

}  // namespace

/// The connection; it lives as long as something is under way.
class ControlClient::Link : public std::enable_shared_from_this<Link> {
public:
    Link(asio::io_context& io, std::string path, std::chrono::seconds patience)
        : io_{io}, socket_{io}, timer_{io}, path_{std::move(path)}, patience_{patience} {}

    void ask(Question question) {
        if (questions_.size() >= kMostWaiting) {
            asio::post(io_, [done = std::move(question.done)] { done({nullptr, {}, "busy"}); });
            return;
        }
        questions_.push_back(std::move(question));
        if (!std::exchange(active_, true)) {
            begin_next();
        }
    }

    void close() {
        Error ignored;
        closed_ = true;
        timer_.cancel();
        socket_.close(ignored);
    }

private:
    /// Wraps what comes after a wait: `generation_` tells whether it is still about the question that is being asked.
    template <typename Handler>
    auto while_asking(Handler handler) {
        return [self = shared_from_this(), generation = generation_, handler](const Error& error, auto&&...) {
            if (!self->closed_ && generation == self->generation_ && error != asio::error::operation_aborted) {
                handler(*self, error);
            }
        };
    }

    void begin_next() {
        asio::post(io_, [self = shared_from_this()] { self->next(); });
    }

    void next() {
        active_ = !questions_.empty();
        if (closed_ || !active_) {
            return;
        }
        ++generation_;
        for (Question& question : questions_) {
            question.waits = true;
        }
        timer_.expires_after(patience_);
        timer_.async_wait(while_asking([](Link& self, const Error&) { self.fail("silent"); }));
        if (has_leftovers() || is_left()) {
            hang_up();
        }
        if (socket_.is_open()) {
            send();
        } else {
            socket_.async_connect(Stream::endpoint{path_},
                                  while_asking([](Link& self, const Error& error) { self.connected(error); }));
        }
    }

    void connected(const Error& error) {
        if (error) {
            fail(error == asio::error::access_denied ? "forbidden" : "absent");
        } else {
            send();
        }
    }

    void send() {
        asio::async_write(socket_, asio::buffer(questions_.front().line),
                          while_asking([](Link& self, const Error& error) { self.sent(error); }));
    }

    void sent(const Error& error) {
        if (error) {
            fail("hung_up");
            return;
        }
        asio::async_read_until(socket_, asio::dynamic_buffer(input_, kLongestReply), '\n',
                               while_asking([](Link& self, const Error& read) { self.received(read); }));
    }

    void received(const Error& error) {
        const std::size_t end = input_.find('\n');
        if (error || end == std::string::npos) {
            fail("hung_up");
            return;
        }
        DaemonReply reply = read_control_reply(std::string_view{input_}.substr(0, end), questions_.front().name);
        input_.erase(0, end + 1);
        if (reply.members == nullptr && reply.refusal == nullptr) {
            hang_up();
        }
        finish(std::move(reply));
    }

    // What came without having been asked for would be taken for the answer to the next question, and so on for ever.
    bool has_leftovers() {
        Error error;
        return !input_.empty() || (socket_.is_open() && socket_.available(error) > 0);
    }

    // The daemon hangs up on who has not asked for half a minute; that is seen only by looking.
    bool is_left() {
        char octet = 0;
        return socket_.is_open() && ::recv(socket_.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
    }

    void hang_up() {
        Error ignored;
        socket_.close(ignored);
        input_.clear();
    }

    void finish(DaemonReply reply) {
        const auto done = std::move(questions_.front().done);
        questions_.pop_front();
        ++generation_;
        timer_.cancel();
        done(std::move(reply));
        begin_next();
    }

    // Whatever waited as long would meet the same, and may ask again. What came since has its turn: what holds up one,
    // such as a disk, need not hold up another.
    void fail(const char* why) {
        hang_up();
        timer_.cancel();
        ++generation_;
        std::deque<Question> failed = std::exchange(questions_, {});
        const auto later = std::ranges::find(failed, false, &Question::waits);
        questions_.assign(std::move_iterator{later}, std::move_iterator{failed.end()});
        failed.erase(later, failed.end());
        for (Question& question : failed) {
            question.done({nullptr, {}, why});
        }
        begin_next();
    }

    asio::io_context& io_;
    Stream::socket socket_;
    asio::steady_timer timer_;
    std::string path_;
    std::chrono::seconds patience_;
    std::deque<Question> questions_;
    std::string input_;
    unsigned generation_ = 0;
    bool active_ = false;  ///< something is being asked, or about to be
    bool closed_ = false;
};

ControlClient::ControlClient(asio::io_context& io, std::string path, std::chrono::seconds patience)
    : link_{std::make_shared<Link>(io, std::move(path), patience)} {}

ControlClient::~ControlClient() {
    link_->close();
}

void ControlClient::ask(const std::string& name, const std::string& more, std::function<void(DaemonReply)> done) {
    link_->ask({name, control_request(name, more), std::move(done)});
}

}  // namespace tokimori::web
