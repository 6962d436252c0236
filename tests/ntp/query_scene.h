#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/ntp/query_responder.h"
#include "tests/ntp/scene.h"

namespace tokimori {

inline constexpr ClientAddress kAsker = ClientAddress::v4(0x7F000001);

inline QueryView view_with(std::size_t peers) {
    QueryView view;
    view.state = synchronised_state();
    view.started = kNow - hours(1);
    view.tai_minus_utc = 37;
    view.leap_second = 1483228800;
    view.leap_expiry = 1782604800;
    view.offset = nanoseconds(-45'678);
    put_text(view.version, "tokimorid 0.1");
    view.peer_count = static_cast<std::uint8_t>(peers);
    for (std::size_t i = 0; i < peers; ++i) {
        PeerView& peer = view.peers[i];
        put_text(peer.name, "source" + std::to_string(i));
        put_text(peer.driver, i == 0 ? "PPS" : "GPSD");
        peer.driver_number = i == 0 ? 22 : 46;
        peer.unit = static_cast<std::uint8_t>(i);
        peer.refid = reference_id(i == 0 ? "PPS" : "GPS");
        peer.reach = 0377;
        peer.kind = i == 0 ? SourceKind::kPps : SourceKind::kUltraHighFrequencyRadio;
        peer.select = i == 0 ? SelectCode::kPpsPeer : SelectCode::kCandidate;
        peer.heard = true;
        peer.last_heard = kNow - seconds(3);
        peer.offset = nanoseconds(-123);
        peer.jitter = nanoseconds(456);
    }
    view.system_peer = peers > 0 ? 0 : QueryView::kMostPeers;
    return view;
}

inline Datagram question(unsigned opcode, unsigned association = 0, std::string_view data = "",
                         unsigned first_octet = 0x16) {
    Datagram octets(12 + (data.size() + 3) / 4 * 4);
    octets[0] = static_cast<std::byte>(first_octet);
    octets[1] = static_cast<std::byte>(opcode);
    octets[2] = std::byte{0xAB};
    octets[3] = std::byte{0xCD};
    octets[6] = static_cast<std::byte>(association >> 8);
    octets[7] = static_cast<std::byte>(association & 0xFF);
    octets[10] = static_cast<std::byte>(data.size() >> 8);
    octets[11] = static_cast<std::byte>(data.size() & 0xFF);
    std::transform(data.begin(), data.end(), octets.begin() + 12, [](char c) { return static_cast<std::byte>(c); });
    return octets;
}

inline unsigned word(std::span<const std::byte> octets, std::size_t at) {
    return std::to_integer<unsigned>(octets[at]) << 8 | std::to_integer<unsigned>(octets[at + 1]);
}

/// What an ntpq would make of a train of fragments.
struct Heard {
    std::size_t fragments = 0;
    unsigned first_octet = 0;
    unsigned flags = 0;  ///< R, E and opcode of the last
    unsigned status = 0;
    std::string text;

    std::map<std::string, std::string> variables() const {
        std::map<std::string, std::string> found;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t equals = text.find('=', at);
            std::size_t end =
                text[equals + 1] == '"' ? text.find('"', equals + 2) + 1 : text.find_first_of(",\r", equals);
            found[text.substr(at, equals - at)] = text.substr(equals + 1, end - equals - 1);
            at = std::min(text.find_first_not_of(", \r\n", end), text.size());
        }
        return found;
    }
};

class Queries : public testing::Test {
protected:
    Heard ask(const Datagram& octets, const QueryView& view, bool lists = true, LocalInstant now = kNow) {
        Heard heard;
        heard.fragments = responder_->ask({octets, kAsker, now, lists}, view, tables_);
        for (std::size_t i = 0; i < heard.fragments; ++i) {
            const std::size_t size = responder_->write(i, fragment_);
            const std::span<const std::byte> sent = std::span(fragment_).first(size);
            EXPECT_EQ(size % 4, 0U);
            EXPECT_LE(size, 480U);
            EXPECT_EQ(word(sent, 2), 0xABCDU);
            EXPECT_EQ(word(sent, 6), word(octets, 6));
            EXPECT_EQ(word(sent, 8), heard.text.size()) << "offset";
            EXPECT_EQ((std::to_integer<unsigned>(sent[1]) & 0x20U) != 0, i + 1 < heard.fragments) << "more";
            heard.first_octet = std::to_integer<unsigned>(sent[0]);
            heard.flags = std::to_integer<unsigned>(sent[1]) & 0xDFU;
            heard.status = word(sent, 4);
            for (std::size_t k = 0; k < word(sent, 10); ++k) {
                heard.text += static_cast<char>(sent[12 + k]);
            }
        }
        return heard;
    }

    unsigned error_of(const Datagram& octets, const QueryView& view = view_with(2)) {
        const Heard heard = ask(octets, view);
        EXPECT_TRUE((heard.flags & 0xC0U) == 0xC0U) << heard.flags;
        EXPECT_TRUE(heard.text.empty());
        return heard.status >> 8;
    }

    std::unique_ptr<QueryResponder> responder_ = std::make_unique<QueryResponder>(HashKey{1, 2});
    QueryResponder::Fragment fragment_{};
    ClientTable table_{1000, 128, {3, 4}};
    std::vector<const ClientTable*> tables_{&table_};
};

}  // namespace tokimori
