#include "server/daemon/file_thread.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostWork = 4;
constexpr auto kPatience = 2s;

}  // namespace

/// Lives as long as its thread, which may outlive everything else where a disk is stuck.
class FileThread::Room {
public:
    // None where the host has no thread to give.
    static std::shared_ptr<Room> open() {
        auto room = std::make_shared<Room>();
        try {
            room->thread_ = std::thread{[room] {
                room->io_.run();
                room->ended_.set_value();
            }};
        } catch (const std::system_error&) {
            return nullptr;
        }
        return room;
    }

    void post(std::packaged_task<Outcome()> task) { boost::asio::post(io_, std::move(task)); }

    void close() {
        busy_.reset();
        if (ended_.get_future().wait_for(kPatience) == std::future_status::ready) {
            thread_.join();
        } else {
            thread_.detach();
        }
    }

private:
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy_{io_.get_executor()};
    std::promise<void> ended_;
    std::thread thread_;
};

FileThread::~FileThread() {
    if (room_) {
        room_->close();
    }
}

bool FileThread::run(std::function<Outcome()> work) {
    if (under_way_.size() >= kMostWork) {
        return false;
    }
    std::packaged_task<Outcome()> task{std::move(work)};
    under_way_.push_back(task.get_future());
    if (may_have_thread_ && !room_) {
        room_ = Room::open();
    }
    if (room_) {
        room_->post(std::move(task));
    } else {
        task();
    }
    return true;
}

std::optional<FileThread::Outcome> FileThread::next_outcome() {
    if (under_way_.empty() || under_way_.front().wait_for(0s) != std::future_status::ready) {
        return std::nullopt;
    }
    Outcome outcome = under_way_.front().get();
    under_way_.pop_front();
    return outcome;
}

}  // namespace tokimori
