#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "server/daemon/client_order.h"
#include "server/daemon/control_reply.h"
#include "server/daemon/control_request.h"
#include "server/ntp/packet.h"

namespace tokimori {
namespace {

namespace json = boost::json;

// Each takes less than 400 bytes of a reply.
constexpr std::int64_t kMostClients = 500;
constexpr std::int64_t kLastPage = 1'000'000'000;

char lower(char letter) {
    return letter >= 'A' && letter <= 'F' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

ClientQuestion question_in(ControlRequest& request) {
    // In the order of ClientOrder.
    const auto order =
        request.word("sort", {"last_seen", "first_seen", "received", "limited", "refused", "interval", "address"});
    ClientQuestion question{
        .order = static_cast<ClientOrder>(order.value_or(0)),
        .first = static_cast<std::size_t>(request.number("first", 0, kLastPage).value_or(0)),
        .count = static_cast<std::size_t>(request.number("count", 0, kMostClients).value_or(kMostClients)),
        .match = request.text("match", kAddressRoom).value_or("")};
    if (!may_be_in_address(question.match)) {
        request.complain("match is part of an address: digits, a to f, dots and colons");
    }
    std::ranges::transform(question.match, question.match.begin(), lower);
    return question;
}

json::object client_reply(const Client& client, LocalInstant now) {
    const unsigned first_octet = std::to_integer<unsigned>(client.first_octet);
    std::array<char, kAddressRoom> room{};
    return {{"address", address_text(client.address, room)},
            {"port", client.port},
            {"requests", client.requests},
            {"limited", client.limited},
            {"refused", client.refused},
            {"interval_ns", client.interval > Duration::zero() ? json::value(client.interval.count()) : nullptr},
            {"last_seen_age_ns", (now - client.last_seen).count()},
            {"first_seen_age_ns", (now - client.first_seen).count()},
            {"version", version_of(client.first_octet)},
            {"mode", first_octet & 7U},
            {"leap", first_octet >> 6U},
            {"stratum", client.stratum}};
}

}  // namespace

std::optional<ControlError> clients_reply(const json::object& members, const KnownFacts& known, json::value& part) {
    ControlRequest request{members};
    const ClientQuestion question = question_in(request);
    if (!request.complaint().empty()) {
        return ControlError{"bad_request", request.complaint()};
    }
    const ControlFacts& facts = known();
    const ClientPage page = find_clients(question, facts.client_tables);
    json::array list;
    list.reserve(page.clients.size());
    for (const Client& client : page.clients) {
        list.emplace_back(client_reply(client, facts.clock.now));
    }
    part = json::object{{"known", page.known},
                        {"matching", page.matching},
                        {"first", question.first},
                        {"replaced", facts.server.clients_replaced},
                        {"latest", std::move(list)}};
    return std::nullopt;
}

}  // namespace tokimori
