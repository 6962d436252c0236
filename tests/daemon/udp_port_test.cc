#include "server/daemon/udp_port.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/net_tstamp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "tests/daemon/socket_address.h"

namespace tokimori {
namespace {

constexpr int kPatience = 5000;  // ms, for what arrives at once unless it is broken

bool readable(int descriptor) {
    pollfd watched{descriptor, POLLIN, 0};
    return poll(&watched, 1, kPatience) == 1;
}

std::uint16_t port_of(int descriptor) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);  // the same place in both families
}

/// The first octet that is told of the next datagram beside its octets; nullopt: nothing is, or none comes.
std::optional<int> hear_control(int descriptor) {
    alignas(cmsghdr) std::array<unsigned char, 64> control{};
    char octet = 0;
    iovec part{&octet, 1};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (!readable(descriptor) || recvmsg(descriptor, &message, 0) < 0 || CMSG_FIRSTHDR(&message) == nullptr) {
        return std::nullopt;
    }
    return *CMSG_DATA(CMSG_FIRSTHDR(&message));
}

/// Linux begins to stamp a moment after the first socket wants that, and ends with the last one: this one stays. An
/// emulated processor has no such option; the tests that want stamps are not run there.
class StampingHost : public ::testing::Environment {
public:
    void SetUp() override {
        descriptor_ = socket(AF_INET, SOCK_DGRAM, 0);
        const int software = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
        sockaddr_in own{};
        own.sin_family = AF_INET;
        own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof own;
        if (setsockopt(descriptor_, SOL_SOCKET, SO_TIMESTAMPING, &software, sizeof software) != 0) {
            return;
        }
        ASSERT_EQ(bind(descriptor_, reinterpret_cast<const sockaddr*>(&own), size), 0);
        getsockname(descriptor_, reinterpret_cast<sockaddr*>(&own), &size);
        ASSERT_EQ(connect(descriptor_, reinterpret_cast<const sockaddr*>(&own), size), 0);
        for (int i = 0; i < 1000 && !is_stamped(); ++i) {
            poll(nullptr, 0, 5);
        }
    }
    void TearDown() override { close(descriptor_); }

private:
    bool is_stamped() const { return ::send(descriptor_, "", 1, 0) == 1 && hear_control(descriptor_).has_value(); }

    int descriptor_ = -1;
};

const auto* const kStampingHost = ::testing::AddGlobalTestEnvironment(new StampingHost);

/// A client on the loopback. It may ask from an address that is not there, where no reply comes.
class Client {
public:
    Client(const std::string& from, const std::string& to, std::uint16_t port) {
        const SocketAddress own = address(from, 0);
        const SocketAddress server = address(to, port);
        descriptor_ = socket(own.generic.sa_family, SOCK_DGRAM, 0);
        set(IPPROTO_IP, IP_FREEBIND);
        set(SOL_SOCKET, SO_BROADCAST);
        own.generic.sa_family == AF_INET ? set(IPPROTO_IP, IP_RECVTOS) : set(IPPROTO_IPV6, IPV6_RECVTCLASS);
        EXPECT_EQ(bind(descriptor_, &own.generic, sizeof own), 0) << from;
        EXPECT_EQ(connect(descriptor_, &server.generic, sizeof server), 0) << to;
    }
    ~Client() { close(descriptor_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void send(const std::string& text) const { EXPECT_GT(::send(descriptor_, text.data(), text.size(), 0), 0); }
    /// A connected socket hears only the address it asked.
    std::string hear() const {
        std::string text(4096, '\0');
        if (!readable(descriptor_)) {
            return "nothing";
        }
        const ssize_t size = recv(descriptor_, text.data(), text.size(), 0);
        return text.substr(0, static_cast<std::size_t>(size));
    }
    /// With which type of service, or traffic class, the next datagram came; -1 if none did.
    int hear_class() const {
        // An octet of IPv4, the first of an int of IPv6.
        return hear_control(descriptor_).value_or(-1);
    }
    std::uint16_t port() const { return port_of(descriptor_); }

private:
    void set(int level, int option) const {
        const int on = 1;
        EXPECT_EQ(setsockopt(descriptor_, level, option, &on, sizeof on), 0);
    }

    int descriptor_ = -1;
};

std::span<Datagram> receive(UdpPort& port) {
    return port.receive([](const Datagram&) {});
}

bool has_v6() {
    const SocketAddress own = address("::1", 0);
    const int descriptor = socket(AF_INET6, SOCK_DGRAM, 0);
    const bool has = bind(descriptor, &own.generic, sizeof own) == 0;
    close(descriptor);
    return has;
}

/// The addresses that every host has of a family.
struct Family {
    const char* name;
    std::vector<std::string> here;
    const char* all;

    bool is_v6() const { return here[0] == "::1"; }
};

class UdpPortOfFamily : public testing::TestWithParam<Family> {
protected:
    void SetUp() override {
        if (GetParam().is_v6() && !has_v6()) {
            GTEST_SKIP() << "no IPv6 on this host";
        }
    }
};

INSTANTIATE_TEST_SUITE_P(, UdpPortOfFamily,
                         testing::Values(Family{"IPv4", {"127.0.0.1", "127.0.0.2", "127.9.8.7"}, "0.0.0.0"},
                                         Family{"IPv6", {"::1"}, "::"}),
                         [](const testing::TestParamInfo<Family>& family) { return family.param.name; });

std::string text_of(const Datagram& datagram) {
    return {reinterpret_cast<const char*>(datagram.request.octets.data()), datagram.request.octets.size()};
}

TEST(UdpPort, HandsOverADatagramWithItsKernelStamp) {
    UdpPort port{{"127.0.0.1", 0}, {}};
    const Client client{"127.0.0.1", "127.0.0.1", port_of(port.descriptor())};
    client.send("hello");
    ASSERT_TRUE(readable(port.descriptor()));
    const auto batch = receive(port);
    ASSERT_EQ(batch.size(), 1U);
    EXPECT_EQ(text_of(batch[0]), "hello");
    EXPECT_NE(batch[0].stamp, Datagram::kNoStamp);
    EXPECT_EQ(batch[0].request.source_port, client.port());
    EXPECT_TRUE(batch[0].request.from_unicast);
    EXPECT_TRUE(receive(port).empty());
}

/// Takes a question, and answers it.
void answer(UdpPort& port, const std::string& text) {
    ASSERT_TRUE(readable(port.descriptor()));
    const auto batch = receive(port);
    ASSERT_EQ(batch.size(), 1U);
    port.reply(batch[0], std::as_bytes(std::span{text}));
    port.ask_for_departure(0, 1);
    port.flush();
}

/// Asks at an address, and hears nothing that comes from another.
void expect_answer(UdpPort& port, const std::string& from, const std::string& asked) {
    const Client client{from, asked, port_of(port.descriptor())};
    client.send("question");
    answer(port, "an answer");
    EXPECT_EQ(client.hear(), "an answer") << asked;
}

TEST_P(UdpPortOfFamily, RepliesFromTheAddressThatWasAsked) {
    const Family& family = GetParam();
    for (const bool tells_departures : {false, true}) {
        UdpPort all{{family.all, 0}, {.tells_departures = tells_departures}};
        for (const std::string& asked : family.here) {
            expect_answer(all, family.here[0], asked);
            UdpPort one{{asked, 0}, {.tells_departures = tells_departures}};
            expect_answer(one, family.here[0], asked);
        }
    }
}

TEST_P(UdpPortOfFamily, RepliesWithExpeditedForwarding) {
    const Family& family = GetParam();
    for (const std::string& bound : {family.here[0], std::string{family.all}}) {
        UdpPort port{{bound, 0}, {}};
        const Client client{family.here[0], family.here[0], port_of(port.descriptor())};
        client.send("question");
        answer(port, "an answer");
        EXPECT_EQ(client.hear_class(), 46 << 2) << bound;
    }
}

int option(const UdpPort& port, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    EXPECT_EQ(getsockopt(port.descriptor(), level, name, &value, &size), 0);
    return value;
}

TEST_P(UdpPortOfFamily, LetsNoReplyBeCutIntoFragments) {
    const UdpPort port{{GetParam().here[0], 0}, {}};
    if (GetParam().is_v6()) {
        EXPECT_EQ(option(port, IPPROTO_IPV6, IPV6_MTU_DISCOVER), IPV6_PMTUDISC_PROBE);
    } else {
        EXPECT_EQ(option(port, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_PROBE);
    }
}

TEST_P(UdpPortOfFamily, IsToldWhichAddressWasAskedWhereThereAreSeveral) {
    const int level = GetParam().is_v6() ? IPPROTO_IPV6 : IPPROTO_IP;
    const int name = GetParam().is_v6() ? IPV6_RECVPKTINFO : IP_PKTINFO;
    EXPECT_EQ(option(UdpPort{{GetParam().all, 0}, {}}, level, name), 1);
    EXPECT_EQ(option(UdpPort{{GetParam().here[0], 0}, {}}, level, name), 0);
}

/// What a socket gets that asks for so much, or has by itself if that is more.
int buffer_of_who_asks(int buffer, int wanted) {
    const int plain = socket(AF_INET, SOCK_DGRAM, 0);
    int size = 0;
    socklen_t room = sizeof size;
    getsockopt(plain, SOL_SOCKET, buffer, &size, &room);
    if (size <= wanted) {
        setsockopt(plain, SOL_SOCKET, buffer, &wanted, sizeof wanted);
        getsockopt(plain, SOL_SOCKET, buffer, &size, &room);
    }
    close(plain);
    return size;
}

TEST(UdpPort, HasTwiceTheRoomThatASocketHasByItselfUnlessThatIsMore) {
    EXPECT_EQ(option(UdpPort{{"127.0.0.1", 0}, {}}, SOL_SOCKET, SO_RCVBUF), buffer_of_who_asks(SO_RCVBUF, 212'992));
}

TEST(UdpPort, HasRoomForManyRepliesThatNobodyTakes) {
    EXPECT_EQ(option(UdpPort{{"127.0.0.1", 0}, {}}, SOL_SOCKET, SO_SNDBUF), buffer_of_who_asks(SO_SNDBUF, 2'097'152));
}

/// All that come, until there are `count` of them or nothing more does.
std::vector<DepartureStamps::Departed> departures(UdpPort& port, std::size_t count) {
    std::vector<DepartureStamps::Departed> all;
    for (int wait = 0; all.size() < count && wait < kPatience; ++wait) {
        const auto some = port.departed();
        all.insert(all.end(), some.begin(), some.end());
        pollfd errors{port.descriptor(), 0, 0};
        poll(&errors, 1, all.size() < count ? 1 : 0);
    }
    return all;
}

class UdpPortDepartures : public testing::TestWithParam<const char*> {};

TEST_P(UdpPortDepartures, AreToldOfTheRepliesThatWereAskedForAndNoOthers) {
    UdpPort port{{"127.0.0.1", 0}, {.tells_departures = true}};
    const Client client{"127.0.0.1", "127.0.0.1", port_of(port.descriptor())};
    const std::string end(GetParam());
    for (int i = 0; i < 5; ++i) {
        client.send("question");
    }
    std::vector<std::string> answers;
    for (int i = 0; i < 5; ++i) {
        answers.push_back("answer " + std::to_string(i) + end);
    }
    ASSERT_TRUE(readable(port.descriptor()));
    const auto batch = receive(port);
    ASSERT_EQ(batch.size(), 5U);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        EXPECT_NE(batch[i].stamp, Datagram::kNoStamp);
        EXPECT_TRUE(batch[i].request.from_unicast);
        port.reply(batch[i], std::as_bytes(std::span{answers[i]}));
        if (i % 2 == 1) {
            port.ask_for_departure(i, 100 + i);
        }
    }
    port.flush();
    EXPECT_TRUE(port.awaits_departures());
    const auto told = departures(port, 2);
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0].token + told[1].token, 101U + 103U);
    for (const auto& one : told) {
        EXPECT_GT(one.stamp, batch[0].stamp);
        EXPECT_LT(one.stamp, batch[0].stamp + 60'000'000'000);
    }
    EXPECT_FALSE(port.awaits_departures());
    EXPECT_TRUE(port.departed().empty());
    for (const std::string& answer : answers) {
        EXPECT_EQ(client.hear(), answer);
    }
}

INSTANTIATE_TEST_SUITE_P(OfAnyLength, UdpPortDepartures,
                         testing::Values("", " and seventy octets more, so many as a key adds ....."));

TEST(UdpPort, AsksForNoDepartureWhereItTellsNone) {
    UdpPort port{{"127.0.0.1", 0}, {}};
    const Client client{"127.0.0.1", "127.0.0.1", port_of(port.descriptor())};
    client.send("question");
    ASSERT_TRUE(readable(port.descriptor()));
    const std::string answer = "an answer";
    port.reply(receive(port)[0], std::as_bytes(std::span{answer}));
    port.ask_for_departure(0, 1);
    port.flush();
    EXPECT_FALSE(port.awaits_departures());
    EXPECT_TRUE(port.departed().empty());
    EXPECT_EQ(client.hear(), answer);
}

TEST(UdpPort, GivesUpWaitingForDeparturesThatDoNotCome) {
    UdpPort port{{"127.0.0.1", 0}, {.tells_departures = true}};
    const Client client{"127.0.0.1", "127.0.0.1", port_of(port.descriptor())};
    const std::string longer(DepartureStamps::kLargest + 1, 'x');
    const std::string answer = "an answer";
    client.send("question");
    ASSERT_TRUE(readable(port.descriptor()));
    Datagram& datagram = receive(port)[0];
    port.reply(datagram, std::as_bytes(std::span{longer}));
    port.ask_for_departure(0, 1);
    port.flush();
    EXPECT_FALSE(port.awaits_departures()) << "no reply is so long";
    port.reply(datagram, std::as_bytes(std::span{answer}));
    port.ask_for_departure(0, 2);
    EXPECT_TRUE(port.awaits_departures());
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(port.departed().empty()) << "not sent yet";
    }
    EXPECT_FALSE(port.awaits_departures());
    port.flush();
    EXPECT_EQ(client.hear(), longer);
    EXPECT_EQ(client.hear(), answer);
}

TEST(UdpPort, AnswersABatchEachToItsOwnClient) {
    UdpPort port{{"127.0.0.1", 0}, {}};
    const std::uint16_t number = port_of(port.descriptor());
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < UdpPort::kBatch; ++i) {
        clients.push_back(std::make_unique<Client>("127.0.0.1", "127.0.0.1", number));
        clients.back()->send("from " + std::to_string(clients.back()->port()));
    }
    std::vector<std::string> answers;
    answers.reserve(UdpPort::kBatch);
    const auto batch = receive(port);
    ASSERT_EQ(batch.size(), UdpPort::kBatch);
    for (Datagram& datagram : batch) {
        answers.push_back(text_of(datagram));
        port.reply(datagram, std::as_bytes(std::span{answers.back()}));
    }
    EXPECT_EQ(port.queued(), UdpPort::kBatch);
    port.flush();
    for (const auto& client : clients) {
        EXPECT_EQ(client->hear(), "from " + std::to_string(client->port()));
    }
}

TEST(UdpPort, TellsWhetherTheKernelTookAllReplies) {
    UdpPort port{{"127.0.0.1", 0}, {}};
    const Client client{"127.0.0.1", "127.0.0.1", port_of(port.descriptor())};
    const std::string answer = "an answer";
    for (std::size_t refused = 0; refused <= 3; ++refused) {
        client.send("question");
        client.send("question");
        client.send("question");
        ASSERT_TRUE(readable(port.descriptor()));
        const auto batch = receive(port);
        ASSERT_EQ(batch.size(), 3U);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            if (i == refused) {
                // Which takes a right of its own.
                batch[i].peer.v4.sin_addr.s_addr = htonl(INADDR_BROADCAST);
            }
            port.reply(batch[i], std::as_bytes(std::span{answer}));
        }
        EXPECT_EQ(port.flush(), refused == 3) << refused;
        for (std::size_t i = 0; i < (refused == 3 ? 3U : 2U); ++i) {
            EXPECT_EQ(client.hear(), answer);
        }
    }
}

/// Two ports that share all addresses, as two workers have them.
struct Sharing {
    UdpPort first{{"0.0.0.0", 0}, {.shared = true}};
    UdpPort second{{"0.0.0.0", port_of(first.descriptor())}, {.shared = true, .leaves_to_first = true}};
};

TEST(UdpPort, LeavesBroadcastsToTheFirstThatSharesTheAddress) {
    Sharing ports;
    const std::uint16_t number = port_of(ports.first.descriptor());
    const Client everybody{"127.0.0.1", "127.255.255.255", number};
    const std::string answer = "an answer";
    std::size_t by_first = 0;
    std::size_t by_second = 0;
    std::uint64_t to_all = 0;
    // Until the kernel has chosen either for some clients.
    constexpr std::size_t kSome = 3;
    for (std::uint64_t round = 1; round <= 500 && (by_first < kSome || by_second < kSome); ++round) {
        const Client client{"127.0.0.1", "127.0.0.1", number};
        everybody.send("all");
        client.send("one");
        everybody.send("all");
        while (to_all < 2 * round && readable(ports.first.descriptor())) {
            for (const Datagram& datagram : receive(ports.first)) {
                text_of(datagram) == "all" ? ++to_all : ++by_first;
            }
        }
        while (ports.second.left() < 2 * round && readable(ports.second.descriptor())) {
            for (Datagram& datagram : receive(ports.second)) {
                EXPECT_EQ(text_of(datagram), "one");
                ++by_second;
                ports.second.reply(datagram, std::as_bytes(std::span{answer}));
                ports.second.flush();
                EXPECT_EQ(client.hear(), answer);
            }
        }
        ASSERT_EQ(ports.second.left(), 2 * round);
        ASSERT_EQ(to_all, 2 * round);
        ASSERT_EQ(by_first + by_second, round);
    }
    EXPECT_GE(by_first, kSome);
    EXPECT_GE(by_second, kSome);
    EXPECT_EQ(ports.first.left(), 0U);
}

TEST(UdpPort, LeavesNothingToOthersWhereItIsAskedAlone) {
    UdpPort port{{"127.0.0.1", 0}, {.shared = true, .leaves_to_first = true}};
    const Client client{"127.0.0.1", "127.0.0.1", port_of(port.descriptor())};
    client.send("question");
    ASSERT_TRUE(readable(port.descriptor()));
    EXPECT_EQ(receive(port).size(), 1U);
}

/// Takes a batch, of that many datagrams.
void take(UdpPort& port, std::size_t size) {
    const Client client{"127.0.0.1", "127.0.0.1", port_of(port.descriptor())};
    for (std::size_t i = 0; i < size; ++i) {
        client.send("time?");
    }
    ASSERT_EQ(receive(port).size(), size);
}

TEST(UdpPort, IsBehindAfterSomeFullBatchesUntilOthersCome) {
    UdpPort port{{"127.0.0.1", 0}, {}};
    for (int batch = 1; batch < UdpPort::kPatience; ++batch) {
        take(port, UdpPort::kBatch);
        EXPECT_FALSE(port.is_behind());
    }
    for (int batch = 0; batch < 3 * UdpPort::kPatience; ++batch) {
        take(port, UdpPort::kBatch);
        EXPECT_TRUE(port.is_behind());
    }
    // One that is not full, of many that are, says nothing.
    take(port, UdpPort::kBatch - 1);
    EXPECT_TRUE(port.is_behind());
    for (int batch = 0; batch < UdpPort::kPatience; ++batch) {
        take(port, 1);
    }
    EXPECT_FALSE(port.is_behind());
}

TEST(UdpPort, SurvivesAnEmptyAndAnOverlongDatagram) {
    UdpPort port{{"127.0.0.1", 0}, {}};
    const Client client{"127.0.0.1", "127.0.0.1", port_of(port.descriptor())};
    client.send(std::string(4000, 'x'));
    client.send("y");
    ASSERT_TRUE(readable(port.descriptor()));
    const auto batch = receive(port);
    ASSERT_EQ(batch.size(), 2U);
    EXPECT_EQ(batch[0].request.octets.size() % 4, 2U) << "what is cut must not look whole";
    EXPECT_EQ(text_of(batch[1]), "y");
}

TEST(UdpPort, RefusesAPortThatIsTaken) {
    const UdpPort first{{"127.0.0.1", 0}, {}};
    const std::uint16_t number = port_of(first.descriptor());
    try {
        const UdpPort second{{"127.0.0.1", number}, {}};
        FAIL() << "opened twice";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), EADDRINUSE);
        EXPECT_NE(explain_listen_failure({"127.0.0.1", number}, EADDRINUSE).find("another program"), std::string::npos);
    }
}

TEST(UdpPort, SharesAPortAmongWorkers) {
    const UdpPort first{{"127.0.0.1", 0}, {.shared = true}};
    EXPECT_NO_THROW((UdpPort{{"127.0.0.1", port_of(first.descriptor())}, {.shared = true}}));
}

/// Thirty clients that differ in one place of their address; all of them in the same network.
struct Clients {
    const char* name;
    const char* all;
    std::vector<std::string> asked;
    const char* before;
    const char* after;
    int ipv6_prefix = 128;
    std::size_t ports_used = 3;
};

class UdpPortsOfWorkers : public testing::TestWithParam<Clients> {
protected:
    void SetUp() override {
        if (std::string_view{GetParam().all} == "::" && !has_v6()) {
            GTEST_SKIP() << "no IPv6 on this host";
        }
        for (int i = 0; i < 3; ++i) {
            ports_.push_back(
                std::make_unique<UdpPort>(ListenAddress{GetParam().all, number_}, UdpPort::Options{.shared = true}));
            number_ = port_of(ports_[0]->descriptor());
        }
    }

    /// Asks from there at all addresses, one of them again; to which ports it came.
    std::set<std::size_t> ask(const std::string& from) {
        std::set<std::size_t> came_to;
        for (const std::string& asked : GetParam().asked) {
            const Client client{from, asked, number_};
            client.send("hello");
            std::vector<pollfd> watched;
            for (const auto& port : ports_) {
                watched.push_back({port->descriptor(), POLLIN, 0});
            }
            EXPECT_EQ(poll(watched.data(), watched.size(), kPatience), 1);
            for (std::size_t i = 0; i < ports_.size(); ++i) {
                const auto batch = watched[i].revents != 0 ? receive(*ports_[i]) : std::span<Datagram>{};
                if (!batch.empty()) {
                    std::array<char, kAddressRoom> room{};
                    EXPECT_EQ(address_text(batch[0].request.source, room), from);
                    came_to.insert(i);
                }
            }
        }
        return came_to;
    }

    std::vector<std::unique_ptr<UdpPort>> ports_;
    std::uint16_t number_ = 0;
};

TEST_P(UdpPortsOfWorkers, LetsEachClientComeToTheSameOneOfThemAlways) {
    ASSERT_TRUE(ports_.back()->steer_by_source(ports_.size(), GetParam().ipv6_prefix));
    std::set<std::size_t> used;
    for (int client = 1; client <= 30; ++client) {
        const std::string from = GetParam().before + std::to_string(client) + GetParam().after;
        const std::set<std::size_t> came_to = ask(from);
        EXPECT_EQ(came_to.size(), 1U) << from;
        used.insert(came_to.begin(), came_to.end());
    }
    EXPECT_EQ(used.size(), GetParam().ports_used);
}

INSTANTIATE_TEST_SUITE_P(
    , UdpPortsOfWorkers,
    testing::Values(Clients{"IPv4", "0.0.0.0", {"127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.1"}, "127.0.0.", ""},
                    Clients{"IPv6FirstWord", "::", {"::1", "::1"}, "fd00:", "::1"},
                    Clients{"IPv6SecondWord", "::", {"::1"}, "fd00:0:0:", "::1"},
                    Clients{"IPv6ThirdWord", "::", {"::1"}, "fd00::", ":0:1"},
                    Clients{"IPv6LastWord", "::", {"::1", "::1"}, "fd00::", ""},
                    Clients{"IPv6Networks", "::", {"::1"}, "fd00:0:0:", "::1", 64},
                    Clients{"IPv6OfOneNetwork", "::", {"::1", "::1"}, "fd00::", ":0:1", 64, 1},
                    Clients{"IPv6NetworksWithinAWord", "::", {"::1"}, "fd00:0:", "::1", 48},
                    Clients{"IPv6OfOneNetworkWithinAWord", "::", {"::1"}, "fd00:0:", "::1", 40, 1}),
    [](const testing::TestParamInfo<Clients>& clients) { return clients.param.name; });

TEST(UdpPort, ExplainsEveryFailureInASentence) {
    for (const int error : {EADDRINUSE, EACCES, EAFNOSUPPORT, EINVAL}) {
        const std::string text = explain_listen_failure({"::1", 123}, error);
        EXPECT_NE(text.find("[::1]:123"), std::string::npos) << text;
    }
}

}  // namespace
}  // namespace tokimori
