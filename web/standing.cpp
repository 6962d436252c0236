#include "web/standing.h"

#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <utility>

#include "web/json_value.h"

namespace tokimori::web {
namespace {

namespace json = boost::json;

struct Place {
    const char* thing;
    const char* first;
    const char* second;
    const char* third = nullptr;
};

constexpr std::array kPlaces{
    Place{"disputed", "at", "disputed"},
    Place{"storage_fault", "at", "storage_fault"},
    Place{"panel_fault", "at", "panel_fault"},
    Place{"system_clock", "tracking", "system_clock", "state"},
    Place{"leap_disagreement", "leap", "disagreement"},
    Place{"leap_unconfirmed", "leap", "unconfirmed"},
    Place{"leap_change_waits", "leap", "policy", "change_waits"},
    Place{"leap_refused", "leap", "table", "refused"},
    Place{"leap_table", "leap", "table", "state"},
};

const json::value* at(const json::object& status, const Place& place) {
    const json::value* const found = member_of(status, place.first, place.second);
    return place.third != nullptr ? member_of(found, place.third) : found;
}

std::string written(const json::value* value) {
    return value != nullptr ? json::serialize(*value) : std::string{};
}

}  // namespace

void StandingSince::note(const std::string& name, std::string value, Instant now) {
    const auto [found, is_new] = things_.try_emplace(name, Thing{value, now});
    Thing& thing = found->second;
    thing.is_there = true;
    if (!is_new && thing.value != value) {
        thing = {std::move(value), now, false};
    }
}

void StandingSince::look(const json::object& status, Instant now) {
    for (auto& [name, thing] : things_) {
        thing.is_there = false;
    }
    for (const Place& place : kPlaces) {
        note(place.thing, written(at(status, place)), now);
    }
    const auto replaced = integer_in(member_of(status, "serverstats", "clients_replaced")).value_or(0);
    note("clients_replaced", replaced > 0 ? "some" : "none", now);
    const json::value* const sources = status.if_contains("sources");
    if (sources != nullptr && sources->is_array()) {
        for (const json::value& source : sources->get_array()) {
            const std::string name{text_in(member_of(&source, "name"))};
            note("reason:" + name, written(member_of(&source, "reason")), now);
            note("antenna:" + name, written(member_of(member_of(&source, "receiver"), "antenna")), now);
        }
    }
    std::erase_if(things_, [](const auto& each) { return !each.second.is_there; });
}

std::string StandingSince::text(Instant now) const {
    json::object told;
    for (const auto& [name, thing] : things_) {
        const auto span = std::chrono::duration_cast<std::chrono::nanoseconds>(now - thing.since);
        told[name] = json::array{span.count(), thing.at_least};
    }
    return json::serialize(told);
}

}  // namespace tokimori::web
