#include "server/ntp/query_rows.h"

namespace tokimori {
namespace {

void write_refid_of_peer(std::string_view name, const QueryScene& scene, QueryText& text) {
    write_refid(name, scene.peer->refid, is_server(*scene.peer) && scene.peer->stratum > 1, text);
}

constexpr std::array kPeer{
    QueryVariable{"srcadr",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.address(n, address_of(*s.peer)); },
                  true},
    QueryVariable{"srcport", [](std::string_view n, const QueryScene& s, QueryText& t) { t.count(n, s.peer->port); },
                  true},
    QueryVariable{"srchost",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      std::array<char, 16> room{};
                      const std::string_view driver = text_in(s.peer->driver);
                      std::size_t at = static_cast<std::size_t>(std::copy(driver.begin(), driver.end(), room.begin()) -
                                                                room.begin());
                      room[at++] = '(';
                      room[at++] = static_cast<char>('0' + s.peer->unit % 10);
                      room[at++] = ')';
                      t.words(n, is_server(*s.peer) ? text_in(s.peer->name) : std::string_view{room.data(), at});
                  },
                  true},
    QueryVariable{"dstadr", [](std::string_view n, const QueryScene&, QueryText& t) { t.bare(n, "127.0.0.1"); }, true},
    QueryVariable{"dstport", [](std::string_view n, const QueryScene&, QueryText& t) { t.count(n, 123); }, true},
    QueryVariable{"leap",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.count(n, s.peer->reach != 0 ? 0 : 3); },
                  true},
    QueryVariable{"stratum",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      constexpr int kUnknown = 16;
                      t.count(n, is_server(*s.peer) && !s.peer->heard ? kUnknown : s.peer->stratum);
                  },
                  true},
    QueryVariable{"precision",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.count(n, s.view.state.precision); },
                  true},
    QueryVariable{"rootdelay", write_nothing, true},
    QueryVariable{"rootdisp",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.milliseconds(n, s.peer->dispersion); },
                  true},
    QueryVariable{"refid", write_refid_of_peer, true},
    QueryVariable{"reftime",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      t.timestamp(n, s.peer->heard ? timestamp_of(s, s.peer->last_heard) : NtpTimestamp{});
                  },
                  true},
    QueryVariable{"rec",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      t.timestamp(n, s.peer->heard ? timestamp_of(s, s.peer->last_heard) : NtpTimestamp{});
                  },
                  true},
    QueryVariable{"reach",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.hexadecimal(n, s.peer->reach); }, true},
    QueryVariable{"unreach", write_zero, true},
    QueryVariable{"hmode", [](std::string_view n, const QueryScene&, QueryText& t) { t.count(n, 3); }, true},
    QueryVariable{"pmode", [](std::string_view n, const QueryScene&, QueryText& t) { t.count(n, 4); }, true},
    QueryVariable{"hpoll", [](std::string_view n, const QueryScene& s, QueryText& t) { t.count(n, s.peer->poll); },
                  true},
    QueryVariable{"ppoll", [](std::string_view n, const QueryScene& s, QueryText& t) { t.count(n, s.peer->poll); },
                  true},
    QueryVariable{"headway", write_zero, true},
    QueryVariable{"flash",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      constexpr std::uint64_t kUnreachable = 0x1000;
                      t.hexadecimal(n, s.peer->reach != 0 ? 0 : kUnreachable);
                  },
                  true},
    QueryVariable{"keyid", write_zero, true},
    QueryVariable{"offset",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.milliseconds(n, s.peer->offset); },
                  true},
    QueryVariable{
        "delay", [](std::string_view n, const QueryScene& s, QueryText& t) { t.milliseconds(n, s.peer->delay); }, true},
    QueryVariable{"dispersion",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.milliseconds(n, s.peer->dispersion); },
                  true},
    QueryVariable{"jitter",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.milliseconds(n, s.peer->jitter); },
                  true},
    QueryVariable{"filtdelay",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.filter(n, s.peer->delay); }, true},
    QueryVariable{"filtoffset",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.filter(n, s.peer->offset); }, true},
    QueryVariable{"filtdisp",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.filter(n, s.peer->dispersion); }, true},
};

constexpr std::array kClock{
    QueryVariable{"device",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.words(n, text_in(s.peer->name)); },
                  true},
    QueryVariable{"timecode", [](std::string_view n, const QueryScene&, QueryText& t) { t.words(n, ""); }, true},
    QueryVariable{"poll",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      t.count(n, static_cast<std::int64_t>(s.peer->accepted + s.peer->rejected));
                  },
                  true},
    QueryVariable{"noreply", write_zero, true},
    QueryVariable{"badformat", write_zero, true},
    QueryVariable{"baddata",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      t.count(n, static_cast<std::int64_t>(s.peer->rejected));
                  },
                  true},
    QueryVariable{"fudgetime1", write_nothing, true},
    QueryVariable{"fudgetime2", write_nothing},
    QueryVariable{"stratum", [](std::string_view n, const QueryScene& s, QueryText& t) { t.count(n, s.peer->stratum); },
                  true},
    QueryVariable{"refid", write_refid_of_peer, true},
    QueryVariable{"flags", write_zero, true},
};

}  // namespace

std::span<const QueryVariable> peer_variables() {
    return kPeer;
}

std::span<const QueryVariable> clock_variables() {
    return kClock;
}

ClientAddress address_of(const PeerView& peer) {
    const std::uint32_t clock = 127U << 24 | 127U << 16 | std::uint32_t{peer.driver_number} << 8 | peer.unit;
    return is_server(peer) ? peer.address : ClientAddress::v4(clock);
}

}  // namespace tokimori
