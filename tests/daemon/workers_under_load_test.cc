#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/daemon/worker_threads.h"
#include "tests/daemon/ntp_asker.h"

namespace tokimori {
namespace {

constexpr unsigned kWorkers = 3;
constexpr unsigned kCrowds = 4;
constexpr unsigned kAskers = 8;  // of a crowd, who ask at the same time
constexpr unsigned kTurns = 250;
constexpr unsigned kQueriers = 6;
constexpr std::uint32_t kNet = 0x7F00'0B01;
constexpr std::uint32_t kQuerierNet = 0x7F00'0601;

/// A server whose stratum and refid belong together.
ServerState numbered(ServerState state, std::uint64_t number) {
    state.stratum = static_cast<std::uint8_t>(1 + number % 10);
    state.refid.fill(state.stratum);
    return state;
}

Octets control_request(unsigned opcode, const std::string& words) {
    Octets octets(12 + (words.size() + 3) / 4 * 4);
    octets[0] = std::byte{0x26};
    octets[1] = static_cast<std::byte>(opcode);
    octets[11] = static_cast<std::byte>(words.size());
    std::memcpy(octets.data() + 12, words.data(), words.size());
    return octets;
}

/// Eight clients who ask together, again and again: half of them in interleaved mode.
void ask_in_a_crowd(std::uint16_t port, unsigned crowd) {
    std::vector<std::unique_ptr<Asker>> askers;
    for (unsigned i = 0; i < kAskers; ++i) {
        askers.push_back(std::make_unique<Asker>(kNet + crowd * kAskers + i, port));
    }
    for (std::uint64_t turn = 1; turn <= kTurns && !testing::Test::HasFailure(); ++turn) {
        NtpHeader header;
        header.version = 4;
        header.mode = NtpMode::kClient;
        header.receive = {0x0123'4567'0000'0000 + turn};
        header.transmit = {0x89AB'CDEF'0000'0000 + turn};
        for (unsigned i = 0; i < kAskers; ++i) {
            header.origin = i % 2 == 0 ? NtpTimestamp{} : askers[i]->origin;
            Octets octets(kHeaderSize);
            write_header(header, std::span(octets).first<kHeaderSize>());
            askers[i]->send(octets);
        }
        for (const auto& asker : askers) {
            const Heard heard = asker->hear();
            ASSERT_EQ(heard.octets.size(), kHeaderSize);
            const NtpHeader reply = heard.header();
            EXPECT_TRUE(reply.origin == header.transmit || reply.origin == header.receive);
            EXPECT_EQ(reply.leap, LeapIndicator::kNone);
            EXPECT_EQ(reply.refid[0], reply.stratum);
            asker->origin = reply.receive;
        }
    }
}

/// Those who ask a worker for what all of them know.
void ask_for_clients(std::uint16_t port) {
    for (unsigned i = 0; i < kQueriers; ++i) {
        const Asker asker{kQuerierNet + i, port};
        asker.send(control_request(12, ""));
        const Heard nonce = asker.hear();
        ASSERT_GT(nonce.octets.size(), 12U);
        const std::string said(reinterpret_cast<const char*>(nonce.octets.data()) + 12, nonce.octets.size() - 12);
        asker.send(control_request(10, said.substr(0, said.find('\r')) + ", frags=8"));
        ASSERT_GE(asker.hear().octets.size(), 12U);
    }
}

/// Three workers on one port, and what the clock thread does beside them.
class WorkersUnderLoad : public testing::Test {
protected:
    WorkersUnderLoad() {
        for (unsigned i = 0; i < kWorkers; ++i) {
            ports_.push_back(std::make_shared<UdpPort>(ListenAddress{"127.0.0.1", number_},
                                                       UdpPort::Options{.shared = true, .tells_departures = true}));
            number_ = port_of(*ports_.front());
        }
        ports_.back()->steer_by_source(kWorkers);
        distribute();
        workers_.start();
    }
    ~WorkersUnderLoad() override { workers_.stop(); }

    /// As a reload does.
    void distribute() {
        const auto rules = std::make_shared<const AccessRules>(AccessPolicy{});
        workers_.each([&](std::size_t number) -> WorkerThreads::Task {
            return [rules, tables = workers_.client_tables(), port = ports_[number]](Worker& worker) {
                worker.admit_by(rules, std::make_shared<const KeyRing>());
                worker.list_clients_of(tables);
                worker.serve({port});
            };
        });
    }

    void publish() {
        ++published_;
        const ServerState state = numbered(first_, published_);
        state_.write({.state = state, .asleep = counter_.asleep()});
        QueryView view;
        view.state = state;
        view_.write(view);
    }

    /// What the control socket is asked for; how many requests are in the tables.
    std::uint64_t look() const {
        std::uint64_t requests = 0;
        for (const ClientTable* const table : workers_.client_tables()) {
            table->for_each([&requests](const Client& client) { requests += client.requests; });
        }
        return requests;
    }

    boost::asio::io_context io_;
    Counter counter_;
    const ServerState first_ = numbered(synchronised_at(read_host_counter()), 0);
    PublishedState state_{{.state = first_, .asleep = counter_.asleep()}};
    PublishedQueryView view_{QueryView{}};
    WorkerThreads workers_{io_, {state_, view_}, {.threads = kWorkers, .clients = 1024}};
    std::vector<std::shared_ptr<UdpPort>> ports_;
    std::uint16_t number_ = 0;
    std::uint64_t published_ = 0;
};

TEST_F(WorkersUnderLoad, AnswerAllAndAreLookedAtMeanwhile) {
    constexpr std::uint64_t kRequests = std::uint64_t{kCrowds} * kAskers * kTurns;
    std::atomic<unsigned> at_work{kCrowds + 1};
    std::vector<std::thread> clients;
    for (unsigned crowd = 0; crowd < kCrowds; ++crowd) {
        clients.emplace_back([&, crowd] {
            ask_in_a_crowd(number_, crowd);
            --at_work;
        });
    }
    clients.emplace_back([&] {
        ask_for_clients(number_);
        --at_work;
    });
    std::uint64_t answered = 0;
    for (unsigned turn = 0; at_work > 0; ++turn) {
        publish();
        const std::uint64_t before = std::exchange(answered, workers_.counts().of(Verdict::kAnswered));
        EXPECT_LE(before, answered);
        EXPECT_LE(look(), kRequests);
        if (turn % 16 == 0) {
            workers_.trouble();
            distribute();
        }
    }
    for (std::thread& client : clients) {
        client.join();
    }
    EXPECT_EQ(workers_.counts().of(Verdict::kAnswered), kRequests);
    EXPECT_EQ(workers_.counts().received(), kRequests + 2 * kQueriers);
    EXPECT_EQ(look(), kRequests);
}

}  // namespace
}  // namespace tokimori
