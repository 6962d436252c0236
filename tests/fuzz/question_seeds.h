#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tests/fuzz/clients_due.h"
#include "tests/fuzz/questions.h"

/// What ntpq asks, and what nobody may ask.
namespace tokimori {

/// `rest` as an input of a server with eight sources that has the time.
inline void add_seed(std::vector<Datagram>& seeds, bool brings_nonce, Octets rest) {
    seeds.push_back({std::byte{8}, std::byte{61}, static_cast<std::byte>(brings_nonce)});
    seeds.back().insert(seeds.back().end(), rest.begin(), rest.end());
}

inline void add_questions(std::vector<Datagram>& seeds) {
    for (const char* const names :
         {"", "peeradr,peermode,leap,stratum,precision,rootdelay,rootdisp,rootdist,refid,reftime,sys_jitter,bcastdelay",
          "ss_uptime,ss_numctlreq,ss_reset,ss_received,ss_thisver,ss_ver1client,ss_ver1_r", "koffset, kstflags,kprecis",
          "mru_enabled,mru_depth,mru_mem", "io_received,io_sent", "authreset,authkeys", "nosuch1 "}) {
        add_seed(seeds, false, question(2, 0, names));
    }
    for (unsigned opcode = 0; opcode < 32; ++opcode) {
        add_seed(seeds, false, question(opcode, 0, ""));
        add_seed(seeds, false, question(opcode, 1 + opcode % 6, ""));
    }
    add_seed(seeds, false, question(4, 2, "device,timecode,poll,fudgetime2,refid,flags"));
    for (const std::size_t longest : {468U, 472U}) {
        std::string names;
        while (names.size() < longest) {
            names += "tc, ";
        }
        add_seed(seeds, false, question(2, 0, names));
    }
}

/// Other versions and modes; responses, errors, parts of something; with an offset, with too little data.
inline void add_altered(std::vector<Datagram>& seeds) {
    const auto alter = [&seeds](std::size_t place, unsigned octet) {
        Datagram altered = question(2, 0, "");
        altered[place] = static_cast<std::byte>(octet);
        add_seed(seeds, false, altered);
    };
    for (const unsigned first : {0x0EU, 0x1EU, 0x26U, 0xD6U, 0x06U, 0x2EU, 0x17U, 0x13U}) {
        alter(0, first);
    }
    for (const unsigned flag : {0x80U, 0x40U, 0x20U}) {
        alter(1, flag | 2U);
    }
    alter(9, 4);
    alter(11, 1);
}

/// Five clients as an asker names them who was told of them when that was the state, or so much earlier.
inline std::string words_of_known(const ServerState& state, Duration earlier) {
    std::string words;
    for (std::size_t index = 0; index < 5; ++index) {
        const Client& client = clients().in_order()[100 - 20 * index];
        const std::string number = std::to_string(index) + "=";
        words += ", addr." + number + address_of(client) + std::to_string(client.port);
        words += ", last." + number + timestamp_of(state, client.last_seen - earlier);
    }
    return words;
}

inline void add_lists(std::vector<Datagram>& seeds) {
    const ServerState state = Asked{std::array{std::byte{8}, std::byte{61}, std::byte{1}}}.view.state;
    for (const std::string words :
         {"frags=32", "limit=3", "frags=2, limit=256", "frags=1, mincount=3, mindrop=2", "limit=9, resall=0x22",
          "limit=9, resany=0x20, minscore=0.5", "limit=5, minlstint=1000, maxlstint=5000", "frags=9, laddr=10.0.0.1",
          "frags=129", "limit=257", "frags=32, mincount=3", "frags=32, resany=0x22", "frags=32, minlstint=8500",
          "limit=3, addr.0=10.0.0.1:5, last.0=4000000000.00000000", "recent=7, limit=7"}) {
        add_seed(seeds, true, std::as_bytes(std::span{words}));
        for (const auto earlier : {0, 500, 100'000}) {
            const std::string whole = words + words_of_known(state, std::chrono::microseconds{earlier});
            add_seed(seeds, true, std::as_bytes(std::span{whole}));
        }
    }
}

inline std::vector<Datagram> question_seeds(const std::string& nonce) {
    std::vector<Datagram> seeds;
    add_questions(seeds);
    add_altered(seeds);
    add_lists(seeds);
    add_seed(seeds, false, question(10, 0, "nonce=" + nonce + ", frags=4"));
    return seeds;
}

}  // namespace tokimori
