#include "server/tokictl/gpsd_question.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace tokimori {
namespace {

/// A listener on a free port of the loopback that plays gpsd to one client.
class Listener {
public:
    explicit Listener(std::function<void(int client)> play)
        : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(socket_, 1), 0);
        EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
        port = ntohs(address.sin_port);
        thread_ = std::thread{[this, play = std::move(play)] {
            const int client = ::accept(socket_, nullptr, nullptr);
            play(client);
            ::close(client);
        }};
    }
    ~Listener() {
        thread_.join();
        ::close(socket_);
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    int port = 0;

private:
    int socket_;
    std::thread thread_;
};

std::string hear(int client) {
    std::array<char, 256> part{};
    const ssize_t count = ::recv(client, part.data(), part.size(), 0);
    return {part.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

void say_to(int client, std::string_view text) {
    ::send(client, text.data(), text.size(), MSG_NOSIGNAL);
}

constexpr std::string_view kGreeting = "{\"class\":\"VERSION\",\"release\":\"3.22\"}\r\n";
constexpr std::string_view kAnswer = "{\"class\":\"DEVICES\",\"devices\":[]}\r\n";

TEST(GpsdQuestion, AsksForDevicesAndNothingElse) {
    std::string asked;
    std::string said;
    {
        Listener gpsd{[&asked](int client) {
            say_to(client, kGreeting);
            asked = hear(client);
            say_to(client, kAnswer.substr(0, 20));
            say_to(client, kAnswer.substr(20));
            asked += hear(client);  // until it hangs up
        }};
        said = ask_gpsd(gpsd.port);
    }
    EXPECT_EQ(said, std::string(kGreeting) + std::string(kAnswer));
    EXPECT_EQ(asked, "?DEVICES;\n");
}

TEST(GpsdQuestion, ReturnsWithoutAnAnswerFromWhoeverSaysNothing) {
    Listener mute{[](int client) {
        hear(client);
        hear(client);  // until it hangs up
    }};
    EXPECT_EQ(ask_gpsd(mute.port), "");
}

TEST(GpsdQuestion, ReturnsWhatWasSaidWhenTheOtherHangsUp) {
    Listener rude{[](int client) { say_to(client, kGreeting); }};
    EXPECT_THAT(ask_gpsd(rude.port), ::testing::AnyOf(std::string(kGreeting), std::string()));
}

TEST(GpsdQuestion, DoesNotListenToAFloodForEver) {
    Listener flood{[](int client) {
        const std::string much(4096, 'x');
        while (::send(client, much.data(), much.size(), MSG_NOSIGNAL) > 0) {
        }
    }};
    EXPECT_LE(ask_gpsd(flood.port).size(), 80U * 1024U);
}

TEST(GpsdQuestion, WhereNobodyListensNothingIsSaid) {
    int port = 0;
    {
        Listener gone{[](int /*client*/) {}};
        port = gone.port;
        ask_gpsd(port);
    }
    EXPECT_EQ(ask_gpsd(port), "");
}

}  // namespace
}  // namespace tokimori
