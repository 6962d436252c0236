#include "web/control_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <filesystem>
#include <istream>
#include <list>
#include <string>
#include <vector>

namespace tokimori::web {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using Stream = asio::local::stream_protocol;

/// A daemon that answers everything but what waits for its disk.
class ControlClientTest : public ::testing::Test {
protected:
    ~ControlClientTest() override { std::filesystem::remove_all(directory_); }

    static std::string make_directory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "tokimori-XXXXXX").string();
        EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
        return pattern;
    }

    struct Peer {
        explicit Peer(asio::io_context& io) : socket{io} {}
        Stream::socket socket;
        asio::streambuf input;
    };

    void accept() {
        Peer& peer = peers_.emplace_back(io_);
        listener_.async_accept(peer.socket, [this, &peer](const boost::system::error_code& error) {
            if (!error) {
                read(peer);
                accept();
            }
        });
    }

    void read(Peer& peer) {
        asio::async_read_until(peer.socket, peer.input, '\n', [this, &peer](const auto& error, std::size_t) {
            if (error) {
                return;
            }
            std::string line;
            std::istream stream{&peer.input};
            std::getline(stream, line);
            heard_ = line;
            if (line.find("waits") == std::string::npos) {
                asio::write(peer.socket, asio::buffer(std::string{"{\"version\":1,\"request\":\"quick\"}\n"}));
            }
            read(peer);
        });
    }

    void ask(const std::string& name) {
        client_.ask(name, {}, [this, name](const DaemonReply& reply) {
            told_.push_back(name + (reply.members != nullptr ? " answered" : " " + std::string{reply.why}));
        });
    }

    template <typename Condition>
    void run_until(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + 30s;
        while (!condition() && std::chrono::steady_clock::now() < end) {
            io_.run_one_for(100ms);
        }
        ASSERT_TRUE(condition());
    }

    std::string directory_ = make_directory();
    std::string path_ = directory_ + "/control.sock";
    asio::io_context io_;
    Stream::acceptor listener_{io_, Stream::endpoint{path_}};
    std::list<Peer> peers_;
    std::string heard_;
    std::vector<std::string> told_;
    ControlClient client_{io_, path_, 1s};
};

TEST_F(ControlClientTest, AsksAgainWhatCameWhileAnotherQuestionWasNotAnswered) {
    accept();
    ask("waits");
    ask("as_long");
    run_until([&] { return heard_.find("waits") != std::string::npos; });
    ask("quick");
    run_until([&] { return told_.size() == 3; });
    EXPECT_THAT(told_, ElementsAre("waits silent", "as_long silent", "quick answered"));
}

}  // namespace
}  // namespace tokimori::web
