#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "tests/ntp/scene.h"

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

}  // namespace
}  // namespace tokimori
