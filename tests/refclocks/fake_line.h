#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>

#include "refclocks/edge_source.h"

namespace tokimori {

/// A line whose edges come from the test; a pipe tells that some wait.
class FakeLine : public EdgeSource {
public:
    std::optional<std::string> fault;
    int opened = 0;
    int closed = 0;
    std::size_t room = 1'000;  ///< edges beyond are lost

    FakeLine() {
        if (pipe2(pipe_.data(), O_NONBLOCK | O_CLOEXEC) != 0) {
            ADD_FAILURE() << "no pipe";
        }
    }
    FakeLine(const FakeLine&) = delete;
    FakeLine& operator=(const FakeLine&) = delete;
    ~FakeLine() override {
        ::close(pipe_[0]);
        ::close(pipe_[1]);
    }

    std::optional<std::string> open() override {
        ++opened;
        gone_ = false;
        return fault;
    }
    int descriptor() const override { return pipe_[0]; }
    std::optional<std::size_t> read(std::span<LineEdge> edges) override {
        std::array<char, 64> bytes{};
        while (::read(pipe_[0], bytes.data(), bytes.size()) > 0) {
        }
        if (gone_) {
            return std::nullopt;
        }
        const std::size_t count = std::min(edges.size(), waiting_.size());
        std::copy_n(waiting_.begin(), count, edges.begin());
        waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
        if (!waiting_.empty()) {
            ring();
        }
        return count;
    }
    void close() override { ++closed; }

    void edge(std::int64_t monotonic, bool rising) {
        if (waiting_.size() < room) {
            waiting_.push_back({monotonic, rising});
        }
        ring();
    }
    void unplug() {
        gone_ = true;
        ring();
    }
    bool empty() const { return waiting_.empty(); }

private:
    void ring() const { EXPECT_EQ(::write(pipe_[1], "!", 1), 1); }

    std::array<int, 2> pipe_{-1, -1};
    std::deque<LineEdge> waiting_;
    bool gone_ = false;
};

}  // namespace tokimori
