#include "refclocks/nmea.h"

#include <fstream>

#include "tests/refclocks/driver_fixture.h"
#include "tests/refclocks/nmea_text.h"
#include "tests/refclocks/pseudo_terminal.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class NmeaTest : public DriverTest {
protected:
    NmeaSettings settings() const { return {.device = line_->device(), .baud = 9600, .silence = 10s}; }
    /// Waits until `bytes` have been heard and the line has been quiet for long enough to begin a new cycle.
    void say_and_pause(std::string_view bytes) {
        line_->say(bytes);
        boost::asio::steady_timer pause{io_, 150ms};
        bool over = false;
        pause.async_wait([&](const boost::system::error_code&) { over = true; });
        run_until([&] { return over; });
    }

    std::unique_ptr<PseudoTerminal> line_ = std::make_unique<PseudoTerminal>();
};

TEST_F(NmeaTest, HearsAReceiverOnASerialPort) {
    NmeaRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    say_and_pause(rmc(37) + gga(37));
    EXPECT_THAT(kept_.said(), StartsWith("+the receiver at " + line_->device() + " speaks NMEA"));
    const LocalInstant before = counter_.now();
    line_->say(rmc(38) + gga(38));
    run_until_kept<Label>(1);
    const Label label = kept_.of<Label>().front();
    EXPECT_EQ(format_utc(label.time), "2026-11-22T00:21:38Z");
    EXPECT_GE(label.heard, before);
    EXPECT_LE(label.heard, counter_.now());
    EXPECT_EQ(label.uncertainty, 36'666'666ns) << "16 bytes and the handing over";
}

TEST_F(NmeaTest, SetsThePortToRawBytesAtItsSpeed) {
    NmeaSettings fast = settings();
    fast.baud = 115200;
    NmeaRefclock clock{io_, counter_, kept_, 7, fast};
    clock.start();
    const termios found = line_->settings();
    EXPECT_EQ(::cfgetispeed(&found), static_cast<speed_t>(B115200));
    EXPECT_EQ(found.c_lflag & (ICANON | ECHO | ISIG), 0U);
    EXPECT_EQ(found.c_iflag & (ICRNL | IXON), 0U);
    EXPECT_NE(found.c_cflag & CLOCAL, 0U);
}

TEST_F(NmeaTest, ForgetsWhatLayInThePortBefore) {
    const int earlier = ::open(line_->device().c_str(), O_RDWR | O_NOCTTY);
    line_->say(rmc(10) + rmc(11) + rmc(12));
    NmeaRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    line_->say(rmc(20));
    run_until_kept<DeviceState>(1);
    say_and_pause(rmc(21));
    line_->say(rmc(22));
    run_until_kept<Label>(1);
    for (const Label& label : kept_.of<Label>()) {
        EXPECT_GE(label.time.second.second % 60, 20);
    }
    ::close(earlier);
}

TEST_F(NmeaTest, SaysWhatToDoWhereThereIsNoDeviceAndFindsItLater) {
    const ScratchDirectory directory;
    NmeaSettings absent = settings();
    absent.device = directory.file("gps0");
    NmeaRefclock clock{io_, counter_, kept_, 7, absent};
    clock.start();
    EXPECT_THAT(kept_.said(), HasSubstr("plug the receiver in"));
    std::filesystem::create_symlink(line_->device(), absent.device);
    run_until([&] { return (line_->settings().c_lflag & ICANON) == 0; });
    line_->say(rmc(38));
    run_until_said("+the receiver");
    EXPECT_EQ(kept_.of<DeviceState>().size(), 2U) << "told on change only";
}

TEST_F(NmeaTest, RefusesWhatIsNoSerialPort) {
    const ScratchDirectory directory;
    std::ofstream(directory.file("plain")) << "text";
    NmeaSettings wrong = settings();
    wrong.device = directory.file("plain");
    NmeaRefclock clock{io_, counter_, kept_, 7, wrong};
    clock.start();
    EXPECT_THAT(kept_.said(), HasSubstr("it is no serial port"));
}

TEST_F(NmeaTest, NoticesThatTheReceiverWasUnplugged) {
    NmeaRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    line_->say(rmc(38));
    run_until_said("+the receiver");
    line_.reset();
    run_until_said("was lost");
}

TEST_F(NmeaTest, TellsAWrongSpeedFromASilentReceiver) {
    NmeaSettings impatient = settings();
    impatient.silence = 30ms;
    NmeaRefclock clock{io_, counter_, kept_, 7, impatient};
    clock.start();
    run_until_said("-nothing comes from");
    line_->say("\xf8\x80\x78 x\n");
    run_until_said("is no NMEA: check the baud");
    line_->say(rmc(38));
    run_until_said("+the receiver");
}

TEST_F(NmeaTest, SaysNothingMoreOnceItIsStopped) {
    NmeaRefclock clock{io_, counter_, kept_, 7, settings()};
    kept_.on_each = [&] { clock.stop(); };
    clock.start();
    line_->say(rmc(38));
    run_until_kept<DeviceState>(1);
    io_.restart();
    io_.run();
    EXPECT_EQ(kept_.all.size(), 1U);
}

TEST_F(NmeaTest, CanBeStartedAgain) {
    NmeaRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    line_->say(rmc(38));
    run_until_kept<DeviceState>(1);
    clock.stop();
    clock.start();
    line_->say(rmc(39));
    run_until_kept<DeviceState>(2);
}

}  // namespace
}  // namespace tokimori
