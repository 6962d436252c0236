#include <boost/json.hpp>
#include <chrono>

#include "leap/leap_preview_document.h"
#include "server/daemon/control_reply.h"
#include "server/daemon/control_request.h"

namespace tokimori {
namespace {

namespace json = boost::json;

constexpr std::size_t kDateLength = 10;

// Where no leap second can be, none can be imagined.
bool may_be_previewed(UtcDay day) {
    return preview_of(LeapTable::built_in(), day, LeapKind::kInsert, {}).event.kind != LeapKind::kNone;
}

std::optional<UtcDay> day_in(ControlRequest& request) {
    const std::optional<std::string> text = request.text("day", kDateLength);
    if (!text) {
        return std::nullopt;
    }
    const std::optional<UtcTime> time = parse_utc(*text);
    if (!time || text->size() != kDateLength || !may_be_previewed(time->second.day)) {
        request.complain("day is the last day of a month from 1972 on, such as 2016-12-31");
        return std::nullopt;
    }
    return time->second.day;
}

PreviewOptions options_in(ControlRequest& request) {
    PreviewOptions said;
    said.day = day_in(request);
    if (const auto kind = request.word("kind", {"insert", "delete"})) {
        said.kind = *kind == 0 ? LeapKind::kInsert : LeapKind::kDelete;
    }
    if (const auto mode = request.word("mode", {"insert", "smear"})) {
        said.mode = *mode == 0 ? LeapMode::kInsert : LeapMode::kSmear;
    }
    if (const auto minutes = request.number("smear_minutes", kShortestSmear.count(), kLongestSmear.count())) {
        said.smear = std::chrono::minutes{*minutes};
    }
    return said;
}

PreviewKnowledge knowledge_of(const ClockFacts& clock) {
    const ServerState& server = clock.clock.server;
    return {.policy = clock.leap.policy,
            .table = *clock.leap_table,
            .next = server.ever_synchronised ? clock.leap_table->next_event_after(server.model.tai_at(clock.now))
                                             : std::nullopt};
}

}  // namespace

std::optional<ControlError> preview_reply(const json::object& members, const KnownFacts& known, json::value& part) {
    ControlRequest request{members};
    const PreviewOptions said = options_in(request);
    if (!request.complaint().empty()) {
        return ControlError{"bad_request", request.complaint()};
    }
    const PreviewKnowledge daemon = knowledge_of(known().clock);
    const PreviewBasis basis = preview_basis(said, &daemon);
    part = leap_preview_document<json::object, json::array>(preview_of(basis), basis);
    return std::nullopt;
}

}  // namespace tokimori
