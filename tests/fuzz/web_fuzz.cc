#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "web/account_rules.h"
#include "web/control_request.h"
#include "web/history_row.h"
#include "web/json_body.h"
#include "web/metrics.h"
#include "web/nict.h"
#include "web/served_time.h"
#include "web/web_settings.h"

namespace {

using namespace tokimori::web;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

/// What the daemon says, or whoever sits in its place.
void take_reply(std::string_view text) {
    const DaemonReply reply = read_control_reply(text, "status");
    require((reply.members != nullptr) == reply.why.empty());
    if (reply.members == nullptr) {
        return;
    }
    require(!metrics_text(reply.members.get(), {}).empty());
    const HistoryRow row = row_of_status(*reply.members, std::nullopt);
    boost::system::error_code error;
    const auto read = boost::json::parse(history_json(std::span{&row, 1}), error);
    require(!error && read.is_object());
    const auto* const leap = reply.members->if_contains("leap");
    if (leap != nullptr && leap->is_object()) {
        static_cast<void>(nict_leap(leap->get_object()));
    }
}

/// What a client writes into a query.
void take_query(std::string_view text) {
    const NictFacts facts{.host = text, .now = 1'795'906'936'500'000'000};
    boost::system::error_code error;
    const WebReply reply = nict_reply("/cgi-bin/json", text, facts);
    static_cast<void>(boost::json::parse(reply.body, error));
    require(!error);
    const WebReply wrapped = nict_reply("/cgi-bin/jsont", text, facts);
    require(wrapped.status == 400 ||
            is_callback_name(std::string_view{wrapped.body}.substr(0, wrapped.body.find('('))));
    require(query_number(text, "n", 1, 0, 10) <= 10);
}

}  // namespace

/// Any bytes at the entries of the page's program: a query, a cookie, a body, settings, a reply of the daemon or of
/// NTP.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    take_reply(text);
    take_query(text);
    require(cookie_value(text, "__Host-tokimori").size() <= size);
    require(!JsonBody{text}.is_object() || JsonBody{text}.text("name").size() <= size);
    require(!is_valid_name(text) || size <= kLongestName);
    static_cast<void>(is_valid_password(text));
    static_cast<void>(read_web_settings(text));
    static_cast<void>(read_ntp_answer({data, size}, 0));
    return 0;
}
