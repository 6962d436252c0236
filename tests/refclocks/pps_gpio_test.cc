#include "refclocks/pps_gpio.h"

#include <algorithm>
#include <array>
#include <deque>

#include "tests/refclocks/fake_line.h"
#include "tests/refclocks/pulse_fixture.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Reason = Rejection::Reason;

class GpioPpsTest : public PulseDriverTest {
protected:
    GpioPpsSettings settings() const {
        return {.chip = "gpiochip0", .line = "18", .patience = impatient(), .hardware = line_};
    }
    std::unique_ptr<GpioPpsRefclock> started(GpioPpsSettings wanted) {
        auto clock = std::make_unique<GpioPpsRefclock>(io_, counter_, kept_, 6, std::move(wanted));
        clock->start();
        run_until([&] { return line_->opened > 0; });
        return clock;
    }
    std::unique_ptr<GpioPpsRefclock> started() { return started(settings()); }

    void stamp(Duration at, bool rising) { line_->edge(host_.monotonic(nanoseconds(at)), rising); }
    /// Edges that were stamped are worked upon at `now`.
    void work_at(Duration now) {
        host_.raw = nanoseconds(now);
        run_until([&] { return line_->empty(); });
    }
    void edge(Duration at, bool rising = true) {
        stamp(at, rising);
        work_at(at + 200us);
    }
    /// Pulses that begin with a rising edge.
    void seconds(int first, int end, Duration width = 100ms) {
        for (int second = first; second < end; ++second) {
            edge(second * 1s, true);
            edge(second * 1s + width, false);
        }
    }

    std::shared_ptr<FakeLine> line_ = std::make_shared<FakeLine>();
};

TEST_F(GpioPpsTest, ReportsWhenTheKernelStampedTheRisingEdge) {
    const auto clock = started();
    seconds(10, 13);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 12s}));
    EXPECT_EQ(kept_.of<Pulse>().front().source, 6);
    EXPECT_GT(kept_.of<Pulse>().front().uncertainty, 0ns);
    EXPECT_TRUE(is_working());
    EXPECT_EQ(said(), "GPIO line 18 of gpiochip0 gives one pulse a second");
}

TEST_F(GpioPpsTest, TakesTheFallingEdgeWhereThatIsConfigured) {
    GpioPpsSettings wanted = settings();
    wanted.falling_edge = true;
    const auto clock = started(wanted);
    seconds(10, 13, 800ms);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s + 800ms, 12s + 800ms}));
}

TEST_F(GpioPpsTest, SaysThatTheEdgeIsTheWrongOneAndReportsNone) {
    const auto clock = started();
    seconds(10, 15, 800ms);
    EXPECT_TRUE(pulses().empty());
    EXPECT_EQ(rejected(Reason::kWrongEdge), 4);
    EXPECT_FALSE(is_working());
    EXPECT_EQ(said(),
              "the pulses of GPIO line 18 of gpiochip0 seem inverted, edge = \"rising\" ends them: set edge = "
              "\"falling\"");
}

TEST_F(GpioPpsTest, TakesASquareWaveAsConfigured) {
    const auto clock = started();
    seconds(10, 15, 500ms);
    EXPECT_EQ(pulses().size(), 4U);
}

TEST_F(GpioPpsTest, CaresForNoStepOfTheHostsClock) {
    const auto clock = started();
    seconds(10, 12);
    stamp(12s, true);
    host_.step += nanoseconds(3600s);
    work_at(12s + 5ms);
    edge(12s + 100ms, false);
    seconds(13, 14);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 12s, 13s}));
    EXPECT_TRUE(kept_.of<Rejection>().empty());
}

TEST_F(GpioPpsTest, TakesEveryEdgeThatWaits) {
    const auto clock = started();
    seconds(10, 12);
    for (int bounce = 0; bounce < 300; ++bounce) {
        stamp(12s + bounce * 10us, bounce % 2 == 0);
    }
    work_at(12s + 5ms);
    seconds(13, 14);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 12s, 13s}));
    EXPECT_EQ(rejected(Reason::kOffBeat), 10) << "noise is not told one by one";
}

TEST_F(GpioPpsTest, CountsWhatTheKernelHadNoRoomForAsLost) {
    const auto clock = started();
    seconds(10, 12);
    line_->room = 3;
    for (int second = 12; second < 14; ++second) {
        stamp(second * 1s, true);
        stamp(second * 1s + 100ms, false);
    }
    stamp(14s, true);
    work_at(13s + 900ms);
    line_->room = 1'000;
    edge(14s + 100ms, false);
    seconds(15, 16);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 12s, 13s, 15s}));
    ASSERT_EQ(kept_.of<LostPulses>().size(), 1U);
    EXPECT_EQ(kept_.of<LostPulses>().front().count, 1);
}

TEST_F(GpioPpsTest, RefusesEdgesThatWaitedTooLong) {
    const auto clock = started();
    seconds(10, 12);
    for (int second = 12; second < 20; ++second) {
        stamp(second * 1s, true);
        stamp(second * 1s + 100ms, false);
    }
    work_at(30s);
    EXPECT_EQ(rejected(Reason::kStale), 8);
    seconds(31, 32);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 31s}));
    ASSERT_EQ(kept_.of<LostPulses>().size(), 1U);
    EXPECT_EQ(kept_.of<LostPulses>().front().count, 19);
}

TEST_F(GpioPpsTest, RefusesDoubledAndLatePulses) {
    const auto clock = started();
    seconds(10, 12);
    edge(12s, true);
    edge(12s + 100ms, false);
    edge(12s + 100ms + 10us, true);
    edge(12s + 100ms + 20us, false);
    edge(13s + 300ms, true);
    edge(13s + 400ms, false);
    seconds(14, 15);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 12s, 14s}));
    EXPECT_EQ(rejected(Reason::kOffBeat), 2);
}

TEST_F(GpioPpsTest, WaitsForALineThatIsInUse) {
    line_->fault = "line 18 of GPIO chip gpiochip0 is in use";
    const auto clock = started();
    run_until([&] { return line_->opened > 3; });
    EXPECT_EQ(kept_.all.size(), 1U);
    EXPECT_FALSE(is_working());
    EXPECT_EQ(said(), *line_->fault);
    line_->fault.reset();
    const int before = line_->opened;
    run_until([&] { return line_->opened > before; });
    seconds(10, 12);
    EXPECT_EQ(pulses().size(), 1U);
    EXPECT_TRUE(is_working());
}

TEST_F(GpioPpsTest, SurvivesThatTheChipIsPulledAndComesBack) {
    const auto clock = started();
    seconds(10, 12);
    const int before = line_->opened;
    line_->unplug();
    run_until_said("GPIO line 18 of gpiochip0 is gone");
    EXPECT_FALSE(is_working());
    run_until([&] { return line_->opened > before; });
    seconds(30, 32);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 31s}));
    EXPECT_TRUE(is_working());
}

TEST_F(GpioPpsTest, SaysThatNoPulsesCome) {
    GpioPpsSettings wanted = settings();
    wanted.patience.silence = 20ms;
    const auto clock = started(wanted);
    run_until_said("is open, but no pulse comes");
    EXPECT_FALSE(is_working());
}

TEST_F(GpioPpsTest, CountsThePulsesOfAnOutageThatIsLongerThanItsPatience) {
    GpioPpsSettings wanted = settings();
    wanted.patience.silence = 500ms;
    const auto clock = started(wanted);
    seconds(10, 12);
    const int before = line_->opened;
    run_until_said("is open, but no pulse comes");
    run_until([&] { return line_->opened > before; });
    seconds(26, 29);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 27s, 28s})) << "the first edge only begins the count";
    EXPECT_TRUE(is_working());
    ASSERT_EQ(kept_.of<LostPulses>().size(), 1U);
    EXPECT_EQ(kept_.of<LostPulses>().front().count, 14);
}

TEST_F(GpioPpsTest, SaysNothingAfterItsStop) {
    auto clock = started();
    seconds(10, 12);
    stamp(12s, true);
    const std::size_t before = kept_.all.size();
    clock->stop();
    EXPECT_GE(line_->closed, 1);
    clock.reset();
    io_.restart();
    io_.run();
    EXPECT_EQ(kept_.all.size(), before);
}

TEST_F(GpioPpsTest, MayBeStoppedByWhatItSays) {
    auto clock = started();
    seconds(10, 12);
    kept_.on_each = [&] { clock->stop(); };
    const std::size_t before = kept_.all.size();
    stamp(14s, true);
    stamp(14s + 1us, true);
    host_.raw = nanoseconds(14s + 1ms);
    run_until([&] { return kept_.all.size() > before; });
    io_.restart();
    io_.run();
    EXPECT_EQ(kept_.all.size(), before + 1);
}

TEST_F(GpioPpsTest, BeginsAgainAfterItsStop) {
    const auto clock = started();
    seconds(10, 12);
    clock->stop();
    const int before = line_->opened;
    clock->start();
    run_until([&] { return line_->opened > before; });
    seconds(20, 22);
    EXPECT_EQ(pulses(), (std::vector<Duration>{11s, 21s}));
}

TEST_F(GpioPpsTest, NamesALineThatWasConfiguredWithoutAChip) {
    GpioPpsSettings wanted = settings();
    wanted.chip.clear();
    wanted.line = "GPIO18";
    const auto clock = started(wanted);
    seconds(10, 12);
    EXPECT_THAT(said(), StartsWith("GPIO line GPIO18 gives"));
}

}  // namespace
}  // namespace tokimori
