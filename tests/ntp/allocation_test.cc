#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "tests/ntp/query_scene.h"

namespace {
std::size_t allocations = 0;
}

// The pair below belongs together; GCC judges one of them against its own idea of the other.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

void* operator new(std::size_t size) {
    ++allocations;
    if (void* const memory = std::malloc(size); memory != nullptr) {
        return memory;
    }
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace tokimori {
namespace {

TEST(ResponderMemory, AllocatesNothingForAnyVerdict) {
    const ServerState states[] = {ServerState{}, synchronised_state()};
    const Datagram requests[] = {datagram(0x23), datagram(0x23) + field(28) + field(28), datagram(0x27), zeros(0)};
    Responder responder;
    Reply reply;
    const std::size_t before = allocations;
    for (const ServerState& state : states) {
        for (const Datagram& request : requests) {
            responder.answer(request_of(request), state, reply);
            responder.stamp(reply, Departure{state, kNow});
        }
    }
    EXPECT_EQ(allocations, before);
    EXPECT_GT(before, 0U) << "the count itself must work";
}

TEST(QueryMemory, AllocatesNothingHoweverManyClientsAreListed) {
    const auto responder = std::make_unique<QueryResponder>(HashKey{1, 2});
    const auto view = std::make_unique<QueryView>(view_with(3));
    ClientTable table{1000, 128, {3, 4}};
    for (unsigned i = 0; i < 600; ++i) {
        table.note(table.find(ClientAddress::v4(0x0A000000 + i)), {kNow - seconds(i), {std::byte{0x23}}, 123}, {});
    }
    const ClientTable* const tables[] = {&table};
    QueryResponder::Fragment fragment{};
    const auto ask = [&](const Datagram& octets) {
        const std::size_t before = allocations;
        const std::size_t fragments = responder->ask({octets, kAsker, kNow}, *view, tables);
        for (std::size_t i = 0; i < fragments; ++i) {
            responder->write(i, fragment);
        }
        EXPECT_EQ(allocations, before);
        return fragments;
    };
    EXPECT_EQ(ask(question(12)), 1U);
    constexpr std::size_t kNonce = 30;
    const std::string nonce{reinterpret_cast<const char*>(&fragment[QueryResponder::kHeader]), kNonce};
    EXPECT_EQ(ask(question(10, 0, nonce + ", frags=32")), 32U);
    EXPECT_EQ(ask(question(10, 0, nonce + ", frags=32, addr.0=10.0.0.9:123, last.0=0xeeacaf00.00000000")), 1U);
    EXPECT_GT(ask(question(2)), 0U);
    EXPECT_EQ(ask(question(2, 0, "mru_depth,mru_mem,kstflags")), 1U);
}

}  // namespace
}  // namespace tokimori
