#include "refclocks/retried_device.h"

#include <gmock/gmock.h>

#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

/// A device that opens when the test says so.
class Device : public RetriedDevice {
public:
    Device(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, DevicePatience patience)
        : RetriedDevice{io, counter, sink, 7, patience}, timer_{io} {}

    std::optional<std::string> fault;
    int opened = 0;
    int closed = 0;
    int silences = 0;
    int handled = 0;
    std::function<void()> on_open = [] {};

    void handle(const Error&, int by) { handled += by; }
    auto handler() { return in_this_opening(&Device::handle); }
    void count_soon() { after(timer_, 1ms, &Device::count); }

private:
    std::optional<std::string> open_device() override {
        ++opened;
        on_open();
        return fault;
    }
    void close_device() override { ++closed; }
    void silent() override { ++silences; }
    void count() { ++handled; }

    DeviceTimer timer_;
};

class RetriedDeviceTest : public DriverTest {
protected:
    /// Runs all that waits.
    std::size_t run() {
        io_.restart();
        return io_.run();
    }
    std::shared_ptr<Device> device(std::chrono::milliseconds silence = 10s) {
        return std::make_shared<Device>(io_, counter_, kept_,
                                        DevicePatience{.first_pause = 1ms, .longest_pause = 4ms, .silence = silence});
    }
};

TEST_F(RetriedDeviceTest, IsOpenedAtOnceAndClosedOnce) {
    const auto one = device();
    one->start();
    one->start();
    EXPECT_EQ(one->opened, 1);
    one->stop();
    one->stop();
    EXPECT_EQ(one->closed, 1);
    EXPECT_TRUE(kept_.all.empty());
}

TEST_F(RetriedDeviceTest, IsOpenedForEverAndSaysOnceWhyItCannotBe) {
    const auto one = device();
    one->fault = "it is not there";
    one->start();
    run_until([&] { return one->opened == 10; });
    EXPECT_EQ(kept_.said(), "-it is not there");
    EXPECT_EQ(kept_.of<DeviceState>().size(), 1U);
    one->fault = "it is in use";
    run_until_said("it is in use");
    one->stop();
}

TEST_F(RetriedDeviceTest, WaitsLongerEachTimeUntilItWorked) {
    const auto one = device();
    one->fault = "no";
    one->start();
    run_until([&] { return one->opened == 4; });
    EXPECT_EQ(one->watch().next_pause(), 4ms);
    one->watch().succeeded();
    EXPECT_EQ(one->watch().next_pause(), 1ms);
    one->stop();
}

TEST_F(RetriedDeviceTest, HandlersOfAnEarlierOpeningDoNothing) {
    const auto one = device();
    one->start();
    auto handler = one->handler();
    handler(boost::system::error_code{}, 1);
    EXPECT_EQ(one->handled, 1);
    handler(boost::asio::error::eof, 1);
    EXPECT_EQ(one->handled, 2) << "errors are its business";
    handler(boost::asio::error::operation_aborted, 1);
    EXPECT_EQ(one->handled, 2) << "what was cancelled is not";
    one->reopen();
    run_until([&] { return one->opened == 2; });
    handler(boost::system::error_code{}, 1);
    EXPECT_EQ(one->handled, 2);
    one->handler()(boost::system::error_code{}, 1);
    EXPECT_EQ(one->handled, 3);
    one->stop();
    one->handler()(boost::system::error_code{}, 1);
    EXPECT_EQ(one->handled, 3);
}

TEST_F(RetriedDeviceTest, StepsOfAnEarlierOpeningAreNotTaken) {
    const auto one = device();
    one->start();
    one->count_soon();
    one->reopen();
    run();
    EXPECT_EQ(one->opened, 2);
    EXPECT_EQ(one->handled, 0);
    one->count_soon();
    run();
    EXPECT_EQ(one->handled, 1);
    one->stop();
}

TEST_F(RetriedDeviceTest, IsCalledSilentAgainAndAgainUntilItIsHeard) {
    const auto one = device(1ms);
    one->start();
    one->heard();
    run_until([&] { return one->silences == 3; });
    one->stop();
    run();
    EXPECT_EQ(one->silences, 3);
}

TEST_F(RetriedDeviceTest, SaysNothingBeforeItsStartAndAfterItsStop) {
    const auto one = device();
    one->sink().observe(Pulse{});
    one->watch().reject(Rejection::Reason::kStale);
    EXPECT_TRUE(kept_.all.empty());
    one->start();
    one->sink().observe(Pulse{});
    EXPECT_EQ(kept_.all.size(), 1U);
    one->stop();
    one->sink().observe(Pulse{});
    one->watch().tell(true, "it works");
    one->lose("it is gone");
    EXPECT_EQ(kept_.all.size(), 1U);
    EXPECT_EQ(run(), 0U) << "nothing waits any more";
}

TEST_F(RetriedDeviceTest, MayBeStoppedWhileItIsBeingOpened) {
    const auto one = device();
    one->fault = "no";
    one->on_open = [&] { one->stop(); };
    one->start();
    EXPECT_TRUE(kept_.all.empty());
    EXPECT_EQ(run(), 0U);
    EXPECT_EQ(one->opened, 1);
}

TEST_F(RetriedDeviceTest, SaysItsStateAnewAfterAnotherStart) {
    const auto one = device();
    for (int round = 1; round <= 3; ++round) {
        one->start();
        one->watch().tell(true, "it works");
        EXPECT_EQ(kept_.of<DeviceState>().size(), static_cast<std::size_t>(round));
        one->stop();
    }
}

}  // namespace
}  // namespace tokimori
