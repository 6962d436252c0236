#include "refclocks/nmea.h"

#include <sys/ioctl.h>
#include <sys/stat.h>

#include <fstream>

#include "refclocks/serial_port.h"
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

TEST_F(NmeaTest, ClosesAPortThatTheEventLoopRefuses) {
    const SerialPort port = open_serial_port(line_->device(), 9600, SerialDirection::kReadOnly);
    ASSERT_GE(port.descriptor, 0);
    boost::asio::posix::stream_descriptor first{io_};
    boost::asio::posix::stream_descriptor second{io_};
    EXPECT_FALSE(hand_over_serial_port(first, port.descriptor, "/dev/gps0"));
    const auto fault = hand_over_serial_port(second, port.descriptor, "/dev/gps0");
    first.release();
    ASSERT_TRUE(fault) << "the event loop knows it already";
    EXPECT_THAT(*fault, StartsWith("the serial port /dev/gps0 cannot be waited for ("));
    EXPECT_FALSE(second.is_open());
    EXPECT_EQ(::fcntl(port.descriptor, F_GETFD), -1);
}

/// What the driver says to a user who has no rights of his own, in a process of its own: the exit code is 0 where it
/// has `words`.
[[noreturn]] void say_as_nobody(const NmeaSettings& settings, const std::string& words) {
    constexpr uid_t kNobody = 65534;
    const bool is_nobody = ::geteuid() != 0 || ::setuid(kNobody) == 0;
    boost::asio::io_context io;
    Counter counter;
    Keeper kept;
    NmeaRefclock clock{io, counter, kept, 7, settings};
    clock.start();
    ::_exit(is_nobody && kept.said().find(words) != std::string::npos ? 0 : 1);
}

TEST_F(NmeaTest, SaysWhatToDoWhereThePortMayNotBeOpened) {
    ASSERT_EQ(::chmod(line_->device().c_str(), 0), 0);
    EXPECT_EXIT(say_as_nobody(settings(), "put this user into the group dialout"), ::testing::ExitedWithCode(0), "");
}

TEST_F(NmeaTest, SaysWhatToDoWhereAnotherProgramHasThePortToItself) {
    ASSERT_EQ(::chmod(line_->device().c_str(), 0666), 0);
    const int other = ::open(line_->device().c_str(), O_RDWR | O_NOCTTY);
    ASSERT_EQ(::ioctl(other, TIOCEXCL), 0);
    EXPECT_EXIT(say_as_nobody(settings(), "end the program that uses it"), ::testing::ExitedWithCode(0), "");
    ::close(other);
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
