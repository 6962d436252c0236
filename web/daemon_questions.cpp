#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "web/daemon_desk.h"
#include "web/passed_on.h"
#include "web/support_bundle.h"

/// At the desk of the daemon: what is asked of it when somebody wants to know.
namespace tokimori::web {
namespace {

constexpr std::chrono::seconds kClientsAge{1};
constexpr std::size_t kMostClientQuestions = 16;

/// "first", "count", "sort" and "match" of a query as members of a question; nullopt where one cannot be.
std::optional<std::string> clients_question(const std::string& query) {
    const std::string order = query_value(query, "sort");
    const std::string match = query_value(query, "match");
    if (!is_part_of_address(match)) {
        return std::nullopt;
    }
    std::string more = fmt::format(R"("first":{},"count":{})", query_number(query, "first", 0, 0, 1'000'000),
                                   query_number(query, "count", 100, 1, 500));
    more += is_client_order(order) ? fmt::format(R"(,"sort":"{}")", order) : "";
    return more + (match.empty() ? "" : fmt::format(R"(,"match":"{}")", match));
}

bool looks_like_a_day(std::string_view text) {
    constexpr std::string_view kShape = "dddd-dd-dd";
    return std::ranges::equal(text, kShape, [](unsigned char c, char shape) {
        return shape == 'd' ? std::isdigit(c) != 0 : c == static_cast<unsigned char>(shape);
    });
}

/// `,"name":"word"`, or null where the query has none; nullopt where it is none of the two.
std::optional<std::string> choice(const std::string& query, std::string_view name,
                                  const std::array<std::string_view, 2>& words) {
    const std::string word = query_value(query, name);
    if (word.empty()) {
        return fmt::format(R"(,"{}":null)", name);
    }
    return std::ranges::find(words, word) != words.end() ? std::optional{fmt::format(R"(,"{}":"{}")", name, word)}
                                                         : std::nullopt;
}

std::optional<std::string> preview_question(const std::string& query) {
    const std::string day = query_value(query, "day");
    const auto kind = choice(query, "kind", {"insert", "delete"});
    const auto mode = choice(query, "mode", {"insert", "smear"});
    if (!looks_like_a_day(day) || !kind || !mode) {
        return std::nullopt;
    }
    const std::int64_t minutes = query_number(query, "smear_minutes", 0, 0, 100'000);
    return fmt::format(R"("day":"{}"{}{},"smear_minutes":{})", day, *kind, *mode,
                       minutes > 0 ? std::to_string(minutes) : "null");
}

}  // namespace

void DaemonDesk::ask_clients(const WebRequest& request, const Respond& respond) {
    const auto more = clients_question(request.query);
    if (!more) {
        return respond(error_reply(400, "bad_request", "match is part of an address: hexadecimal digits, . and :"));
    }
    std::erase_if(clients_, [&](const auto& entry) {
        return entry.second.reply && world_.now() - entry.second.at > kClientsAge;
    });
    if (const auto found = clients_.find(*more); found != clients_.end() && found->second.reply) {
        return respond(*found->second.reply);
    }
    if (clients_.size() >= kMostClientQuestions && !clients_.contains(*more)) {
        return respond(error_reply(503, "busy", "Too many ask about clients; try again in a second."));
    }
    const bool first = clients_[*more].waiting.empty();
    clients_[*more].waiting.push_back(respond);
    if (!first) {
        return;
    }
    world_.ask("clients", *more, [this, more](const DaemonReply& reply) {
        ClientsAnswer& answer = clients_[*more];
        answer.at = world_.now();
        answer.reply = passed_on(reply);
        for (const Respond& waiting : std::exchange(answer.waiting, {})) {
            waiting(*answer.reply);
        }
    });
}

void DaemonDesk::preview_leap(const WebRequest& request, const Respond& respond) {
    const auto more = preview_question(request.query);
    if (!more) {
        return respond(error_reply(400, "bad_request",
                                   "day is like 2016-12-31; kind is insert or delete, mode is insert or smear."));
    }
    world_.ask("leap_preview", *more,
               [respond](const DaemonReply& reply) { respond(passed_on_member(reply, "preview")); });
}

// With what the daemon does not tell left out: where it is in trouble is where support is needed.
void DaemonDesk::bundle_for_support(const Respond& respond) {
    world_.ask("settings", {}, [this, respond](const DaemonReply& settings) {
        constexpr std::int64_t kHour = 3600;
        const std::int64_t now = unix_time();
        const auto events = audit_.events({.count = 500});
        const auto rows = history_.rows(now - kHour, now + 1, kHour).rows;
        WebReply file = json_reply(support_bundle({now, world_.latest(), settings, events, rows}));
        file.headers.emplace_back("Content-Disposition", "attachment; filename=\"tokimori-support.json\"");
        respond(std::move(file));
    });
}

}  // namespace tokimori::web
