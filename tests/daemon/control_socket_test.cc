#include "server/daemon/control_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "server/daemon/control_permission.h"
#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A client that never blocks; the test runs the loop in between.
class Client {
public:
    explicit Client(const std::string& path) : descriptor_{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)} {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::ranges::copy(path, address.sun_path);
        connected_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    ~Client() { ::close(descriptor_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    bool connected() const { return connected_; }
    void send(std::string_view text) {
        [[maybe_unused]] const auto sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
    }
    /// Reads what is there.
    void take() {
        std::array<char, 4096> room{};
        ssize_t count = 0;
        while ((count = ::recv(descriptor_, room.data(), room.size(), 0)) > 0) {
            said_.append(room.data(), static_cast<std::size_t>(count));
        }
        closed_ = closed_ || count == 0 || errno != EAGAIN;
    }
    std::size_t lines() {
        take();
        return static_cast<std::size_t>(std::ranges::count(said_, '\n'));
    }
    bool closed() {
        take();
        return closed_;
    }
    const std::string& said() const { return said_; }

private:
    int descriptor_;
    bool connected_ = false;
    bool closed_ = false;
    std::string said_;
};

class ControlSocketTest : public DriverTest {
protected:
    std::string path() const { return directory_.file("control.sock"); }
    ControlAddress here() const { return {.path = path(), .group = ""}; }
    static ControlLimits quick() { return {.patience = 10s, .slowness = 10s, .watch = 10ms}; }

    ControlSocket make(const ControlLimits& limits = quick()) {
        return ControlSocket{io_, log_, [this] { return counter_.now(); },
                             [this](std::string_view line, const ControlPeer& peer, const SendReply& send) {
                                 peer_ = peer;
                                 if (line == "slow") {
                                     slow_.push_back(send);
                                 } else {
                                     send({"<" + std::string{line} + ">" + tail_});
                                 }
                             },
                             limits};
    }
    std::string logged() const { return text_; }
    bool exists() const { return std::filesystem::is_socket(path()); }

    ScratchDirectory directory_;
    std::string text_;
    std::string tail_;
    ControlPeer peer_;
    std::vector<SendReply> slow_;  ///< replies that are waited for
    Log log_{[this](std::string_view line) { text_ += line; }, LogLevel::kInfo, nullptr};
};

TEST_F(ControlSocketTest, AnswersEveryLineInItsOrder) {
    ControlSocket control = make();
    control.serve(here());
    Client client{path()};
    client.send("one\ntwo\nth");
    run_until([&] { return client.lines() == 2; });
    client.send("ree\n");
    run_until([&] { return client.lines() == 3; });
    EXPECT_EQ(client.said(), "<one>\n<two>\n<three>\n");
    EXPECT_EQ(control.counts().requests, 3U);
    EXPECT_EQ(control.counts().accepted, 1U);
    EXPECT_EQ(control.counts().open, 1U);
}

TEST_F(ControlSocketTest, AnswersWhoSaysAllAtOnceAndHangsUp) {
    ControlSocket control = make();
    control.serve(here());
    Client client{path()};
    client.send("one\ntwo\n");
    run_until([&] { return client.lines() == 2; });
    {
        Client gone{path()};
        gone.send("half a li");
        run_until([&] { return control.counts().open == 2; });
    }
    run_until([&] { return control.counts().open == 1; });
    EXPECT_EQ(control.counts().dropped, 0U);
}

// The test's own user is that of the daemon here, so that it may send the longest requests there are.
TEST_F(ControlSocketTest, RefusesALineWithoutEndAndHangsUp) {
    ControlSocket control = make();
    control.serve(here());
    Client client{path()};
    client.send(std::string(kLongestControlChange + 1, 'x'));
    run_until([&] { return client.closed(); });
    EXPECT_THAT(client.said(), HasSubstr("request_too_long"));
    EXPECT_EQ(client.lines(), 1U);
    EXPECT_EQ(control.counts().refused, 1U);
    Client longest{path()};
    longest.send(std::string(kLongestControlChange, 'x') + '\n');
    run_until([&] { return longest.lines() == 1; });
    EXPECT_FALSE(longest.closed());
    EXPECT_TRUE(peer_.may_change);
}

TEST_F(ControlSocketTest, ClosesAClientThatIsSilent) {
    ControlLimits limits = quick();
    limits.patience = 20ms;
    ControlSocket control = make(limits);
    control.serve(here());
    Client silent{path()};
    Client stuck{path()};
    stuck.send("half a li");
    run_until([&] { return silent.closed() && stuck.closed(); });
    EXPECT_EQ(control.counts().dropped, 2U);
}

TEST_F(ControlSocketTest, ClosesAClientThatDoesNotRead) {
    ControlLimits limits = quick();
    limits.slowness = 20ms;
    tail_ = std::string(200'000, 'y');
    ControlSocket control = make(limits);
    control.serve(here());
    Client frozen{path()};
    for (int i = 0; i < 9; ++i) {
        frozen.send("more\n");
    }
    run_until([&] { return control.counts().dropped == 1; });
    run_until([&] { return control.counts().open == 0; });
    EXPECT_LT(control.counts().requests, 9U) << "no more was read than could be answered";
}

TEST_F(ControlSocketTest, PacesAClientThatFloods) {
    ControlLimits limits = quick();
    limits.burst = 3;
    limits.pause = 1h;
    ControlSocket control = make(limits);
    control.serve(here());
    Client flood{path()};
    flood.send(std::string(2000, '\n'));
    run_until([&] { return flood.lines() == 4; });
    io_.run_for(20ms);
    EXPECT_EQ(control.counts().requests, 4U);
    Client other{path()};
    other.send("hello\n");
    run_until([&] { return other.lines() == 1; });
}

TEST_F(ControlSocketTest, PacesClientsThatComeAndGo) {
    ControlLimits limits = quick();
    limits.burst = 2;
    limits.pause = 1h;
    ControlSocket control = make(limits);
    control.serve(here());
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 8; ++i) {
        clients.push_back(std::make_unique<Client>(path()));
    }
    run_until([&] { return control.counts().accepted == 3; });
    io_.run_for(20ms);
    EXPECT_EQ(control.counts().accepted, 3U);
}

TEST_F(ControlSocketTest, GivesTheSeatOfTheLongestIdleToANewcomer) {
    ControlLimits limits = quick();
    limits.connections = 2;
    ControlSocket control = make(limits);
    control.serve(here());
    Client first{path()};
    run_until([&] { return control.counts().accepted == 1; });
    Client second{path()};
    run_until([&] { return control.counts().accepted == 2; });
    first.send("I am alive\n");
    run_until([&] { return first.lines() == 1; });
    Client third{path()};
    third.send("me too\n");
    run_until([&] { return third.lines() == 1; });
    EXPECT_TRUE(second.closed());
    EXPECT_FALSE(first.closed());
    EXPECT_EQ(control.counts().dropped, 1U);
}

TEST_F(ControlSocketTest, LetsAClientWaitForAReplyThatTakesItsTimeAndServesTheOthers) {
    ControlLimits limits = quick();
    limits.patience = 20ms;
    limits.connections = 2;
    ControlSocket control = make(limits);
    control.serve(here());
    Client patient{path()};
    patient.send("slow\nnext\n");
    run_until([&] { return slow_.size() == 1; });
    for (int i = 0; i < 3; ++i) {
        Client other{path()};
        other.send("hello\n");
        run_until([&] { return other.lines() == 1; });
    }
    pass(100ms);
    EXPECT_EQ(patient.lines(), 0U);
    EXPECT_FALSE(patient.closed()) << "it is not the one who keeps us waiting";
    slow_[0]({"done"});
    run_until([&] { return patient.lines() == 2; });
    EXPECT_EQ(patient.said(), "done\n<next>\n");
}

TEST_F(ControlSocketTest, PassesOverAReplyToWhoHasGone) {
    ControlSocket control = make();
    control.serve(here());
    {
        Client gone{path()};
        gone.send("slow\n");
        run_until([&] { return slow_.size() == 1; });
    }
    slow_[0]({"done"});
    run_until([&] { return control.counts().open == 0; });
    Client other{path()};
    other.send("slow\n");
    run_until([&] { return slow_.size() == 2; });
    control.stop();
    slow_[1]({"done"});
    pass(20ms);
    EXPECT_EQ(other.lines(), 0U);
}

TEST_F(ControlSocketTest, MakesASocketForItsGroupAndTakesItAwayAgain) {
    ControlSocket control = make();
    control.serve(here());
    struct stat status {};
    ASSERT_EQ(::stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0660U);
    EXPECT_EQ(status.st_gid, ::getegid());
    EXPECT_THAT(logged(), HasSubstr("info control_socket path=" + path()));
    control.stop();
    EXPECT_FALSE(exists());
}

TEST_F(ControlSocketTest, GivesTheSocketToAGroupThatItMayGiveItTo) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "NOT ROOT: no socket was given to another group";
    }
    ControlSocket control = make();
    control.serve({.path = path(), .group = "daemon"});
    struct stat status {};
    ASSERT_EQ(::stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_gid, 1U);
    EXPECT_THAT(logged(), HasSubstr("group=daemon"));
}

TEST_F(ControlSocketTest, SaysThatThereIsNoSuchGroupAndServesItsOwn) {
    ControlSocket control = make();
    control.serve({.path = path(), .group = "no-such-group"});
    EXPECT_THAT(logged(), HasSubstr("there is no group no-such-group"));
    Client client{path()};
    client.send("one\n");
    run_until([&] { return client.lines() == 1; });
}

TEST_F(ControlSocketTest, ReplacesASocketThatNobodyListensTo) {
    using Streams = boost::asio::local::stream_protocol;
    { Streams::acceptor crashed{io_, Streams::endpoint{path()}}; }
    ASSERT_TRUE(exists());
    ControlSocket control = make();
    control.serve(here());
    Client client{path()};
    EXPECT_TRUE(client.connected());
}

TEST_F(ControlSocketTest, LeavesTheSocketOfAnotherDaemonAloneAndWaitsForItsEnd) {
    auto first = std::make_unique<ControlSocket>(make());
    first->serve(here());
    ControlSocket second = make();
    second.serve(here());
    io_.run_for(100ms);
    EXPECT_THAT(logged(), HasSubstr("warning control_socket_absent path=" + path()));
    EXPECT_THAT(logged(), HasSubstr("another program listens there"));
    EXPECT_EQ(logged().find("control_socket_absent"), logged().rfind("control_socket_absent")) << "told once";
    EXPECT_TRUE(exists());
    first.reset();
    Client client{path()};
    run_until([&] { return Client{path()}.connected(); });
    EXPECT_EQ(second.counts().dropped, 0U);
}

TEST_F(ControlSocketTest, LeavesAFileThatIsNoSocketAlone) {
    std::ofstream(path()) << "precious";
    ControlSocket control = make();
    control.serve(here());
    EXPECT_THAT(logged(), HasSubstr("it is no socket"));
    control.stop();
    EXPECT_EQ(std::filesystem::file_size(path()), 8U);
}

TEST_F(ControlSocketTest, TakesUpServiceOnceThereIsADirectory) {
    ControlSocket control = make();
    const std::string elsewhere = directory_.file("run/control.sock");
    control.serve({.path = elsewhere, .group = ""});
    EXPECT_THAT(logged(), HasSubstr("make the directory"));
    std::filesystem::create_directory(directory_.file("run"));
    run_until([&] { return Client{elsewhere}.connected(); });
}

TEST_F(ControlSocketTest, MakesASocketThatWasTakenAwayAnew) {
    ControlSocket control = make();
    control.serve(here());
    ASSERT_TRUE(std::filesystem::remove(path()));
    run_until([&] { return Client{path()}.connected(); });
}

TEST_F(ControlSocketTest, MovesWithAReloadAndKeepsWhatDidNotChange) {
    ControlSocket control = make();
    control.serve(here());
    Client client{path()};
    client.send("one\n");
    run_until([&] { return client.lines() == 1; });
    control.serve(here());
    client.send("two\n");
    run_until([&] { return client.lines() == 2; });
    control.serve({.path = directory_.file("other.sock"), .group = ""});
    run_until([&] { return client.closed(); });
    EXPECT_FALSE(exists());
    Client other{directory_.file("other.sock")};
    other.send("three\n");
    run_until([&] { return other.lines() == 1; });
    control.serve({});
    EXPECT_FALSE(std::filesystem::exists(directory_.file("other.sock")));
}

TEST_F(ControlSocketTest, SaysThatTheUserWhoMayChangeSomethingDoesNotExist) {
    ControlSocket control = make();
    ControlAddress address = here();
    address.changes_by = "no-such-user-here";
    control.serve(address);
    EXPECT_THAT(logged(), HasSubstr("control_user_unknown changes_by=no-such-user-here"));
    EXPECT_TRUE(exists());
}

TEST(ControlPermission, IsForRootTheDaemonsOwnUserAndTheOneThatIsNamed) {
    ControlPermission permission{100};
    EXPECT_TRUE(permission.holds(0));
    EXPECT_TRUE(permission.holds(100));
    EXPECT_FALSE(permission.holds(101));
    permission.allow(101);
    EXPECT_TRUE(permission.holds(101));
    EXPECT_FALSE(permission.holds(102));
    permission.allow(user_of("no-such-user-here"));
    EXPECT_FALSE(permission.holds(101));
}

TEST(ControlPermission, KnowsWhoseProcessConnected) {
    std::array<int, 2> pair{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
    EXPECT_EQ(peer_of(pair[0]), ::getuid());
    ::close(pair[0]);
    ::close(pair[1]);
    EXPECT_EQ(peer_of(-1), std::nullopt);
    EXPECT_EQ(user_of("root"), 0U);
}

TEST_F(ControlSocketTest, LetsGoOfEverythingWhenItIsStopped) {
    ControlSocket control = make();
    control.serve(here());
    Client client{path()};
    client.send("one\n");
    run_until([&] { return client.lines() == 1; });
    control.stop();
    io_.restart();
    io_.run();
    EXPECT_TRUE(client.closed());
    EXPECT_EQ(control.counts().open, 0U);
}

}  // namespace
}  // namespace tokimori
