#include "server/daemon/watchdog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>

#include "tests/daemon/manager_socket.h"
#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class WatchdogTest : public ::testing::Test {
protected:
    /// Looks `times` times; the watchdog's own timer says when.
    void look(boost::asio::io_context& io, int times) {
        const int until = looks_ + times;
        while (looks_ < until && io.run_one_for(10s) != 0) {
        }
        ASSERT_EQ(looks_, until);
    }
    Watchdog::Sight sight() {
        return {[] { return LocalInstant{1s}; },
                [this] {
                    ++looks_;
                    return trouble_;
                }};
    }

    ScratchDirectory directory_;
    std::string path_ = directory_.file("notify");
    ManagerSocket socket_{path_};
    std::string said_;
    Log log_{[this](std::string_view line) { said_ += line; }, LogLevel::kInfo, nullptr};
    std::string trouble_;
    int looks_ = 0;
};

TEST_F(WatchdogTest, TellsAgainAndAgainThatTimeIsServed) {
    boost::asio::io_context io;
    const ServiceManager manager{{path_, "4000", ""}};
    Watchdog watchdog{io, log_, manager, sight()};
    watchdog.start();
    look(io, 3);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(socket_.hear(), "WATCHDOG=1");
    }
    EXPECT_EQ(said_, "");
    watchdog.stop();
    io.run();
    EXPECT_EQ(looks_, 3) << "and no more once it is stopped";
}

TEST_F(WatchdogTest, IsSilentWhereTimeIsNotServedAndSaysWhy) {
    boost::asio::io_context io;
    const ServiceManager manager{{path_, "4000", ""}};
    Watchdog watchdog{io, log_, manager, sight()};
    trouble_ = "the clock stands still";
    watchdog.start();
    look(io, 5);
    EXPECT_EQ(socket_.hear(), "");
    EXPECT_THAT(said_, HasSubstr("warning watchdog what=\"the clock stands still\""));
    trouble_.clear();
    look(io, 1);
    EXPECT_EQ(socket_.hear(), "WATCHDOG=1");
}

TEST_F(WatchdogTest, DoesNotBeginWhereNobodyWaitsForIt) {
    boost::asio::io_context io;
    const ServiceManager manager{{path_, "", ""}};
    Watchdog watchdog{io, log_, manager, sight()};
    watchdog.start();
    EXPECT_EQ(io.run(), 0U);
}

}  // namespace
}  // namespace tokimori
