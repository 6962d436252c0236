#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokimori::web {

/// An instant of the counter by which sessions, waits and ages are measured; never the time of day.
using Instant = std::chrono::steady_clock::time_point;

/// What a client asked, as far as anybody looks at it. Nothing in it is checked, but for the limits of size.
struct WebRequest {
    std::string method{};         ///< "GET"
    std::string path{};           ///< what stands before `?`, as it came: not decoded
    std::string query{};          ///< what stands after it
    std::string host{};           ///< header Host
    std::string origin{};         ///< header Origin
    std::string cookie{};         ///< header Cookie
    std::string authorization{};  ///< header Authorization
    std::string csrf_token{};     ///< header X-CSRF-Token
    std::string content_type{};   ///< header Content-Type
    std::string if_none_match{};  ///< header If-None-Match
    bool automatic = false;       ///< header X-Automatic: the page asks by itself, nobody pressed anything
    std::string body{};
    std::string address{};   ///< of the client, numeric, without port
    bool encrypted = false;  ///< came by TLS
};

/// What it gets. `live`: the connection stays open and gets the events of the live stream instead of `body`.
struct WebReply {
    unsigned status = 200;
    std::string content_type{};
    std::string body{};
    std::vector<std::pair<std::string, std::string>> headers{};
    bool live = false;
    std::string credential{};  ///< for a live reply: the digest of the session or token without which it ends
};

/// Takes the one reply to a request.
using Respond = std::function<void(WebReply)>;

/// A reply of JSON.
WebReply json_reply(std::string body, unsigned status = 200);

/// `{"error":{"code":…,"message":…}}`. The code is a word for programs and for the page's table of sentences, the
/// message an English sentence.
WebReply error_reply(unsigned status, std::string_view code, std::string_view message);

/// The value of `name` in a Cookie header; empty where it is not there.
std::string_view cookie_value(std::string_view header, std::string_view name);

/// The decoded value of `name` in a query; empty where it is not there or not well formed.
std::string query_value(std::string_view query, std::string_view name);

/// The number that `name` has in a query, within the limits; `otherwise` where there is none.
std::int64_t query_number(std::string_view query, std::string_view name, std::int64_t otherwise, std::int64_t lowest,
                          std::int64_t highest);

}  // namespace tokimori::web
