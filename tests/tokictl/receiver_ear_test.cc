#include "server/tokictl/receiver_ear.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <string_view>
#include <thread>

namespace tokimori {
namespace {

constexpr std::string_view kZda = "$GPZDA,172237.00,01,12,2017,00,00*62\r\n";

bool finds(std::string_view bytes) {
    return SentenceFinder{}.take(bytes);
}

TEST(SentenceFinder, KnowsASentenceByItsChecksum) {
    EXPECT_TRUE(finds(kZda));
    EXPECT_TRUE(finds("$GNRMC,012238.00,A,3454.4922,S,13835.7617,E,0.0,0.0,120821,,,D*5A\n"));
    EXPECT_FALSE(finds("$GPZDA,172237.00,01,12,2017,00,00*63\r\n"));
    EXPECT_FALSE(finds("$GPZDA,172237.00,01,12,2017,00,00\r\n"));
}

TEST(SentenceFinder, FindsItAmongAnythingAndInPieces) {
    EXPECT_TRUE(finds(std::string("00,00*62\r\n\xb5\x62\x01 $GPG") + std::string(kZda)));
    SentenceFinder finder;
    EXPECT_FALSE(finder.take(kZda.substr(0, 7)));
    EXPECT_FALSE(finder.take(kZda.substr(7, 20)));
    EXPECT_TRUE(finder.take(kZda.substr(27)));
}

TEST(SentenceFinder, WaitsForTheEndOfTheLine) {
    EXPECT_FALSE(finds(kZda.substr(0, kZda.size() - 2)));
}

TEST(SentenceFinder, NoiseIsNoSentence) {
    EXPECT_FALSE(finds(std::string(100'000, '$')));
    EXPECT_FALSE(finds("$*00\n$\n*62\n$GP*\n\n" + std::string(100'000, 'x') + "\n"));
    EXPECT_FALSE(finds("$" + std::string(500, 'A') + "*00\n"));
}

/// A pseudo-terminal; what a program at its other end sends or sets is seen here.
class Terminal {
public:
    Terminal() : near_{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)} {
        EXPECT_EQ(::grantpt(near_), 0);
        EXPECT_EQ(::unlockpt(near_), 0);
        device = ::ptsname(near_);
        far_ = ::open(device.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
        EXPECT_GE(far_, 0);
    }
    ~Terminal() {
        ::close(far_);
        ::close(near_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    termios settings() const {
        termios now{};
        EXPECT_EQ(::tcgetattr(far_, &now), 0);
        return now;
    }
    speed_t speed() const {
        const termios now = settings();
        return ::cfgetospeed(&now);
    }
    void say(std::string_view text) const {
        EXPECT_EQ(::write(near_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    std::string sent() const {
        std::array<char, 256> part{};
        pollfd waited{near_, POLLIN, 0};
        const ssize_t count = ::poll(&waited, 1, 0) > 0 ? ::read(near_, part.data(), part.size()) : 0;
        return {part.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
    }

    std::string device;

private:
    int near_;
    int far_;
};

/// A receiver that speaks at one speed: where the port is set otherwise it is garbage.
class Receiver {
public:
    Receiver(const Terminal& terminal, speed_t speed)
        : thread_{[this, &terminal, speed] {
              while (!stop_) {
                  const bool understood = terminal.speed() == speed && (terminal.settings().c_lflag & ICANON) == 0;
                  terminal.say(understood ? kZda : std::string_view("\xf8\x80\xfe$\xb1*62\n"));
                  ::poll(nullptr, 0, 50);
              }
          }} {}
    ~Receiver() {
        stop_ = true;
        thread_.join();
    }
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

private:
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

TEST(ReceiverEar, TellsTheSpeedAtWhichAReceiverIsUnderstood) {
    const Terminal terminal;
    const Receiver receiver{terminal, B115200};
    EXPECT_EQ(speed_of_receiver(terminal.device), 115200);
}

TEST(ReceiverEar, PutsTheSettingsBackAndSendsNothing) {
    const Terminal terminal;
    const termios before = terminal.settings();
    {
        const Receiver receiver{terminal, B38400};
        EXPECT_EQ(speed_of_receiver(terminal.device), 38400);
    }
    const termios after = terminal.settings();
    EXPECT_EQ(before.c_lflag, after.c_lflag);
    EXPECT_EQ(before.c_iflag, after.c_iflag);
    EXPECT_EQ(before.c_cflag, after.c_cflag);
    EXPECT_EQ(::cfgetospeed(&before), ::cfgetospeed(&after));
    EXPECT_EQ(terminal.sent(), "");
}

TEST(ReceiverEar, WhatMayNotBeOpenedOrIsNoTerminalIsNotHeard) {
    EXPECT_FALSE(speed_of_receiver("/dev/no-such-tty"));
    EXPECT_FALSE(speed_of_receiver("/dev/null"));
}

}  // namespace
}  // namespace tokimori
