#include "server/daemon/datagram_control.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "tests/daemon/socket_address.h"

namespace tokimori {
namespace {

constexpr std::uint16_t kOwnPort = 123;
constexpr timespec kStamp{1'800'000'000, 123'456'789};
constexpr std::int64_t kStampNanoseconds = 1'800'000'000'123'456'789;

/// What a kernel tells, message by message.
class Told {
public:
    Told& stamp() { return add(SOL_SOCKET, SCM_TIMESTAMPNS, &kStamp, sizeof kStamp); }
    Told& three_stamps() {
        const timespec stamps[3] = {kStamp, {}, {}};
        return add(SOL_SOCKET, SCM_TIMESTAMPING, stamps, sizeof stamps);
    }
    Told& asked(const std::string& text) { return asked(text, text); }
    /// Of IPv4 the kernel tells, too, which address of ours a reply will come from.
    Told& asked(const std::string& text, const std::string& ours) {
        const SocketAddress own = address(text, 0);
        if (own.generic.sa_family == AF_INET6) {
            const in6_pktinfo info{own.v6.sin6_addr, 7};
            return add(IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
        }
        const in_pktinfo info{7, address(ours, 0).v4.sin_addr, own.v4.sin_addr};
        return add(IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    }
    Told& something_else() {
        const int tos = 0;
        return add(IPPROTO_IP, IP_TOS, &tos, sizeof tos);
    }

    std::size_t write(std::span<std::byte> room) const {
        std::copy(octets_.begin(), octets_.end(), room.begin());
        return octets_.size();
    }

private:
    Told& add(int level, int type, const void* data, std::size_t size) {
        const std::size_t begins = octets_.size();
        octets_.resize(begins + CMSG_SPACE(size));
        cmsghdr header{};
        header.cmsg_level = level;
        header.cmsg_type = type;
        header.cmsg_len = CMSG_LEN(size);
        std::memcpy(&octets_[begins], &header, sizeof header);
        std::memcpy(&octets_[begins + CMSG_LEN(0)], data, size);
        return *this;
    }

    std::vector<std::byte> octets_;
};

struct alignas(cmsghdr) Room {
    std::array<std::byte, kControlSize> octets{};
};

/// A socket of paper, bound to an address of ours.
class Reading {
public:
    Reading(const std::string& bound, int stamp) : reader_{address(bound, kOwnPort), stamp} {
        received_.msg_hdr.msg_control = &room_;
        datagram_.answers_from = {&room_, 0};
        datagram_.request.octets = {octets_.data(), 0};
    }

    const Datagram& read(const Told& told, const std::string& from, std::uint16_t port = 40000) {
        received_.msg_len = 48;
        received_.msg_hdr.msg_controllen = told.write(room_.octets);
        datagram_.peer = address(from, port);
        using Hears = DatagramReader::Hears;
        switch (reader_.hears()) {
            case Hears::kV4:
                reader_.read<Hears::kV4>(received_, datagram_);
                break;
            case Hears::kV4AtAny:
                reader_.read<Hears::kV4AtAny>(received_, datagram_);
                break;
            case Hears::kV6:
                reader_.read<Hears::kV6>(received_, datagram_);
                break;
        }
        EXPECT_EQ(received_.msg_hdr.msg_controllen, kControlSize);
        EXPECT_EQ(datagram_.request.octets.size(), 48U);
        return datagram_;
    }

    /// Where a reply will come from: the interface and the address; nothing, where the socket knows.
    std::string answers_from() const {
        const auto& way = datagram_.answers_from;
        if (way.iov_len == 0) {
            return "";
        }
        const auto& part = *static_cast<const cmsghdr*>(way.iov_base);
        EXPECT_GE(way.iov_len, part.cmsg_len);
        char text[INET6_ADDRSTRLEN] = "";
        if (part.cmsg_level == IPPROTO_IP) {
            in_pktinfo info;
            std::memcpy(&info, CMSG_DATA(&part), sizeof info);
            inet_ntop(AF_INET, &info.ipi_spec_dst, text, sizeof text);
            return std::to_string(info.ipi_ifindex) + " " + text;
        }
        in6_pktinfo info;
        std::memcpy(&info, CMSG_DATA(&part), sizeof info);
        inet_ntop(AF_INET6, &info.ipi6_addr, text, sizeof text);
        return std::to_string(info.ipi6_ifindex) + " " + text;
    }

private:
    DatagramReader reader_;
    Room room_;
    std::array<std::byte, 48> octets_{};
    mmsghdr received_{};
    Datagram datagram_;
};

struct Row {
    const char* what;
    const char* bound;
    int stamp;
    Told told;
    const char* from;
    std::int64_t stamped;
    const char* answers_from;
};

class DatagramControl : public testing::TestWithParam<Row> {};

TEST_P(DatagramControl, IsTakenApart) {
    const Row& row = GetParam();
    Reading reading{row.bound, row.stamp};
    // What another left behind must not be taken for this one's.
    const bool v6 = std::string_view{row.bound}.find(':') != std::string_view::npos;
    const char* const elsewhere = v6 ? "2001:db8::9" : "198.51.100.9";
    reading.read(Told{}.three_stamps().asked(elsewhere), elsewhere, kOwnPort);
    const Datagram& datagram = reading.read(row.told, row.from);
    EXPECT_EQ(datagram.stamp, row.stamped);
    EXPECT_EQ(datagram.request.source_port, 40000);
    EXPECT_TRUE(datagram.request.from_unicast);
    EXPECT_EQ(reading.answers_from(), row.answers_from);
    std::array<char, kAddressRoom> room{};
    EXPECT_EQ(address_text(datagram.request.source, room), row.from);
}

constexpr std::int64_t kNone = Datagram::kNoStamp;
constexpr const char* kHere = "192.0.2.1";
constexpr const char* kThere = "192.0.2.77";
constexpr const char* kHere6 = "2001:db8::1";
constexpr const char* kThere6 = "2001:db8::77";

INSTANTIATE_TEST_SUITE_P(
    , DatagramControl,
    testing::Values(
        Row{"OneAddress", kHere, SCM_TIMESTAMPNS, Told{}.stamp(), kThere, kStampNanoseconds, ""},
        Row{"OneAddressThreeStamps", kHere, SCM_TIMESTAMPING, Told{}.three_stamps(), kThere, kStampNanoseconds, ""},
        Row{"OneAddressWithoutAStamp", kHere, SCM_TIMESTAMPNS, Told{}, kThere, kNone, ""},
        Row{"OneAddressMoreIsTold", kHere, SCM_TIMESTAMPNS, Told{}.something_else().stamp().asked(kHere), kThere,
            kStampNanoseconds, ""},
        Row{"OtherStampsThanWereWanted", kHere, SCM_TIMESTAMPNS, Told{}.three_stamps(), kThere, kStampNanoseconds, ""},
        Row{"AllAddresses", "0.0.0.0", SCM_TIMESTAMPNS, Told{}.stamp().asked(kHere), kThere, kStampNanoseconds,
            "0 192.0.2.1"},
        Row{"AllAddressesThreeStamps", "0.0.0.0", SCM_TIMESTAMPING, Told{}.three_stamps().asked(kHere), kThere,
            kStampNanoseconds, "0 192.0.2.1"},
        Row{"AllAddressesWithoutAStamp", "0.0.0.0", SCM_TIMESTAMPNS, Told{}.asked(kHere), kThere, kNone, "0 192.0.2.1"},
        Row{"AllAddressesTheOtherWayRound", "0.0.0.0", SCM_TIMESTAMPNS, Told{}.asked(kHere).stamp(), kThere,
            kStampNanoseconds, "0 192.0.2.1"},
        Row{"AllAddressesNothingTold", "0.0.0.0", SCM_TIMESTAMPNS, Told{}, kThere, kNone, ""},
        Row{"AllAddressesAsLongAsUsual", "0.0.0.0", SCM_TIMESTAMPNS, Told{}.stamp().stamp(), kThere, kStampNanoseconds,
            ""},
        Row{"OneAddressV6", kHere6, SCM_TIMESTAMPNS, Told{}.stamp(), kThere6, kStampNanoseconds, ""},
        Row{"AllAddressesV6", "::", SCM_TIMESTAMPNS, Told{}.stamp().asked(kHere6), kThere6, kStampNanoseconds,
            "0 2001:db8::1"},
        Row{"AllAddressesV6NothingAtAll", "::", SCM_TIMESTAMPING, Told{}, kThere6, kNone, ""},
        Row{"AllAddressesV6NothingTold", "::", SCM_TIMESTAMPNS, Told{}.stamp(), kThere6, kStampNanoseconds, ""},
        Row{"AllAddressesV6ThreeStamps", "::", SCM_TIMESTAMPING, Told{}.three_stamps().asked(kHere6), kThere6,
            kStampNanoseconds, "0 2001:db8::1"},
        Row{"LinkLocalStaysOnItsLink", "::", SCM_TIMESTAMPNS, Told{}.stamp().asked("fe80::1"), "fe80::2",
            kStampNanoseconds, "7 fe80::1"},
        Row{"MulticastIsNotAnsweredFrom", "::", SCM_TIMESTAMPNS, Told{}.stamp().asked("ff02::101"), "fe80::2",
            kStampNanoseconds, ""}),
    [](const testing::TestParamInfo<Row>& row) { return row.param.what; });

TEST(DatagramReader, KnowsWhatComesFromOurselves) {
    struct Case {
        const char* bound;
        Told told;
        const char* from;
        std::uint16_t port;
        bool answered;
    };
    const Case cases[] = {
        {kHere, Told{}.stamp(), kHere, kOwnPort, false},
        {kHere, Told{}.stamp(), kHere, 40000, true},
        {kHere, Told{}.stamp(), kThere, kOwnPort, true},
        {"0.0.0.0", Told{}.stamp().asked(kHere), kHere, kOwnPort, false},
        {"0.0.0.0", Told{}.stamp().asked(kThere), kHere, kOwnPort, true},
        {"0.0.0.0", Told{}.stamp().asked(kHere), kHere, 40000, true},
        {kHere6, Told{}.stamp(), kHere6, kOwnPort, false},
        {"::", Told{}.stamp().asked(kHere6), kHere6, kOwnPort, false},
        {"::", Told{}.stamp().asked(kThere6), kHere6, kOwnPort, true},
    };
    for (const Case& one : cases) {
        Reading reading{one.bound, SCM_TIMESTAMPNS};
        EXPECT_EQ(reading.read(one.told, one.from, one.port).request.from_unicast, one.answered)
            << one.bound << " asked by " << one.from << ":" << one.port;
    }
}

TEST(DatagramReader, AnswersNoMulticastNorBroadcastNorNobody) {
    Reading v4{"0.0.0.0", SCM_TIMESTAMPNS};
    for (const char* from : {"224.0.1.1", "255.255.255.255", "0.0.0.0", "0.1.2.3"}) {
        EXPECT_FALSE(v4.read(Told{}.stamp().asked(kHere), from).request.from_unicast) << from;
    }
    Reading v6{"::", SCM_TIMESTAMPNS};
    for (const char* from : {"ff02::101", "::"}) {
        EXPECT_FALSE(v6.read(Told{}.stamp().asked(kHere6), from).request.from_unicast) << from;
    }
}

TEST(IsForAll, IsBroadcastAndMulticast) {
    constexpr const char* kBroadcast = "192.0.2.255";
    Reading v4{"0.0.0.0", SCM_TIMESTAMPNS};
    EXPECT_FALSE(is_for_all(v4.read(Told{}.stamp().asked(kHere), kThere)));
    EXPECT_TRUE(is_for_all(v4.read(Told{}.stamp().asked(kBroadcast, kHere), kThere)));
    EXPECT_TRUE(is_for_all(v4.read(Told{}.asked(kBroadcast, kHere), kThere)));
    Reading v6{"::", SCM_TIMESTAMPNS};
    EXPECT_FALSE(is_for_all(v6.read(Told{}.stamp().asked(kHere6), kThere6)));
    EXPECT_TRUE(is_for_all(v6.read(Told{}.stamp().asked("ff02::101"), kThere6)));
}

TEST(IsUnicast, IsOneAddressAlone) {
    for (const char* one : {"127.0.0.1", "192.0.2.1", "::1", "fe80::1", "2001:db8::1"}) {
        EXPECT_TRUE(is_unicast(address(one, kOwnPort))) << one;
    }
    for (const char* many : {"0.0.0.0", "224.0.1.1", "255.255.255.255", "::", "ff02::101"}) {
        EXPECT_FALSE(is_unicast(address(many, kOwnPort))) << many;
    }
}

}  // namespace
}  // namespace tokimori
