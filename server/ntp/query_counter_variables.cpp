#include <algorithm>
#include <array>

#include "server/ntp/query_rows.h"

namespace tokimori {
namespace {

/// A place in the table: its record, its name, and when its client was first seen.
constexpr std::size_t kOctetsOfAPlace = sizeof(ClientRecord) + 12;
/// Nobody makes room for others before both sets of eight are full where he may stand.
constexpr std::size_t kNeverReplaced = 16;

std::int64_t places_of(const QueryScene& scene) {
    std::size_t places = 0;
    for (const ClientTable* const table : scene.tables) {
        places += table->places();
    }
    return static_cast<std::int64_t>(places);
}

std::int64_t known_clients(const QueryScene& scene) {
    std::uint64_t known = 0;
    for (const ClientTable* const table : scene.tables) {
        known += table->known();
    }
    return static_cast<std::int64_t>(known);
}

// Nobody is forgotten but for another one, so that there never were more than there are.
void write_depth(std::string_view name, const QueryScene& scene, QueryText& text) {
    text.count(name, known_clients(scene));
}

void write_places(std::string_view name, const QueryScene& scene, QueryText& text) {
    text.count(name, places_of(scene));
}

// All of it is taken when the daemon begins.
void write_memory(std::string_view name, const QueryScene& scene, QueryText& text) {
    text.count(name, places_of(scene) * static_cast<std::int64_t>(kOctetsOfAPlace) / 1024);
}

void write_uptime(std::string_view name, const QueryScene& scene, QueryText& text) {
    text.count(name, uptime_of(scene));
}

std::int64_t sent(const QueryScene& scene) {
    return count_of(scene, Verdict::kAnswered) + count_of(scene, Verdict::kKissed);
}

std::int64_t received(const QueryScene& scene) {
    return static_cast<std::int64_t>(scene.view.counts.received());
}

constexpr std::array kCounters{
    QueryVariable{"mru_enabled",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.count(n, places_of(s) > 0 ? 1 : 0); }},
    QueryVariable{"mru_depth", write_depth},
    QueryVariable{"mru_deepest", write_depth},
    QueryVariable{"mru_maxdepth", write_places},
    QueryVariable{"mru_mindepth",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      t.count(n, std::min(places_of(s), static_cast<std::int64_t>(kNeverReplaced)));
                  }},
    QueryVariable{"mru_maxage", write_zero},
    QueryVariable{"mru_minage", write_zero},
    QueryVariable{"mru_mem", write_memory},
    QueryVariable{"mru_maxmem", write_memory},
    QueryVariable{"mru_new", write_depth},
    QueryVariable{"mru_recycleold", write_zero},
    QueryVariable{"mru_recyclefull",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      t.count(n, static_cast<std::int64_t>(s.view.counts.clients_replaced));
                  }},
    QueryVariable{"iostats_reset", write_uptime},
    QueryVariable{"io_received",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.count(n, received(s)); }},
    QueryVariable{"io_sent", [](std::string_view n, const QueryScene& s, QueryText& t) { t.count(n, sent(s)); }},
    QueryVariable{"io_ignored",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      t.count(n, received(s) - sent(s) - count_of(s, Verdict::kQueried));
                  }},
    QueryVariable{"authreset", write_uptime},
    QueryVariable{"authkeys", [](std::string_view n, const QueryScene& s, QueryText& t) { t.count(n, s.view.keys); }},
};

}  // namespace

std::span<const QueryVariable> counter_variables() {
    return kCounters;
}

}  // namespace tokimori
