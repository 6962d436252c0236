#include "server/daemon/worker.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "refclocks/counter.h"
#include "server/ntp/packet.h"
#include "tests/daemon/ntp_asker.h"

namespace {

/// How many replies the kernel was given by each call of this thread.
thread_local std::vector<unsigned> sent_together;
/// Whether it refuses the first of the next sixteen; it sends it all the same.
thread_local bool refuses_one = false;

}  // namespace

// Instead of that of the C library.
extern "C" int sendmmsg(int descriptor, mmsghdr* messages, unsigned count, int flags) {
    sent_together.push_back(count);
    const bool refuses = count == tokimori::UdpPort::kBatch && std::exchange(refuses_one, false);
    const long sent = syscall(SYS_sendmmsg, descriptor, messages, refuses ? 1 : count, flags);
    errno = refuses ? EPERM : errno;
    return refuses ? -1 : static_cast<int>(sent);
}

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kBlock = 8;  // in 2^-32 s: below it, bits are random
constexpr std::uint32_t kDeniedNet = 0x7F00'0300;
constexpr std::uint32_t kQuerierNet = 0x7F00'0600;
constexpr std::uint32_t kInterleavedNet = 0x7F00'0901;
constexpr std::uint32_t kPlainNet = 0x7F00'0C01;

enum class Kind : std::uint8_t { kPlain, kInterleaved, kKissed, kQuery };

struct Asked {
    Kind kind;
    Asker* asker;
    NtpHeader header;
};

/// Whether the kernel watches a descriptor for us.
bool is_watched(int descriptor) {
    const std::regex watched{"tfd:\\s+" + std::to_string(descriptor) + " "};
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fdinfo"}) {
        std::ifstream file{entry.path()};
        for (std::string line; std::getline(file, line);) {
            if (std::regex_search(line, watched)) {
                return true;
            }
        }
    }
    return false;
}

NtpTimestamp served_at(const ServerState& state, LocalInstant at) {
    return state.scale.at(state.model.tai_at(at)).timestamp;
}

/// A worker in the test's own loop, with a port that knows when a datagram came, of either kind.
class WorkerThatIsLate : public ::testing::TestWithParam<bool> {
protected:
    ~WorkerThatIsLate() override { worker_.stop(); }

    const ServerState state_ = synchronised_at(read_host_counter());
    PublishedState published_{{.state = state_, .asleep = Counter{}.asleep()}};
    PublishedQueryView view_{QueryView{}};
    boost::asio::io_context io_;
    Worker worker_{io_, {published_, view_}, 1024, 128};
    std::shared_ptr<UdpPort> port_ =
        std::make_shared<UdpPort>(ListenAddress{"127.0.0.1", 0}, UdpPort::Options{.tells_departures = GetParam()});
};

TEST_P(WorkerThatIsLate, AnswersWhatLayWaitingWithItsKernelStamp) {
    constexpr std::uint64_t kRequests = 3;
    constexpr Duration kLay = 60ms;
    constexpr Duration kClose = 20ms;
    const Asker asker{INADDR_LOOPBACK, port_of(*port_)};
    const LocalInstant before = read_host_counter();
    for (std::uint64_t i = 1; i <= kRequests; ++i) {
        asker.send(client_request(i));
    }
    const LocalInstant after = read_host_counter();
    while (read_host_counter() < after + kLay) {
        poll(nullptr, 0, 10);
    }
    worker_.serve({port_});
    ASSERT_EQ(io_.run_one_for(5s), 1U);
    for (std::uint64_t i = 1; i <= kRequests; ++i) {
        const Heard heard = asker.hear();
        ASSERT_EQ(heard.octets.size(), kHeaderSize);
        EXPECT_EQ(heard.header().origin.bits, i);
        EXPECT_GE(ntp_difference(heard.header().receive, served_at(state_, before - kClose)), 0);
        EXPECT_LE(ntp_difference(heard.header().receive, served_at(state_, after + kClose)), 0) << "read, not received";
        EXPECT_GE(ntp_difference(heard.header().transmit, served_at(state_, after + kLay)), 0);
    }
}

INSTANTIATE_TEST_SUITE_P(, WorkerThatIsLate, ::testing::Bool(), [](const ::testing::TestParamInfo<bool>& tells) {
    return tells.param ? "ToldOfDepartures" : "ToldOfNone";
});

/// A worker whose port is behind, so that sixteen replies leave together.
class WorkerThatIsBehind : public ::testing::Test {
protected:
    WorkerThatIsBehind() {
        AccessPolicy policy;
        policy.rules.push_back({.from = {Prefix::v4(kDeniedNet, 24)}, .flags = {AccessFlag::kDeny}});
        worker_.admit_by(std::make_shared<const AccessRules>(policy), nullptr);
        for (std::uint32_t i = 0; i < 4; ++i) {
            plain_.push_back(std::make_unique<Asker>(kPlainNet + i, number_));
        }
        for (std::uint32_t i = 0; i < UdpPort::kBatch; ++i) {
            interleaved_.push_back(std::make_unique<Asker>(kInterleavedNet + i, number_));
        }
        worker_.serve({port_});
    }
    ~WorkerThatIsBehind() override { worker_.stop(); }

    /// Batches that the worker does not see.
    void fall_behind() {
        while (!port_->is_behind()) {
            for (std::size_t i = 0; i < UdpPort::kBatch; ++i) {
                plain_[0]->send(Octets(1));
            }
            ASSERT_EQ(port_->receive([](const Datagram&) {}).size(), UdpPort::kBatch);
        }
    }

    Asked ask(Kind kind) {
        Asked asked{.kind = kind, .asker = asker_of(kind), .header = {}};
        ++asked_;
        asked.header.version = 4;
        asked.header.mode = kind == Kind::kQuery ? NtpMode::kControl : NtpMode::kClient;
        asked.header.origin = kind == Kind::kInterleaved ? asked.asker->origin : NtpTimestamp{};
        asked.header.receive = {0x0123'4567'0000'0000 + asked_};
        asked.header.transmit = {0x89AB'CDEF'0000'0000 + asked_};
        if (kind == Kind::kQuery) {
            asked.asker->send(query(asked_));
        } else {
            Octets octets(kHeaderSize);
            write_header(asked.header, std::span(octets).first<kHeaderSize>());
            asked.asker->send(octets);
        }
        return asked;
    }

    /// Asks a whole batch, has it answered, and compares.
    void turn(std::span<const Kind> kinds) {
        fall_behind();
        std::vector<Asked> all;
        for (std::size_t i = 0; i < UdpPort::kBatch; ++i) {
            all.push_back(ask(kinds[i % kinds.size()]));
        }
        while (worker_.responder().counts().received() < asked_) {
            ASSERT_EQ(io_.run_one_for(5s), 1U);
        }
        EXPECT_TRUE(port_->is_behind());
        for (const Asked& asked : all) {
            compare(asked, asked.asker->hear());
        }
    }

    /// Turns of the loop, until there is nothing left and the port is waited for.
    int settle() {
        int turns = 0;
        while (!is_waited_for() && io_.run_one_for(5s) == 1) {
            ++turns;
        }
        return turns;
    }
    void expect_answer(const Asked& asked) {
        while (worker_.responder().counts().received() < asked_) {
            ASSERT_EQ(io_.run_one_for(5s), 1U);
        }
        EXPECT_EQ(asked.asker->hear().header().origin, asked.header.transmit);
    }
    void serve_too(const std::shared_ptr<UdpPort>& other) { worker_.serve({port_, other}); }
    void expect_answer_at(const UdpPort& other) {
        Asker asker{INADDR_LOOPBACK, port_of(other)};
        Asked asked{.kind = Kind::kPlain, .asker = &asker, .header = {}};
        ++asked_;
        asked.header.version = 4;
        asked.header.mode = NtpMode::kClient;
        asked.header.transmit = {0x89AB'CDEF'0000'0000 + asked_};
        Octets octets(kHeaderSize);
        write_header(asked.header, std::span(octets).first<kHeaderSize>());
        asker.send(octets);
        expect_answer(asked);
    }
    bool is_waited_for() const { return is_watched(descriptor_); }
    /// Stops the worker and lets go of the port; true if it is closed then.
    bool closes() {
        worker_.stop();
        port_.reset();
        while (io_.poll_one() == 1) {
        }
        return fcntl(descriptor_, F_GETFD) == -1;
    }

    boost::asio::io_context io_;
    std::shared_ptr<UdpPort> port_ =
        std::make_shared<UdpPort>(ListenAddress{"127.0.0.1", 0}, UdpPort::Options{.tells_departures = true});
    int descriptor_ = port_->descriptor();
    std::set<Octets> heard_;
    std::vector<NtpTimestamp> left_;  ///< by the basic replies
    int told_interleaved_ = 0;

private:
    static Octets query(std::size_t sequence) {
        Octets octets(12);
        octets[0] = std::byte{0x26};
        octets[1] = std::byte{2};  // read variables
        octets[2] = static_cast<std::byte>(sequence >> 8);
        octets[3] = static_cast<std::byte>(sequence & 0xFF);
        return octets;
    }

    /// Nobody is denied twice, nor queries twice: that has limits.
    Asker* asker_of(Kind kind) {
        if (kind == Kind::kPlain) {
            return plain_[asked_ % plain_.size()].get();
        }
        if (kind == Kind::kInterleaved) {
            return interleaved_[asked_ % interleaved_.size()].get();
        }
        const auto others = static_cast<std::uint32_t>(others_.size()) + 1;
        return others_
            .emplace_back(std::make_unique<Asker>((kind == Kind::kKissed ? kDeniedNet : kQuerierNet) + others, number_))
            .get();
    }

    NtpTimestamp served_at(LocalInstant at) const { return tokimori::served_at(state_, at); }

    void compare(const Asked& asked, const Heard& heard) {
        EXPECT_TRUE(heard_.insert(heard.octets).second) << "heard twice";
        if (asked.kind == Kind::kQuery) {
            return compare_query(asked, heard);
        }
        ASSERT_EQ(heard.octets.size(), kHeaderSize);
        const NtpHeader reply = heard.header();
        EXPECT_EQ(reply.mode, NtpMode::kServer);
        if (reply.origin == asked.header.receive && asked.kind == Kind::kInterleaved) {
            ++told_interleaved_;
            EXPECT_GT(ntp_difference(reply.transmit, asked.header.origin), 0) << "when the one before left";
            EXPECT_LE(ntp_difference(reply.transmit, served_at(asked.asker->read)), kBlock);
        } else {
            EXPECT_EQ(reply.origin, asked.header.transmit);
            compare_basic(asked, heard);
        }
        asked.asker->origin = reply.receive;
        asked.asker->read = heard.read;
    }

    void compare_basic(const Asked& asked, const Heard& heard) {
        const NtpHeader reply = heard.header();
        left_.push_back(reply.transmit);
        if (asked.kind == Kind::kKissed) {
            EXPECT_EQ(reply.stratum, 0);
            EXPECT_EQ(reply.refid, reference_id("DENY"));
            return;
        }
        EXPECT_EQ(reply.stratum, 1);
        EXPECT_EQ(reply.refid, reference_id("PPS"));
        EXPECT_GT(ntp_difference(reply.transmit, reply.receive), 0);
        EXPECT_LE(ntp_difference(reply.transmit, served_at(heard.came)), kBlock) << "stamped later than it left";
    }

    static void compare_query(const Asked& asked, const Heard& heard) {
        ASSERT_GE(heard.octets.size(), 12U);
        EXPECT_EQ(heard.octets.size() % 4, 0U);
        EXPECT_EQ(heard.octets[0] & std::byte{0x3F}, std::byte{0x26});
        EXPECT_EQ(heard.octets[1] & std::byte{0xDF}, std::byte{0x82});
        EXPECT_EQ(heard.octets[3], static_cast<std::byte>(asked.header.transmit.bits & 0xFF));
    }

    const ServerState state_ = synchronised_at(read_host_counter());
    PublishedState published_{{.state = state_, .asleep = Counter{}.asleep()}};
    PublishedQueryView view_{QueryView{}};
    Worker worker_{io_, {published_, view_}, 1024, 128};
    std::uint16_t number_ = port_of(*port_);
    std::vector<std::unique_ptr<Asker>> plain_;
    std::vector<std::unique_ptr<Asker>> interleaved_;
    std::vector<std::unique_ptr<Asker>> others_;
    std::uint64_t asked_ = 0;
};

TEST_F(WorkerThatIsBehind, GivesEachRequestOfEveryKindItsOwnReply) {
    constexpr std::array kMixed{Kind::kPlain,       Kind::kInterleaved, Kind::kPlain,       Kind::kKissed,
                                Kind::kInterleaved, Kind::kPlain,       Kind::kInterleaved, Kind::kPlain,
                                Kind::kQuery,       Kind::kPlain,       Kind::kPlain};
    for (int i = 0; i < 12 && !HasFailure(); ++i) {
        turn(kMixed);
    }
    EXPECT_EQ(heard_.size(), 12 * UdpPort::kBatch);
    EXPECT_GT(told_interleaved_, 0);
}

TEST_F(WorkerThatIsBehind, StampsNoneLaterThanItLeaves) {
    constexpr std::array kHeavy{Kind::kInterleaved};
    constexpr std::array kLight{Kind::kPlain};
    for (int i = 0; i < 40 && !HasFailure(); ++i) {
        turn(i % 4 == 3 ? std::span<const Kind>{kLight} : std::span<const Kind>{kHeavy});
    }
    EXPECT_GT(told_interleaved_, 0);
}

// It begins with no distance, and learns.
TEST_F(WorkerThatIsBehind, StampsEachOfThoseThatLeaveTogetherLaterThanTheOneBefore) {
    constexpr std::array kLight{Kind::kPlain};
    for (int i = 0; i < 20 && !HasFailure(); ++i) {
        left_.clear();
        turn(kLight);
    }
    ASSERT_EQ(left_.size(), UdpPort::kBatch);
    std::ranges::sort(left_, [](NtpTimestamp one, NtpTimestamp other) { return ntp_difference(one, other) < 0; });
    for (std::size_t i = 1; i < left_.size(); ++i) {
        EXPECT_GT(ntp_difference(left_[i], left_[i - 1]), kBlock);
    }
}

TEST_F(WorkerThatIsBehind, ComesAgainByItselfUntilNothingIsLeft) {
    constexpr std::array kLight{Kind::kPlain};
    EXPECT_TRUE(is_waited_for());
    turn(kLight);
    EXPECT_FALSE(is_waited_for()) << "each reply that leaves would cost a look at who is to be woken";
    turn(kLight);
    EXPECT_FALSE(is_waited_for());
    settle();
    EXPECT_FALSE(port_->is_behind());
    EXPECT_TRUE(is_waited_for());
    expect_answer(ask(Kind::kPlain));
}

TEST_F(WorkerThatIsBehind, SendsItsFirstBatchOneByOneAndThenSixteenTogether) {
    constexpr std::array kLight{Kind::kPlain};
    sent_together.clear();
    turn(kLight);
    EXPECT_EQ(sent_together, std::vector<unsigned>(UdpPort::kBatch, 1));
    sent_together.clear();
    turn(kLight);
    EXPECT_EQ(sent_together, std::vector<unsigned>{UdpPort::kBatch});
}

TEST_F(WorkerThatIsBehind, StampsAtNoPaceWhereTheKernelRefusesSome) {
    constexpr std::array kLight{Kind::kPlain};
    EXPECT_EQ(port_->pace().between(), 0ns);
    turn(kLight);
    EXPECT_GT(port_->pace().between(), 0ns);
    refuses_one = true;
    turn(kLight);
    EXPECT_EQ(port_->pace().between(), 0ns);
}

TEST_F(WorkerThatIsBehind, GoesOnAtTheSamePaceWhenItIsAskedAtAnotherPort) {
    constexpr std::array kLight{Kind::kPlain};
    const auto other = std::make_shared<UdpPort>(ListenAddress{"127.0.0.1", 0}, UdpPort::Options{});
    serve_too(other);
    turn(kLight);
    const Duration pace = port_->pace().between();
    EXPECT_GT(pace, 0ns);
    expect_answer_at(*other);
    EXPECT_EQ(port_->pace().between(), pace);
    EXPECT_EQ(other->pace().between(), 0ns);
}

TEST_F(WorkerThatIsBehind, LetsOthersHaveTheirTurn) {
    constexpr std::array kLight{Kind::kPlain};
    turn(kLight);
    bool had_it = false;
    boost::asio::post(io_, [&had_it] { had_it = true; });
    for (int turn = 0; turn < 2; ++turn) {
        for (std::size_t i = 0; i < UdpPort::kBatch; ++i) {
            ask(Kind::kPlain);
        }
        ASSERT_EQ(io_.run_one_for(5s), 1U);
    }
    EXPECT_TRUE(had_it);
    EXPECT_TRUE(port_->is_behind());
    EXPECT_FALSE(is_waited_for());
}

// Here because somebody else has it watched by the same loop.
TEST_F(WorkerThatIsBehind, TriesNowAndThenWhereTheKernelDoesNotWatchItsPort) {
    constexpr std::array kLight{Kind::kPlain};
    turn(kLight);
    boost::asio::posix::stream_descriptor other{io_, descriptor_};
    const auto begun = std::chrono::steady_clock::now();
    int turns = 0;
    while (std::chrono::steady_clock::now() - begun < 1500ms) {
        turns += static_cast<int>(io_.run_one_for(100ms));
    }
    EXPECT_LT(turns, 1000) << "it spins";
    other.release();
    EXPECT_LT(settle(), 10);
    expect_answer(ask(Kind::kPlain));
}

TEST_F(WorkerThatIsBehind, TakesAPortThatTheKernelDoesNotWatchYet) {
    const auto other = std::make_shared<UdpPort>(ListenAddress{"127.0.0.1", 0}, UdpPort::Options{});
    boost::asio::posix::stream_descriptor watched{io_, other->descriptor()};
    serve_too(other);
    watched.release();
    expect_answer_at(*other);
}

TEST_F(WorkerThatIsBehind, ClosesItsPortWhenItIsStoppedMeanwhile) {
    constexpr std::array kLight{Kind::kPlain};
    turn(kLight);
    ASSERT_FALSE(is_waited_for());
    const Asked asked = ask(Kind::kPlain);
    EXPECT_TRUE(closes());
    EXPECT_EQ(asked.asker->hear().header().origin, asked.header.transmit) << "what has arrived is answered";
}

}  // namespace
}  // namespace tokimori
