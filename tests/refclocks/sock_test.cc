#include "refclocks/sock.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <fstream>

#include "refclocks/sock_datagram.h"
#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Reason = Rejection::Reason;
using Datagrams = boost::asio::local::datagram_protocol;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int32_t kMagic = 0x534f434b;

/// As a program of 64 bits declares it.
struct Wide {
    std::int64_t seconds = 1'795'306'898;  // 2026-11-22T00:21:38Z
    std::int64_t microseconds = 250'000;
    double offset = 0.5;
    std::int32_t pulse = 0;
    std::int32_t leap = 0;
    std::int32_t pad = 0;
    std::int32_t magic = kMagic;
};
static_assert(sizeof(Wide) == kSockBytes);

/// As a program whose time has 32 bits does.
struct Narrow {
    std::int32_t seconds = 1'795'306'898;
    std::int32_t microseconds = 250'000;
    double offset = 0.5;
    std::int32_t pulse = 0;
    std::int32_t leap = 0;
    std::int32_t pad = 0;
    std::int32_t magic = kMagic;
};
static_assert(sizeof(Narrow) == 32);

template <typename Datagram>
std::span<const std::uint8_t> bytes_of(const Datagram& datagram) {
    return {reinterpret_cast<const std::uint8_t*>(&datagram), sizeof datagram};
}
template <typename Datagram>
SockSample sample_of(const Datagram& datagram) {
    const auto result = read_sock_datagram(bytes_of(datagram));
    const auto* const found = std::get_if<SockSample>(&result);
    EXPECT_NE(found, nullptr);
    return found != nullptr ? *found : SockSample{};
}
template <typename Datagram>
bool is_rejected(const Datagram& datagram, Reason reason) {
    const auto result = read_sock_datagram(bytes_of(datagram));
    const auto* const found = std::get_if<Reason>(&result);
    return found != nullptr && *found == reason;
}
Wide changed(void (*change)(Wide&)) {
    Wide datagram;
    change(datagram);
    return datagram;
}

TEST(SockDatagram, SaysWhatTimeItWasWhenTheHostsClockShowedSomething) {
    const SockSample sample = sample_of(Wide{});
    EXPECT_EQ(sample.stamp, 1'795'306'898 * kSecond + 250'000'000);
    EXPECT_EQ(format_utc(sample.time, 9), "2026-11-22T00:21:38.750000000Z");
    EXPECT_FALSE(sample.leap_at_month_end);
}

TEST(SockDatagram, ReadsASenderWhoseTimeHas32Bits) {
    EXPECT_EQ(format_utc(sample_of(Narrow{}).time, 9), "2026-11-22T00:21:38.750000000Z");
    Narrow late;
    late.seconds = INT32_MIN;
    EXPECT_EQ(format_utc(sample_of(late).time), "2038-01-19T03:14:08Z");
}

TEST(SockDatagram, AddsOffsetsOfEitherSignAndAnySize) {
    EXPECT_EQ(format_utc(sample_of(changed([](Wide& d) { d.offset = -0.250000001; })).time, 9),
              "2026-11-22T00:21:37.999999999Z");
    EXPECT_EQ(format_utc(sample_of(changed([](Wide& d) { d.offset = 3600.75; })).time, 9),
              "2026-11-22T01:21:39.000000000Z");
    EXPECT_EQ(format_utc(sample_of(changed([](Wide& d) {
                             d.seconds = 17;
                             d.offset = 1'795'306'881.0;
                         })).time),
              "2026-11-22T00:21:38Z")
        << "a host whose clock begins in 1970";
}

TEST(SockDatagram, PassesOnWhatIsAnnounced) {
    EXPECT_EQ(sample_of(changed([](Wide& d) { d.leap = 1; })).leap_at_month_end, LeapKind::kInsert);
    EXPECT_EQ(sample_of(changed([](Wide& d) { d.leap = 2; })).leap_at_month_end, LeapKind::kDelete);
    EXPECT_TRUE(is_rejected(changed([](Wide& d) { d.leap = 3; }), Reason::kNoFix));
}

TEST(SockDatagram, TakesTheStampOfAPulseForItsEdge) {
    for (const double offset : {0.25, -0.25, 0.75, 0.0}) {
        Wide datagram;
        datagram.pulse = 1;
        datagram.offset = offset;
        const auto result = read_sock_datagram(bytes_of(datagram));
        ASSERT_TRUE(std::holds_alternative<SockPulse>(result));
        EXPECT_EQ(std::get<SockPulse>(result).stamp, 1'795'306'898 * kSecond + 250'000'000);
    }
}

TEST(SockDatagram, RefusesWhatIsNone) {
    EXPECT_TRUE(is_rejected(changed([](Wide& d) { d.magic = 0x4b434f53; }), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(changed([](Wide& d) { d.leap = 4; }), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(changed([](Wide& d) { d.leap = -1; }), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(changed([](Wide& d) { d.microseconds = 1'000'000; }), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(changed([](Wide& d) { d.microseconds = -1; }), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(changed([](Wide& d) { d.seconds = -1; }), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(changed([](Wide& d) { d.seconds = INT64_MAX; }), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(changed([](Wide& d) { d.offset = std::nan(""); }), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(changed([](Wide& d) { d.offset = -INFINITY; }), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(changed([](Wide& d) { d.offset = 1e300; }), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(changed([](Wide& d) { d.offset = -1'795'306'000.0; }), Reason::kImpossibleDate));
}

TEST(SockDatagram, RefusesEveryOtherLength) {
    const std::vector<std::uint8_t> bytes(64, 0);
    for (std::size_t length = 0; length <= bytes.size(); ++length) {
        EXPECT_TRUE(std::holds_alternative<Reason>(read_sock_datagram(std::span{bytes}.first(length)))) << length;
    }
}

/// A program that sends.
class SockTest : public DriverTest {
protected:
    SockSettings settings() const { return {.path = directory_.file("gps.sock"), .late = false, .silence = 10s}; }
    bool exists() const { return std::filesystem::is_socket(directory_.file("gps.sock")); }

    template <typename Datagram>
    void send(const Datagram& datagram, std::size_t length = sizeof(Datagram)) {
        Datagrams::socket sender{io_, Datagrams{}};
        sender.send_to(boost::asio::buffer(&datagram, length), {directory_.file("gps.sock")});
    }
    /// The host's clock as it was `age` ago is half a second slow.
    static Wide measured(Duration age = 0ns) {
        const std::int64_t stamp = realtime() - age.count();
        Wide datagram;
        datagram.seconds = stamp / kSecond;
        datagram.microseconds = stamp % kSecond / 1000;
        return datagram;
    }

    ScratchDirectory directory_;
};

TEST_F(SockTest, TakesSamplesThatWereStampedUpToASecondAgo) {
    SockRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    send(measured(900ms));
    run_until_kept<OffsetSample>(1);
    const OffsetSample sample = kept_.of<OffsetSample>().front();
    EXPECT_EQ(sample.source, 7);
    EXPECT_EQ(sample.uncertainty, 50us);
    EXPECT_GE(counter_.now() - sample.local, 900ms);
    EXPECT_LT(counter_.now() - sample.local, 1400ms);
    EXPECT_THAT(kept_.said(), StartsWith("+measurements arrive"));
    send(measured());
    run_until_kept<OffsetSample>(2);
    EXPECT_EQ(kept_.of<DeviceState>().size(), 1U);
}

TEST_F(SockTest, TakesLateSamplesForSentences) {
    SockSettings late = settings();
    late.late = true;
    SockRefclock clock{io_, counter_, kept_, 7, late};
    clock.start();
    send(measured(300ms));
    run_until_kept<Label>(1);
    EXPECT_GE(counter_.now() - kept_.of<Label>().front().heard, 300ms);
    EXPECT_EQ(kept_.of<Label>().front().uncertainty, 10ms);
    EXPECT_TRUE(kept_.of<OffsetSample>().empty());
}

TEST_F(SockTest, TakesPulses) {
    SockRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    Wide pulse = measured(100ms);
    pulse.pulse = 1;
    send(pulse);
    run_until_kept<Pulse>(1);
    EXPECT_GE(counter_.now() - kept_.of<Pulse>().front().at, 100ms);
    EXPECT_TRUE(kept_.of<OffsetSample>().empty());
}

TEST_F(SockTest, CountsWhatCannotBeBelievedAndGoesOn) {
    SockRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    send(measured(), 39);
    send(std::array<char, 2000>{});
    send(measured(3s));
    send(measured(-3s));
    Wide unsynchronised = measured();
    unsynchronised.leap = 3;
    send(unsynchronised);
    send(measured());
    run_until_kept<OffsetSample>(1);
    EXPECT_THAT(kept_.reasons(), ElementsAre(Reason::kUnreadable, Reason::kUnreadable, Reason::kStale,
                                             Reason::kClockStepped, Reason::kNoFix));
}

TEST_F(SockTest, DoesNotMakeAFloodOfAFlood) {
    SockRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    for (int i = 0; i < 40; ++i) {
        for (int k = 0; k < 5; ++k) {
            send(measured(), 8);
        }
        io_.poll();
        io_.restart();
    }
    send(measured());
    run_until_kept<OffsetSample>(1);
    EXPECT_LE(kept_.of<Rejection>().size(), 100U);
    EXPECT_GE(kept_.of<Rejection>().size(), 10U);
}

TEST_F(SockTest, MakesASocketForItsGroupAndTakesItAwayAgain) {
    SockRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    struct stat status {};
    ASSERT_EQ(::stat(directory_.file("gps.sock").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0660U);
    clock.stop();
    EXPECT_FALSE(exists());
}

TEST_F(SockTest, ReplacesASocketThatNobodyListensTo) {
    { Datagrams::socket crashed{io_, Datagrams::endpoint{directory_.file("gps.sock")}}; }
    ASSERT_TRUE(exists());
    SockRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    send(measured());
    run_until_kept<OffsetSample>(1);
}

TEST_F(SockTest, LeavesTheSocketOfAnotherProgramAloneAndWaitsForItsEnd) {
    auto other = std::make_unique<Datagrams::socket>(io_, Datagrams::endpoint{directory_.file("gps.sock")});
    SockRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    EXPECT_THAT(kept_.said(), HasSubstr("another program listens there"));
    send(measured());
    EXPECT_EQ(other->available(), sizeof(Wide)) << "it still has its own";
    other.reset();
    run_until([&] {
        Datagrams::socket probe{io_, Datagrams{}};
        boost::system::error_code error;
        probe.connect({directory_.file("gps.sock")}, error);
        return !error;
    });
    send(measured());
    run_until_kept<OffsetSample>(1);
}

TEST_F(SockTest, DoesNotTakeAwayASocketThatIsNoLongerItsOwn) {
    SockRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    ASSERT_TRUE(std::filesystem::remove(directory_.file("gps.sock")));
    const Datagrams::socket other{io_, Datagrams::endpoint{directory_.file("gps.sock")}};
    clock.stop();
    EXPECT_TRUE(exists());
}

TEST_F(SockTest, LeavesAFileThatIsNoSocketAlone) {
    std::ofstream(directory_.file("gps.sock")) << "precious";
    SockRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    EXPECT_THAT(kept_.said(), HasSubstr("it is no socket"));
    clock.stop();
    EXPECT_EQ(std::filesystem::file_size(directory_.file("gps.sock")), 8U);
}

TEST_F(SockTest, SaysWhatToDoWhereThereIsNoDirectory) {
    SockSettings elsewhere = settings();
    elsewhere.path = directory_.file("none/gps.sock");
    SockRefclock clock{io_, counter_, kept_, 7, elsewhere};
    clock.start();
    EXPECT_THAT(kept_.said(), HasSubstr("make the directory"));
    std::filesystem::create_directory(directory_.file("none"));
    run_until([&] { return std::filesystem::is_socket(elsewhere.path); });
}

TEST_F(SockTest, SaysThatNobodySendsAndMakesASocketThatWasTakenAwayAnew) {
    SockSettings impatient = settings();
    impatient.silence = 20ms;
    SockRefclock clock{io_, counter_, kept_, 7, impatient};
    clock.start();
    run_until_said("-nobody sends");
    ASSERT_TRUE(std::filesystem::remove(directory_.file("gps.sock")));
    run_until([&] { return exists(); });
    send(measured());
    run_until_said("+measurements");
}

TEST_F(SockTest, SaysThatWhatArrivesIsRefusedAndWhy) {
    SockSettings impatient = settings();
    impatient.silence = 200ms;
    SockRefclock clock{io_, counter_, kept_, 7, impatient};
    clock.start();
    send(measured());
    run_until_said("+measurements");
    for (int i = 0; i < 500 && kept_.said().find("what arrives at the socket") == std::string::npos; ++i) {
        send(measured(3s));
        pass(20ms);
    }
    EXPECT_THAT(kept_.said(), StartsWith("-"));
    EXPECT_THAT(kept_.said(), HasSubstr("gps.sock is refused: it is more than 2 s old"));
    Wide unsynchronised = measured();
    unsynchronised.leap = 3;
    for (int i = 0; i < 500 && kept_.said().find("its writer says that it does not have the time") == std::string::npos;
         ++i) {
        send(unsynchronised);
        pass(20ms);
    }
    EXPECT_THAT(kept_.said(), HasSubstr("is refused: its writer says that it does not have the time"));
    run_until_said("-nobody sends");
}

/// The descriptor of this process that is bound to `path`.
int descriptor_bound_to(const std::string& path) {
    for (int descriptor = 0; descriptor < 1024; ++descriptor) {
        sockaddr_un address{};
        socklen_t length = sizeof address;
        if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) == 0 &&
            path == address.sun_path) {
            return descriptor;
        }
    }
    return -1;
}

TEST_F(SockTest, WaitsBeforeItMakesTheSocketAnewWhereReceivingFails) {
    SockRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    const int descriptor = descriptor_bound_to(directory_.file("gps.sock"));
    ASSERT_GE(descriptor, 0);
    kept_.on_each = [&] {
        const int no_socket = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        ::dup2(no_socket, descriptor);
        ::close(no_socket);
        kept_.on_each = [] {};
    };
    send(measured());
    run_until_said("was lost");
    EXPECT_THAT(kept_.said(), StartsWith("-the socket " + directory_.file("gps.sock") + " was lost ("));
    EXPECT_THAT(kept_.said(), HasSubstr("); trying again"));
    run_until([&] { return exists(); });
    send(measured());
    run_until_said("+measurements");
}

TEST_F(SockTest, RefusesAPathThatIsTooLong) {
    SockSettings endless = settings();
    endless.path = directory_.file(std::string(200, 'x'));
    SockRefclock clock{io_, counter_, kept_, 7, endless};
    clock.start();
    EXPECT_THAT(kept_.said(), HasSubstr("cannot be made"));
}

TEST_F(SockTest, SaysNothingMoreOnceItIsStopped) {
    SockRefclock clock{io_, counter_, kept_, 7, settings()};
    kept_.on_each = [&] { clock.stop(); };
    clock.start();
    send(measured());
    run_until_kept<DeviceState>(1);
    io_.restart();
    io_.run();
    EXPECT_EQ(kept_.all.size(), 1U);
}

}  // namespace
}  // namespace tokimori
