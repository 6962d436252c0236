#include "server/tokictl/receiver_ear.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>

#include "server/tokictl/waiting.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// A receiver speaks once a second; the burst under way when listening begins may be cut.
constexpr Duration kAtEachSpeed = 1300ms;
constexpr std::size_t kLongestSentence = 120;  // 82 by the standard, which not all keep

struct Speed {
    int baud;
    speed_t code;
};
constexpr std::array kSpeeds{Speed{9600, B9600},   Speed{38400, B38400}, Speed{115200, B115200}, Speed{4800, B4800},
                             Speed{57600, B57600}, Speed{19200, B19200}, Speed{230400, B230400}};

bool is_sentence(std::string_view line) {
    if (line.size() < 9 || line.front() != '$' || line[line.size() - 3] != '*') {
        return false;
    }
    unsigned sum = 0;
    for (const char letter : line.substr(1, line.size() - 4)) {
        sum ^= static_cast<unsigned char>(letter);
    }
    unsigned told = 0;
    const auto [end, error] = std::from_chars(line.data() + line.size() - 2, line.data() + line.size(), told, 16);
    return error == std::errc{} && end == line.data() + line.size() && told == sum;
}

/// A serial port as it was found, and so again in the end.
class Port {
public:
    explicit Port(const std::string& device)
        : file_{::open(device.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)},
          open_{file_.number() >= 0 && ::tcgetattr(file_.number(), &before_) == 0} {}
    ~Port() {
        if (open_) {
            ::tcsetattr(file_.number(), TCSANOW, &before_);
        }
    }
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    bool hears_at(speed_t speed) {
        termios raw = before_;
        ::cfmakeraw(&raw);
        raw.c_cflag |= CLOCAL | CREAD;
        if (!open_ || ::cfsetspeed(&raw, speed) != 0 || ::tcsetattr(file_.number(), TCSANOW, &raw) != 0) {
            return false;
        }
        ::tcflush(file_.number(), TCIFLUSH);
        return hears();
    }

private:
    bool hears() const {
        const TimeLimit limit{kAtEachSpeed};
        SentenceFinder finder;
        std::array<char, 512> part{};
        while (limit.wait(file_.number(), POLLIN)) {
            const ssize_t count = ::read(file_.number(), part.data(), part.size());
            if (count <= 0) {
                return false;
            }
            if (finder.take({part.data(), static_cast<std::size_t>(count)})) {
                return true;
            }
        }
        return false;
    }

    Descriptor file_;
    termios before_{};
    bool open_;
};

}  // namespace

bool SentenceFinder::take(std::string_view bytes) {
    for (const char letter : bytes) {
        if (letter == '\r' || letter == '\n') {
            end();
        } else if (letter == '$') {
            line_ = letter;
        } else if (!line_.empty() && line_.size() < kLongestSentence) {
            line_ += letter;
        }
    }
    return found_;
}

void SentenceFinder::end() {
    found_ = found_ || is_sentence(line_);
    line_.clear();
}

std::optional<int> speed_of_receiver(const std::string& device) {
    Port port{device};
    for (const Speed& speed : kSpeeds) {
        if (port.hears_at(speed.code)) {
            return speed.baud;
        }
    }
    return std::nullopt;
}

}  // namespace tokimori
