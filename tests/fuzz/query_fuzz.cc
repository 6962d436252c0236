// Control messages (mode 6) to a server that knows two hundred clients. Whether there is an answer, which error, whose
// variables and which clients in which order: all of that is said a second time here, after RFC 9327 and ntpd's words.

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/ntp/query_responder.h"
#include "tests/fuzz/clients_told.h"
#include "tests/fuzz/question_seeds.h"
#include "tests/fuzz/seeds.h"
#include "tests/fuzz/server_states.h"

namespace tokimori {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr HashKey kSecret{1, 2};
constexpr ClientAddress kAsker = ClientAddress::v4(0x7F000001);

// What is answered.

struct Answer {
    std::size_t fragments = 0;
    unsigned first_octet = 0;
    unsigned status = 0;
    bool failed = false;
    std::string data;
};

/// One fragment of `count`, the data of which begins where that of the one before ended.
void take(Octets sent, Octets asked, bool last, Answer& answer) {
    const std::size_t count = word_at(sent, 10);
    require(sent.size() == 12 + (count + 3) / 4 * 4 && count <= 468 && (last || count == 468));
    require((at(sent, 0) & 0x3FU) == (at(asked, 0) & 0x3FU));
    require((at(sent, 1) & 0x9FU) == (0x80U | (at(asked, 1) & 0x1FU)));
    require(((at(sent, 1) & 0x20U) == 0) == last);
    require(word_at(sent, 2) == word_at(asked, 2) && word_at(sent, 6) == word_at(asked, 6));
    require(word_at(sent, 8) == answer.data.size());
    require(std::ranges::all_of(sent.subspan(12 + count), [](std::byte octet) { return octet == std::byte{0}; }));
    answer.first_octet = at(sent, 0);
    answer.status = word_at(sent, 4);
    answer.failed = (at(sent, 1) & 0x40U) != 0;
    for (const std::byte octet : sent.subspan(12, count)) {
        answer.data += static_cast<char>(octet);
    }
}

Answer ask(QueryResponder& responder, const Asked& asked, Octets datagram, LocalInstant now = kNow) {
    Answer answer;
    const Query query{.octets = datagram, .source = kAsker, .now = now, .lists_clients = asked.lists_clients};
    answer.fragments = responder.ask(query, asked.view, clients().tables());
    require(answer.fragments <= QueryResponder::kMostFragments);
    for (std::size_t i = 0; i < answer.fragments; ++i) {
        QueryResponder::Fragment fragment;
        fragment.fill(std::byte{0xA5});
        const std::size_t size = responder.write(i, fragment);
        require(size >= QueryResponder::kHeader && size <= fragment.size());
        take(Octets{fragment}.first(size), datagram, i + 1 == answer.fragments, answer);
    }
    return answer;
}

/// Told by another responder with the same secret; without the words around it.
std::string nonce_told(LocalInstant when) {
    static QueryResponder twin{kSecret};
    static const Asked anybody{std::array<std::byte, kChoices>{}};
    const std::vector<Item> told = items_told(ask(twin, anybody, question(12, 0, ""), when).data);
    require(told.size() == 1 && told[0].name == "nonce" && told[0].value.size() == 24);
    return told[0].value;
}

const std::string& nonce_at(LocalInstant when) {
    static std::map<LocalInstant, std::string> told;
    std::string& nonce = told[when];
    if (nonce.empty()) {
        nonce = nonce_told(when);
    }
    return nonce;
}

// What must be answered.

bool is_question(Octets datagram) {
    if (datagram.size() < 12) {
        return false;
    }
    const unsigned mode = at(datagram, 0) % 8;
    const unsigned version = at(datagram, 0) / 8 % 8;
    const bool response_error_or_more = at(datagram, 1) >= 0x20;
    return mode == 6 && version != 0 && version < 5 && !response_error_or_more && word_at(datagram, 8) == 0;
}

/// Ours, of these sixteen seconds.
bool is_good_nonce(std::string nonce) {
    std::ranges::transform(nonce, nonce.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'F' ? static_cast<char>(letter + ('a' - 'A')) : letter;
    });
    for (unsigned age = 0; age < 16; ++age) {
        if (nonce == nonce_at(kNow - seconds{age})) {
            return true;
        }
    }
    return false;
}

/// Of a question; 0: none. Nothing where it is 0 or 5, as the names may be.
std::optional<unsigned> error_of(Octets datagram, const Asked& asked) {
    const unsigned opcode = at(datagram, 1);
    const unsigned association = word_at(datagram, 6);
    const std::size_t count = word_at(datagram, 10);
    if (datagram.size() % 4 != 0 || count > 468 || 12 + count > datagram.size()) {
        return 2;
    }
    switch (opcode) {
        case 1:
        case 2:
        case 4:
            if (association > asked.view.peer_count || (opcode == 4 && asked.view.peer_count == 0)) {
                return 4;
            }
            return items_asked(datagram).empty() || (opcode == 1 && association == 0) ? std::optional{0U}
                                                                                      : std::nullopt;
        case 10: {
            const ClientsWanted wanted = read_wanted(items_asked(datagram));
            const unsigned error = wanted.error != 0 || is_good_nonce(wanted.nonce) ? wanted.error : 6;
            return !asked.lists_clients ? std::optional{7U} : wanted.decided ? std::optional{error} : std::nullopt;
        }
        case 12:
            return 0;
        case 3:
        case 5:
        case 6:
        case 8:
        case 9:
        case 11:
        case 31:
            return 1;
        default:
            return 3;
    }
}

unsigned peer_status(const PeerView& peer) {
    const unsigned select = static_cast<unsigned>(peer.select);
    return (peer.reach != 0 ? 0x9010U : 0x8010U) | select << 8 | (select >= 6 ? 10U : peer.reach != 0 ? 4U : 3U);
}

/// Two words for each source.
void check_associations(const std::string& data, const QueryView& view) {
    const Octets octets = std::as_bytes(std::span{data});
    require(octets.size() == 4 * std::size_t{view.peer_count});
    for (std::size_t i = 0; i < view.peer_count; ++i) {
        require(word_at(octets, 4 * i) == i + 1 && word_at(octets, 4 * i + 2) == peer_status(view.peers[i]));
    }
}

/// As many variables as names, in their order; all of them are told if none is named.
void check_variables(const Answer& answer, Octets datagram) {
    const std::vector<std::string> names = items_asked(datagram);
    const std::vector<Item> told = items_told(answer.data);
    require(names.empty() ? told.size() > 5 : std::ranges::equal(names, told, {}, {}, &Item::name));
    check_lines(answer.data);
}

void check_status(const Answer& answer, Octets datagram, const QueryView& view) {
    const unsigned opcode = at(datagram, 1);
    const unsigned association = word_at(datagram, 6);
    if (opcode == 4) {
        require(answer.status == 0 || answer.status == 0x0101);
    } else if (opcode == 12) {
        require(answer.status == 0);
    } else if (association > 0 && opcode != 10) {
        require(answer.status == peer_status(view.peers[association - 1]));
    } else {
        require(answer.status >> 14 == answer.first_octet >> 6 && (answer.status & 0xF0U) == 0x10);
    }
}

void check(const Answer& answer, Octets datagram, const Asked& asked) {
    require((answer.fragments > 0) == is_question(datagram));
    if (answer.fragments == 0) {
        return;
    }
    require(answer.first_octet >> 6 == (asked.view.state.synchronised_at(kNow) ? 0U : 3U));
    const auto error = error_of(datagram, asked);
    require(answer.failed ? (answer.status & 0xFFU) == 0 && answer.fragments == 1 && answer.data.empty()
                          : error.value_or(0) == 0);
    require(!answer.failed || answer.status >> 8 == error.value_or(at(datagram, 1) == 10 ? answer.status >> 8 : 5));
    if (answer.failed) {
        return;
    }
    check_status(answer, datagram, asked.view);
    const unsigned opcode = at(datagram, 1);
    if (opcode == 1 && word_at(datagram, 6) == 0) {
        check_associations(answer.data, asked.view);
    } else if (opcode == 12) {
        require(items_told(answer.data) == std::vector<Item>{{"nonce", nonce_at(kNow)}});
    } else if (opcode == 10) {
        check_lines(answer.data);
        const ClientsWanted wanted = read_wanted(items_asked(datagram));
        const std::size_t most = std::clamp<std::size_t>(wanted.number("frags"), 1, 32);
        require(wanted.number("frags") == 0 || answer.fragments <= most);
        check_clients(items_told(answer.data), answer.data.size(), wanted, nonce_at(kNow), asked.view.state);
    } else {
        check_variables(answer, datagram);
    }
}

/// Up to three pieces of the list, as ntpq fetches them: each question names the last client of the answer before. None
/// is told twice.
void fetch(QueryResponder& responder, const Asked& asked, const std::string& words) {
    std::set<std::string> addresses;
    std::string known;
    for (int piece = 0; piece < 3 && words.size() + known.size() <= 468; ++piece) {
        const Datagram datagram = question(10, 0, words + known);
        const Answer answer = ask(responder, asked, datagram);
        check(answer, datagram, asked);
        if (answer.failed) {
            return;
        }
        std::size_t number = 0;
        std::string address;
        std::string last;
        for (const Item& item : items_told(answer.data)) {
            const std::string behind = std::to_string(number);
            if (item.name == "addr." + behind) {
                require(addresses.insert(item.value).second);
                address = item.value;
            } else if (item.name == "last." + behind) {
                last = item.value;
            } else if (item.name == "sc." + behind) {
                ++number;
            }
        }
        if (number == 0) {
            return;
        }
        known = ", addr.0=" + address + ", last.0=" + last;
    }
}

void one_question(Octets input) {
    static QueryResponder responder{kSecret};
    const Asked asked{input};
    const Octets rest = input.subspan(kChoices);
    if (!asked.brings_nonce) {
        check(ask(responder, asked, rest), rest, asked);
        return;
    }
    std::string words = "nonce=" + nonce_at(kNow - seconds{asked.nonce_age}) + ", ";
    for (const std::byte octet : rest.first(std::min<std::size_t>(rest.size(), 468 - words.size()))) {
        words += static_cast<char>(octet);
    }
    fetch(responder, asked, words);
}

}  // namespace
}  // namespace tokimori

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
    tokimori::plant(std::span(*arguments, static_cast<std::size_t>(*count)), "question",
                    tokimori::question_seeds(tokimori::nonce_at(tokimori::kNow)));
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = std::as_bytes(std::span(data, size));
    if (input.size() >= tokimori::kChoices) {
        tokimori::one_question(input);
    }
    return 0;
}
