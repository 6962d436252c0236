// How much of the processor the clock thread needs for one question about clients: tables that are full, every order,
// with a part of the address and without, the first page and the last.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "server/daemon/control_protocol.h"
#include "tests/daemon/asked.h"

namespace tokimori {
namespace {

constexpr std::uint32_t kWorkers = 4;
constexpr int kTimes = 31;

using Tables = std::vector<std::unique_ptr<ClientTable>>;

// Every fourth by IPv6. There is some room to spare, so that nearly all find a place.
void fill(const Tables& tables, std::uint32_t clients) {
    for (std::uint32_t i = 0; i < clients; ++i) {
        ClientTable& table = *tables[i % kWorkers];
        const ClientAddress address = i % 4 == 3 ? ClientAddress{0x2001'0DB8'0000'0000, 0x0123'4567'89AB'0000ULL + i}
                                                 : ClientAddress::v4(0x0A000000 + i * 7);
        table.note(table.find(address), {LocalInstant{std::chrono::microseconds{i * 2654435761U}}, {}, 4000}, {});
    }
}

void measure(const std::string& line, const ControlFacts& facts) {
    std::vector<double> spans;
    std::size_t bytes = 0;
    for (int i = 0; i < kTimes; ++i) {
        const std::clock_t before = std::clock();
        bytes = asked(line, [&] { return facts; }).line.size();
        spans.push_back(1e3 * static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC);
    }
    std::ranges::sort(spans);
    fmt::print("{:7.2f} ms median, {:7.2f} ms worst, {:6} bytes  {}\n", spans[kTimes / 2], spans.back(), bytes, line);
}

void measure_with(std::uint32_t clients) {
    Tables tables;
    for (std::uint32_t i = 0; i < kWorkers; ++i) {
        tables.push_back(std::make_unique<ClientTable>(clients * 5 / 4 / kWorkers, 128, HashKey{i, 42}));
    }
    fill(tables, clients);
    ControlFacts facts;
    facts.clock.now = LocalInstant{std::chrono::hours{2}};
    for (const auto& table : tables) {
        facts.client_tables.push_back(table.get());
    }
    fmt::print("{} clients\n", clients);
    for (const char* const sort : {"last_seen", "received", "address"}) {
        measure(fmt::format(R"({{"version":1,"request":"clients","sort":"{}"}})", sort), facts);
    }
    measure(fmt::format(R"({{"version":1,"request":"clients","first":{}}})", clients - 600), facts);
    measure(R"({"version":1,"request":"clients","match":"9"})", facts);
    measure(R"({"version":1,"request":"clients","match":"2001:db8::123:4567:","count":0})", facts);
}

}  // namespace
}  // namespace tokimori

int main() {
    for (const std::uint32_t clients : {65'536U, 1'048'576U}) {
        tokimori::measure_with(clients);
    }
}
