#include <cstdlib>

#include "server/ntp/query_responder.h"

namespace tokimori {
namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

QueryView view_of(unsigned peers) {
    QueryView view;
    view.peer_count = static_cast<std::uint8_t>(peers % (QueryView::kMostPeers + 1));
    for (std::size_t i = 0; i < view.peer_count; ++i) {
        put_text(view.peers[i].name, "a source, \"quoted\"");
        put_text(view.peers[i].driver, "GPSD");
        view.peers[i].driver_number = i % 2 == 0 ? 46 : 0;
    }
    return view;
}

/// Whatever is asked: fragments that fit together, at most 32, each of at most 480 octets, and nothing to what is no
/// question.
void one_question(std::span<const std::byte> input) {
    static QueryResponder responder{HashKey{1, 2}};
    static ClientTable table{100, 128, HashKey{3, 4}};
    const QueryView view = view_of(std::to_integer<unsigned>(input[0]));
    const ClientTable* const tables[] = {&table};
    const Query query{
        .octets = input.subspan(1), .source = ClientAddress::v4(1), .now = LocalInstant{std::chrono::hours{1}}};
    const std::size_t count = responder.ask(query, view, tables);
    require(count <= QueryResponder::kMostFragments);
    std::size_t offset = 0;
    for (std::size_t i = 0; i < count; ++i) {
        QueryResponder::Fragment fragment{};
        const std::size_t size = responder.write(i, fragment);
        const auto octet = [&](std::size_t at) { return std::to_integer<std::size_t>(fragment[at]); };
        const std::size_t data = octet(10) << 8 | octet(11);
        require(size >= QueryResponder::kHeader && size <= fragment.size() && size % 4 == 0);
        require((octet(0) & 7U) == 6 && (octet(1) & 0x80U) != 0);
        require((octet(8) << 8 | octet(9)) == offset && data <= size - QueryResponder::kHeader);
        require(((octet(1) & 0x20U) != 0) == (i + 1 < count));
        require(fragment[2] == query.octets[2] && fragment[3] == query.octets[3]);
        offset += data;
    }
    require(count > 0 || query.octets.size() < QueryResponder::kHeader ||
            (std::to_integer<unsigned>(query.octets[0]) & 7U) != 6 ||
            (std::to_integer<unsigned>(query.octets[1]) & 0xE0U) != 0 || query.octets[8] != std::byte{0} ||
            query.octets[9] != std::byte{0} || (std::to_integer<unsigned>(query.octets[0]) >> 3 & 7U) - 1 > 3);
}

}  // namespace
}  // namespace tokimori

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 0) {
        tokimori::one_question(std::as_bytes(std::span(data, size)));
    }
    return 0;
}
