#include "server/tokictl/gpsd_question.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/tokictl/waiting.h"

namespace tokimori {
namespace {

constexpr std::string_view kQuestion = "?DEVICES;\n";
constexpr std::string_view kAnswer = "\"class\":\"DEVICES\"";
constexpr std::size_t kMostBytes = 64 * 1024;

/// A connection of which every wait ends a second after it was made.
class Conversation {
public:
    Conversation() : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)} {}

    bool connect(int port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
            return true;
        }
        int error = 0;
        socklen_t size = sizeof error;
        return errno == EINPROGRESS && limit_.wait(socket_.number(), POLLOUT) &&
               ::getsockopt(socket_.number(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
    }

    bool say(std::string_view text) const {
        return ::send(socket_.number(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
    }

    /// What comes next; empty at the end of the connection or of the second.
    std::string_view hear() {
        if (!limit_.wait(socket_.number(), POLLIN)) {
            return {};
        }
        const ssize_t count = ::recv(socket_.number(), part_.data(), part_.size(), 0);
        return {part_.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
    }

private:
    Descriptor socket_;
    TimeLimit limit_{std::chrono::seconds{1}};
    std::array<char, 4096> part_{};
};

}  // namespace

std::string ask_gpsd(int port) {
    Conversation gpsd;
    std::string said;
    if (!gpsd.connect(port) || !gpsd.say(kQuestion)) {
        return said;
    }
    std::size_t answer = std::string::npos;
    while (said.size() < kMostBytes) {
        const std::string_view part = gpsd.hear();
        said += part;
        answer = said.find(kAnswer);
        if (part.empty() || (answer != std::string::npos && said.find('\n', answer) != std::string::npos)) {
            break;
        }
    }
    return said;
}

}  // namespace tokimori
