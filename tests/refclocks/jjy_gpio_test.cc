#include "refclocks/jjy_gpio.h"

#include "tests/refclocks/fake_line.h"
#include "tests/refclocks/jjy_sky.h"
#include "tests/refclocks/pulse_fixture.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr JjySite kTokyo{35.69, 139.69};

TEST(JjyTravelTest, IsTheGreatCircleAtTheSpeedOfLight) {
    const struct {
        JjySite site;
        Duration from_otakadoya;
        Duration from_hagane;
    } kPlaces[] = {{{43.06, 141.35}, 2120us, 4810us},   // Sapporo
                   {{35.69, 139.69}, 710us, 3020us},    // Tokyo
                   {{34.69, 135.50}, 1890us, 1700us},   // Osaka
                   {{26.21, 127.68}, 5850us, 2810us}};  // Naha
    for (const auto& [site, from_otakadoya, from_hagane] : kPlaces) {
        EXPECT_LT(std::chrono::abs(jjy_travel(JjyStation::kOtakadoya40, site).time - from_otakadoya), 25us);
        EXPECT_LT(std::chrono::abs(jjy_travel(JjyStation::kHagane60, site).time - from_hagane), 25us);
    }
}

TEST(JjyTravelTest, CoversBothStationsWhereItIsNotKnownWhich) {
    const JjyTravel either = jjy_travel(JjyStation::kAuto, kTokyo);
    for (const JjyStation station : {JjyStation::kOtakadoya40, JjyStation::kHagane60}) {
        const JjyTravel one = jjy_travel(station, kTokyo);
        EXPECT_LE(either.time - either.uncertainty, one.time - one.uncertainty);
        EXPECT_GE(either.time + either.uncertainty, one.time + one.uncertainty);
    }
}

TEST(JjyTravelTest, CoversJapanWhereTheSiteIsNotKnown) {
    const JjyTravel anywhere = jjy_travel(JjyStation::kOtakadoya40, std::nullopt);
    EXPECT_LE(anywhere.time - anywhere.uncertainty, 80us);
    EXPECT_GE(anywhere.time + anywhere.uncertainty, 5850us);
}

class JjyGpioTest : public PulseDriverTest {
protected:
    JjyGpioSettings settings() const {
        return {.chip = "gpiochip0",
                .line = "5",
                .station = JjyStation::kOtakadoya40,
                .site = kTokyo,
                .receiver_delay = 60ms,
                .patience = {1ms, 4ms, 10s},
                .hardware = line_};
    }
    std::unique_ptr<JjyGpioRefclock> started(JjyGpioSettings wanted) {
        auto clock = std::make_unique<JjyGpioRefclock>(io_, counter_, kept_, 6, std::move(wanted));
        clock->start();
        run_until([&] { return line_->opened > 0; });
        return clock;
    }
    /// The edges of one minute are stamped and worked upon; each second so much later.
    void send_minute() {
        for (const JjySymbol symbol : encode_jjy({.begins = next_, .stop = stop_})) {
            for (const JjySky::Edge& edge : sky_.send(symbol)) {
                line_->edge(host_.monotonic(nanoseconds(edge.at.time_since_epoch())), edge.high);
            }
            host_.raw = nanoseconds((sky_.start_of(sky_.sent()) - 240ms).time_since_epoch());
            run_until([&] { return line_->empty(); });
        }
        next_.second += 60;
    }
    void send_minutes(int count) {
        for (; count > 0; --count) {
            send_minute();
        }
    }

    std::shared_ptr<FakeLine> line_ = std::make_shared<FakeLine>();
    UtcSecond next_ = parse_utc("2026-11-28T01:12:00Z").value().second;
    JjyStop stop_;
    JjySky sky_{{.jitter = 10ms, .late = 60ms}, 1};
};

TEST_F(JjyGpioTest, HearsTheTimeOnALine) {
    const auto clock = started(settings());
    send_minutes(3);
    run_until_kept<Label>(1);
    EXPECT_THAT(kept_.said(), StartsWith("+JJY is heard on GPIO line 5 of gpiochip0"));
    const Label label = kept_.of<Label>().back();
    EXPECT_EQ(label.source, 6);
    const Duration into = label.heard - sky_.start_of(0) - 1s * (label.time.second.second - (3600 + 12 * 60));
    EXPECT_LT(std::chrono::abs(into + 710us), 15ms) << "less the way from the station and the receiver's delay";
    EXPECT_EQ(label.uncertainty, 20ms + 500us);
    send_minute();
    run_until_kept<Pulse>(20);
}

TEST_F(JjyGpioTest, ForecastsAStop) {
    const auto clock = started(settings());
    stop_ = {.begins = 4, .daytime_only = true, .length = 3};
    send_minutes(5);
    run_until_said("planned is a stop of the transmission within 24 hours for less than 2 days, in the daytime only");
    EXPECT_TRUE(is_working());
}

TEST_F(JjyGpioTest, TakesAStopThatWasAnnouncedForNoFault) {
    JjyGpioSettings impatient = settings();
    impatient.patience.silence = 1s;
    const auto clock = started(impatient);
    stop_ = {.begins = 7, .length = 3};
    send_minutes(5);
    run_until_said("planned is a stop of the transmission soon");
    host_.raw += nanoseconds(400s);
    run_until_said("+no JJY signal on GPIO line 5 of gpiochip0, as was announced: a stop of the transmission soon");
}

TEST_F(JjyGpioTest, IsLessSureOfAReceiverThatNobodyMeasured) {
    JjyGpioSettings unknown = settings();
    unknown.receiver_delay.reset();
    const auto clock = started(unknown);
    send_minutes(3);
    run_until_kept<Label>(1);
    EXPECT_EQ(kept_.of<Label>().back().uncertainty, 60ms + 500us);
}

TEST_F(JjyGpioTest, SaysThatThereIsNoSignalAndKeepsTheLine) {
    JjyGpioSettings impatient = settings();
    impatient.patience.silence = 30ms;
    const auto clock = started(impatient);
    run_until_said("-no JJY signal on GPIO line 5 of gpiochip0: the station may have stopped for maintenance");
    EXPECT_EQ(line_->closed, 0);
}

TEST_F(JjyGpioTest, TellsWhyTheLineCannotBeHadAndTriesAgain) {
    line_->fault = "line 5 of GPIO chip gpiochip0 is in use";
    const auto clock = started(settings());
    EXPECT_EQ(said(), "line 5 of GPIO chip gpiochip0 is in use");
    line_->fault.reset();
    run_until([&] { return line_->opened > 1; });
}

TEST_F(JjyGpioTest, FindsTheLineAgainThatWasUnplugged) {
    const auto clock = started(settings());
    line_->unplug();
    run_until_said("is gone");
    run_until([&] { return line_->opened > 1; });
    send_minutes(3);
    run_until_kept<Label>(1);
}

TEST_F(JjyGpioTest, CountsEdgesThatAreTooOld) {
    const auto clock = started(settings());
    host_.raw = nanoseconds(100s);
    line_->edge(host_.monotonic(nanoseconds(90s)), true);
    run_until([&] { return line_->empty(); });
    EXPECT_EQ(rejected(Rejection::Reason::kStale), 1);
}

TEST_F(JjyGpioTest, SaysNothingMoreOnceItIsStopped) {
    const auto clock = started(settings());
    send_minutes(3);
    run_until_kept<Label>(1);
    clock->stop();
    const std::size_t before = kept_.all.size();
    line_->edge(host_.monotonic(host_.raw), true);
    io_.restart();
    io_.poll();
    EXPECT_EQ(kept_.all.size(), before);
}

}  // namespace
}  // namespace tokimori
