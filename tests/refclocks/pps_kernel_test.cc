#include "refclocks/pps_kernel.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "tests/refclocks/pulse_fixture.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Reason = Rejection::Reason;

/// A PPS device whose edges come from the test.
class FakePps : public PpsDevice {
public:
    PpsOpened offer{.asserted = true, .cleared = true, .can_wait = true};

    PpsOpened open() override {
        const std::lock_guard lock{mutex_};
        ++opened_;
        gone_ = false;
        return offer;
    }
    std::optional<PpsStamps> fetch(std::chrono::milliseconds timeout) override {
        std::unique_lock lock{mutex_};
        threads_.insert(std::this_thread::get_id());
        ++fetched_;
        if (deaf_ && timeout > 0ms) {
            overslept_ = !changed_.wait_until(lock, std::chrono::system_clock::now() + 5s, [&] { return !deaf_; });
        }
        const int before = edges_;
        changed_.wait_until(lock, std::chrono::system_clock::now() + timeout,
                            [&] { return gone_ || edges_ != before || timeout == 0ms; });
        return gone_ ? std::nullopt : std::optional{stamps_};
    }

    void edge(bool clear, std::int64_t posix, std::uint32_t count = 1) {
        const std::lock_guard lock{mutex_};
        PpsStamp& stamp = clear ? stamps_.cleared : stamps_.asserted;
        stamp = {stamp.sequence + count, posix};
        ++edges_;
        changed_.notify_all();
    }
    void both_edges(std::int64_t asserted, std::int64_t cleared) {
        const std::lock_guard lock{mutex_};
        stamps_ = {{stamps_.asserted.sequence + 1, asserted}, {stamps_.cleared.sequence + 1, cleared}};
        ++edges_;
        changed_.notify_all();
    }
    void unplug() {
        const std::lock_guard lock{mutex_};
        gone_ = true;
        changed_.notify_all();
    }
    int opened() const {
        const std::lock_guard lock{mutex_};
        return opened_;
    }
    /// Nothing ends a wait while it is deaf.
    void set_deaf(bool deaf) {
        const std::lock_guard lock{mutex_};
        deaf_ = deaf;
        changed_.notify_all();
    }
    /// Nobody ended a deaf wait for five seconds.
    bool overslept() const {
        const std::lock_guard lock{mutex_};
        return overslept_;
    }
    int fetched() const {
        const std::lock_guard lock{mutex_};
        return fetched_;
    }
    std::set<std::thread::id> threads() const {
        const std::lock_guard lock{mutex_};
        return threads_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    PpsStamps stamps_{{17, 5}, {16, 3}};
    int edges_ = 0;
    int opened_ = 0;
    int fetched_ = 0;
    bool deaf_ = false;
    bool overslept_ = false;
    bool gone_ = false;
    std::set<std::thread::id> threads_;
};

/// Everything is tested with a waiting thread and by polling; true: with the thread.
class KernelPpsTest : public PulseDriverTest, public ::testing::WithParamInterface<bool> {
protected:
    KernelPpsSettings settings() const {
        return {.device = "/dev/pps0", .threads = GetParam(), .patience = impatient(), .hardware = device_};
    }
    std::unique_ptr<KernelPpsRefclock> started(KernelPpsSettings wanted) {
        auto clock = std::make_unique<KernelPpsRefclock>(io_, counter_, kept_, 5, std::move(wanted));
        const int before = device_->opened();
        clock->start();
        run_until([&] { return device_->opened() > before; });
        return clock;
    }
    std::unique_ptr<KernelPpsRefclock> started() { return started(settings()); }

    /// Late enough that the next look of a poller is due at once.
    static constexpr Duration kDelay = 1005ms;

    /// An edge at `at`, noticed `kDelay` later and worked upon.
    void edge(Duration at, bool clear = false, std::uint32_t count = 1) {
        const std::int64_t posix = host_.realtime(nanoseconds(at));
        host_.raw = nanoseconds(at + kDelay);
        const int before = host_.readings;
        device_->edge(clear, posix, count);
        run_until([&] { return host_.readings > before + (GetParam() ? 0 : 1); });
    }
    void edges(int first, int end) {
        for (int second = first; second < end; ++second) {
            edge(second * 1s);
        }
    }

    /// Waits until nobody but the test holds the device any more.
    void wait_until_closed() {
        run_until([&] {
            boost::asio::post(io_, [] {});
            return device_.use_count() == 1;
        });
    }

    std::shared_ptr<FakePps> device_ = std::make_shared<FakePps>();
};

INSTANTIATE_TEST_SUITE_P(Modes, KernelPpsTest, ::testing::Bool(),
                         [](const auto& mode) { return mode.param ? "Waiting" : "Polling"; });

TEST_P(KernelPpsTest, ReportsWhenTheKernelStampedTheAssertEdge) {
    const auto clock = started();
    edges(10, 13);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 12s}));
    EXPECT_EQ(kept_.of<Pulse>().front().source, 5);
    EXPECT_GT(kept_.of<Pulse>().front().uncertainty, 0ns);
    EXPECT_TRUE(is_working());
    EXPECT_EQ(said(), "/dev/pps0 gives one pulse a second");
}

TEST_P(KernelPpsTest, TakesTheClearEdgeWhereThatIsConfigured) {
    KernelPpsSettings wanted = settings();
    wanted.clear_edge = true;
    const auto clock = started(wanted);
    for (int second = 10; second < 13; ++second) {
        edge(second * 1s, true);
        edge(second * 1s + 100ms, false);
    }
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 12s}));
}

TEST_P(KernelPpsTest, NeverReportsAnEdgeOfBeforeItCame) {
    device_->edge(false, host_.realtime(nanoseconds(9s)));
    host_.raw = nanoseconds(9100ms);
    const auto clock = started();
    edges(10, 12);
    EXPECT_EQ(pulses(), std::vector<Duration>{11s});
}

TEST_P(KernelPpsTest, CountsLostPulses) {
    const auto clock = started();
    edges(10, 12);
    edge(15s, false, 4);
    ASSERT_EQ(kept_.of<LostPulses>().size(), 1U);
    EXPECT_EQ(kept_.of<LostPulses>().front().count, 3);
    EXPECT_EQ(kept_.of<LostPulses>().front().source, 5);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 15s}));
}

TEST_P(KernelPpsTest, RefusesADoubledPulseOfWhichTheKernelKeptTheSecond) {
    const auto clock = started();
    edges(10, 12);
    edge(12s + 50us, false, 2);
    edge(13s);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 13s}));
    EXPECT_EQ(rejected(Reason::kOffBeat), 1);
}

TEST_P(KernelPpsTest, RefusesDoubledAndLatePulses) {
    const auto clock = started();
    edges(10, 12);
    edge(11s + 200ms);
    edge(12s + 300ms);
    edge(13s);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 13s}));
    EXPECT_EQ(rejected(Reason::kOffBeat), 2);
}

TEST_P(KernelPpsTest, DropsAStampWhereTheClockWasSteppedSince) {
    for (const Duration step : {-400ms, 30ms}) {
        kept_.all.clear();
        host_ = {};
        counter_ = Counter{[this] { return host_.read(); }};
        const auto clock = started();
        edges(10, 12);
        const std::int64_t stamp = host_.realtime(nanoseconds(12s));
        host_.step += nanoseconds(step);
        host_.raw = nanoseconds(12s + 900ms);
        device_->edge(false, stamp);
        run_until([&] { return rejected(Reason::kClockStepped) == 1; });
        edges(15, 18);
        EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 15s, 16s, 17s})) << step.count();
        EXPECT_EQ(rejected(Reason::kClockStepped), 1);
    }
}

TEST_P(KernelPpsTest, SaysThatTheEdgeIsTheWrongOneAndReportsNone) {
    const auto clock = started();
    for (int second = 10; second < 15; ++second) {
        edge(second * 1s, true);
        edge(second * 1s + 200ms, false);
    }
    EXPECT_TRUE(pulses().empty());
    EXPECT_EQ(rejected(Reason::kWrongEdge), 4);
    EXPECT_FALSE(is_working());
    EXPECT_EQ(said(), "the pulses of /dev/pps0 seem inverted, edge = \"assert\" ends them: set edge = \"clear\"");
}

TEST_P(KernelPpsTest, OrdersEdgesThatItSeesTogether) {
    for (const Duration cleared : {-200ms, 200ms}) {
        kept_.all.clear();
        host_ = {};
        counter_ = Counter{[this] { return host_.read(); }};
        const auto clock = started();
        for (int second = 10; second < 15; ++second) {
            host_.raw = nanoseconds(second * 1s + kDelay);
            const int before = host_.readings;
            device_->both_edges(host_.realtime(nanoseconds(second * 1s)),
                                host_.realtime(nanoseconds(second * 1s + cleared)));
            run_until([&] { return host_.readings > before + (GetParam() ? 1 : 2); });
        }
        EXPECT_EQ(pulses().size(), cleared > 0s ? 4U : 0U);
        EXPECT_EQ(rejected(Reason::kWrongEdge), cleared > 0s ? 0 : 4);
    }
}

TEST_P(KernelPpsTest, SaysWhereOnlyOneEdgeShows) {
    device_->offer.cleared = false;
    const auto clock = started();
    edges(10, 13);
    EXPECT_EQ(pulses().size(), 2U);
    EXPECT_TRUE(is_working());
    EXPECT_THAT(said(), HasSubstr("shows one edge only"));
}

TEST_P(KernelPpsTest, SaysThatTheDeviceHasNotTheConfiguredEdge) {
    device_->offer.cleared = false;
    KernelPpsSettings wanted = settings();
    wanted.clear_edge = true;
    const auto clock = started(wanted);
    run_until([&] { return device_->opened() > 3; });
    ASSERT_EQ(kept_.all.size(), 1U);
    EXPECT_FALSE(is_working());
    EXPECT_EQ(said(), "/dev/pps0 does not capture the clear edge: set edge = \"assert\"");
    device_->offer.forbidden = true;
    run_until_said("/dev/pps0 does not capture the clear edge: give the service CAP_SYS_TIME to switch it on");
}

TEST_P(KernelPpsTest, WaitsForADeviceThatIsNotThereYet) {
    device_->offer.fault = "/dev/pps0 is not there";
    const auto clock = started();
    run_until([&] { return device_->opened() > 3; });
    EXPECT_EQ(kept_.all.size(), 1U);
    EXPECT_FALSE(is_working());
    EXPECT_EQ(said(), "/dev/pps0 is not there");
    device_->offer.fault.clear();
    const int before = device_->opened();
    run_until([&] { return device_->opened() > before; });
    edges(10, 12);
    EXPECT_EQ(pulses().size(), 1U);
    EXPECT_TRUE(is_working());
}

TEST_P(KernelPpsTest, SurvivesThatTheDeviceIsPulledAndComesBack) {
    const auto clock = started();
    edges(10, 12);
    const int before = device_->opened();
    device_->unplug();
    run_until_said("/dev/pps0 is gone");
    EXPECT_FALSE(is_working());
    run_until([&] { return device_->opened() > before; });
    edges(30, 32);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 31s}));
    EXPECT_TRUE(is_working());
    ASSERT_EQ(kept_.of<LostPulses>().size(), 1U);
    EXPECT_EQ(kept_.of<LostPulses>().front().count, 18) << "the edges of 12 to 29";
}

TEST_P(KernelPpsTest, SaysThatNoPulsesComeAndKeepsTheDeviceOpen) {
    KernelPpsSettings wanted = settings();
    wanted.patience.silence = 20ms;
    const auto clock = started(wanted);
    run_until_said("is open, but no pulse comes");
    EXPECT_FALSE(is_working());
    pass(200ms);
    EXPECT_EQ(kept_.all.size(), 1U);
    EXPECT_EQ(device_->opened(), 1);
}

TEST_P(KernelPpsTest, CountsThePulsesOfAnOutageThatIsLongerThanItsPatience) {
    KernelPpsSettings wanted = settings();
    wanted.patience.silence = 500ms;
    const auto clock = started(wanted);
    for (int second = 10; second < 12; ++second) {
        edge(second * 1s);
        edge(second * 1s + 200ms, true);
    }
    run_until_said("is open, but no pulse comes");
    edge(26s);
    edge(27s);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 26s, 27s}));
    EXPECT_TRUE(is_working());
    ASSERT_EQ(kept_.of<LostPulses>().size(), 1U);
    EXPECT_EQ(kept_.of<LostPulses>().front().count, 14);
    EXPECT_EQ(kept_.of<LostPulses>().front().at, LocalInstant{26s});
}

TEST_P(KernelPpsTest, DoesNotWaitForItsThreadWhenItIsStopped) {
    device_->set_deaf(true);
    auto clock = started();
    run_until([&] {
        boost::asio::post(io_, [] {});
        return !GetParam() || device_->fetched() > 1;
    });
    clock->stop();
    clock.reset();
    device_->set_deaf(false);
    wait_until_closed();
    EXPECT_FALSE(device_->overslept());
}

TEST_P(KernelPpsTest, RefusesAStampThatWasOnlyHeldUpAsStale) {
    const auto clock = started();
    edges(10, 12);
    const std::int64_t stamp = host_.realtime(nanoseconds(12s));
    host_.raw = nanoseconds(14s + 500ms);
    device_->edge(false, stamp);
    run_until([&] { return !kept_.reasons().empty(); });
    EXPECT_THAT(kept_.reasons(), ::testing::ElementsAre(Reason::kStale));
}

TEST_P(KernelPpsTest, SaysThatEdgesAreNoPulses) {
    KernelPpsSettings wanted = settings();
    wanted.patience.silence = 600ms;
    const auto clock = started(wanted);
    Duration now = 10s;
    int noticed = -1;
    run_until([&] {
        if (std::exchange(noticed, host_.readings + device_->opened()) != noticed) {
            now += 200ms;
            host_.raw = nanoseconds(now);
            device_->edge(false, host_.realtime(nanoseconds(now)));
        }
        return said().find("has edges, but not one a second") != std::string::npos;
    });
    EXPECT_FALSE(is_working());
    EXPECT_TRUE(pulses().empty());
}

TEST_P(KernelPpsTest, SaysNothingAfterItsStop) {
    auto clock = started();
    edges(10, 12);
    device_->edge(false, host_.realtime(nanoseconds(12s)));
    const std::size_t before = kept_.all.size();
    clock->stop();
    device_->edge(false, host_.realtime(nanoseconds(13s)));
    clock.reset();
    wait_until_closed();
    io_.restart();
    io_.run();
    EXPECT_EQ(kept_.all.size(), before);
}

TEST_P(KernelPpsTest, MayBeStoppedByWhatItSays) {
    auto clock = started();
    edges(10, 12);
    kept_.on_each = [&] { clock->stop(); };
    const std::size_t before = kept_.all.size();
    host_.raw = nanoseconds(14s + 1ms);
    device_->edge(false, host_.realtime(nanoseconds(14s)), 3);
    run_until([&] { return kept_.all.size() > before; });
    io_.restart();
    io_.run();
    EXPECT_EQ(kept_.all.size(), before + 1);
}

TEST_P(KernelPpsTest, BeginsAgainAfterItsStop) {
    const auto clock = started();
    edges(10, 12);
    clock->stop();
    const int before = device_->opened();
    clock->start();
    run_until([&] { return device_->opened() > before; });
    edges(20, 22);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 21s}));
}

TEST_P(KernelPpsTest, UsesAThreadOnlyWhereItMay) {
    const auto clock = started();
    edges(10, 13);
    EXPECT_EQ(device_->threads().size(), GetParam() ? 2U : 1U);
    EXPECT_TRUE(device_->threads().contains(std::this_thread::get_id()));
}

TEST_P(KernelPpsTest, PollsADeviceThatCannotWait) {
    device_->offer.can_wait = false;
    const auto clock = started();
    for (int second = 10; second < 13; ++second) {
        host_.raw = nanoseconds(second * 1s + kDelay);
        const int before = host_.readings;
        device_->edge(false, host_.realtime(nanoseconds(second * 1s)));
        run_until([&] { return host_.readings > before + 1; });
    }
    EXPECT_EQ(device_->threads().size(), 1U);
    EXPECT_GE(pulses().size(), 1U);
}

TEST(KernelPps, SaysThatARealDeviceIsNotThere) {
    boost::asio::io_context io;
    Counter counter;
    Keeper kept;
    KernelPpsRefclock clock{io, counter, kept, 1, {.device = "/dev/no-such-pps"}};
    clock.start();
    EXPECT_THAT(kept.said(), StartsWith("-/dev/no-such-pps is not there"));
}

}  // namespace
}  // namespace tokimori
