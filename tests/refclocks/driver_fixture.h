#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include "refclocks/counter.h"
#include "tests/refclocks/kept.h"

namespace tokimori {

/// Runs a driver on an event loop and keeps what it says.
class EventLoopTest : public ::testing::Test {
protected:
    /// Runs handlers until `reached`, for ten seconds at most.
    void run_until(const std::function<bool()>& reached) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
        io_.restart();
        while (!reached()) {
            ASSERT_NE(io_.run_one_until(deadline), 0U) << "what was waited for did not come; said: " << kept_.said();
        }
    }
    /// Runs handlers for `span`, in which nothing is to be waited for.
    void pass(std::chrono::milliseconds span) {
        io_.restart();
        io_.run_for(span);
    }
    template <typename Kind>
    void run_until_kept(std::size_t count) {
        run_until([&] { return kept_.of<Kind>().size() >= count; });
    }
    void run_until_said(const std::string& words) {
        run_until([&] { return kept_.said().find(words) != std::string::npos; });
    }

    boost::asio::io_context io_{1};
    Keeper kept_;
};

/// Likewise, with the host's real clocks.
class DriverTest : public EventLoopTest {
protected:
    /// CLOCK_REALTIME, POSIX nanoseconds.
    static std::int64_t realtime() { return read_host_clocks().realtime; }

    Counter counter_;
};

/// A directory of its own that is gone after the test.
class ScratchDirectory {
public:
    ScratchDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "tokimori-XXXXXX").string();
        EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
        path_ = pattern;
    }
    ~ScratchDirectory() { std::filesystem::remove_all(path_); }
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;

    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

}  // namespace tokimori
