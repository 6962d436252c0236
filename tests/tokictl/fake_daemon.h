#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

namespace tokimori {

/// Says one thing to whoever asks, on a socket of its own, until it ends.
class FakeDaemon {
public:
    /// Without an answer: listens, and does nothing else.
    explicit FakeDaemon(std::optional<std::string> answer) : answer_{answer.value_or("")} {
        std::string pattern = (std::filesystem::temp_directory_path() / "tokictl-XXXXXX").string();
        EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::ranges::copy(path(), address.sun_path);
        EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(listener_, 8), 0);
        if (answer) {
            thread_ = std::thread{[this] { serve(); }};
        }
    }
    ~FakeDaemon() {
        ::shutdown(listener_, SHUT_RDWR);
        if (thread_.joinable()) {
            thread_.join();
        }
        ::close(listener_);
        std::filesystem::remove_all(directory_);
    }
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;

    std::string path() const { return directory_ / "control.sock"; }
    /// What was asked last; after an answer came.
    const std::string& asked() const { return asked_; }

private:
    void serve() {
        int client = -1;
        while ((client = ::accept(listener_, nullptr, nullptr)) >= 0) {
            std::array<char, 4096> room{};
            const auto count = ::recv(client, room.data(), room.size(), 0);
            asked_.assign(room.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
            std::string_view rest = answer_;
            while (!rest.empty()) {
                const auto sent = ::send(client, rest.data(), rest.size(), MSG_NOSIGNAL);
                if (sent <= 0) {
                    break;
                }
                rest.remove_prefix(static_cast<std::size_t>(sent));
            }
            ::close(client);
        }
    }

    std::string answer_;
    std::string asked_;
    std::filesystem::path directory_;
    int listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    std::thread thread_;
};

}  // namespace tokimori
