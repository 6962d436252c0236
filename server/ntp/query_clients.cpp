#include "server/ntp/query_clients.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>

namespace tokimori {
namespace {

// ntpd's.
constexpr std::uint32_t kMostFragments = 128;
constexpr std::uint32_t kMostAtOnce = 256;
constexpr std::uint32_t kDenied = 0x02;
constexpr std::uint32_t kLimited = 0x20;

// From one request to the next a better line may date an old one otherwise; who asked twice within so little changes
// nothing that could be missed.
constexpr Duration kStillThere = std::chrono::milliseconds{1};

// What one client takes at most, of IPv6 and with the largest numbers, and what follows the last.
constexpr std::size_t kLongestClient = 240;
constexpr std::size_t kLongestEnd = 70;

bool read_number(std::string_view digits, std::uint32_t& number) {
    const int base = digits.starts_with("0x") ? 16 : 10;
    digits.remove_prefix(base == 16 ? 2 : 0);
    const auto end = digits.data() + digits.size();
    const auto [at, error] = std::from_chars(digits.data(), end, number, base);
    return error == std::errc{} && at == end;
}

std::optional<NtpTimestamp> read_timestamp(std::string_view text) {
    constexpr std::string_view kForm = "0x00000000.00000000";
    std::uint32_t seconds = 0;
    std::uint32_t fraction = 0;
    if (text.size() != kForm.size() || !text.starts_with("0x") || text[10] != '.' ||
        !read_number(text.substr(0, 10), seconds) ||
        std::from_chars(text.data() + 11, text.data() + text.size(), fraction, 16).ptr != text.data() + text.size()) {
        return std::nullopt;
    }
    return NtpTimestamp{std::uint64_t{seconds} << 32 | fraction};
}

/// A word and where its number goes.
struct NumberAsked {
    std::string_view word;
    std::uint32_t ClientsAsked::*number;
};
constexpr std::array kNumbers{
    NumberAsked{"frags", &ClientsAsked::fragments},      NumberAsked{"limit", &ClientsAsked::limit},
    NumberAsked{"mincount", &ClientsAsked::least_count}, NumberAsked{"mindrop", &ClientsAsked::least_dropped},
    NumberAsked{"minlstint", &ClientsAsked::least_age},  NumberAsked{"maxlstint", &ClientsAsked::greatest_age},
    NumberAsked{"resall", &ClientsAsked::all_of},        NumberAsked{"resany", &ClientsAsked::any_of},
};

/// What is said back to the asker is an address with a port, or of the kind.
bool may_be_told(std::string_view address) {
    constexpr std::size_t kLongestAddress = kAddressRoom + 8;
    return address.size() <= kLongestAddress &&
           address.find_first_not_of("0123456789abcdef:.[]") == std::string_view::npos;
}

/// Reads "addr.N" or "last.N"; false where it is neither.
bool read_known(std::string_view word, std::string_view value, ClientsAsked& asked) {
    std::uint32_t index = 0;
    if (word.size() < 6 || !read_number(word.substr(5), index) || index >= asked.known.size()) {
        return false;
    }
    if (word.starts_with("addr.") && may_be_told(value)) {
        asked.known[index].address = value;
    } else if (word.starts_with("last.") && read_timestamp(value)) {
        asked.known[index].last = value;
    } else {
        return false;
    }
    return true;
}

bool read_item(std::string_view item, ClientsAsked& asked) {
    const std::size_t equals = std::min(item.find('='), item.size());
    const std::string_view word = item.substr(0, equals);
    const std::string_view value = item.substr(std::min(equals + 1, item.size()));
    const auto number = std::ranges::find(kNumbers, word, &NumberAsked::word);
    if (number != kNumbers.end()) {
        return read_number(value, asked.*number->number);
    }
    if (word == "nonce") {
        asked.nonce = value;
        return true;
    }
    if (word == "minscore") {
        const auto end = value.data() + value.size();
        const auto read = std::from_chars(value.data(), end, asked.least_score, std::chars_format::fixed);
        return read.ec == std::errc{} && read.ptr == end && std::isfinite(asked.least_score);
    }
    const bool about_known = word.starts_with("addr.") || word.starts_with("last.");
    return about_known ? read_known(word, value, asked) : word != "laddr";
}

// By the same line before the first synchronisation, too: what counts is how long ago it was.
NtpTimestamp served(const QueryScene& scene, LocalInstant at) {
    return scene.view.state.scale.at(scene.view.state.model.tai_at(at)).timestamp;
}

Duration between(NtpTimestamp later, NtpTimestamp earlier) {
    const std::int64_t units = ntp_difference(later, earlier);
    constexpr std::int64_t kSecond = std::int64_t{1} << 32;
    const std::int64_t fraction = units % kSecond * 1'000'000'000 / kSecond;
    return Duration{units / kSecond * 1'000'000'000 + fraction};
}

/// When `told` was served: ever nearer, as the line is nearly as fast as the counter.
LocalInstant local_of(NtpTimestamp told, const QueryScene& scene) {
    constexpr int kTries = 3;
    LocalInstant at = scene.now;
    for (int i = 0; i < kTries; ++i) {
        at = std::clamp(at + between(told, served(scene, at)), LocalInstant{}, std::max(scene.now, LocalInstant{}));
    }
    return at;
}

bool is_called(const Client& client, std::string_view address) {
    std::array<char, kAddressRoom> room{};
    const std::string_view text = address_text(client.address, room);
    const bool bracketed = !client.address.is_v4();
    if (address.starts_with('[') != bracketed) {
        return false;
    }
    address.remove_prefix(bracketed ? 1 : 0);
    // Not only how it begins: "2001:db8::1:2" begins with "2001:db8::1:".
    return address.starts_with(text) && address.substr(text.size()).starts_with(bracketed ? "]:" : ":");
}

std::uint32_t restrictions_of(const Client& client) {
    return (client.limited > 0 ? kLimited : 0) | (client.refused > 0 ? kDenied : 0);
}

/// Requests in a thousand seconds.
std::int64_t score_of(const Client& client) {
    constexpr std::int64_t kThousandSeconds = 1'000'000'000'000;
    return client.interval > Duration::zero() ? kThousandSeconds / client.interval.count() : 0;
}

bool is_asked_for(const Client& client, const ClientsAsked& asked, LocalInstant now) {
    // Some ask while others are looked at.
    const Duration age = std::max(now - client.last_seen, Duration::zero());
    const std::uint32_t restrictions = restrictions_of(client);
    return client.requests >= asked.least_count && client.limited >= asked.least_dropped &&
           static_cast<double>(score_of(client)) >= asked.least_score * 1000.0 &&
           age >= std::chrono::seconds{asked.least_age} && age <= std::chrono::seconds{asked.greatest_age} &&
           (restrictions & asked.all_of) == asked.all_of && (asked.any_of == 0 || (restrictions & asked.any_of) != 0);
}

/// A name with the number of a client behind it, such as "addr.7".
class Numbered {
public:
    explicit Numbered(std::size_t number) : number_{number} {}
    std::string_view operator()(std::string_view stem) {
        char* at = std::copy(stem.begin(), stem.end(), room_.data());
        at = std::to_chars(at, room_.data() + room_.size(), number_).ptr;
        return {room_.data(), static_cast<std::size_t>(at - room_.data())};
    }

private:
    std::size_t number_;
    std::array<char, 24> room_{};
};

void write_client(const Client& client, std::size_t number, const QueryScene& scene, QueryText& text) {
    constexpr int kVersionAndMode = 0x3F;
    Numbered name{number};
    text.address(name("addr."), client.address, client.port);
    text.timestamp(name("last."), served(scene, client.last_seen));
    text.timestamp(name("first."), served(scene, client.first_seen));
    text.count(name("ct."), client.requests);
    text.count(name("mv."), std::to_integer<int>(client.first_octet) & kVersionAndMode);
    text.hexadecimal(name("rs."), restrictions_of(client));
    text.count(name("dr."), client.limited);
    text.parts(name("sc."), score_of(client));
}

constexpr auto order_of = [](const Client& client) { return std::pair{client.last_seen, client.address}; };

}  // namespace

ClientsAsked::Fault read_clients_asked(std::string_view data, ClientsAsked& asked) {
    asked = {};
    for (std::string_view items = trimmed(data); !items.empty();) {
        if (!read_item(next_item(items), asked)) {
            return ClientsAsked::Fault::kBadFormat;
        }
    }
    const bool limited = asked.fragments > 0 || (asked.limit > 0 && asked.limit <= kMostAtOnce);
    return limited && asked.fragments <= kMostFragments ? ClientsAsked::Fault::kNone : ClientsAsked::Fault::kBadValue;
}

void QueryClients::write(const ClientsAsked& asked, const QueryScene& scene, Tables tables, QueryText& text) {
    behind_ = {};
    std::string_view newest;
    if (const auto& first = asked.known[0]; !first.address.empty() && !first.last.empty()) {
        const ClientsAsked::Known& known = find_position(asked, scene, tables);
        text.bare("last.older", newest = known.last);
        text.bare("addr.older", known.address);
    }
    collect(asked, scene.now, tables);
    const std::size_t limit = asked.limit > 0 ? asked.limit : ClientsAsked::kNone;
    const std::size_t most = std::min(limit, kept_);
    std::size_t told = 0;
    while (told < most && text.has_room_for(kLongestClient + kLongestEnd)) {
        write_client(oldest_[told], told, scene, text);
        ++told;
    }
    if (told < found_) {
        return;
    }
    text.timestamp("now", served(scene, scene.now));
    if (told > 0) {
        text.timestamp("last.newest", served(scene, oldest_[told - 1].last_seen));
    } else if (!newest.empty()) {
        text.bare("last.newest", newest);
    }
}

const ClientsAsked::Known& QueryClients::find_position(const ClientsAsked& asked, const QueryScene& scene,
                                                       Tables tables) {
    std::array<LocalInstant, ClientsAsked::kMostKnown> seen{};
    std::size_t count = 0;
    for (; count < seen.size() && !asked.known[count].address.empty() && !asked.known[count].last.empty(); ++count) {
        seen[count] = local_of(*read_timestamp(asked.known[count].last), scene);
    }
    std::size_t found = count;
    const auto look_at = [&](const Client& client) {
        for (std::size_t i = 0; i < found; ++i) {
            const Duration moved = client.last_seen - seen[i];
            if (moved >= -kStillThere && moved <= kStillThere && is_called(client, asked.known[i].address)) {
                behind_ = {client.last_seen, client.address};
                found = i;
            }
        }
    };
    for (const ClientTable* const table : tables) {
        table->for_each(std::cref(look_at));
    }
    // All have moved to the end: what was behind them is what was seen later.
    if (found == count) {
        behind_ = {seen[0], {}};
        found = 0;
    }
    return asked.known[found];
}

void QueryClients::collect(const ClientsAsked& asked, LocalInstant now, Tables tables) {
    kept_ = found_ = 0;
    const auto look_at = [&](const Client& client) {
        if (Position{client.last_seen, client.address} > behind_ && is_asked_for(client, asked, now)) {
            ++found_;
            keep(client);
        }
    };
    for (const ClientTable* const table : tables) {
        table->for_each(std::cref(look_at));
    }
    std::ranges::sort_heap(std::span{oldest_}.first(kept_), {}, order_of);
}

void QueryClients::keep(const Client& client) {
    if (kept_ == oldest_.size()) {
        if (order_of(client) > order_of(oldest_[0])) {
            return;
        }
        std::ranges::pop_heap(oldest_, {}, order_of);
        --kept_;
    }
    oldest_[kept_++] = client;
    std::ranges::push_heap(std::span{oldest_}.first(kept_), {}, order_of);
}

}  // namespace tokimori
