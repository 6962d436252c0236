#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

namespace tokimori {

/// The receiver's end of a serial line.
class PseudoTerminal {
public:
    PseudoTerminal() : master_{::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK)} {
        EXPECT_EQ(::grantpt(master_), 0);
        EXPECT_EQ(::unlockpt(master_), 0);
    }
    ~PseudoTerminal() { ::close(master_); }
    PseudoTerminal(const PseudoTerminal&) = delete;
    PseudoTerminal& operator=(const PseudoTerminal&) = delete;

    int descriptor() const { return master_; }
    std::string device() const { return ::ptsname(master_); }
    void say(std::string_view bytes) const {
        EXPECT_EQ(::write(master_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    }
    /// What was said to it since the last time.
    std::string heard() const {
        std::array<char, 256> bytes{};
        const ssize_t count = ::read(master_, bytes.data(), bytes.size());
        return count > 0 ? std::string(bytes.data(), static_cast<std::size_t>(count)) : std::string();
    }
    termios settings() const {
        termios found{};
        EXPECT_EQ(::tcgetattr(master_, &found), 0);
        return found;
    }

private:
    int master_;
};

}  // namespace tokimori
