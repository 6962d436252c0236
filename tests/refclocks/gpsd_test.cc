#include "refclocks/gpsd.h"

#include <array>
#include <chrono>
#include <memory>
#include <vector>

#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr std::int64_t kRealtimeSeconds = 1'795'306'898;

/// A gpsd that says what the test tells it to, on a free port of the loopback.
class FakeGpsd {
public:
    explicit FakeGpsd(asio::io_context& io, std::uint16_t port = 0, bool version6 = false)
        : acceptor_{io,
                    {version6 ? asio::ip::address{asio::ip::address_v6::loopback()}
                              : asio::ip::address{asio::ip::address_v4::loopback()},
                     port}} {
        accept();
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    int connections() const { return connections_; }
    const std::string& heard() const { return heard_; }
    bool has_client() const { return client_ && client_->is_open(); }

    void say(const std::string& text) { asio::write(*client_, asio::buffer(text)); }
    void hang_up() { client_.reset(); }

private:
    void accept() {
        acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
            if (!error) {
                ++connections_;
                client_ = std::make_unique<tcp::socket>(std::move(socket));
                listen();
                accept();
            }
        });
    }
    void listen() {
        client_->async_read_some(asio::buffer(bytes_),
                                 [this](const boost::system::error_code& error, std::size_t count) {
                                     if (!error) {
                                         heard_.append(bytes_.data(), count);
                                         listen();
                                     }
                                 });
    }

    tcp::acceptor acceptor_;
    std::unique_ptr<tcp::socket> client_;
    std::array<char, 1024> bytes_{};
    std::string heard_;
    int connections_ = 0;
};

const std::string kGreeting =
    "{\"class\":\"VERSION\",\"release\":\"3.22\",\"rev\":\"3.22\",\"proto_major\":3,\"proto_minor\":14}\r\n";

std::string fix(int second, int mode = 3, const std::string& device = "/dev/ttyAMA0") {
    return R"({"class":"TPV","device":")" + device + R"(","mode":)" + std::to_string(mode) +
           R"(,"time":"2026-11-22T00:21:)" + std::to_string(second) + R"(.000Z","leapseconds":18,"ept":0.005})" +
           "\r\n";
}

std::string stamps(const std::string& kind, int second) {
    const std::int64_t real = kRealtimeSeconds - 38 + second;
    return R"({"class":")" + kind + R"(","device":"/dev/ttyAMA0","real_sec":)" + std::to_string(real) +
           R"(, "real_nsec":0,"clock_sec":)" + std::to_string(kRealtimeSeconds) +
           R"(,"clock_nsec":400000000,"precision":-20})" + "\r\n";
}

class GpsdTest : public EventLoopTest {
protected:
    GpsdSettings settings(std::uint16_t port) const {
        return {.port = port, .patience = {.device = {.first_pause = 5ms, .longest_pause = 20ms, .silence = 10s}}};
    }
    std::unique_ptr<GpsdRefclock> started(GpsdSettings wanted) {
        auto clock = std::make_unique<GpsdRefclock>(io_, counter_, kept_, 7, std::move(wanted));
        clock->start();
        return clock;
    }
    void run_until_connected(FakeGpsd& gpsd) {
        run_until([&] { return gpsd.has_client() && gpsd.heard().ends_with("\r\n"); });
    }
    /// A port on which nobody listens.
    std::uint16_t free_port() { return FakeGpsd{io_}.port(); }

    Counter counter_{[] {
        return ClockReading{.raw = 50'000'000'000,
                            .monotonic = 0,
                            .realtime = kRealtimeSeconds * 1'000'000'000 + 500'000'000,
                            .boottime = 0,
                            .width = 100};
    }};
};

TEST_F(GpsdTest, AsksForReportsAndTurnsThemIntoLabels) {
    FakeGpsd gpsd{io_};
    const auto clock = started(settings(gpsd.port()));
    run_until_connected(gpsd);
    EXPECT_EQ(gpsd.heard(), "?WATCH={\"enable\":true,\"json\":true,\"pps\":true};\r\n");
    gpsd.say(kGreeting + stamps("TOFF", 38) + fix(38) + fix(39));
    run_until_kept<Label>(2);
    EXPECT_EQ(kept_.of<Label>()[0].heard, LocalInstant{49'900ms});
    EXPECT_EQ(format_utc(kept_.of<Label>()[0].time), "2026-11-22T00:21:38Z");
    EXPECT_EQ(kept_.of<Label>()[1].heard, LocalInstant{50s});
}

TEST_F(GpsdTest, SaysWhichGpsdAndReceiverItHears) {
    FakeGpsd gpsd{io_};
    const auto clock = started(settings(gpsd.port()));
    run_until_connected(gpsd);
    gpsd.say(kGreeting + fix(38) + fix(39));
    run_until_kept<Label>(2);
    ASSERT_EQ(kept_.of<DeviceState>().size(), 1U);
    EXPECT_TRUE(kept_.of<DeviceState>().front().working);
    EXPECT_EQ(kept_.of<DeviceState>().front().sentence,
              "gpsd 3.22 at localhost:" + std::to_string(gpsd.port()) + " reports the receiver /dev/ttyAMA0");
}

TEST_F(GpsdTest, PutsReportsTogetherFromPieces) {
    FakeGpsd gpsd{io_};
    const auto clock = started(settings(gpsd.port()));
    run_until_connected(gpsd);
    const std::string line = fix(38);
    gpsd.say(line.substr(0, 40));
    gpsd.say(line.substr(40) + fix(39).substr(0, 3));
    run_until_kept<Label>(1);
    gpsd.say(fix(39).substr(3));
    run_until_kept<Label>(2);
    EXPECT_TRUE(kept_.of<Rejection>().empty());
}

TEST_F(GpsdTest, ListensToTheConfiguredReceiverOnly) {
    FakeGpsd gpsd{io_};
    GpsdSettings wanted = settings(gpsd.port());
    wanted.device = "/dev/tty\"X\\";
    const auto clock = started(wanted);
    run_until_connected(gpsd);
    EXPECT_THAT(gpsd.heard(), HasSubstr(R"(,"device":"/dev/tty\"X\\"};)"));

    wanted.device = "/dev/ttyUSB0";
    clock->stop();
    const auto other = started(wanted);
    run_until([&] { return gpsd.connections() == 2; });
    gpsd.say(fix(38) + fix(39, 3, "/dev/ttyUSB0"));
    run_until_kept<Label>(1);
    EXPECT_EQ(format_utc(kept_.of<Label>().front().time), "2026-11-22T00:21:39Z");
}

TEST_F(GpsdTest, ReachesANumericAddressAndTheOtherLoopbackOfLocalhost) {
    std::unique_ptr<FakeGpsd> gpsd;
    try {
        gpsd = std::make_unique<FakeGpsd>(io_, std::uint16_t{0}, true);
    } catch (const boost::system::system_error&) {
        GTEST_SKIP() << "no IPv6 on this host";
    }
    const auto clock = started(settings(gpsd->port()));
    run_until_connected(*gpsd);
    clock->stop();

    GpsdSettings numeric = settings(gpsd->port());
    numeric.host = "::1";
    const auto other = started(numeric);
    run_until([&] { return gpsd->connections() == 2; });
    gpsd->say(fix(38));
    run_until_kept<DeviceState>(1);
    EXPECT_THAT(kept_.of<DeviceState>().front().sentence, HasSubstr("gpsd at [::1]:"));
}

TEST_F(GpsdTest, WaitsForAGpsdThatStartsLaterAndSaysSoOnce) {
    const std::uint16_t port = free_port();
    const auto clock = started(settings(port));
    run_until_kept<DeviceState>(1);
    EXPECT_EQ(kept_.of<DeviceState>().front().sentence, "gpsd at localhost:" + std::to_string(port) +
                                                            " does not answer (Connection refused): is gpsd running? "
                                                            "trying again");
    EXPECT_FALSE(kept_.of<DeviceState>().front().working);
    io_.run_for(100ms);
    EXPECT_EQ(kept_.of<DeviceState>().size(), 1U);

    FakeGpsd gpsd{io_, port};
    run_until_connected(gpsd);
    gpsd.say(fix(38));
    run_until_kept<Label>(1);
    ASSERT_EQ(kept_.of<DeviceState>().size(), 2U);
    EXPECT_TRUE(kept_.of<DeviceState>().back().working);
}

TEST_F(GpsdTest, ConnectsAgainAfterGpsdHungUp) {
    FakeGpsd gpsd{io_};
    const auto clock = started(settings(gpsd.port()));
    for (int round = 1; round <= 3; ++round) {
        run_until([&] { return gpsd.connections() == round && gpsd.has_client(); });
        gpsd.say(fix(30 + round) + "{\"class\":\"TPV\",\"mo");
        run_until_kept<Label>(static_cast<std::size_t>(round));
        gpsd.hang_up();
    }
    run_until_kept<DeviceState>(6);
    EXPECT_THAT(kept_.of<DeviceState>().back().sentence, HasSubstr("was lost"));
    EXPECT_TRUE(kept_.of<Rejection>().empty());
}

TEST_F(GpsdTest, GoesOnAfterGarbageAndEndlessLines) {
    FakeGpsd gpsd{io_};
    const auto clock = started(settings(gpsd.port()));
    run_until_connected(gpsd);
    gpsd.say("HTTP/1.1 400 Bad Request\r\n\r\n" + std::string("\x00\xff\n", 3) + std::string(100'000, 'x'));
    gpsd.say(std::string(100'000, 'x') + "\n" + fix(38));
    run_until_kept<Label>(1);
    EXPECT_EQ(kept_.of<Rejection>().size(), 3U);
    EXPECT_EQ(kept_.of<Rejection>().front().reason, Rejection::Reason::kUnreadable);
}

TEST_F(GpsdTest, DoesNotLabelWithoutAFix) {
    FakeGpsd gpsd{io_};
    const auto clock = started(settings(gpsd.port()));
    run_until_connected(gpsd);
    gpsd.say(fix(38, 1) + fix(39, 0));
    run_until_kept<Rejection>(2);
    EXPECT_EQ(kept_.of<Rejection>().front().reason, Rejection::Reason::kNoFix);
    EXPECT_TRUE(kept_.of<Label>().empty());
}

TEST_F(GpsdTest, ReportsPulsesWhereTheyAreWanted) {
    FakeGpsd gpsd{io_};
    GpsdSettings wanted = settings(gpsd.port());
    wanted.pps = true;
    const auto clock = started(wanted);
    run_until_connected(gpsd);
    gpsd.say(fix(37) + stamps("PPS", 38));
    run_until_kept<Pulse>(1);
    EXPECT_EQ(kept_.of<Pulse>().front().at, LocalInstant{49'900ms});
    EXPECT_EQ(kept_.of<Pulse>().front().uncertainty, std::chrono::microseconds{50});
}

TEST_F(GpsdTest, SaysThatAReceiverIsSilentAndConnectsAnewWithoutFurtherWords) {
    FakeGpsd gpsd{io_};
    GpsdSettings wanted = settings(gpsd.port());
    wanted.patience.device.silence = 10ms;
    wanted.patience.dead = 30ms;
    const auto clock = started(wanted);
    run_until([&] { return gpsd.connections() == 3; });
    ASSERT_EQ(kept_.of<DeviceState>().size(), 1U);
    EXPECT_FALSE(kept_.of<DeviceState>().front().working);
    EXPECT_THAT(kept_.of<DeviceState>().front().sentence, HasSubstr("reports nothing of any receiver"));
}

TEST_F(GpsdTest, BelievesGpsdThatItHasNoReceiver) {
    FakeGpsd gpsd{io_};
    GpsdSettings wanted = settings(gpsd.port());
    wanted.patience.device.silence = 10ms;
    wanted.patience.dead = 50ms;
    const auto clock = started(wanted);
    run_until_connected(gpsd);
    gpsd.say(kGreeting + "{\"class\":\"DEVICES\",\"devices\":[]}\r\n");
    run_until([&] { return gpsd.connections() == 2; });
    ASSERT_EQ(kept_.of<DeviceState>().size(), 1U);
    EXPECT_THAT(kept_.of<DeviceState>().front().sentence, HasSubstr("has no receiver"));
}

TEST_F(GpsdTest, NoticesThatAReceiverWasPulledOutAndComesBack) {
    FakeGpsd gpsd{io_};
    const auto clock = started(settings(gpsd.port()));
    run_until_connected(gpsd);
    gpsd.say(fix(38) + "{\"class\":\"DEVICE\",\"path\":\"/dev/ttyAMA0\",\"activated\":0}\r\n" + fix(39));
    run_until_kept<Label>(2);
    const std::vector<DeviceState> states = kept_.of<DeviceState>();
    ASSERT_EQ(states.size(), 3U);
    EXPECT_THAT(states[1].sentence, HasSubstr("lost the receiver /dev/ttyAMA0"));
    EXPECT_FALSE(states[1].working);
    EXPECT_TRUE(states[2].working);
}

TEST_F(GpsdTest, SaysWhichOfTwoReceiversItFollowsWhenOneIsUnplugged) {
    FakeGpsd gpsd{io_};
    const auto clock = started(settings(gpsd.port()));
    run_until_connected(gpsd);
    const std::string other = "/dev/ttyUSB0";
    gpsd.say(kGreeting + fix(38) + fix(38, 3, other) + R"({"class":"DEVICE","path":"/dev/ttyUSB7","activated":0})" +
             "\r\n");
    gpsd.say(fix(39) + fix(39, 3, other));
    run_until_kept<Label>(2);
    EXPECT_EQ(kept_.of<DeviceState>().size(), 1U) << "of one that is not followed nothing is said";
    gpsd.say(R"({"class":"DEVICE","path":"/dev/ttyAMA0","activated":0})" + std::string{"\r\n"} + fix(40, 3, other));
    run_until_kept<Label>(3);
    const std::vector<DeviceState> states = kept_.of<DeviceState>();
    ASSERT_EQ(states.size(), 4U);
    EXPECT_THAT(states[1].sentence, HasSubstr("lost the receiver /dev/ttyAMA0"));
    EXPECT_THAT(states[2].sentence, HasSubstr("reports the receiver /dev/ttyUSB0"));
    EXPECT_EQ(states[3].sentence, "gpsd 3.22 at localhost:" + std::to_string(gpsd.port()) +
                                      ": the receiver /dev/ttyAMA0 is gone, /dev/ttyUSB0 is followed now");
    EXPECT_TRUE(states[3].working);
}

TEST_F(GpsdTest, HearsNoReceiverInPulsesAlone) {
    FakeGpsd gpsd{io_};
    GpsdSettings wanted = settings(gpsd.port());
    wanted.pps = true;
    wanted.patience.device.silence = 20ms;
    const auto clock = started(wanted);
    run_until_connected(gpsd);
    gpsd.say(stamps("PPS", 38) + stamps("PPS", 39));
    run_until_said("reports nothing of any receiver");
    EXPECT_EQ(kept_.all.size(), 1U);
}

TEST_F(GpsdTest, SaysNothingAfterStop) {
    FakeGpsd gpsd{io_};
    const auto clock = started(settings(gpsd.port()));
    run_until_connected(gpsd);
    gpsd.say(fix(38));
    clock->stop();
    gpsd.hang_up();
    io_.run_for(50ms);
    EXPECT_TRUE(kept_.all.empty());
}

TEST_F(GpsdTest, MayBeStoppedByWhatItReports) {
    FakeGpsd gpsd{io_};
    const auto clock = started(settings(gpsd.port()));
    kept_.on_each = [&] { clock->stop(); };
    run_until_connected(gpsd);
    gpsd.say(fix(38) + fix(39) + "garbage\n" + std::string(70'000, 'x'));
    run_until_kept<DeviceState>(1);
    io_.run_for(20ms);
    EXPECT_EQ(kept_.all.size(), 1U);
}

TEST_F(GpsdTest, StartsAgainAfterAStop) {
    FakeGpsd gpsd{io_};
    const auto clock = started(settings(gpsd.port()));
    run_until_connected(gpsd);
    gpsd.say(fix(38) + "{\"half");
    run_until_kept<Label>(1);
    clock->stop();
    clock->start();
    run_until([&] { return gpsd.connections() == 2; });
    gpsd.say(fix(39));
    run_until_kept<Label>(2);
    EXPECT_TRUE(kept_.of<Rejection>().empty());
}

TEST_F(GpsdTest, MayBeDestroyedInEveryStateWithHandlersPending) {
    FakeGpsd gpsd{io_};
    { const auto never_started = GpsdRefclock{io_, counter_, kept_, 7, settings(gpsd.port())}; }
    started(settings(gpsd.port())).reset();  // connecting
    io_.run_for(5ms);

    auto connected = started(settings(gpsd.port()));
    run_until_connected(gpsd);
    gpsd.say(fix(38));
    connected.reset();

    auto pausing = started(settings(free_port()));
    run_until_kept<DeviceState>(1);
    pausing.reset();
    const std::size_t before = kept_.all.size();
    io_.run_for(50ms);
    EXPECT_EQ(kept_.all.size(), before);
}

TEST_F(GpsdTest, OutlivesNoIoContextThatGoesFirstWithItsHandlers) {
    auto io = std::make_unique<asio::io_context>();
    FakeGpsd gpsd{io_};
    {
        GpsdRefclock clock{*io, counter_, kept_, 7, settings(gpsd.port())};
        clock.start();
        io->poll();
        clock.stop();
    }
    io.reset();
    EXPECT_TRUE(kept_.all.empty());
}

TEST_F(GpsdTest, SaysThatANameCannotBeLookedUp) {
    GpsdSettings wanted = settings(2947);
    wanted.host = std::string(64, 'x');  // no label of a name may be that long: refused without asking anybody
    const auto clock = started(wanted);
    run_until_kept<DeviceState>(1);
    EXPECT_THAT(kept_.of<DeviceState>().front().sentence, HasSubstr("xxx:2947 cannot be looked up"));
}

}  // namespace
}  // namespace tokimori
